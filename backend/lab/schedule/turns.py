"""Whose turn it is to train, for how long, and when the next one's comes.

Workers take slices in the order in which runs queued up. The fewer workers for the runs that wait, the shorter the
slices, so that even the last of thirty sees its run move every few minutes; each slice also restores and saves, which
is why they do not get shorter than LEAST. The wait that is told is what this order gives with the times that were
measured: slices of the same run, or of runs like it, and the errands that workers do between two slices.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from lab import clock
from lab.runs.models import Run, TrainedSlice
from lab.schedule import crew, errands

LONGEST = 20.0
"""seconds of a slice, where few wait"""
LEAST = 5.0
"""seconds of a slice, however many wait"""
ROUND = 120.0
"""seconds in which all runs have had a turn, if slices of LEAST allow it"""
URGENT = 3.0
"""seconds of a first slice when the bell is near: enough for a model"""
RECENT = 200
"""slices, and runs, that are looked back on for what one costs"""
KEPT = timedelta(days=7)
"""slices older than this are of no use: limits count those of a day, estimates look at the newest"""
UNKNOWN = 1.0
"""seconds that restoring and saving is taken to cost where none was measured yet"""

Kind = tuple[str, str, str, int]


class Turn(NamedTuple):
    """A slice that is to come, or the rest of one."""

    seconds: float
    """that it takes a worker"""
    ends: bool = False
    """its run ends with it, and leaves an examination behind"""


class Busy(NamedTuple):
    """What a worker is at; nothing, as it stands."""

    turn: Turn = Turn(0.0)
    errand: bool = False
    """that is no slice but an errand"""


def longest() -> float:
    return float(getattr(settings, "HAMLET_SLICE_SECONDS", LONGEST))


def slice_seconds(waiting: int, workers: int, urgent: bool = False) -> float:
    """How long a slice is to train while so many other runs wait for so many workers."""
    shared = ROUND * max(1, workers) / (waiting + 1)
    return min(longest(), URGENT if urgent else max(LEAST, shared))


def slice_given(run: Run) -> float:
    """How long this run is to train in the slice that begins now."""
    waiting = Run.objects.filter(state=Run.State.QUEUED).count()
    return slice_seconds(waiting, sum(worker.alive for worker in crew.workers()), run.urgent)


def in_order(queued: QuerySet[Run]) -> QuerySet[Run]:
    """As workers take them."""
    return queued.order_by("-urgent", "queued_at", "pk")


def foretold(
    workers: Sequence[Busy], turns: Iterable[Turn], errands: Sequence[float] = (), last: float = 0.0
) -> list[float]:
    """When each of a queue's slices begins, in seconds from now. A worker takes slices and errands in turn.

    Args:
        workers: what each is at
        turns: the slices, in the queue's order
        errands: seconds that each of those that wait takes a worker
        last: seconds that the one takes which a run leaves at its end
    """
    line = [(busy.turn.seconds, number, busy.errand) for number, busy in enumerate(workers)]
    """(when it is free, which worker, after an errand)"""
    due = [(0.0, seconds) for seconds in errands] + [(busy.turn.seconds, last) for busy in workers if busy.turn.ends]
    """(when an errand can begin, seconds that it takes)"""
    heapq.heapify(line)
    heapq.heapify(due)
    begins = []
    for turn in turns:
        free, number, after_errand = heapq.heappop(line)
        while due and due[0][0] <= free and not after_errand:
            _, seconds = heapq.heappop(due)
            free, number, after_errand = heapq.heappushpop(line, (free + seconds, number, True))
        begins.append(free)
        heapq.heappush(line, (free + turn.seconds, number, False))
        if turn.ends:
            heapq.heappush(due, (free + turn.seconds, last))
    return begins


def waits(now: datetime | None = None) -> tuple[dict[UUID, float], float | None]:
    """Seconds until each queued run's slice begins, and until one's that is launched now; none where no worker is."""
    workers = [worker for worker in crew.workers() if worker.alive]
    if not workers:
        return {}, None
    now = now or clock.now()
    queued = list(in_order(Run.objects.filter(state=Run.State.QUEUED)))
    training = {run.pk: run for run in Run.objects.filter(state__in=Run.LEASED)}
    coming = _turns([*queued, *training.values()], slice_seconds(len(queued), len(workers)))
    beside = errands.now()

    def busy(worker: crew.Worker) -> Busy:
        run = training.get(worker.run) if worker.run else None
        if run is not None and run.claimed_at is not None:
            seconds, ends = coming[run.pk]
            return Busy(Turn(max(0.0, seconds - (now - run.claimed_at).total_seconds()), ends))
        left = beside.left(worker.name)
        return Busy() if left is None else Busy(Turn(left), errand=True)

    begins = foretold(
        [*map(busy, workers)], [*(coming[run.pk] for run in queued), Turn(0.0)],
        [beside.usual] * beside.waiting, beside.expected(errands.TAKE_HOME),
    )  # fmt: skip
    return {run.pk: begin for run, begin in zip(queued, begins, strict=False)}, begins[-1]


def slices_forget(now: datetime | None = None) -> int:
    """Delete slices that no limit counts and no estimate looks at any more; gives how many."""
    return TrainedSlice.objects.filter(ended_at__lt=(now or clock.now()) - KEPT).delete()[0]


def _turns(runs: Sequence[Run], given: float) -> dict[UUID, Turn]:
    """What each run's next slice takes a worker, restoring and saving included, and whether it is the last."""
    beside: defaultdict[Any, list[float]] = defaultdict(list)
    """by run, and for all: seconds beyond those that were given"""
    recent = TrainedSlice.objects.order_by("-ended_at")[:RECENT]
    for run, planned, seconds in recent.values_list("run", "given", "seconds"):
        if seconds >= planned:  # a run that ended was done before its time
            beside[run].append(seconds - planned)
            beside[None].append(seconds - planned)
    speeds: defaultdict[Any, list[float]] = defaultdict(list)
    """by kind of run: seconds of a worker for each step"""
    ended = Run.objects.filter(state=Run.State.FINISHED, trained_seconds__gt=0, steps__gt=0).order_by("-finished_at")
    for past in ended.only("level", "learner", "network", "config", "trained_seconds", "steps")[:RECENT]:
        speeds[_kind(past)].append(past.trained_seconds / past.steps)

    def turn(run: Run) -> Turn:
        more = median(beside[run.pk][:3] or beside[None] or [UNKNOWN])
        if run.trained_seconds and run.steps:
            speed = run.trained_seconds / run.steps
        elif alike := speeds.get(_kind(run)):
            speed = median(alike)
        else:
            return Turn(given + more)
        left = speed * max(0, run.steps_budget - run.steps)
        return Turn(min(given + more, left), ends=left <= given + more)

    return {run.pk: turn(run) for run in runs}


def _kind(run: Run) -> Kind:
    return run.level, run.learner, run.network, int(run.config.get("lanes", 0))
