"""What a worker does to the database in a slice: claim, rewind, write rows, commit. Each deed asks for its fence.

A worker that has lost its run (its lease ran out, another has claimed it) finds its fence too old, is told so by None
or False, and has written nothing.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from hamlet.learning.events import Evaluation, StageChange
from hamlet.learning.metrics import COLUMNS
from lab import clock
from lab.runs import selectors, services
from lab.runs.models import (
    Checkpoint,
    EvaluationRow,
    ExportedModel,
    MetricRow,
    RecordedEpisode,
    Run,
    StageMove,
    TrainedSlice,
)
from lab.schedule import bell, fairness, queue, turns
from lab.store import files
from lab.store.files import Written
from lab.watch import live

State = Run.State

KEEP = 24
"""checkpoints of a run that are kept: the newest, the best, and others spread over its course"""
KEEP_NEWEST = 3
LIVE = [
    "progress", "steps", "episodes", "epsilon", "stage", "multiplier", "steps_per_second", "last", "spark", "best",
    "best_episode",
]  # fmt: skip
"""what a run says of itself while it trains"""


@dataclass(frozen=True)
class Claim:
    """A run that is ours to train, until the lease runs out."""

    run: Run
    fence: int
    seconds: float
    """that the slice is to train"""
    began: float
    """by this process's `time.monotonic`"""


@dataclass(frozen=True)
class Standing:
    """Where training stands, as the trainer says."""

    progress: float
    steps: int
    episodes: int
    iteration: int
    epsilon: float
    stage: int | None


@dataclass
class Batch:
    """Rows to be written. Writing a batch twice is the same as writing it once."""

    metrics: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """(iteration, values by column)"""
    evaluations: list[Evaluation] = field(default_factory=list)
    stages: list[StageChange] = field(default_factory=list)
    recordings: list[RecordedEpisode] = field(default_factory=list)
    standing: Standing | None = None

    def __bool__(self) -> bool:
        return bool(self.metrics or self.evaluations or self.stages or self.recordings)


@dataclass(frozen=True)
class Saved:
    """A checkpoint and the model that was written with it."""

    standing: Standing
    best: Evaluation | None
    """the examination of the model's weights; None where there was none yet"""
    checkpoint: Written
    model: Written


def slice_claim(run_id: UUID, fence: int, worker: str) -> Claim | None:
    """Take a queued run for a slice. It is `queued` under `fence` before and `training` under the next one after.

    None: another worker was quicker, the message is an old one, or the run has been stopped.
    """
    now, began = clock.now(), time.monotonic()
    with transaction.atomic():
        claimed = Run.objects.filter(pk=run_id, state=State.QUEUED, fence=fence).update(
            state=State.TRAINING, fence=fence + 1, lease_until=now + services.LEASE, worker=worker, claimed_at=now,
            queued_at=None, sent_at=None,
            started_at=Coalesce(F("started_at"), models.Value(now, output_field=models.DateTimeField())),
        )  # fmt: skip
        if not claimed:
            return None
        _on_commit(lambda: services.announce(run_id))
    run = Run.objects.get(pk=run_id)
    return Claim(run, fence + 1, turns.slice_given(run), began)


def slice_orders(claim: Claim) -> tuple[State | None, float | None]:
    """What the run is to do now, and its pace: `training`, `pausing` or `stopping` while it is ours, else None."""
    ours = Run.objects.filter(pk=claim.run.pk, fence=claim.fence, state__in=Run.LEASED)
    state, pace = ours.values_list("state", "pace").first() or (None, None)
    return State(state) if state is not None else None, pace


def others_wait() -> bool:
    """Whether any run waits for a worker."""
    return Run.objects.filter(state=State.QUEUED).exists()


def slice_renew(claim: Claim) -> bool:
    """Keep the lease for another while; False if the run is no longer ours."""
    ours = Run.objects.filter(pk=claim.run.pk, fence=claim.fence, state__in=Run.LEASED)
    return ours.update(lease_until=clock.now() + services.LEASE) == 1


def slice_rewind(claim: Claim, to: Checkpoint | None) -> bool:
    """Drop every row beyond the checkpoint the slice begins from: what they tell of is lived anew.

    There are some only after a slice was lost, or a checkpoint found damaged. None drops all rows.
    """
    steps = to.steps if to is not None else -1
    with transaction.atomic():
        run = _own(claim)
        if run is None:
            return False
        recordings = RecordedEpisode.objects.filter(run=run, run_steps__gt=steps)
        checkpoints = Checkpoint.objects.filter(run=run, steps__gt=steps)
        exported = ExportedModel.objects.filter(run=run, steps__gt=steps, requested=False, downloads=0)
        names = [name for rows in (recordings, checkpoints, exported) for name in rows.values_list("file", flat=True)]
        dropped = 0
        for rows in (
            MetricRow.objects.filter(run=run, steps__gt=steps),
            EvaluationRow.objects.filter(run=run, steps__gt=steps),
            StageMove.objects.filter(run=run, steps__gt=steps),
            recordings,
            exported,
            checkpoints,
        ):
            dropped += rows.delete()[0]
        if dropped:
            _look_back(run)
            _on_commit(lambda: files.remove(names))
    return True


def _look_back(run: Run) -> None:
    """What the run says of itself, from the rows that are left."""
    best = EvaluationRow.objects.filter(run=run, best=True).order_by("-steps").first()
    last = MetricRow.objects.filter(run=run, survival_mean__isnull=False).order_by("-iteration").first()
    run.best, run.best_episode = (best.mean, best.episodes) if best else (None, None)
    run.last = last.survival_mean if last else None
    run.spark = selectors.spark_of(run.pk)
    run.model = (
        ExportedModel.objects.filter(run=run, format=ExportedModel.Format.SAFETENSORS).order_by("-steps").first()
    )
    run.save(update_fields=[*LIVE, "model"])
    _mark_best(run)


def rows_write(claim: Claim, batch: Batch) -> bool:
    """Write rows while the slice goes on; False if the run is no longer ours, and nothing was written."""
    with transaction.atomic():
        run = _own(claim)
        if run is None:
            return False
        _write(run, batch)
        run.save(update_fields=LIVE)
    return True


def slice_commit(
    claim: Claim, batch: Batch, saved: Saved | None, finished: bool, now: datetime | None = None
) -> Run | None:
    """End a slice: its rows, its checkpoint and model, and what becomes of the run, all in one transaction.

    The run was `training`, `pausing` or `stopping`; it becomes `finished`, `stopped` (if it was to stop, the bell
    rings, or what its owner may use is used up), `paused`, or `queued` for its next slice. None if the run is no longer
    ours: nothing is written, and the new files are removed.

    Args:
        saved: the files, already in their place; None if training has not moved since the last checkpoint
        finished: the budget is used
    """
    now = now or clock.now()
    with transaction.atomic():
        run = _own(claim)
        if run is not None:
            _write(run, batch)
            if saved is not None:
                _keep(run, claim.fence, saved)
            _count(run, claim, now)
            run.lease_until, run.claimed_at, run.lost = None, None, 0
            if not finished and run.state != State.STOPPING and (reason := _held(run, now)):
                run.state, run.message = State.STOPPING, reason
            if finished or run.state == State.STOPPING:
                run.state = State.FINISHED if finished else State.STOPPED
                run.finished_at, run.paused_by, run.paused_at = now, None, None
                if run.model is not None:
                    _on_commit(partial(queue.send_exam, "take_home", run.model.pk))
            elif run.state == State.PAUSING:
                run.state, run.urgent = State.PAUSED, False
            else:
                run.state, run.queued_at, run.sent_at = State.QUEUED, now, now
                _on_commit(lambda: queue.send(claim.run.pk, claim.fence))
            run.save()
            _on_commit(lambda: _told(claim.run.pk))
    if run is None and saved is not None:
        if Checkpoint.objects.filter(run=claim.run, file=saved.checkpoint.name).exists():
            # The connection broke between the commit and its confirmation, and this is the second try.
            return Run.objects.get(pk=claim.run.pk)
        files.remove([saved.checkpoint.name, saved.model.name])
    return run


def newest_checkpoints(run: Run) -> Sequence[Checkpoint]:
    """The run's checkpoints, newest first."""
    return list(Checkpoint.objects.filter(run=run).select_related("run").order_by("-steps"))


def _on_commit(deed: Callable[[], object]) -> None:
    # Robust: the rows are written by then, and stay so whatever becomes of the news.
    transaction.on_commit(deed, robust=True)


def _told(run_id: UUID) -> None:
    """News of a slice's end. Between two slices of a run that waits for nobody there is none: nothing has changed."""
    run = Run.objects.get(pk=run_id)
    if run.state != State.QUEUED or Run.objects.filter(state=State.QUEUED).count() > 1:
        services.announce(run_id)
    if run.ended:
        live.off_air(run_id)


def _own(claim: Claim) -> Run | None:
    """The run, locked until the transaction ends, if it still is ours."""
    ours = Run.objects.select_for_update().filter(pk=claim.run.pk, fence=claim.fence, state__in=Run.LEASED)
    return ours.first()


def _write(run: Run, batch: Batch) -> None:
    """Rows into their tables, and where training stands into the run (not saved yet)."""
    metrics = [MetricRow(run=run, iteration=iteration, **values) for iteration, values in batch.metrics]
    evaluations = [EvaluationRow(run=run, **event._asdict()) for event in batch.evaluations]
    stages = [StageMove(run=run, **event._asdict()) for event in batch.stages]
    _upsert(MetricRow, metrics, ["run", "iteration"])
    _upsert(EvaluationRow, evaluations, ["run", "steps"])
    _upsert(StageMove, stages, ["run", "steps"])
    _upsert(RecordedEpisode, batch.recordings, ["run", "episode"])
    if batch.standing is not None:
        standing = batch.standing
        run.progress, run.steps, run.episodes = standing.progress, standing.steps, standing.episodes
        run.epsilon, run.stage = standing.epsilon, standing.stage
    if metrics:
        newest = metrics[-1]
        run.multiplier, run.steps_per_second = newest.multiplier, newest.steps_per_second
        means = [row.survival_mean for row in metrics if row.survival_mean is not None]
        run.last = means[-1] if means else run.last
        run.spark = selectors.spark_of(run.pk)
    for event in batch.evaluations:
        if event.best:
            run.best, run.best_episode = event.mean, event.episodes


def _upsert(model: type[models.Model], rows: Sequence[models.Model], key: list[str]) -> None:
    names = [f.attname if f.is_relation else f.name for f in model._meta.concrete_fields if not f.primary_key]
    others = [name for name in names if name not in key and name.removesuffix("_id") not in key]
    if rows:
        model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=key, update_fields=others)


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """A number that is none is not a measurement: null, as for what was not measured."""
    return {name: None if isinstance(v := values[name], float) and not math.isfinite(v) else v for name in COLUMNS}


def _count(run: Run, claim: Claim, now: datetime) -> None:
    """Whose worker's time the slice was."""
    seconds = time.monotonic() - claim.began
    run.trained_seconds += seconds
    TrainedSlice.objects.create(
        run=run, owner_id=run.owner_id, classroom_id=run.classroom_id, given=claim.seconds, seconds=seconds,
        ended_at=now,
    )  # fmt: skip


def _held(run: Run, now: datetime) -> str | None:
    """Why the run may not go on; None if it may."""
    if bell.rings_for(run, now):
        return bell.KEPT
    # What is used up holds a paused run when it is to be resumed.
    return None if run.state == State.PAUSING else fairness.spent(run)


def _keep(run: Run, fence: int, saved: Saved) -> None:
    standing = saved.standing
    checkpoint = Checkpoint.objects.create(
        run=run, fence=fence, iteration=standing.iteration, episode=standing.episodes, steps=standing.steps,
        file=saved.checkpoint.name, bytes=saved.checkpoint.bytes, sha256=saved.checkpoint.sha256,
    )  # fmt: skip
    run.model = ExportedModel.objects.create(
        run=run, checkpoint=checkpoint, checkpoint_bytes=checkpoint.bytes, episode=standing.episodes,
        steps=standing.steps, format=ExportedModel.Format.SAFETENSORS, file=saved.model.name, bytes=saved.model.bytes,
        sha256=saved.model.sha256, evaluation=saved.best._asdict() if saved.best else None,
    )  # fmt: skip
    _mark_best(run)
    _thin(run)


def _mark_best(run: Run) -> None:
    """The first checkpoint that holds the best examined weights so far carries the mark, and it alone."""
    exam = EvaluationRow.objects.filter(run=run, best=True).order_by("-steps").first()
    checkpoints = Checkpoint.objects.filter(run=run)
    best = checkpoints.filter(steps__gte=exam.steps).order_by("steps").first() if exam else None
    checkpoints.filter(best=True).exclude(pk=best.pk if best else None).update(best=False)
    if best is not None and not best.best:
        checkpoints.filter(pk=best.pk).update(best=True)


def _thin(run: Run) -> None:
    """Drop checkpoints beyond KEEP: each time the one that leaves the smallest gap, never the newest or the best."""
    kept = list(Checkpoint.objects.filter(run=run).order_by("steps"))
    names: list[str] = []
    while len(kept) > KEEP:
        inner = [i for i in range(1, len(kept) - KEEP_NEWEST) if not kept[i].best]
        drop = kept.pop(min(inner, key=lambda i: kept[i + 1].steps - kept[i - 1].steps))
        # Models that nobody asked for go with it; others outlive it.
        idle = ExportedModel.objects.filter(checkpoint=drop, requested=False, downloads=0).exclude(pk=run.model_id)
        names += [drop.file, *idle.values_list("file", flat=True)]
        idle.delete()
        drop.delete()
    if names:
        _on_commit(lambda: files.remove(names))
