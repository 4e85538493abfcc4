"""The database or the broker is away while a slice trains: training goes on, and what it told is filled in."""

import time

import pytest
from django.db import OperationalError, connection

from lab.training import ledger, pulse, slices, worker
from lab.training.ledger import Ledger
from lab.training.pulse import Pulse, Verdict
from lab.training.slices import Standing
from tests.runs.stand_in import STEPS, Lives


class Database:
    """Stands between a slice and the real database; away while told to be."""

    def __init__(self, monkeypatch):
        self.away = False
        self.refused = 0
        for name in ("rows_write", "slice_orders", "slice_renew", "slice_commit"):
            monkeypatch.setattr(slices, name, self.door(getattr(slices, name)))

    def door(self, deed):
        def through(*args, **kwargs):
            if self.away:
                self.refused += 1
                raise OperationalError("the database is away")
            return deed(*args, **kwargs)

        return through


@pytest.fixture
def database(monkeypatch):
    monkeypatch.setattr(ledger, "EVERY", 0.02)
    monkeypatch.setattr(pulse, "EVERY", 0.02)
    return Database(monkeypatch)


@pytest.fixture
def claim(run):
    return slices.slice_claim(run.pk, 0, "worker one")


def until(what):
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_rows_wait_for_the_database_and_are_filled_in(claim, database):
    with Ledger(claim, every=0.02) as rows:
        database.away = True
        for i in range(1, 4):
            rows.metric(i, {**dict.fromkeys(slices.COLUMNS), "steps": i, "episodes": i})
            refused = database.refused
            until(lambda seen=refused: database.refused > seen)
        assert not rows.healthy
        database.away = False
        until(lambda: claim.run.metrics.count() == 3)
        until(lambda: rows.healthy)
    assert list(claim.run.metrics.values_list("iteration", flat=True)) == [1, 2, 3]


def test_what_could_not_be_written_goes_with_the_commit(claim, database):
    rows = Ledger(claim, every=60).__enter__()
    database.away = True
    rows.metric(1, {**dict.fromkeys(slices.COLUMNS), "steps": 12, "episodes": 1})
    rows.standing = Standing(0.25, 12, 1, 1, 0.5, None)
    batch = rows.close()
    database.away = False
    assert slices.slice_commit(claim, batch, None, finished=False).steps == 12
    assert claim.run.metrics.count() == 1


def test_a_slice_whose_time_is_over_trains_on_until_the_database_is_back(claim, database):
    with Ledger(claim, every=60) as rows:
        database.away = True
        with Pulse(claim, rows, seconds=0, every=0.02) as beat:
            until(lambda: database.refused > 5)
            assert beat.verdict is None
            database.away = False
            until(lambda: beat.verdict is Verdict.DUE)


def test_a_slice_whose_time_is_over_trains_on_until_the_broker_is_back(claim, monkeypatch):
    here = False
    monkeypatch.setattr(pulse, "_broker_answers", lambda: here)
    with Ledger(claim, every=60) as rows, Pulse(claim, rows, seconds=0, every=0.02) as beat:
        time.sleep(0.2)
        assert beat.verdict is None
        here = True
        until(lambda: beat.verdict is Verdict.DUE)


def test_it_does_not_train_on_for_ever(claim, database, monkeypatch):
    monkeypatch.setattr(pulse, "EXTRA", 0.3)
    with Ledger(claim, every=60) as rows:
        database.away = True
        with Pulse(claim, rows, seconds=0, every=0.02) as beat:
            until(lambda: beat.verdict is Verdict.DUE)


def test_the_lease_is_kept_while_the_slice_lasts(claim, monkeypatch):
    monkeypatch.setattr(pulse, "RENEW_EVERY", 0.05)
    before = claim.run.lease_until
    with Ledger(claim, every=60) as rows, Pulse(claim, rows, seconds=60, every=0.02):
        until(lambda: slices.Run.objects.get(pk=claim.run.pk).lease_until > before)


def test_a_whole_slice_through_an_outage_is_the_same_as_without_one(launch, slice_of, database):
    calm = slice_of(launch("calm"))
    stormy = launch("stormy")

    class Storm(Lives):
        def run(self, before_step=None):
            for event in super().run():
                yield event
                if self.iteration == 2 and not database.away:
                    database.away = True
                    until(lambda: database.refused > 3)
                if self.iteration == 3:
                    database.away = False

    stormy = slice_of(stormy, Storm)
    assert stormy.state == calm.state == "finished"
    for rows in ("metrics", "evaluations", "recordings"):
        what = {"metrics": "survival_mean", "evaluations": "mean", "recordings": "return_sum"}[rows]
        assert list(getattr(stormy, rows).values_list(what, flat=True)) == list(
            getattr(calm, rows).values_list(what, flat=True)
        )
    assert stormy.steps == 4 * STEPS


def test_an_end_waits_for_the_database(run, train_queue, database, monkeypatch, settings):
    settings.HAMLET_SLICE_SECONDS = 60
    save = worker.save

    def save_then_storm(*args):
        saved = save(*args)
        database.away = True
        return saved

    def sleep(seconds):
        database.away = False

    monkeypatch.setattr(worker, "save", save_then_storm)
    monkeypatch.setattr(worker.time, "sleep", sleep)
    assert worker.slice_run(run.pk, 0, "worker one", Lives).state == "finished"
    assert database.refused
    connection.close()


def test_a_number_that_is_none_is_told_as_not_measured(claim):
    """A loss that became infinite must not end the ledger: JSON has no such number."""
    with Ledger(claim, every=0.02) as rows:
        rows.metric(1, {**dict.fromkeys(slices.COLUMNS), "steps": 1, "episodes": 1, "loss": float("inf")})
        until(lambda: claim.run.metrics.exists())
        until(lambda: not rows._waiting)
        assert rows.healthy
    assert claim.run.metrics.get().loss is None
