"""What happens to runs whose worker or whose message is gone."""

from datetime import timedelta

import pytest
from django.db import Error as DatabaseError
from django.utils import timezone

from lab import clock
from lab.runs import services, tasks
from lab.runs.models import Run
from lab.schedule import queue, turns
from lab.training import slices
from tests.conftest import ON_SQLITE

LONG_AGO = "2026-01-01T00:00Z"


@pytest.fixture
def lost(run, train_queue):
    """A run whose worker died in its first slice."""
    train_queue.all()
    slices.slice_claim(run.pk, 0, "worker one")
    Run.objects.filter(pk=run.pk).update(lease_until=LONG_AGO)
    run.refresh_from_db()
    return run


def test_a_run_whose_lease_has_run_out_is_queued_again_under_a_new_fence(lost, train_queue, caplog):
    assert services.runs_reap() == 1
    lost.refresh_from_db()
    assert (lost.state, lost.fence, lost.lost, lost.lease_until) == ("queued", 2, 1, None)
    assert train_queue.all() == [(str(lost.pk), 2)]
    assert [(record.run, record.slice) for record in caplog.records] == [(lost.pk, 1)]


def test_a_living_lease_is_left_alone(run, train_queue):
    slices.slice_claim(run.pk, 0, "worker one")
    assert services.runs_reap() == 0
    run.refresh_from_db()
    assert run.state == "training"


def test_a_run_that_was_to_stop_is_stopped_with_what_it_has(lost):
    Run.objects.filter(pk=lost.pk).update(state="stopping")
    services.runs_reap()
    lost.refresh_from_db()
    assert (lost.state, lost.message) == ("stopped", "Its worker was lost; kept as of its last checkpoint.")


def test_a_run_that_takes_every_worker_with_it_is_given_up(lost, train_queue):
    Run.objects.filter(pk=lost.pk).update(lost=services.MOST_LOST - 1)
    services.runs_reap()
    lost.refresh_from_db()
    assert lost.state == "failed"
    assert "5 times in a row" in lost.message
    assert train_queue.all() == []


def test_a_committed_slice_forgives_lost_ones(lost, slice_of):
    services.runs_reap()
    assert slice_of(lost, seconds=0).lost == 0


def test_a_message_that_the_broker_lost_is_sent_again(run, train_queue):
    train_queue.all()  # the broker was emptied
    assert services.runs_resend() == 0  # it may be on its way to a worker right now
    later = timezone.now() + timedelta(seconds=11)
    assert services.runs_resend(now=later) == 1
    assert services.runs_resend(now=later) == 0
    assert train_queue.all() == [(str(run.pk), 0)]


def test_runs_that_only_wait_are_not_sent_again(launch, train_queue):
    for name in ("one", "two", "three"):
        launch(name)
    assert services.runs_resend(now=timezone.now() + timedelta(minutes=30)) == 0
    assert len(train_queue.all()) == 3


def test_a_launch_while_the_broker_is_away_is_kept_and_sent_later(launch, train_queue, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError("away")

    with monkeypatch.context() as patched:
        patched.setattr(queue.app, "send_task", away)
        run = launch()
    run.refresh_from_db()
    assert (run.state, run.sent_at) == ("queued", None)
    assert services.runs_resend() == 1
    assert train_queue.all() == [(str(run.pk), 0)]


def test_after_a_pause_of_its_own_the_reaper_looks_before_it_takes(lost, monkeypatch):
    """The database was away: workers could not renew their leases either, and get the time to."""
    monkeypatch.setattr(tasks, "_last_round", None)
    tasks.reap.run()
    lost.refresh_from_db()
    assert lost.state == "training"
    tasks.reap.run()
    lost.refresh_from_db()
    assert lost.state == "queued"


def test_a_slice_lost_to_the_database_leaves_the_run_to_its_lease(run, train_queue, monkeypatch):
    def away(*args, **kwargs):
        raise DatabaseError("away")

    monkeypatch.setattr(slices, "slice_rewind", away)
    tasks.train_slice.run(str(run.pk), 0)
    run.refresh_from_db()
    assert (run.state, run.message) == ("training", "")


def test_a_full_disk_is_told_to_the_owner(run, train_queue, monkeypatch):
    from lab.training import worker
    from tests.runs.stand_in import Lives

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "save", full)
    monkeypatch.setattr(worker.slice_run, "__defaults__", (Lives,))
    tasks.train_slice.run(str(run.pk), 0)
    run.refresh_from_db()
    assert (run.state, run.message) == (
        "failed",
        "The disk is full. What was learnt is kept as of the last checkpoint.",
    )


def test_a_lease_that_a_clock_set_back_has_made_long_holds_nobody(run):
    """Whoever lives renews it within seconds; it is the dead one's that would last."""
    claim = slices.slice_claim(run.pk, run.fence, "worker one")
    Run.objects.filter(pk=run.pk).update(lease_until=clock.now() + timedelta(hours=1))
    slices.slice_renew(claim)
    assert services.runs_reap() == 0
    Run.objects.filter(pk=run.pk).update(lease_until=clock.now() + timedelta(hours=1))
    assert services.runs_reap() == 1
    run.refresh_from_db()
    assert (run.state, run.fence) == ("queued", 2)


@pytest.mark.skipif(ON_SQLITE, reason="who shares an SQLite file shares a machine, and its clock")
def test_what_a_web_process_with_a_wrong_clock_queues_has_its_place_in_the_queue(launch, monkeypatch):
    before = launch("before")
    monkeypatch.setattr(timezone, "now", lambda: clock.now() - timedelta(hours=1))
    after = launch("after")
    assert after.queued_at > before.queued_at
    assert list(turns.in_order(Run.objects.filter(state="queued"))) == [before, after]
