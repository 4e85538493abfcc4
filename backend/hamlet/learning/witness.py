"""Lives of an examination, told as a trainer tells its own, so that they can be recorded and watched."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.events import Event
from hamlet.learning.watch import Watched
from hamlet.world import Level, VectorWorld


class Witness:
    """Sees the first lives of an examination, step by step.

    `events[i]` are life i's: EpisodeStart, Step × n, EpisodeEnd. Every step is greedy: epsilon is 0.
    """

    def __init__(self, level: Level, lives: int) -> None:
        self.level = level
        self.events: list[list[Event]] = [[] for _ in range(lives)]
        self._watched = [Watched(level) for _ in range(lives)]
        self._seen: list[dict[str, Any]] = []
        self._multiplier = 1.0

    def begin(self, world: VectorWorld, multiplier: float) -> None:
        """The lives begin, in a world that was just reset."""
        self._multiplier = multiplier
        for lane, watched in enumerate(self._watched):
            watched.episode = lane
            start = watched.begin(_now(), world.layout_of(lane), None, multiplier, 0.0, 0)
            self.events[lane].append(start)

    def look(self, world: VectorWorld, masks: NDArray[np.bool_]) -> None:
        """What the next choice is made from."""
        self._seen = [
            {
                "x": int(world.positions[lane, 0]), "y": int(world.positions[lane, 1]), "mask": masks[lane].copy(),
                "meters": world.meters[lane].copy(), "hour": int(world.hours[lane]),
                "progress": int(world.progress[lane]),
            }
            for lane in range(len(self._watched))
        ]  # fmt: skip

    def step(
        self,
        world: VectorWorld,
        q: NDArray[np.float32],
        actions: NDArray[np.int64],
        reward: NDArray[np.float32],
        ended: NDArray[np.bool_],
        info: dict[str, Any],
    ) -> None:
        """What was chosen, and what came of it."""
        for lane, watched in enumerate(self._watched):
            if not watched.alive:
                continue
            seen, action = self._seen[lane], int(actions[lane])
            # An action that the mind does not know has no value; it is told as forbidden.
            known = np.isfinite(q[lane])
            seen["mask"] &= known
            told = watched.step(
                _now(), seen, action, action, False, np.where(known, q[lane], np.float32(0)), float(reward[lane]), 0.0,
                int(info["used"][lane]),
            )  # fmt: skip
            self.events[lane].append(told)
            if ended[lane]:
                x, y = world.positions[lane]
                final = {"x": int(x), "y": int(y), "meters": world.meters[lane].copy(), "hour": int(world.hours[lane])}
                self.events[lane].append(watched.end(_now(), cut=False, final=final))


def _now() -> float:
    return time.time() * 1000
