"""The live path: from the trainer's events to the group of those who watch. Nothing here can delay training or end it.

The channel carries news, HTTP has the truth: what is lost here is a missed performance, never a wrong page.
docs/decisions/live.md tells why it is as it is.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import redis
from django.conf import settings

from hamlet.tape.episode import Episode
from hamlet.tape.wire import Framer
from lab import clock
from lab.outbox import Frame, Outbox, air_key, client, outbox

logger = logging.getLogger(__name__)

REMEMBERED = 1000
"""lives of the watched lane after which a shown one is forgotten; far more than can wait to be sent"""
VIEWER_SECONDS = 30.0
"""how long a socket counts as watching without saying so again"""
COUNT = """
local counts = {}
for i, key in ipairs(KEYS) do counts[i] = redis.call('ZCOUNT', key, ARGV[1], '+inf') end
return counts
"""


class LivePublisher:
    """Puts the watched lane's lives on the air."""

    def __init__(self, run: str, framer: Framer | None = None, box: Outbox | None = None) -> None:
        """
        Args:
            run: id of the run
            framer: where the air stands, when the run goes on; a new one otherwise
            box: where frames go; this process's outbox if left out
        """
        self.run = run
        self.framer = framer or Framer()
        self._box = box or outbox()
        self._told: dict[int, int] = {}
        """life -> how many had gone by before it, as its first frame says"""
        self._broken = False

    def take(self, life: Episode | None, pace: float | None = None) -> None:
        """Call after each event with what `Tape.take` gave. Costs microseconds; ten times a second, a frame.

        pace: steps a second that the run is held to; None is full speed
        """
        if life is None or self._broken:
            return
        try:
            self.framer.pace = pace
            self._take(life)
        except Exception:
            self._broken = True
            logger.exception("run %s trains on, but is no longer on the air", self.run)

    def _take(self, life: Episode) -> None:
        self._count_losses()
        data = self.framer.take(life)
        if data is None:
            return
        seq = self.framer.seq - 1
        if seq == 0:
            self._told[life.number] = self.framer.told
            for old in [number for number in self._told if number < life.number - REMEMBERED]:
                del self._told[old]
        self._box.frame(Frame(self.run, life.number, seq, life.end is not None, data, time.monotonic()))
        self._count_losses()

    def _count_losses(self) -> None:
        """A life that was lost went by, and with it what its first frame told, if nobody got that."""
        for loss in self._box.losses(self.run):
            if loss.episode == self.framer.on_air:
                self.framer.drop()
            else:
                self.framer.passed += 1
            if not loss.began:
                self.framer.passed += self._told.get(loss.episode, 0)


def tell(run: UUID | str, message: dict[str, Any]) -> None:
    """Send news to all who watch a run. Never waits and never raises for a broker that is away."""
    outbox().news(run, message)


def off_air(run: UUID | str) -> None:
    """The run is over: those who come late see its recordings, not a life that stands still."""
    try:
        client().delete(air_key(run))
    except (redis.RedisError, OSError) as error:
        logger.info("the air of run %s could not be cleared: %s", run, error)


def viewers_key(run: UUID | str) -> str:
    return f"{settings.KEY_PREFIX}.viewers.{run}"


def viewers(runs: Sequence[UUID]) -> dict[UUID, int]:
    """How many sockets watch each run now. Without a broker nobody can watch."""
    if not runs:
        return {}
    try:
        now = clock.broker_seconds(client().time())
        # One question and one answer: a list of runs asks for hundreds.
        counts = client().eval(COUNT, len(runs), *map(viewers_key, runs), now)
        return dict(zip(runs, counts, strict=True))
    except (redis.RedisError, OSError):
        return {}
