"""A run held to a pace: who may set it, that it acts at once, and that it changes nothing of what is learnt."""

import json
import threading

import pytest
from django.db import connections
from django.test import Client

from hamlet.learning import Trainer
from lab.runs import services
from lab.runs.errors import NotAllowedError, RunError, WrongStateError
from lab.runs.models import Run
from lab.runs.pace import Pacer
from lab.training import pulse, slices, worker
from lab.training.ledger import Ledger
from lab.training.pulse import Pulse, Verdict
from tests.runs.stand_in import STEPS
from tests.training.test_outage import until
from tests.training.test_training import SMALL, same, to_the_end, weights_of

# ------------------------------------------------------------------------------------------------- who may, and what


def change(person, run, body):
    client = Client()
    client.force_login(person)
    return client.patch(f"/api/v1/runs/{run.pk}", json.dumps(body), content_type="application/json")


def test_an_instructor_sets_the_pace_and_everyone_is_told(run, polonius, ophelia):
    assert run.pace is None
    answer = change(polonius, run, {"pace": 2.5})
    assert (answer.status_code, answer.json()["pace"]) == (200, 2.5)
    assert change(polonius, run, {"pace": None}).json()["pace"] is None
    change(polonius, run, {"pace": 4})
    seen = Client()
    seen.force_login(ophelia)
    assert seen.get(f"/api/v1/runs/{run.pk}").json()["pace"] == 4


def test_a_run_may_be_launched_at_a_pace(polonius, train_queue):
    client = Client()
    client.force_login(polonius)
    body = {"name": "slow", "config": {"level": "L0_0_minimal"}, "pace": 3}
    launched = client.post("/api/v1/runs", json.dumps(body), content_type="application/json")
    assert (launched.status_code, launched.json()["pace"]) == (201, 3)
    body["pace"] = 1000
    refused = client.post("/api/v1/runs", json.dumps(body), content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "pace")


def test_a_student_does_not_set_the_pace(run, ophelia):
    assert change(ophelia, run, {"pace": 1}).status_code == 403
    with pytest.raises(NotAllowedError):
        services.run_pace(run=run, by=ophelia, pace=1.0)


@pytest.mark.parametrize("pace", [0, 0.49, 60.1, -1, 1e9, True, "2", [2]])
def test_a_pace_that_cannot_be_kept_is_refused_by_name(run, polonius, pace):
    answer = change(polonius, run, {"pace": pace})
    assert answer.status_code == 422
    assert "pace" in answer.json()["errors"][0]["field"]
    run.refresh_from_db()
    assert run.pace is None


@pytest.mark.parametrize("body", [{}, {"pace": 2, "owner": "other"}, [], None])
def test_anything_else_in_the_change_is_refused(run, polonius, body):
    assert change(polonius, run, body).status_code == 422


def test_not_a_number_is_no_pace(run, polonius):
    with pytest.raises(RunError, match=r"0\.5 to 60"):
        services.run_pace(run=run, by=polonius, pace=float("nan"))


@pytest.mark.parametrize("raw", ['{"pace": NaN}', '{"pace": 1e999}'])
def test_what_json_has_no_number_for_is_refused_in_json(run, polonius, raw, client):
    client.force_login(polonius)
    answer = client.patch(f"/api/v1/runs/{run.pk}", raw, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "pace"


def test_a_run_that_has_ended_has_no_pace_to_set(run, polonius):
    services.run_stop(run=run, by=polonius)
    with pytest.raises(WrongStateError):
        services.run_pace(run=run, by=polonius, pace=2.0)
    assert change(polonius, run, {"pace": 2}).status_code == 409


# ----------------------------------------------------------------------------------------------------- the waiting


def waits_once(pacer):
    """The next wait of this pacer, in a thread; its event is set when the wait is over."""
    over = threading.Event()

    def wait():
        pacer.wait()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    return over


@pytest.fixture
def waiting():
    """A pacer in the middle of the longest wait there is."""
    pacer = Pacer(0.5)
    pacer.wait()
    over = waits_once(pacer)
    assert not over.wait(0.2)
    return pacer, over


def test_a_wait_ends_at_once_when_the_slice_is_to_end(waiting):
    pacer, over = waiting
    pacer.hurry()
    assert over.wait(1.0)
    assert waits_once(pacer).wait(1.0)  # and no other begins


@pytest.mark.parametrize("pace", [None, 60.0])
def test_a_wait_ends_at_once_when_the_pace_changes(waiting, pace):
    pacer, over = waiting
    pacer.pace = pace
    assert over.wait(1.0)


# -------------------------------------------------------------------------------------------------- in a slice


@pytest.fixture
def quick_pulse(monkeypatch):
    monkeypatch.setattr(pulse, "EVERY", 0.02)
    monkeypatch.setattr(pulse, "RENEW_EVERY", 0.02)


def in_a_thread(deed):
    """Do it beside, as a worker would; the thread's database connection is closed after it."""

    def run():
        try:
            deed()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def trained(run, fence=0):
    return in_a_thread(lambda: worker.slice_run(run.pk, fence, "worker one", Trainer))


@pytest.mark.once("which weights come out")
def test_paced_or_not_the_weights_are_the_same_to_the_bit(launch, slice_of, polonius):
    config = SMALL | {"steps": 512 * 5}
    free = to_the_end(launch(**config), slice_of, 60)
    run = launch(**config)
    services.run_pace(run=run, by=polonius, pace=60.0)
    paced = to_the_end(run, slice_of, 0.5)
    assert (free.state, paced.state, paced.pace) == ("finished", "finished", 60.0)
    assert paced.fence > 1
    assert same(weights_of(free.model), weights_of(paced.model))
    assert list(free.recordings.values_list("episode", "steps", "return_sum")) == list(
        paced.recordings.values_list("episode", "steps", "return_sum")
    )


def test_a_stop_reaches_a_run_that_waits_for_its_next_step(launch, polonius, train_queue, quick_pulse, settings):
    settings.HAMLET_SLICE_SECONDS = 600
    run = launch(**SMALL)
    services.run_pace(run=run, by=polonius, pace=0.5)  # its first rollout alone would take half a minute
    train_queue.take()
    thread = trained(run)
    until(lambda: Run.objects.get(pk=run.pk).state == "training")
    services.run_stop(run=run, by=polonius)
    thread.join(20)
    assert not thread.is_alive()
    run.refresh_from_db()
    assert (run.state, run.steps) == ("stopped", 512)
    assert run.model is not None


def test_the_pace_changes_while_it_trains(launch, polonius, train_queue, quick_pulse, settings):
    settings.HAMLET_SLICE_SECONDS = 600
    run = launch(**SMALL | {"steps": 512 * 4})
    services.run_pace(run=run, by=polonius, pace=0.5)
    train_queue.take()
    thread = trained(run)
    until(lambda: Run.objects.get(pk=run.pk).state == "training")
    services.run_pace(run=run, by=polonius, pace=None)
    thread.join(20)
    assert not thread.is_alive()
    run.refresh_from_db()
    assert run.state == "finished"


def test_while_it_waits_its_lease_is_renewed(launch, polonius, train_queue, quick_pulse):
    run = launch(**SMALL)
    services.run_pace(run=run, by=polonius, pace=0.5)
    claim = slices.slice_claim(run.pk, 0, "worker one")
    first = Run.objects.get(pk=run.pk).lease_until
    with Ledger(claim) as rows, Pulse(claim, rows, 600) as beat:
        beat.pacer.wait()
        beat.pacer.wait()
        assert Run.objects.get(pk=run.pk).lease_until > first
        assert beat.verdict is None


def test_a_paced_slice_whose_time_is_over_keeps_its_pace_unless_others_wait(launch, polonius, quick_pulse):
    run = launch(name="classroom")
    services.run_pace(run=run, by=polonius, pace=0.5)
    claim = slices.slice_claim(run.pk, 0, "worker one")
    with Ledger(claim) as rows, Pulse(claim, rows, 0) as beat:
        until(lambda: beat.verdict is Verdict.DUE)
        beat.pacer.wait()
        over = waits_once(beat.pacer)
        assert not over.wait(0.3)
        launch(name="another")
        until(lambda: beat.pacer._hurried)  # not the end of the wait itself, which comes after 2 s
        assert over.wait(1)


def test_the_frames_of_a_paced_run_say_its_pace(run, polonius, slice_of, monkeypatch):
    paces = []
    monkeypatch.setattr(worker.LivePublisher, "take", lambda self, life, pace=None: paces.append(pace))
    services.run_pace(run=run, by=polonius, pace=50.0)
    slice_of(run, seconds=0)
    assert set(paces) == {50.0}
    assert len(paces) > STEPS
