"""What workers do between two slices (the queue `exams`): examine models, pack them, film lives, deliver news.

How long these took lately, and who does one now, is kept in the broker, for the wait that is told (`turns`). Nothing
waits for it: what cannot be noted is not.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

import redis
from celery.signals import task_postrun, task_prerun
from django.conf import settings

from lab import clock
from lab.outbox import client
from lab.schedule import queue

logger = logging.getLogger(__name__)

RECENT = 50
"""errands that are looked back on for what one takes"""
UNKNOWN = 3.0
"""seconds that an errand is taken to last where none was measured yet"""
LONGEST = 600.0
"""seconds after which a worker that began an errand has died of it"""
TAKE_HOME = "lab.runs.tasks.take_home"
"""what follows the end of each run"""


@dataclass(frozen=True)
class Errands:
    """What waits, who is at one, and what was measured."""

    waiting: int = 0
    under_way: dict[str, tuple[str, float]] = field(default_factory=dict)
    """worker -> (task, seconds since it was begun)"""
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """task -> how long it took lately"""

    @property
    def usual(self) -> float:
        """Seconds that one of those that wait takes: which they are is not known."""
        every = [seconds for one in self.seconds.values() for seconds in one]
        return fmean(every) if every else UNKNOWN

    def expected(self, task: str) -> float:
        """Seconds that this task takes."""
        return median(self.seconds[task]) if task in self.seconds else self.usual

    def left(self, worker: str) -> float | None:
        """Seconds until this worker has done its errand; None where it is at none."""
        if worker not in self.under_way:
            return None
        task, gone = self.under_way[worker]
        return max(0.0, self.expected(task) - gone)


def listen() -> None:
    """Note when errands begin and end, in the process that does them."""
    task_prerun.connect(_begin)
    task_postrun.connect(_end)


def now() -> Errands:
    """As it is; nothing is known without a broker."""
    try:
        moment = clock.broker_seconds(client().time())
        under_way, lately = client().hgetall(_under_way()), client().lrange(_lately(), 0, -1)
        waiting = queue.length(queue.EXAMS)
    except queue.UNREACHABLE:
        return Errands()
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for told in lately:
        task, took = told.decode().split()
        seconds[task].append(float(took))
    begun = {worker.decode(): told.decode().split() for worker, told in under_way.items()}
    at = {worker: (task, moment - float(began)) for worker, (task, began) in begun.items()}
    return Errands(waiting, {worker: one for worker, one in at.items() if one[1] < LONGEST}, dict(seconds))


def _begin(task: Any, **_: Any) -> None:
    if not _is_errand(task):
        return
    try:
        began = clock.broker_seconds(client().time())
        client().hset(_under_way(), task.request.hostname, f"{task.name} {began}")
    except (redis.RedisError, OSError) as error:
        logger.info("an errand is not noted, the broker is away: %s", error)


def _end(task: Any, **_: Any) -> None:
    if not _is_errand(task):
        return
    try:
        told = client().hget(_under_way(), task.request.hostname)
        if told is None:
            return
        took = clock.broker_seconds(client().time()) - float(told.split()[1])
        with client().pipeline(transaction=True) as pipe:
            pipe.hdel(_under_way(), task.request.hostname)
            pipe.lpush(_lately(), f"{task.name} {took:.3f}")
            pipe.ltrim(_lately(), 0, RECENT - 1)
            pipe.execute()
    except (redis.RedisError, OSError) as error:
        logger.info("an errand is not measured, the broker is away: %s", error)


def _is_errand(task: Any) -> bool:
    return bool((task.request.delivery_info or {}).get("routing_key") == queue.EXAMS)


def _under_way() -> str:
    return f"{settings.KEY_PREFIX}.errands.now"


def _lately() -> str:
    return f"{settings.KEY_PREFIX}.errands"
