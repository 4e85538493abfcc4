"""*Until the bell*: runs of a class stop in time for the end of its lesson, so that everyone goes home with a model.

Paused runs stop with the others. One that was paused before its first turn gets none before the bell either.

Before the bell, first those runs stop that have a model. That leaves the workers to those that never had a turn: they
go before all others, for a few seconds each, and stop with what they learnt in them. How long before the bell this
begins depends on how many there are. What was launched after the bell is not stopped by it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver

from lab import clock
from lab.people.lesson import lesson_changed
from lab.people.models import Classroom
from lab.runs import services
from lab.runs.models import Run
from lab.schedule import crew, queue, turns

State = Run.State

SETTLE = timedelta(seconds=15)
"""from the stop of the last run to the bell: the reaper's round, the slice's last update, saving, and some to spare"""
FIRST_TURN = 6.0
"""seconds that a run's first turn takes a worker: an urgent slice, beginning and saving"""
RESTS = (State.QUEUED, State.PAUSED)
"""no worker has it"""
STOPPABLE = (*RESTS, State.TRAINING, State.PAUSING)
KEPT = "The lesson ended: kept as it was at the bell."
NO_TURN = "The bell rang before its first turn, so it learnt nothing and left no model."


def lead(untrained: int, workers: int) -> timedelta:
    """How long before the bell runs that have a model stop, so that those without one get their first turn."""
    if not untrained:
        return SETTLE
    # The slice that each worker is in, of whatever class, is not cut short.
    return SETTLE + timedelta(seconds=turns.longest() + FIRST_TURN * untrained / max(1, workers))


def bells_ring(now: datetime | None = None) -> int:
    """Stop what the bell of its class is near or over for; gives how many runs were told."""
    now = now or clock.now()
    lessons = Classroom.objects.filter(bell_at__gt=now - timedelta(days=1), runs__state__in=STOPPABLE).distinct()
    return sum(_ring(lesson, now) for lesson in lessons)


def rings_for(run: Run, now: datetime) -> bool:
    """Whether the run is to end with the slice that ends now: at the bell, or as its only turn before it."""
    if run.classroom is None or run.classroom.bell_at is None or not run.ends_at_the_bell:
        return False
    return run.urgent or now >= run.classroom.bell_at - SETTLE


def _ring(lesson: Classroom, now: datetime) -> int:
    assert lesson.bell_at is not None
    runs = Run.objects.filter(classroom=lesson, created_at__lt=lesson.bell_at)
    untrained = runs.filter(state=State.QUEUED, model=None)
    workers = sum(worker.alive for worker in crew.workers())
    if now < lesson.bell_at - lead(untrained.count(), workers):
        return 0
    told = 0
    if now < lesson.bell_at:
        told += sum(_hurry(run) for run in untrained.filter(urgent=False).order_by("queued_at"))
        ending = runs.filter(urgent=False)
    else:
        told += sum(services.run_end(run.pk, NO_TURN) for run in runs.filter(state__in=RESTS, model=None))
        ending = runs
    for run in ending.filter(state__in=STOPPABLE).exclude(state__in=RESTS, model=None):
        told += services.run_end(run.pk, KEPT) or services.run_end_slice(run.pk, KEPT)
    return told


def _hurry(run: Run) -> bool:
    """Put a run before all others."""
    still = Run.objects.filter(pk=run.pk, fence=run.fence, state=State.QUEUED)
    return bool(still.update(urgent=True)) and queue.send(run.pk, run.fence, urgent=True)


@receiver(lesson_changed)
def _changed(classroom: Classroom, **_: Any) -> None:
    """Another bell, or none: nothing is urgent until it is near; all who watch see it."""
    theirs = Run.objects.filter(classroom=classroom).exclude(state__in=Run.ENDED)
    theirs.filter(urgent=True).update(urgent=False)
    for pk in theirs.values_list("pk", flat=True):
        services.announce(pk)
