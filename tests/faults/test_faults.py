"""Faults on the real parts while the real trainer trains: whatever breaks, the run comes to the same rows and weights.

Workers here have fast clocks (tests/faults/quick_worker.py): slices of 0.3 s, leases of 2 s. What a fault did is told
in a table at the end; docs/decisions/slices.md has one.
"""

import random

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lab.runs import services
from lab.runs.errors import WrongStateError
from lab.schedule import queue
from lab.store import files
from tests.conftest import ON_SQLITE
from tests.faults.conftest import KILLS, LONG
from tests.faults.stage import sound
from tests.faults.twin import SMALL

SAME = "finished, the same rows and weights"
pytestmark = pytest.mark.timeout(3600 if LONG else 600)  # two hundred kills take half an hour
on_a_server = pytest.mark.skipif(ON_SQLITE, reason="a file has no server to restart")


def test_killed_at_random_moments(stage, launch, monkeypatch):
    """worker killed (-9) at a random moment"""
    # A run that loses five slices in a row is given up (tests/runs/test_reaper.py): here it is not the run's fault.
    monkeypatch.setattr(services, "MOST_LOST", 10**6)
    kills = KILLS or (2 if ON_SQLITE else 6)
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    run = launch(**SMALL)
    stage.trains(run)
    while stage.told.times < kills:
        pause = timezone.now() + timezone.timedelta(seconds=dice.uniform(0, 0.8))
        stage.watch(run, lambda run, pause=pause: not run.active or timezone.now() > pause)
        if not run.active:
            stage.ends(run)
            sound(run)
            run = launch(**SMALL)
            stage.trains(run)
            continue
        with stage.fault(run):
            # Now and then the whole worker; mostly its child, which is the one that trains.
            stage.strike(whole=stage.told.times % 10 == 9)
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME


@on_a_server
def test_the_database_is_restarted_in_mid_slice(stage, slow_run, postgres, polonius):
    """PostgreSQL restarted in mid-slice"""
    run = slow_run
    for _ in range(5 if LONG else 1):
        stage.trains(run)
        with stage.fault(run):
            postgres.restart()
    assert len(stage.told.back) == stage.told.times, "each time it trained"
    services.run_pace(run=run, by=polonius, pace=None)
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME


@on_a_server
@pytest.mark.skipif(not LONG, reason="takes a minute: FAULTS=200")
def test_the_database_is_away(stage, slow_run, postgres, polonius):
    """PostgreSQL away for 30 s"""
    run = slow_run
    services.run_pace(run=run, by=polonius, pace=15)  # else it is trained to its end meanwhile
    stage.trains(run)
    with stage.fault(run):
        postgres.restart(away=30)
    assert stage.told.back, "it trained"
    services.run_pace(run=run, by=polonius, pace=None)
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME


@on_a_server
def test_no_request_meets_a_connection_of_before_the_restart(transactional_db, postgres):
    for _ in range(3):  # idle ones wait in the pool
        assert Client().get("/healthz").status_code == 200
        connection.close()
    postgres.restart()
    assert Client().get("/healthz").status_code == 200


@on_a_server
def test_it_is_told_which_of_the_servers_is_away(
    transactional_db, postgres, valkey_server, monkeypatch, settings, tmp_path
):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "index.html").write_text("<!doctype html>")

    def told(server):
        connection.close()
        server.stop()
        try:
            assert Client().get("/").status_code == 200, "the page itself needs neither"
            return [(answer.status_code, answer.json()) for answer in map(Client().get, ("/healthz", "/readyz"))]
        finally:
            server.restart()

    with monkeypatch.context() as patch:
        patch.setattr(connection.pool, "timeout", 0.5)  # else it is waited 10 s for a server that restarts
        without_database = told(postgres)
    for status, parts in without_database:
        assert (status, parts["database"], parts["broker"]) == (503, "no answer", "ok")
    for status, parts in told(valkey_server):
        assert (status, parts["database"], parts["broker"]) == (503, "ok", "no answer")
    assert parts["workers_alive"] == 0, "of none can be heard that it lives"
    assert Client().get("/readyz").status_code == 200


@pytest.mark.parametrize("away", [0, 30])
def test_the_broker_is_restarted_and_empty(stage, slow_run, valkey_server, polonius, away):
    """Valkey restarted, empty"""
    if away and not LONG:
        pytest.skip("takes a minute: FAULTS=200")
    stage.told.fault += f", after {away} s" if away else ""
    run = slow_run
    if away:
        services.run_pace(run=run, by=polonius, pace=15)
    stage.trains(run)
    with stage.fault(run):
        valkey_server.restart(away=away, emptied=True)
    assert stage.told.back, "it trained"
    services.run_pace(run=run, by=polonius, pace=None)
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME


def test_two_workers_and_each_message_three_times(stage, launch, polonius):
    """two workers, each message three times"""
    stage.crew.worker(2)
    run = launch(**SMALL)
    if LONG:
        services.run_pace(run=run, by=polonius, pace=60)  # so there are many slices

    def again(run):
        if run.state == "queued":
            stage.told.times += 1
            queue.send(run.pk, run.fence)
            queue.send(run.pk, run.fence)
        return not run.active

    stage.watch(run, again)
    stage.ends(run)
    stage.crew.dismiss(1)
    sound(run)
    stage.told.outcome = SAME


@pytest.mark.once("a file breaks, not a row")
def test_half_a_checkpoint(stage, launch):
    """newest checkpoint half written, its worker killed"""
    run = launch(**SMALL)
    stage.watch(run, lambda run: run.checkpoints.count() >= 2 and run.state == "training")
    newest = run.checkpoints.order_by("-steps").first()
    stage.strike()
    content = files.open_file(newest.file).read()
    files.put(newest.file, content[: len(content) // 2])
    stage.told.times = 1
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME


def test_all_leases_run_out_at_once(stage, launch):
    """all leases run out at once, their workers alive"""
    run = launch(**SMALL)
    stage.trains(run)
    with stage.fault(run):
        assert services.runs_reap(now=timezone.now() + timezone.timedelta(hours=1)) == 1
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME


def test_a_stop_races_the_end(stage, launch, polonius):
    """stop sent about when the run ends"""
    dice = random.Random(5)
    ends = []
    for _ in range(40 if LONG else 2):
        run = launch(**SMALL)
        share = dice.uniform(0.5, 1.0)
        stage.watch(run, lambda run, share=share: not run.active or run.progress >= share)
        stage.told.times += 1
        try:
            services.run_stop(run=run, by=polonius)
        except WrongStateError:
            assert run.state == "finished"
        stage.watch(run, lambda run: not run.active)
        ends.append(run.state)
        assert run.finished_at is not None
        assert run.model is not None
        sound(run, whole=run.state == "finished")
    assert set(ends) <= {"finished", "stopped"}
    stage.told.outcome = (
        ", ".join(f"{ends.count(state)} {state}" for state in sorted(set(ends))) + ", each with its model"
    )
