"""Learning curves of one or many runs in few points, with nothing hidden.

A curve is cut into stretches; a stretch has the mean, the least and the most of the rows in it. So a spike of one row
is in the picture at any zoom. The database does the cutting, except over time, whose sums it cannot stretch;
only what is drawn travels to the page.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import Avg, Count, F, Max, Min

from hamlet.learning.metrics import COLUMNS
from lab.runs.models import MetricRow, Run

TOGETHER = 10
"""runs in one question: fewer cost more to ask, of many more PostgreSQL reads the whole table"""
AXES = ("steps", "episodes", "time")
METRICS = tuple(name for name in COLUMNS if name not in ("steps", "episodes"))


class Curve(NamedTuple):
    """One run's stretches that hold something, in order."""

    run: UUID
    bins: list[int]
    """which stretch, from 0"""
    mean: list[float]
    low: list[float]
    high: list[float]
    rows: list[int]
    """measurements in the stretch"""


class Overlay(NamedTuple):
    left: int
    """where stretch 0 begins"""
    width: int
    """of one stretch"""
    points: int
    """number of stretches, some of them perhaps empty"""
    curves: list[Curve]


def overlay(
    runs: Sequence[Run], metric: str, axis: str, points: int, left: int | None = None, right: int | None = None
) -> Overlay:
    """One metric of many runs over an axis that all share, cut into at most `points` stretches.

    Args:
        runs: whose curves
        metric: of METRICS
        axis: "steps" or "episodes" over all lanes, or "time": ms of training, examinations and waiting not counted
        points: number of stretches
        left, right: the part to look at, both ends included; the whole where they are left out
    """
    times = {} if axis != "time" else _times(runs, metric)
    start = left or 0
    end = right if right is not None else _end(runs, axis, times)
    width = max(1, -(-(end - start + 1) // points))
    cut = _cut_times(times, start, end, width) if axis == "time" else _cut_rows(runs, metric, axis, start, end, width)
    found: dict[UUID, list[Any]] = {run.pk: [] for run in runs}
    for run_id, *stretch in cut:
        found[run_id].append(stretch)
    curves = [
        Curve(pk, *map(list, zip(*sorted(stretches), strict=True))) for pk, stretches in found.items() if stretches
    ]
    return Overlay(start, width, max(1, -(-(end - start + 1) // width)), curves)


def _end(runs: Sequence[Run], axis: str, times: dict[UUID, Any]) -> int:
    ends = [ms[-1] for ms, _ in times.values()] if axis == "time" else [getattr(run, axis) for run in runs]
    return int(max(ends, default=0))


def _cut_rows(
    runs: Sequence[Run], metric: str, axis: str, start: int, end: int, width: int
) -> Iterable[tuple[Any, ...]]:
    # A few runs a question: they are found by their index; for all at once the whole table would be read, old runs too.
    for first in range(0, len(runs), TOGETHER):
        rows = MetricRow.objects.filter(
            run__in=runs[first : first + TOGETHER],
            **{f"{metric}__isnull": False, f"{axis}__gte": start, f"{axis}__lte": end},
        )
        yield from (
            rows.annotate(bin=(F(axis) - start) / width)
            .order_by()
            .values("run_id", "bin")
            .annotate(mean=Avg(metric), low=Min(metric), high=Max(metric), rows=Count("pk"))
            .values_list("run_id", "bin", "mean", "low", "high", "rows")
        )


def _times(runs: Sequence[Run], metric: str) -> dict[UUID, tuple[Any, Any]]:
    """For each run that measured its speed in every row: ms of training at each row, and the metric there."""
    columns: dict[UUID, list[Any]] = {}
    rows = MetricRow.objects.filter(run__in=[run.pk for run in runs]).order_by("run_id", "iteration")
    for run_id, *row in rows.values_list("run_id", "steps", "steps_per_second", metric).iterator(5000):
        columns.setdefault(run_id, []).append(row)
    found = {}
    for run_id, values in columns.items():
        steps, speed, measured = np.array(values, dtype=float).T
        seconds = np.cumsum(np.diff(steps, prepend=0.0) / speed)
        if np.isfinite(seconds).all():
            found[run_id] = (np.round(seconds * 1000.0).astype(np.int64), measured)
    return found


def _cut_times(times: dict[UUID, Any], start: int, end: int, width: int) -> Iterable[tuple[Any, ...]]:
    for run_id, (ms, measured) in times.items():
        there = np.isfinite(measured) & (ms >= start) & (ms <= end)
        bins, values = (ms[there] - start) // width, measured[there]
        if not len(bins):
            continue
        first = np.flatnonzero(np.diff(bins, prepend=-1))
        counts = np.diff(first, append=len(bins))
        means = np.add.reduceat(values, first) / counts
        lows, highs = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
        for row in zip(bins[first], means, lows, highs, counts, strict=True):
            yield run_id, int(row[0]), float(row[1]), float(row[2]), float(row[3]), int(row[4])


def picked(rows: Sequence[Sequence[Any]], points: int) -> tuple[list[Any], list[Any], list[Any]]:
    """At most `points` of the rows, evenly spaced, the newest among them; and for each the least and the most of every
    column from the row picked before it to this one, so that what was left out is still in the picture.

    Returns: rows, lows, highs
    """
    if len(rows) <= points:
        return list(rows), list(rows), list(rows)
    ends = [len(rows) - 1] if points == 1 else [round(i * (len(rows) - 1) / (points - 1)) for i in range(points)]
    table = np.array(rows, dtype=float)  # what was not measured is not a number here
    lows, highs = [], []
    after = 0
    for end in ends:
        stretch = table[after : end + 1]
        measured = np.isfinite(stretch)
        some = measured.any(axis=0)
        low = np.where(measured, stretch, np.inf).min(axis=0)
        high = np.where(measured, stretch, -np.inf).max(axis=0)
        lows.append([float(value) if known else None for value, known in zip(low, some, strict=True)])
        highs.append([float(value) if known else None for value, known in zip(high, some, strict=True)])
        after = end + 1
    return [rows[end] for end in ends], lows, highs
