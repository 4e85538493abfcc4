"""What is asked about runs. Each answer takes a fixed number of queries, whatever the number of runs."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum, prefetch_related_objects

from hamlet.learning.metrics import COLUMNS
from lab.errors import FieldError
from lab.runs import curves, levels
from lab.runs.errors import RunError
from lab.runs.models import Checkpoint, Clip, ExportedModel, MetricRow, RecordedEpisode, Run, RunTag
from lab.runs.schemas import RunOut
from lab.runs.sight import REFERS
from lab.schedule import turns
from lab.watch import live

SPARK = 60
"""points of the small survival curve"""


def run_page(
    runs: QuerySet[Run],
    *,
    states: Sequence[str] = (),
    tags: Sequence[str] = (),
    text: str = "",
    cursor: str = "",
    limit: int = 50,
) -> tuple[list[Run], str | None]:
    """One page, newest first, and the cursor of the next one.

    Args:
        states: only runs in one of these; empty is all
        tags: only runs that have all of these, whatever their capitals
        text: only runs with each of these words in their name, notes, tags, level or owner's name
        cursor: where to go on, from the page before
    """
    if states:
        runs = runs.filter(state__in=states)
    for tag in tags:
        runs = runs.filter(pk__in=RunTag.objects.filter(name__iexact=tag).values("run"))
    for word in text.split():
        runs = runs.filter(
            Q(name__icontains=word) | Q(level__icontains=word) | Q(notes__icontains=word)
            | Q(pk__in=RunTag.objects.filter(name__icontains=word).values("run"))
            # The user name of those without an account is the code on their log-in card: not to be searched for.
            | Q(owner__account=True, owner__username__icontains=word)
            | Q(owner__first_name__icontains=word) | Q(owner__last_name__icontains=word)
        )  # fmt: skip
    if cursor:
        created_at, pk = _from_cursor(cursor)
        runs = runs.filter(Q(created_at__lt=created_at) | Q(created_at=created_at, pk__lt=pk))
    found = list(runs.order_by("-created_at", "-pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], base64.urlsafe_b64encode(f"{last.created_at.isoformat()} {last.pk}".encode()).decode()


def _from_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        when, pk = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return datetime.fromisoformat(when), UUID(pk)
    except (ValueError, binascii.Error):
        raise RunError(
            "This page does not exist.", [FieldError("cursor", "is not a cursor that was given out", cursor)]
        ) from None


def run_cards(runs: Iterable[Run]) -> list[RunOut]:
    """What is told of each run. The runs must come with what they refer to (see `runs_for`)."""
    runs = list(runs)
    prefetch_related_objects(runs, "tags")
    waiting = any(run.state == Run.State.QUEUED for run in runs)
    places, waits = (queue_places(), turns.waits()[0]) if waiting else ({}, {})
    viewers = live.viewers([run.pk for run in runs])
    return [
        RunOut.of(
            run,
            level_title=levels.title(run.level),
            place=places.get(run.pk),
            wait=waits.get(run.pk),
            viewers=viewers.get(run.pk, 0),
        )
        for run in runs
    ]


def run_card(run_id: UUID) -> RunOut:
    """What is told of one run. Raises Run.DoesNotExist."""
    return run_cards([Run.objects.select_related(*REFERS).get(pk=run_id)])[0]


def bytes_of(runs: QuerySet[Run]) -> dict[UUID, int]:
    """What the files of each run take, checkpoints, models, recordings and films together."""
    sizes: Counter[UUID] = Counter()
    ids = list(runs.values_list("pk", flat=True))
    for left in (Checkpoint, ExportedModel, RecordedEpisode, Clip):
        sums = left.objects.filter(run__in=ids).order_by().values_list("run").annotate(Sum("bytes"))
        sizes.update(dict(sums))
    return dict(sizes)


def queue_places() -> dict[UUID, int]:
    """The queue: first in, first out, what is urgent before the rest."""
    waiting = turns.in_order(Run.objects.filter(state=Run.State.QUEUED)).values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(waiting, start=1)}


def metric_columns(run_id: UUID, points: int) -> list[dict[str, list[Any]]]:
    """The learning curve as columns of at most `points` rows, and the least and the most that each stands for."""
    rows = list(MetricRow.objects.filter(run_id=run_id).order_by("iteration").values_list(*COLUMNS))
    return [as_columns(part) for part in curves.picked(rows, points)]


def as_columns(rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    """Rows in the order of COLUMNS, as columns."""
    return {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)}


def spark_of(run_id: UUID) -> list[float]:
    """The survival curve in few points."""
    means = MetricRow.objects.filter(run_id=run_id, survival_mean__isnull=False).order_by("iteration")
    return [round(mean, 1) for mean in thinned(list(means.values_list("survival_mean", flat=True)), SPARK)]


def thinned(rows: Sequence[Any], points: int) -> list[Any]:
    """At most `points` of the rows, evenly spaced, first and last among them."""
    if len(rows) <= points:
        return list(rows)
    if points == 1:
        return [rows[-1]]
    return [rows[round(i * (len(rows) - 1) / (points - 1))] for i in range(points)]
