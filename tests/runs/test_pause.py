"""Pausing: a run rests without a worker and without a turn, and goes on as if nothing had been."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hamlet.learning import Trainer
from lab.people import classes
from lab.people.models import Classroom
from lab.runs import again, services
from lab.runs.errors import LimitError, NotAllowedError, WrongStateError
from lab.runs.models import Checkpoint, MetricRow, Run
from lab.schedule import bell, crew, fairness, turns
from lab.store import retention
from lab.training import slices, worker
from lab.watch import live
from tests.people.pages import Page, refused
from tests.runs.stand_in import STEPS, Lives
from tests.training.test_training import SMALL, same, to_the_end, weights_of

LONG_AGO = "2026-01-01T00:00Z"
LESS = {**SMALL, "steps": 512 * 24}
TIMELESS = ["iteration", "steps", "episodes", "survival_mean", "return_mean", "loss", "td_error", "q_mean", "epsilon"]


def pause(run, by):
    return services.run_pause(run=run, by=by)


@pytest.fixture
def claimed(run, train_queue):
    """A run in its first slice, and the worker's claim."""
    train_queue.all()
    return slices.slice_claim(run.pk, 0, "worker one")


# ---------------------------------------------------------------------------------------- from where it may begin


def test_a_queued_run_rests_at_once_and_gives_up_its_place(run, launch, polonius, train_queue):
    behind = launch("behind")
    paused = pause(run, polonius)
    assert (paused.state, paused.paused_by, paused.message) == ("paused", polonius, "")
    assert paused.paused_at is not None
    assert (paused.queued_at, paused.finished_at) == (None, None)
    assert list(turns.in_order(Run.objects.filter(state="queued"))) == [behind]
    assert slices.slice_claim(run.pk, 0, "worker one") is None, "the message that was on its way finds nothing to do"
    again.run_resume(run=run, by=polonius)
    assert slices.slice_claim(run.pk, 0, "worker one") is None, "nor does it once the run has a later place"
    assert train_queue.all() == [(str(run.pk), 0), (str(behind.pk), 0), (str(run.pk), 1)]


def test_a_run_in_training_is_pausing_until_its_worker_has_saved(claimed, run, polonius, ophelia, train_queue):
    assert pause(run, polonius).state == "pausing"
    assert slices.slice_orders(claimed) == ("pausing", None)
    rests = slices.slice_commit(claimed, slices.Batch(), None, finished=False)
    assert (rests.state, rests.lease_until, rests.finished_at) == ("paused", None, None)
    assert train_queue.all() == []
    ophelia.role = ophelia.Role.INSTRUCTOR
    ophelia.save()
    assert pause(run, ophelia).paused_by == polonius, "asking again changes nothing"


def test_the_slice_ends_early_with_a_checkpoint(launch, polonius, train_queue, settings):
    run = launch(steps=10**9)
    settings.HAMLET_SLICE_SECONDS = 600
    thread = threading.Thread(target=lambda: (worker.slice_run(run.pk, 0, "worker one", Lives), connection.close()))
    thread.start()
    while not MetricRow.objects.filter(run=run).exists():
        thread.join(0.02)
    pause(run, polonius)
    thread.join(30)
    assert not thread.is_alive()
    run.refresh_from_db()
    assert run.state == "paused"
    assert run.checkpoints.get().steps == run.steps == run.metrics.order_by("-iteration").first().steps
    assert all(one.run != run.pk for one in crew.workers())


def test_a_run_at_its_end_or_on_the_way_there_is_not_paused(run, claimed, polonius):
    services.run_stop(run=run, by=polonius)
    with pytest.raises(WrongStateError, match="being stopped"):
        pause(run, polonius)
    slices.slice_commit(claimed, slices.Batch(), None, finished=False)
    with pytest.raises(WrongStateError, match="has ended"):
        pause(run, polonius)


def test_who_may_not_steer_may_not_pause(run, ophelia):
    with pytest.raises(NotAllowedError):
        pause(run, ophelia)
    run.refresh_from_db()
    assert run.state == "queued"


def test_the_api_says_who_paused_it_and_since_when(run, teacher, polonius):
    told = teacher.say(f"/runs/{run.pk}/pause").json()
    assert (told["state"], told["paused_by"], told["place"], told["wait"]) == ("paused", str(polonius), None, None)
    assert told["paused_at"] is not None
    assert [one["id"] for one in teacher.ask("/runs", state="paused").json()["items"]] == [str(run.pk)]
    told = teacher.say(f"/runs/{run.pk}/resume").json()
    assert (told["state"], told["paused_by"], told["paused_at"]) == ("queued", None, None)
    teacher.say(f"/runs/{run.pk}/stop")
    refused(teacher.say(f"/runs/{run.pk}/pause"), 409)


@pytest.fixture
def teacher(polonius):
    return Page(polonius)


def test_all_who_watch_are_told(run, claimed, polonius, monkeypatch):
    told = []
    monkeypatch.setattr(live, "tell", lambda run, message: told.append(message["run"]["state"]))
    pause(run, polonius)
    slices.slice_commit(claimed, slices.Batch(), None, finished=False)
    again.run_resume(run=run, by=polonius)
    assert told == ["pausing", "paused", "queued"]


# ------------------------------------------------------------------------------------------------ going on


def test_paused_or_not_the_weights_are_the_same_to_the_bit(launch, slice_of, polonius, train_queue, monkeypatch):
    whole = to_the_end(launch("whole", **LESS), slice_of, 60)
    run = launch("paused", **LESS)

    class Interrupted(Trainer):
        """Someone presses Pause after a third of the training; the slice itself would go on for a minute."""

        def run(self, before_step=None):
            for event in super().run(before_step):
                if run.state == "queued" and self.progress > 1 / 3:
                    pause(run, polonius)
                yield event

    monkeypatch.setattr("lab.training.pulse.EVERY", 0.01)
    rests = slice_of(run, Interrupted, 60)
    assert rests.state == "paused"
    assert 1 / 3 < rests.progress < 1
    resumed = again.run_resume(run=rests, by=polonius)
    rests = slice_of(resumed, Trainer, 0.2)
    while rests.state == "queued":  # and again and again, between two slices
        pause(rests, polonius)
        train_queue.all()
        rests = slice_of(again.run_resume(run=rests, by=polonius), Trainer, 0.2)
    assert rests.state == "finished"
    assert same(weights_of(whole.model), weights_of(rests.model))
    assert list(whole.metrics.values_list(*TIMELESS)) == list(rests.metrics.values_list(*TIMELESS))
    assert list(whole.evaluations.values_list("steps", "mean")) == list(rests.evaluations.values_list("steps", "mean"))


def test_a_pause_taken_back_before_its_worker_saw_it_changes_nothing(run, claimed, polonius):
    pause(run, polonius)
    resumed = again.run_resume(run=run, by=polonius)
    assert (resumed.state, resumed.paused_by, resumed.paused_at) == ("training", None, None)
    assert slices.slice_commit(claimed, slices.Batch(), None, finished=False).state == "queued"


def test_a_run_paused_before_its_first_turn_begins_when_it_is_resumed(run, polonius, slice_of, train_queue):
    pause(run, polonius)
    train_queue.all()
    assert slice_of(again.run_resume(run=run, by=polonius)).state == "finished"


def test_the_life_on_the_air_goes_on_where_it_stood(run, polonius, slice_of, train_queue, monkeypatch):
    claim_of = slices.slice_claim

    def claimed_and_paused(*asked):
        claim = claim_of(*asked)
        pause(run, polonius)
        return claim

    monkeypatch.setattr(slices, "slice_claim", claimed_and_paused)
    rests = slice_of(run)
    monkeypatch.undo()
    assert rests.state == "paused"
    made = again.run_resume(run=rests, by=polonius)
    claim = slices.slice_claim(made.pk, made.fence, "worker two")
    training = worker.take_up(claim, None, Lives)
    assert training.live.framer.state() == training.trainer.extra["framer"]


# ------------------------------------------------------------------------------------- what else may become of it


def test_a_paused_run_can_be_stopped_and_taken_home(run, slice_of, polonius):
    run = slice_of(run, seconds=0)
    pause(run, polonius)
    stopped = services.run_stop(run=run, by=polonius)
    assert (stopped.state, stopped.paused_by, stopped.paused_at) == ("stopped", None, None)
    assert stopped.finished_at is not None
    told = Page(polonius).say(f"/runs/{run.pk}/models", format="safetensors")
    assert told.status_code in (200, 201)


def test_one_paused_before_it_began_stops_without_a_model(run, polonius):
    pause(run, polonius)
    stopped = services.run_stop(run=run, by=polonius)
    assert (stopped.state, stopped.message) == ("stopped", "Stopped before it began.")


def test_a_pausing_run_can_be_stopped(run, claimed, polonius):
    pause(run, polonius)
    assert services.run_stop(run=run, by=polonius).state == "stopping"
    assert slices.slice_commit(claimed, slices.Batch(), None, finished=False).state == "stopped"


def test_a_pause_that_crosses_the_end_finds_a_finished_run(run, claimed, polonius):
    pause(run, polonius)
    ended = slices.slice_commit(claimed, slices.Batch(), None, finished=True)
    assert (ended.state, ended.paused_by, ended.paused_at) == ("finished", None, None)


def test_a_paused_run_is_deleted_cloned_and_forked_and_keeps_its_place_in_the_list(launch, slice_of, polonius):
    run = slice_of(launch("first", **SMALL), Trainer, 0)
    launch("second")
    pause(run, polonius)
    made = again.run_fork(run=run, by=polonius, checkpoint=None, name="fork", config={"learning_rate": 0.01})
    assert made.parent == run
    assert again.run_clone(run=run, by=polonius, name="clone", config={}).state == "queued"
    names = [one["name"] for one in Page(polonius).ask("/runs").json()["items"]]
    assert names == ["clone", "fork", "second", "first"]
    services.run_delete(run=run, by=polonius)
    assert not Run.objects.filter(pk=run.pk).exists()


def test_a_run_that_is_pausing_is_not_deleted(run, claimed, polonius):
    pause(run, polonius)
    with pytest.raises(WrongStateError, match="still training"):
        services.run_delete(run=run, by=polonius)


def test_its_pace_may_be_set_for_when_it_goes_on(run, polonius):
    pause(run, polonius)
    assert services.run_pace(run=run, by=polonius, pace=8).pace == 8


# ---------------------------------------------------------------------------------------- limits and the bell


@pytest.fixture
def elsinore(transactional_db, train_queue, polonius):
    return classes.class_make(by=polonius, name="Elsinore")


@pytest.fixture
def hamlet(elsinore):
    return classes.student_make(classroom=elsinore, nickname="Hamlet", pawn=3)


def launched_by(person, name="first"):
    config = {"level": "L0_0_minimal", "lanes": 1, "rollout": 1, "minibatches": 1, "steps": 4 * STEPS}
    return services.run_launch(owner=person, name=name, config=config)


def test_a_paused_run_is_none_of_the_runs_at_once_and_needs_room_to_go_on(hamlet, elsinore):
    Classroom.objects.filter(pk=elsinore.pk).update(student_runs=1)
    run = launched_by(hamlet)
    pause(run, hamlet)
    assert fairness.own_bound(hamlet, elsinore).runs.used == 0
    other = launched_by(hamlet, "second")
    with pytest.raises(LimitError, match="Pause or stop one"):
        again.run_resume(run=run, by=hamlet)
    pause(other, hamlet)
    assert again.run_resume(run=run, by=hamlet).state == "queued"


def test_one_whose_minutes_are_used_up_rests_until_some_are_free(hamlet, elsinore):
    run = launched_by(hamlet)
    claim = slices.slice_claim(run.pk, 0, "worker one")
    pause(run, hamlet)
    Classroom.objects.filter(pk=elsinore.pk).update(student_minutes=0)
    assert slices.slice_commit(claim, slices.Batch(), None, finished=False).state == "paused"
    with pytest.raises(LimitError, match="minutes"):
        again.run_resume(run=run, by=hamlet)


def rung(elsinore, before=timedelta()):
    """The bell of the class rings, seen so long before it."""
    bell_at = timezone.now() + timedelta(minutes=10)
    Classroom.objects.filter(pk=elsinore.pk).update(bell_at=bell_at)
    bell.bells_ring(now=bell_at - before)


def test_the_bell_ends_paused_runs_with_their_model(hamlet, elsinore, slice_of):
    run = slice_of(launched_by(hamlet), seconds=0)
    pause(run, hamlet)
    rung(elsinore, bell.SETTLE)
    run.refresh_from_db()
    assert (run.state, run.message, run.model is not None) == ("stopped", bell.KEPT, True)


def test_the_bell_gives_no_turn_to_what_was_paused_before_its_first(hamlet, elsinore):
    run = launched_by(hamlet)
    pause(run, hamlet)
    rung(elsinore, bell.SETTLE)
    run.refresh_from_db()
    assert (run.state, run.urgent) == ("paused", False)
    rung(elsinore)
    run.refresh_from_db()
    assert (run.state, run.message) == ("stopped", bell.NO_TURN)


def test_a_run_that_pauses_while_the_bell_rings_stops(hamlet, elsinore):
    run = launched_by(hamlet)
    claim = slices.slice_claim(run.pk, 0, "worker one")
    pause(run, hamlet)
    Classroom.objects.filter(pk=elsinore.pk).update(bell_at=timezone.now() + timedelta(seconds=5))
    ended = slices.slice_commit(claim, slices.Batch(), None, finished=False)
    assert (ended.state, ended.message) == ("stopped", bell.KEPT)


# ---------------------------------------------------------------------------------------------- housekeeping


def test_housekeeping_leaves_a_paused_run_alone(run, slice_of, polonius, train_queue):
    run = slice_of(run, seconds=0)
    pause(run, polonius)
    train_queue.all()
    Run.objects.filter(pk=run.pk).update(paused_at=LONG_AGO, created_at=LONG_AGO)
    before = Run.objects.filter(pk=run.pk).values().get()
    later = timezone.now() + timedelta(days=30)
    assert (services.runs_reap(now=later), services.runs_resend(now=later)) == (0, 0)
    assert retention.thin(retention.Keep(checkpoints=2, recordings=0, bytes=0, days=0), now=later) == []
    assert Run.objects.filter(pk=run.pk).values().get() == before
    assert train_queue.all() == []


def test_one_whose_worker_dies_while_it_pauses_rests_as_of_its_last_checkpoint(run, claimed, polonius, slice_of):
    slices.rows_write(claimed, slices.Batch(standing=slices.Standing(0.25, STEPS, 1, 1, 0.25, None)))
    pause(run, polonius)
    Run.objects.filter(pk=run.pk).update(lease_until=LONG_AGO)
    assert services.runs_reap() == 1
    run.refresh_from_db()
    assert (run.state, run.fence, run.paused_by) == ("paused", 2, polonius)
    assert "goes on from its last checkpoint" in run.message
    ended = slice_of(again.run_resume(run=run, by=polonius))
    assert (ended.state, ended.message) == ("finished", "")
    assert list(ended.metrics.order_by("iteration").values_list("steps", flat=True)) == [12, 24, 36, 48]


def test_who_paused_it_may_leave(run, polonius, hamlet):
    pause(run, polonius)
    Run.objects.filter(pk=run.pk).update(paused_by=hamlet)
    hamlet.delete()
    assert Page(polonius).ask(f"/runs/{run.pk}").json()["paused_by"] is None


# ------------------------------------------------------------------------------------------------- all at once


@pytest.mark.parametrize("finished", [False, True])
def test_pause_stop_resume_end_and_a_lost_worker_at_once_have_one_outcome(launch, polonius, train_queue, finished):
    def tried(deed):
        barrier.wait()
        try:
            deed()
        except WrongStateError:
            pass
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    seen, broken = set(), []
    for number in range(8):
        run = launch(f"run {number}")
        train_queue.all()
        claim = slices.slice_claim(run.pk, 0, "worker one")
        Run.objects.filter(pk=run.pk).update(lease_until=LONG_AGO if number % 2 else timezone.now() + services.LEASE)
        deeds = [
            lambda run=run: pause(Run.objects.get(pk=run.pk), polonius),
            lambda run=run: services.run_stop(run=Run.objects.get(pk=run.pk), by=polonius),
            lambda run=run: again.run_resume(run=Run.objects.get(pk=run.pk), by=polonius),
            lambda claim=claim: slices.slice_commit(claim, slices.Batch(), None, finished=finished),
            services.runs_reap,
        ]
        barrier = threading.Barrier(len(deeds))
        threads = [threading.Thread(target=tried, args=[deed]) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert broken == []
        services.runs_reap(now=timezone.now() + timedelta(hours=1))  # what nobody ended
        run.refresh_from_db()
        sent = [fence for run_id, fence in train_queue.all() if run_id == str(run.pk)]
        seen.add(run.state)
        assert run.lease_until is None
        assert (run.state == "queued") == (run.queued_at is not None)
        assert (run.state == "paused") == (run.paused_at is not None) == (run.paused_by is not None)
        assert run.ended == (run.finished_at is not None)
        assert run.state != "queued" or run.fence in sent, "what is queued has its message"
        assert not slices.slice_renew(claim), "the slice is over"
        assert Checkpoint.objects.filter(run=run).count() == 0
    assert seen <= {"paused", "stopped", "queued", "finished"}
