"""A run is a chain of slices: claimed once, committed whole, the same however it was cut."""

import hashlib
import io
import json
import logging
import threading
import time

import pytest
from django.db import connection

from hamlet.tape.wire import decode_frame, verify
from lab.logs import JsonLine
from lab.runs import services
from lab.runs.models import Checkpoint, ExportedModel, MetricRow, Run
from lab.store import files
from lab.training import slices, worker
from lab.training.slices import Batch, Standing
from tests.runs.stand_in import STEPS, Breaks, Lives, Stumbles


def total_of(run):
    """What training came to, from the newest checkpoint's file."""
    newest = run.checkpoints.order_by("-steps").first()
    return json.loads(files.open_file(newest.file).read())["total"]


def curve(run):
    return list(run.metrics.order_by("iteration").values_list("iteration", "steps", "survival_mean"))


def test_a_run_that_needs_one_slice_is_trained_to_its_end(run, slice_of):
    run = slice_of(run)
    assert (run.state, run.progress, run.steps, run.episodes, run.fence) == ("finished", 1.0, 4 * STEPS, 4, 1)
    assert [row[:2] for row in curve(run)] == [(1, 12), (2, 24), (3, 36), (4, 48)]
    assert run.evaluations.count() == 4
    assert run.lease_until is None
    assert run.finished_at >= run.started_at >= run.created_at


def test_a_slice_leaves_a_checkpoint_and_a_model_and_queues_the_next(run, slice_of, train_queue):
    run = slice_of(run, seconds=0)
    assert (run.state, run.steps, run.fence) == ("queued", STEPS, 1)
    (checkpoint,), (model,) = run.checkpoints.all(), run.models.all()
    assert (checkpoint.file_name, model.file_name) == ("checkpoint_ep0000001.pt", "model_ep0000001.safetensors")
    for row in (checkpoint, model):
        content = files.open_file(row.file).read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.bytes, row.sha256)
    assert run.model == model
    assert train_queue.all() == [(str(run.pk), 1)]


def test_cut_in_slices_or_not_it_is_the_same_training(launch, slice_of):
    whole, sliced, moved = launch("whole", seed=5), launch("sliced", seed=5), launch("moved", seed=5)
    whole = slice_of(whole)
    for _ in range(4):
        sliced, moved = (
            slice_of(sliced, seconds=0),
            slice_of(moved, seconds=0),
        )  # they take turns: each is read from its file
    assert {run.state for run in (whole, sliced, moved)} == {"finished"}
    assert total_of(whole) == total_of(sliced) == total_of(moved)
    assert curve(whole) == curve(sliced) == curve(moved)


def test_a_worker_goes_on_with_what_it_has_in_hand(run, slice_of):
    slice_of(run, seconds=0)
    in_hand = worker._kept.trainer
    files.remove([run.checkpoints.get().file])  # were it needed, this would tell
    run = slice_of(run, seconds=0)
    assert (run.steps, worker._kept.trainer) == (2 * STEPS, in_hand)


def test_runs_take_turns_first_in_first_out(launch, slice_of, train_queue):
    hamlet, laertes = launch("hamlet"), launch("laertes")
    slice_of(hamlet, seconds=0)
    assert train_queue.all() == [(str(laertes.pk), 0), (str(hamlet.pk), 1)]


def test_of_two_workers_one_gets_the_run(run):
    barrier, claims = threading.Barrier(2), []

    def claim(name):
        barrier.wait()
        claims.append(slices.slice_claim(run.pk, 0, name))
        connection.close()

    threads = [threading.Thread(target=claim, args=(name,)) for name in ("worker one", "worker two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (got,) = [claim for claim in claims if claim is not None]
    run.refresh_from_db()
    assert (run.state, run.fence, run.worker) == ("training", 1, got.run.worker)


def test_a_message_that_comes_twice_trains_once(run, train_queue, slice_of):
    services.queue.send(run.pk, 0)
    slice_of(run, seconds=0)
    run = slice_of(run, seconds=0)  # the second message of the same fence
    assert (run.steps, run.fence) == (STEPS, 1)


def test_a_worker_with_an_old_fence_writes_nothing(run, slice_of, settings):
    claim = slices.slice_claim(run.pk, 0, "worker one")
    training = worker.take_up(claim, None, Lives)
    rows = next(iter(training.trainer.run()))  # it trains on, unaware
    assert rows is not None
    Run.objects.filter(pk=run.pk).update(lease_until="2026-01-01T00:00Z")
    assert services.runs_reap() == 1
    training.trainer.steps += STEPS
    saved = worker.save(training, claim)
    batch = Batch(metrics=[(1, dict.fromkeys(slices.COLUMNS, 1))], standing=Standing(0.5, 12, 1, 1, 0.1, None))
    assert slices.slice_orders(claim) == (None, None)
    assert not slices.slice_renew(claim)
    assert not slices.rows_write(claim, batch)
    assert slices.slice_commit(claim, batch, saved, finished=True) is None
    assert not services.run_fail(run_id=run.pk, fence=claim.fence, message="late")
    run.refresh_from_db()
    assert (run.state, run.fence, run.steps, run.metrics.count(), run.checkpoints.count()) == ("queued", 2, 0, 0, 0)
    assert not files.exists(saved.checkpoint.name)
    assert not files.exists(saved.model.name)


def test_a_slice_that_was_lost_is_trained_again_without_hole_or_overlap(run, slice_of, train_queue):
    slice_of(run, seconds=0)
    claim = slices.slice_claim(run.pk, 1, "worker one")
    train_queue.all()
    # The worker writes two more rows, a recording and an examination, and is killed.
    training, rows = worker.take_up(claim, None, Lives), Batch()
    with worker.Ledger(claim, every=60) as ledger:
        for event in training.trainer.run():
            for recording in training.recorder.take(training.tape.take(event), event):
                ledger.recording(recording, training.trainer.steps)
            if isinstance(event, worker.Metrics):
                ledger.metric(training.trainer.iteration, event.values)
            if isinstance(event, worker.Evaluation):
                ledger.evaluation(event)
            if training.trainer.iteration == 3:
                break
        rows = ledger.close()
    assert slices.rows_write(claim, rows)
    assert MetricRow.objects.count() == 3
    Run.objects.filter(pk=run.pk).update(lease_until="2026-01-01T00:00Z")
    services.runs_reap()
    assert slice_of(run, name="worker two").state == "finished"
    whole = [(i, i * STEPS) for i in range(1, 5)]
    assert [row[:2] for row in curve(run)] == whole
    assert list(run.evaluations.values_list("steps", flat=True)) == [steps for _, steps in whole]
    for row in run.recordings.all():
        content = files.open_file(row.file).read()
        assert hashlib.sha256(content).hexdigest() == row.sha256
        assert verify(decode_frame(content))


def test_a_damaged_checkpoint_gives_way_to_the_one_before(run, slice_of, launch):
    slice_of(run, seconds=0)
    run = slice_of(run, seconds=0)
    worker._kept = None
    newest = run.checkpoints.order_by("-steps").first()
    files.put(newest.file, b"half a fi")
    run = slice_of(run)
    assert run.state == "finished"
    assert [row[:2] for row in curve(run)] == [(1, 12), (2, 24), (3, 36), (4, 48)]
    assert sorted(run.checkpoints.values_list("steps", flat=True)) == [12, 48]


def test_without_any_good_checkpoint_the_run_says_so_instead_of_beginning_anew(run, slice_of, train_queue):
    from lab.runs.tasks import train_slice

    run = slice_of(run, seconds=0)
    worker._kept = None
    files.remove([run.checkpoints.get().file])
    _, fence = train_queue.take()
    train_slice.run(str(run.pk), fence)
    run.refresh_from_db()
    assert (run.state, run.message) == (
        "failed", "No checkpoint of this run can be used. The newest: checkpoint_ep0000001.pt is gone"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("trainers", "message"),
    [(Breaks, "The run diverged: the loss is not a number."), (Stumbles, "Something went wrong on our side.")],
)
def test_a_run_that_fails_says_what_its_owner_can_use(run, train_queue, monkeypatch, trainers, message):
    from lab.runs.tasks import train_slice

    monkeypatch.setattr(worker.slice_run, "__defaults__", (trainers,))
    train_queue.take()
    if trainers is Breaks:
        train_slice.run(str(run.pk), 0)
    else:
        with pytest.raises(KeyError):
            train_slice.run(str(run.pk), 0)
    run.refresh_from_db()
    assert (run.state, run.message, run.lease_until) == ("failed", message, None)
    if trainers is Breaks:
        assert [row[0] for row in curve(run)] == [1, 2]  # what led there can be seen
    assert train_queue.all() == []


def test_what_is_logged_of_a_slice_that_fails_carries_the_run_and_the_slice(run, monkeypatch):
    from lab.runs.tasks import train_slice

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLine())
    logging.getLogger("lab").addHandler(handler)
    monkeypatch.setattr(worker.slice_run, "__defaults__", (Stumbles,))
    try:
        with pytest.raises(KeyError):
            train_slice.run(str(run.pk), 0)
        logging.getLogger("lab").warning("between two slices")
    finally:
        logging.getLogger("lab").removeHandler(handler)
    failed, after = map(json.loads, written.getvalue().splitlines())
    assert (failed["run"], failed["slice"], failed["level"]) == (str(run.pk), 1, "ERROR")
    assert "KeyError" in failed["trace"]
    assert not {"run", "slice"} & set(after)


def test_the_best_checkpoint_carries_the_mark_alone(run, slice_of):
    while run.state == "queued":
        run = slice_of(run, seconds=0)
    best = run.evaluations.filter(best=True).order_by("-steps").first()
    (marked,) = run.checkpoints.filter(best=True)
    assert marked.steps == best.steps
    assert (run.best, run.best_episode) == (best.mean, best.episodes)
    assert run.model.evaluation["mean"] == best.mean


def test_old_checkpoints_give_way_evenly_and_their_files_go(launch, slice_of, monkeypatch):
    monkeypatch.setattr(slices, "KEEP", 6)
    run = launch(steps=20 * STEPS)
    taken = []
    while run.state == "queued":
        run = slice_of(run, seconds=0)
        taken.append(run.checkpoints.order_by("-steps").first().file)
    kept = list(run.checkpoints.order_by("steps"))
    assert len(kept) == 6
    assert [c.steps for c in kept][-3:] == [18 * STEPS, 19 * STEPS, 20 * STEPS]
    assert any(c.best for c in kept)
    assert {name for name in taken if files.exists(name)} == {c.file for c in kept}
    assert ExportedModel.objects.filter(run=run).count() == Checkpoint.objects.filter(run=run).count()


def test_stop_is_seen_while_the_slice_goes_on(launch, polonius, train_queue, settings):
    run = launch(steps=10**9)
    slow = type(
        "Slow", (Lives,), {"run": lambda self, before_step=None: (time.sleep(0.002) or e for e in Lives.run(self))}
    )
    settings.HAMLET_SLICE_SECONDS = 600
    thread = threading.Thread(target=lambda: (worker.slice_run(run.pk, 0, "worker one", slow), connection.close()))
    thread.start()
    while not MetricRow.objects.filter(run=run).exists():
        time.sleep(0.05)
    services.run_stop(run=run, by=polonius)
    thread.join(30)
    assert not thread.is_alive()
    run.refresh_from_db()
    assert run.state == "stopped"
    assert run.model is not None
    assert run.checkpoints.get().steps == run.steps
