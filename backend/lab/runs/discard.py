"""What is deleted of runs by hand: checkpoints, models, recorded lives and films, one or a thousand. The runs stay.

Never what somebody needs: what a worker still writes, the checkpoint a paused run goes on from or a fork began with, a
life that somebody left a note on or that a film shows. A film itself nobody needs: it can be made again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from lab.runs import services
from lab.runs.models import Bookmark, Checkpoint, Clip, ExportedModel, RecordedEpisode, Run
from lab.store import files

Left = Checkpoint | ExportedModel | RecordedEpisode | Clip

MOVES = "its run still moves: pause or stop it first"
GOES_ON = "its run is paused and goes on from it"
FORKED = "a fork began with it"
NOTED = "someone left a note on it"
FILMED = "a film shows it"


@dataclass
class Discarded:
    """What became of what was chosen."""

    gone: list[Any] = field(default_factory=list)
    stayed: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    """by the reason why"""


def discard(kind: type[Left], ids: Sequence[Any]) -> Discarded:
    """Delete these rows with their files, but what somebody needs. Asks the database the same number of questions for
    one row and for a thousand.

    A run whose model is gone has its newest one before that, if there is any; of two checkpoints that hold the best
    weights the later one carries the mark when the first is gone.
    """
    found = Discarded()
    with transaction.atomic():
        named = kind._default_manager.filter(pk__in=ids)
        # Locked, so that none of them begins to move, and nobody comes to need what is being looked at.
        runs = Run.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=named.values("run")).in_bulk()
        rows = list(named.select_for_update(of=("self",)).select_related("run"))
        needed = _needed(kind, rows)
        if kind is not Clip:
            needed = {row.pk: MOVES for row in rows if runs[row.run_id].active} | needed
        for row in rows:
            if row.pk in needed:
                found.stayed[needed[row.pk]].append(row)
            else:
                found.gone.append(row)
        kind._default_manager.filter(pk__in=[row.pk for row in found.gone]).delete()
        if kind is Checkpoint:
            _mark_the_next(found.gone)
        if kind is ExportedModel:
            _name_the_next({row.run_id for row in found.gone if runs[row.run_id].model_id == row.pk})
        names = [row.file for row in found.gone if row.file]
        transaction.on_commit(lambda: files.remove(names), robust=True)
    # Rows that are gone are still spoken of: to whom they belonged, what they were called.
    return found


def _needed(kind: type[Left], rows: Sequence[Any]) -> dict[Any, str]:
    """Which of these rows somebody needs, and why."""
    runs = {row.run_id for row in rows}
    if kind is Checkpoint:
        paused = Checkpoint.objects.filter(run__in=runs, run__state=Run.State.PAUSED).order_by()
        newest = set(paused.values_list("run").annotate(Max("steps")))
        forked = set(Run.objects.filter(parent_checkpoint__in=rows).values_list("parent_checkpoint", flat=True))
        needed = {row.pk: GOES_ON for row in rows if (row.run_id, row.steps) in newest}
        return needed | dict.fromkeys(forked, FORKED)
    if kind is RecordedEpisode:
        filmed = Clip.objects.filter(run__in=runs).exclude(state=Clip.State.FAILED)
        return _about(rows, filmed.values_list("run", "episode"), FILMED) | _about(
            rows, Bookmark.objects.filter(run__in=runs).values_list("run", "episode"), NOTED
        )
    return {}


def _about(lives: Sequence[RecordedEpisode], named: Iterable[tuple[UUID, int]], why: str) -> dict[int, str]:
    """Notes and films name a life by its run and number."""
    them = set(named)
    return {life.pk: why for life in lives if (life.run_id, life.episode) in them}


def _mark_the_next(gone: Sequence[Checkpoint]) -> None:
    """A checkpoint holds the best weights so far, so the next one after the first that held them holds them too."""
    before: Mapping[UUID, int] = {row.run_id: row.steps for row in gone if row.best}
    heirs: dict[UUID, UUID] = {}
    later = Checkpoint.objects.filter(run__in=before).order_by("steps").values_list("run", "pk", "steps")
    for run, pk, steps in later:
        if steps > before[run]:
            heirs.setdefault(run, pk)
    Checkpoint.objects.filter(pk__in=heirs.values()).update(best=True)


def _name_the_next(runs: Iterable[UUID]) -> None:
    """The run's model is its newest one."""
    runs = list(runs)
    whole = ExportedModel.objects.filter(
        run=OuterRef("pk"), format=ExportedModel.Format.SAFETENSORS, precision=ExportedModel.Precision.FLOAT32
    )
    Run.objects.filter(pk__in=runs).update(model=Subquery(whole.order_by("-steps").values("pk")[:1]))
    for run in runs:
        transaction.on_commit(lambda run=run: services.announce(run), robust=True)
