"""What all lanes did since the run began, counted: cells visited, places used, which after which, deaths by meter."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.world import Level


class Census:
    """Counts over all lanes. `told()` gives it as plain data; it travels in checkpoints."""

    def __init__(self, level: Level, lanes: int) -> None:
        self.level = level
        places = len(level.vocabulary)
        self._lethal = [i for i, meter in enumerate(level.meters) if meter.lethal]
        self._last = np.full(lanes, -1, dtype=np.int64)
        self.visits = np.zeros(level.width * level.height, dtype=np.int64)
        """(cells,) steps begun in each cell, y * width + x"""
        self.novelty = np.zeros(level.width * level.height)
        """(cells,) sum of the novelty of what was seen on arriving there"""
        self.arrivals = np.zeros(level.width * level.height, dtype=np.int64)
        """(cells,) arrivals with a measured novelty"""
        self.uses = np.zeros(places, dtype=np.int64)
        """(places,) successful uses; every tick is one"""
        self.transitions = np.zeros((places, places), dtype=np.int64)
        """(from, to) of two successful uses in a row, in one life"""
        self.deaths = np.zeros(level.num_meters, dtype=np.int64)
        """(meters,) deaths by the meter that ran out"""

    def step(self, before: NDArray[Any], info: dict[str, Any], ended: NDArray[np.bool_]) -> None:
        """Count one step of every lane: `before` (lanes, 2) are the cells it began in, `info` is the step's."""
        self.visits += np.bincount(self._cells(before), minlength=self.visits.size)
        used = info["used"]
        lanes = np.flatnonzero(used >= 0)
        if lanes.size:
            now, last = used[lanes], self._last[lanes]
            self.uses += np.bincount(now, minlength=self.uses.size)
            known = last >= 0
            np.add.at(self.transitions, (last[known], now[known]), 1)
            self._last[lanes] = now
        if ended.any():
            self._last[ended] = -1
            empty = info["final_meters"][ended][:, self._lethal] <= 0.0
            first = empty.argmax(axis=1)[empty.any(axis=1)]
            self.deaths += np.bincount(np.take(self._lethal, first), minlength=self.deaths.size)

    def wondered(self, arrived: NDArray[Any], novelty: NDArray[np.float32]) -> None:
        """Count the novelty (lanes,) of what every lane saw in the cell (lanes, 2) it arrived in."""
        cells = self._cells(arrived)
        self.novelty += np.bincount(cells, weights=novelty, minlength=self.novelty.size)
        self.arrivals += np.bincount(cells, minlength=self.arrivals.size)

    def _cells(self, xy: NDArray[Any]) -> NDArray[np.int64]:
        cells: NDArray[np.int64] = xy[:, 1] * self.level.width + xy[:, 0]
        return cells

    def told(self) -> dict[str, Any]:
        """Plain data: visits and mean novelty by row and column (None where nothing was measured), uses, transitions
        and deaths by name; what never happened is left out."""
        names, meters = self.level.vocabulary, self.level.meter_names
        shape = (self.level.height, self.level.width)
        novelty = [
            [float(total / count) if count else None for total, count in zip(*row, strict=True)]
            for row in zip(self.novelty.reshape(shape), self.arrivals.reshape(shape), strict=True)
        ]
        return {
            "visits": self.visits.reshape(shape).tolist(),
            "novelty": novelty if self.arrivals.any() else None,
            "uses": {names[i]: int(self.uses[i]) for i in np.flatnonzero(self.uses)},
            "transitions": {
                names[i]: {names[j]: int(self.transitions[i, j]) for j in np.flatnonzero(self.transitions[i])}
                for i in np.flatnonzero(self.transitions.any(axis=1))
            },
            "deaths": {meters[i]: int(self.deaths[i]) for i in np.flatnonzero(self.deaths)},
        }

    def state(self) -> dict[str, Any]:
        """Everything."""
        names = ("visits", "novelty", "arrivals", "uses", "transitions", "deaths")
        return {"last": self._last, **{name: getattr(self, name) for name in names}}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._last = state["last"].copy()
        for name in ("visits", "novelty", "arrivals", "uses", "transitions", "deaths"):
            setattr(self, name, state[name].copy())
