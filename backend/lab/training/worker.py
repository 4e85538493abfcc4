"""The one place where the learning loop and the database meet. Only the task imports it, and with it torch."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import torch
from django.db import Error as DatabaseError
from django.db import connection

from hamlet.learning import Trainer, TrainingError
from hamlet.learning.config import TrainConfig
from hamlet.learning.events import Evaluation, Event, Iteration, Metrics, StageChange, Step
from hamlet.tape.episode import Tape
from hamlet.tape.recorder import Recorder
from hamlet.tape.wire import Framer
from hamlet.world import Level
from lab import tally
from lab.outbox import client as outbox_client
from lab.outbox import outbox
from lab.runs.models import Checkpoint, Run
from lab.runs.schemas import CheckpointOut
from lab.store import files
from lab.training import ledger, slices
from lab.training.ledger import Ledger
from lab.training.pulse import Pulse, Verdict
from lab.training.slices import Claim, Saved, Standing
from lab.watch import live
from lab.watch.live import LivePublisher
from lab.watch.overview import Overview

logger = logging.getLogger(__name__)

COMMIT_PATIENCE = 60.0
"""seconds that a slice's beginning or end waits for the database or the storage before the slice is given up"""


class Trains(Protocol):
    """What a slice needs of a trainer (`hamlet.learning.Trainer`)."""

    level: Level
    extra: Any
    steps: int
    iteration: int
    best: Evaluation | None

    @property
    def episodes(self) -> int: ...
    @property
    def progress(self) -> float: ...
    @property
    def finished(self) -> bool: ...
    @property
    def epsilon(self) -> float: ...
    @property
    def stage(self) -> int | None: ...
    @property
    def positions(self) -> Any: ...
    @property
    def ages(self) -> Any: ...
    def run(self, before_step: Callable[[], None] | None = None) -> Any: ...
    def save(self, path: str | Path, extra: Any = None) -> None: ...
    def export(self, path: str | Path, which: str = "best", metadata: dict[str, Any] | None = None) -> None: ...


class Trainers(Protocol):
    """Where trainers come from: the class `Trainer` itself, or a stand-in in tests."""

    def __call__(self, config: TrainConfig, device: str | None = None) -> Trains: ...
    def restore(self, path: str | Path, device: str | None = None, *, config: TrainConfig | None = None) -> Trains: ...


@dataclass
class Training:
    """A run as this process trains it."""

    run: UUID
    trainer: Trains
    tape: Tape
    recorder: Recorder
    live: LivePublisher
    overview: Overview
    fence: int = 0
    """of the slice that was committed last"""
    saved_steps: int = -1
    """the trainer's steps when it was saved last"""

    def notes(self) -> dict[str, Any]:
        """What travels in the checkpoint beside the trainer."""
        return {"tape": self.tape.state(), "recorder": self.recorder.state(), "framer": self.live.framer.state()}

    def standing(self) -> Standing:
        trainer = self.trainer
        return Standing(
            trainer.progress, trainer.steps, trainer.episodes, trainer.iteration, float(trainer.epsilon), trainer.stage
        )


_kept: Training | None = None
"""what this process trained last: if the run's next slice comes here, it goes on without a file being read"""


def device() -> str:
    """Where networks are trained. Which GPU, `CUDA_VISIBLE_DEVICES` says."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def warm_up() -> None:
    """Pay now for what torch does at its first optimiser: it imports some 800 modules, and a student would wait."""
    torch.set_num_threads(1)
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])


def slice_run(run_id: UUID, fence: int, worker: str, trainers: Trainers = Trainer) -> Run | None:
    """Train a run for one slice: claim, restore, train, save, commit.

    The run was queued under `fence`; see `slices.slice_commit` for what it is afterwards. None: it was not ours to
    train, or no longer is.

    Raises:
        TrainingError: the run cannot go on; the message is for its owner
        DatabaseError, StorageAwayError: one of them is away for too long; the lease will run out and the slice be
            trained again
    """
    global _kept
    claim = slices.slice_claim(run_id, fence, worker)
    if claim is None:
        return None
    kept, _kept = _kept, None  # whatever happens below, half a slice is never gone on with
    with Ledger(claim) as rows, Pulse(claim, rows, claim.seconds) as pulse:
        training = take_up(claim, kept, trainers)
        try:
            train(training, rows, pulse)
        except TrainingError:
            rows.flush()  # what led there is worth seeing
            raise
        if pulse.verdict is Verdict.LOST:
            logger.warning("run %s was taken from this worker; the slice is dropped", run_id)
            tally.add_slice(outbox_client(), "dropped")
            return None
        run = finish(training, claim, rows)
    tally.add_slice(outbox_client(), "dropped" if run is None else "committed")
    if run is not None and run.state == Run.State.QUEUED:
        training.fence, training.saved_steps = claim.fence, training.trainer.steps
        _kept = training
    outbox().flush(1.0)
    return run


def take_up(claim: Claim, kept: Training | None, trainers: Trainers) -> Training:
    """The training where the slice before left it: in this process, in a checkpoint, or at its beginning."""
    run = claim.run
    if kept is not None and kept.run == run.pk and kept.fence == claim.fence - 1:
        return kept
    reasons: list[str] = []
    for checkpoint in slices.newest_checkpoints(run):
        try:
            trainer = _patiently(partial(_restored, checkpoint, trainers))
        except TrainingError as error:
            reasons.append(str(error))
            logger.error("run %s: %s", run.pk, error)
            continue
        slices.slice_rewind(claim, checkpoint)
        return _from_checkpoint(claim, checkpoint, trainer)
    if reasons:
        raise TrainingError(f"No checkpoint of this run can be used. The newest: {reasons[0]}")
    slices.slice_rewind(claim, None)
    return _training(run, trainers(TrainConfig.model_validate(run.config), device=device()))


def train(training: Training, rows: Ledger, pulse: Pulse) -> None:
    """The loop: what the trainer tells goes to the tape, the recorder, the air and the ledger, until the slice ends."""
    trainer, tape, recorder, air = training.trainer, training.tape, training.recorder, training.live
    event: Event
    pacer = pulse.pacer
    for event in trainer.run(before_step=pacer.wait):
        life = tape.take(event)
        for recording in recorder.take(life, event):
            rows.recording(recording, trainer.steps)
        air.take(life, pacer.pace)
        match event:
            case Step():
                training.overview.take(trainer)
            case Metrics():
                rows.metric(trainer.iteration, event.values)
            case Evaluation():
                rows.evaluation(event)
            case StageChange():
                rows.stage(event)
            case Iteration():
                rows.standing = training.standing()
                if pulse.verdict is not None:
                    return


def finish(training: Training, claim: Claim, rows: Ledger) -> Run | None:
    """Save what was trained and commit the slice; None if the run is no longer ours."""
    trainer, run = training.trainer, claim.run
    saved = None
    if trainer.steps > training.saved_steps:
        saved = _patiently(lambda: save(training, claim))
    batch = rows.close()
    batch.standing = training.standing()
    committed = _patiently(lambda: slices.slice_commit(claim, batch, saved, trainer.finished))
    if committed is None:
        return None
    ledger.tell(claim, batch)
    if saved is not None:
        checkpoint = Checkpoint.objects.filter(run=run, steps=saved.standing.steps).first()
        if checkpoint is not None:
            live.tell(
                run.pk, {"type": "checkpoint", "checkpoint": CheckpointOut.of(checkpoint).model_dump(mode="json")}
            )
    return committed


def save(training: Training, claim: Claim) -> Saved:
    """Write the checkpoint and the inference model, each whole, into the folder of this fence."""
    trainer, run = training.trainer, claim.run
    with files.writing(files.checkpoint_name(run.pk, claim.fence, trainer.episodes)) as (path, checkpoint):
        trainer.save(path, extra=training.notes())
    with files.writing(files.model_name(run.pk, claim.fence, trainer.episodes, "safetensors")) as (path, model):
        trainer.export(path, "best", {"run": str(run.pk), "name": run.name})
    return Saved(training.standing(), trainer.best, checkpoint, model)


def _from_checkpoint(claim: Claim, checkpoint: Checkpoint, trainer: Trains) -> Training:
    training = _training(claim.run, trainer)
    training.saved_steps = trainer.steps
    notes = trainer.extra
    training.tape.restore(notes["tape"])
    training.recorder.restore(notes["recorder"])
    if checkpoint.fence == claim.fence - 1:
        training.live.framer.restore(notes["framer"])
    # Otherwise a slice was lost, and what it showed is lived again: the air begins anew with the next life.
    return training


def _training(run: Run, trainer: Trains) -> Training:
    level = trainer.level
    tape = Tape(str(run.pk), level.name, level.digest)
    air = LivePublisher(str(run.pk), Framer())
    return Training(run.pk, trainer, tape, Recorder(level.vocabulary), air, Overview(run.pk))


def _restored(checkpoint: Checkpoint, trainers: Trainers) -> Trains:
    """The trainer in a checkpoint. TrainingError if the file is gone, another than the row names, or of no use."""
    name = checkpoint.file_name
    try:
        with files.reading(checkpoint.file) as path, path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != checkpoint.sha256:
                raise TrainingError(f"{name} is damaged: its content does not match its checksum")
            try:
                # The row's settings: those of the file, but for the first slice of a fork.
                return trainers.restore(path, device=device(), config=TrainConfig.model_validate(checkpoint.run.config))
            except TrainingError as error:
                # Where files lie here is nobody's business.
                raise TrainingError(str(error).replace(str(path), name)) from error
    except FileNotFoundError:
        raise TrainingError(f"{name} is gone") from None


def _patiently(act: Callable[[], Any]) -> Any:
    """Do what begins or ends a slice, waiting for a database or a storage that is away."""
    until = time.monotonic() + COMMIT_PATIENCE
    while True:
        try:
            return act()
        except (DatabaseError, files.StorageAwayError) as error:
            connection.close()
            if time.monotonic() > until:
                raise
            logger.warning("a slice waits for the database or the storage: %s", error)
            time.sleep(0.5)
