"""Stopping: from where it may begin, and what is left."""

import pytest

from lab.runs import services
from lab.runs.errors import NotAllowedError, WrongStateError
from lab.training import slices


def test_a_queued_run_is_stopped_at_once(run, polonius, slice_of):
    stopped = services.run_stop(run=run, by=polonius)
    assert (stopped.state, stopped.message) == ("stopped", "Stopped before it began.")
    assert slice_of(run).state == "stopped"  # the message that was on its way finds nothing to do
    assert not run.metrics.exists()


def test_a_run_stopped_between_two_slices_keeps_its_model(run, polonius, slice_of):
    slice_of(run, seconds=0)
    stopped = services.run_stop(run=run, by=polonius)
    assert (stopped.state, stopped.message) == ("stopped", "")
    assert stopped.model is not None


def test_a_run_in_training_is_stopping_until_its_worker_has_saved(run, polonius, train_queue):
    claim = slices.slice_claim(run.pk, 0, "worker one")
    assert services.run_stop(run=run, by=polonius).state == "stopping"
    assert services.run_stop(run=run, by=polonius).state == "stopping"  # asking twice is fine
    assert slices.slice_orders(claim) == ("stopping", None)
    ended = slices.slice_commit(claim, slices.Batch(), None, finished=False)
    assert ended.state == "stopped"
    assert ended.finished_at is not None
    assert train_queue.all() == [(str(run.pk), 0)]  # nothing follows


def test_a_stop_that_crosses_the_end_finds_a_finished_run(run, polonius):
    claim = slices.slice_claim(run.pk, 0, "worker one")
    services.run_stop(run=run, by=polonius)
    assert slices.slice_commit(claim, slices.Batch(), None, finished=True).state == "finished"


@pytest.mark.parametrize("seconds", [0, 30])
def test_a_run_that_has_ended_cannot_be_stopped(run, polonius, slice_of, seconds):
    slice_of(run, seconds=seconds)
    if seconds == 0:
        services.run_stop(run=run, by=polonius)
    run.refresh_from_db()
    before = run.state, run.finished_at
    with pytest.raises(WrongStateError):
        services.run_stop(run=run, by=polonius)
    run.refresh_from_db()
    assert (run.state, run.finished_at) == before


def test_a_student_may_not_stop(run, ophelia):
    with pytest.raises(NotAllowedError):
        services.run_stop(run=run, by=ophelia)
    run.refresh_from_db()
    assert run.state == "queued"
