"""Writes a slice's rows while it trains, from a thread of its own: training never waits for the database.

Rows gather for about a second, then go out as one batch. If the database is away they wait here and are written when it
is back, or with the slice's commit. A batch may be written twice; the rows are the same rows.
"""

import logging
import threading
import time
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection

from hamlet.learning.events import Evaluation, StageChange
from hamlet.learning.metrics import COLUMNS
from hamlet.tape.recorder import Recording
from hamlet.tape.wire import encode_recording
from lab.runs import selectors
from lab.runs.models import RecordedEpisode
from lab.runs.schemas import EpisodeOut, EvaluationOut
from lab.store import files
from lab.training import slices
from lab.training.slices import Batch, Claim, Standing
from lab.watch import live

logger = logging.getLogger(__name__)

EVERY = 1.0
"""seconds between two batches"""


class Ledger:
    """The rows of one slice on their way to the database. Use as a context; `close()` gives what is left to commit."""

    def __init__(self, claim: Claim, every: float | None = None) -> None:
        self.claim = claim
        self.lost = False
        """the run is no longer ours"""
        self.healthy = True
        """what was tried last could be written"""
        self.standing: Standing | None = None
        """where training stands; set by the training thread after each iteration"""
        self._every = EVERY if every is None else every
        self._lock = threading.Lock()
        self._waiting = Batch()
        self._recordings: list[tuple[Recording, int]] = []
        self._written: Standing | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)

    def __enter__(self) -> "Ledger":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    # ------------------------------------------------------- for the training thread; none of these waits for anything

    def metric(self, iteration: int, values: dict[str, Any]) -> None:
        """A row of the learning curve."""
        with self._lock:
            self._waiting.metrics.append((iteration, slices.finite(values)))

    def evaluation(self, event: Evaluation) -> None:
        """A held-out examination."""
        with self._lock:
            self._waiting.evaluations.append(event)

    def stage(self, event: StageChange) -> None:
        """A move of the curriculum."""
        with self._lock:
            self._waiting.stages.append(event)

    def recording(self, recording: Recording, run_steps: int) -> None:
        """A life worth keeping, and the run's steps at that moment."""
        with self._lock:
            self._recordings.append((recording, run_steps))

    def close(self) -> Batch:
        """Stop writing; gives the rows that are not written yet, their files in place."""
        self.__exit__()
        return self._taken()

    def flush(self) -> None:
        """Stop writing, after what is left, once."""
        batch = self.close()
        if slices.rows_write(self.claim, batch):
            tell(self.claim, batch)

    # ------------------------------------------------------------------------------- the thread

    def _run(self) -> None:
        try:
            while not self._closing.wait(self._every) and not self.lost:
                self._turn()
        except (
            Exception
        ):  # a defect of ours costs rows until the commit, which will tell; it does not cost the training
            logger.exception("rows of run %s could not be written", self.claim.run.pk)
            self.healthy = False
        finally:
            connection.close()

    def _turn(self) -> None:
        batch = self._taken()
        if not batch and batch.standing == self._written:
            return
        began = time.monotonic()
        try:
            self.lost = not slices.rows_write(self.claim, batch)
        except DatabaseError as error:
            connection.close()
            if self.healthy:
                logger.warning("run %s trains on without the database: %s", self.claim.run.pk, error)
            self.healthy = False
            with self._lock:
                self._waiting = _joined(batch, self._waiting)
            return
        if not self.healthy:
            self.healthy = True
            logger.warning(
                "the database is back; rows of run %s are filled in (%.1f s)",
                self.claim.run.pk,
                time.monotonic() - began,
            )
        self._written = batch.standing
        if not self.lost:
            tell(self.claim, batch)

    def _taken(self) -> Batch:
        """All that waits; its recordings become files first."""
        with self._lock:
            batch, self._waiting = self._waiting, Batch()
            recordings, self._recordings = self._recordings, []
        batch.standing = self.standing
        for recording, run_steps in recordings:
            try:
                batch.recordings.append(self._kept(recording, run_steps))
            except OSError as error:
                # A full disk: the checkpoint will meet it too, and say so to the owner. Or a storage that is away: the
                # checkpoint will wait for it. The story lacks one life.
                logger.error("life %s of run %s could not be kept: %s", recording.life.number, self.claim.run.pk, error)
        return batch

    def _kept(self, recording: Recording, run_steps: int) -> RecordedEpisode:
        life, end = recording.life, recording.life.end
        assert end is not None
        run = self.claim.run
        file = files.put(files.recording_name(run.pk, self.claim.fence, life.number), encode_recording(life))
        return RecordedEpisode(
            run=run, episode=life.number, run_steps=run_steps, steps=end["steps"], return_sum=end["return"],
            cause=end["cause"], died_of=end["died_of"], root=end["root"], reasons=list(recording.reasons),
            stage=life.meta["stage"], multiplier=life.meta["multiplier"], epsilon=life.meta["epsilon"], at=end["at"],
            file=file.name, bytes=file.bytes, sha256=file.sha256,
        )  # fmt: skip


def tell(claim: Claim, batch: Batch) -> None:
    """News of rows that are in the database, for those who watch."""
    run = claim.run.pk
    if batch.metrics:
        rows = [[values[name] for name in COLUMNS] for _, values in batch.metrics]
        live.tell(run, {"type": "metrics", "columns": selectors.as_columns(rows)})
    for event in batch.evaluations:
        live.tell(run, {"type": "evaluation", "evaluation": EvaluationOut(**event._asdict()).model_dump(mode="json")})
    for move in batch.stages:
        live.tell(run, {"type": "stage", **move._asdict()})
    for row in batch.recordings:
        live.tell(run, {"type": "recorded", "episode": EpisodeOut.of(row).model_dump(mode="json", by_alias=True)})


def _joined(first: Batch, then: Batch) -> Batch:
    return Batch(
        first.metrics + then.metrics, first.evaluations + then.evaluations, first.stages + then.stages,
        first.recordings + then.recordings, then.standing or first.standing,
    )  # fmt: skip
