"""All lives of a run at once: the worker's side. Pictures are taken only while somebody looks.

Who looks has joined the group `lanes.<run>`. The worker asks the broker who listens to that group, in the round trip
that carries its frames, so looking costs nothing while nobody does, and a web process that dies looks no longer.
"""

import logging
import time
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from hamlet.tape.lanes import encode_lanes
from lab.outbox import Outbox, outbox

logger = logging.getLogger(__name__)

PICTURES_A_SECOND = 6.0


class Lanes(Protocol):
    """Of a trainer what a picture shows."""

    steps: int

    @property
    def positions(self) -> NDArray[np.int64]: ...
    @property
    def ages(self) -> NDArray[np.int64]: ...


class Overview:
    """Takes pictures of all lanes of one run."""

    def __init__(self, run: UUID | str, box: Outbox | None = None) -> None:
        self.run = str(run)
        self._box = box or outbox()
        self._next = 0.0
        self._broken = False

    def take(self, lanes: Lanes) -> None:
        """Call after each step of the lanes. A picture is taken if one is due and somebody looks."""
        if self.run not in self._box.looked_at or self._broken:
            return
        now = time.monotonic()
        if now < self._next:
            return
        # By the clock, not by the last picture: the rate holds although steps do not fall on its beat.
        self._next = max(self._next, now - 1.0 / PICTURES_A_SECOND) + 1.0 / PICTURES_A_SECOND
        try:
            data = encode_lanes(self.run, time.time() * 1000.0, lanes.steps, lanes.positions, lanes.ages)
        except Exception:
            self._broken = True
            logger.exception("run %s trains on, but its lanes are no longer shown", self.run)
            return
        self._box.lanes(self.run, data)
