"""Twelve runs at once on one real worker, which examines models between: all move alike, the wait that was told was
true, and all have a model at the bell."""

import time
from datetime import timedelta
from statistics import median

import pytest
from django.db import connection
from django.utils import timezone

from lab.people import classes
from lab.people.models import Classroom
from lab.runs import services, tasks
from lab.runs.models import Run, TrainedSlice
from lab.schedule import bell, errands, queue, turns

pytestmark = pytest.mark.once("whose turn it is, the queue and the clock decide")

RUNS = 12
TINY = {
    "level": "L0_0_minimal", "lanes": 4, "rollout": 8, "minibatches": 1, "epochs": 1, "evaluation_lives": 2,
    "steps": 1_000_000_000,
}  # fmt: skip


def until(what, seconds):
    """Wait until `what()` is true; gives whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        connection.close()
        time.sleep(0.1)
    return False


def examined(number):
    """Have the models of so many runs examined that were not yet."""
    for run in Run.objects.exclude(model=None).exclude(models__format="zip")[:number]:
        queue.send_exam("take_home", run.model_id)


def test_twelve_at_once_move_alike_and_end_with_a_model_at_the_bell(stage, polonius, settings, monkeypatch):
    """twelve students on one worker"""
    settings.HAMLET_SLICE_SECONDS = 0.3  # as the worker has it (quick_worker.py)
    stage.crew.dismiss()
    stage.crew.worker(HAMLET_QUICK_QUEUES="train,exams")
    lesson = classes.class_make(by=polonius, name="Elsinore")
    told = []
    for number in range(RUNS):
        student = classes.student_make(classroom=lesson, nickname=f"Player {number}", pawn=None)
        services.run_launch(owner=student, name="mine", config=TINY)
    assert until(lambda: TrainedSlice.objects.count() >= 2 * RUNS, 150), "two rounds"
    examined(3)
    assert until(lambda: len(errands.now().seconds.get(errands.TAKE_HOME, [])) >= 3, 60), "they are measured"
    assert until(lambda: TrainedSlice.objects.count() >= 4 * RUNS, 150), "four rounds"
    # What is told of each queued run, beside when its turn really came; once as if there were no examinations.
    examined(4)
    now = timezone.now()
    waits, _ = turns.waits(now)
    monkeypatch.setattr(errands, "now", errands.Errands)
    plain, _ = turns.waits(now)
    fences = dict(Run.objects.filter(pk__in=waits).values_list("pk", "fence"))

    def began():
        rows = Run.objects.filter(pk__in=fences, claimed_at__gt=now).values_list("pk", "fence", "claimed_at")
        for pk, fence, claimed_at in rows:
            if fence == fences[pk] + 1 and pk in waits:
                told.append((waits.pop(pk), plain[pk], (claimed_at - now).total_seconds()))
        return not waits

    until(began, 60)
    errors = [abs(wait - real) / real for wait, _, real in told if real > 0]
    without = [abs(wait - real) / real for _, wait, real in told if real > 0]
    trained = list(Run.objects.values_list("trained_seconds", flat=True))
    slowest = min(trained) * RUNS / sum(trained)
    print(f"\n{RUNS} runs on one worker: the slowest has {slowest:.0%} of an equal share; ", end="")
    print(f"waits told with a median error of {median(errors):.0%} ({len(errors)} turns), ", end="")
    print(f"{median(without):.0%} if four examinations before them are left out")
    # What is printed is to be 0.8 and 0.25 at the worst; a machine that others use as well is let off with less.
    assert slowest >= 0.6
    assert len(errors) >= 6
    assert median(errors) <= 0.5

    # The bell, with one who comes late.
    late = classes.student_make(classroom=lesson, nickname="Late", pawn=None)
    services.run_launch(owner=late, name="late", config=TINY)
    bell_at = timezone.now() + bell.SETTLE + timedelta(seconds=15)
    Classroom.objects.filter(pk=lesson.pk).update(bell_at=bell_at)

    def ended():
        tasks.reap.run()
        return not Run.objects.filter(state__in=Run.ACTIVE).exists()

    assert until(ended, 60)
    assert timezone.now() < bell_at, "in time"
    assert set(Run.objects.values_list("state", "message")) == {("stopped", bell.KEPT)}
    assert not Run.objects.filter(model=None).exists()
    stage.told.outcome = "all stopped in time, each with its model"
