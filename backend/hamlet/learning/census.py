"""What all lanes did since the run began, counted: cells visited, places used, which after which, causes of death."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.model.errors import DamagedFileError
from hamlet.model.torch_zip import Tensor, TorchZip
from hamlet.world import Level

LARGEST = 64 << 20
"""bytes of one counted array in a checkpoint"""
COUNTS = ("visits", "novelty", "arrivals", "uses", "transitions", "deaths", "roots")


class Census:
    """Counts over all lanes. `told()` gives it as plain data; it travels in checkpoints."""

    def __init__(self, level: Level, lanes: int) -> None:
        self.level = level
        places = len(level.vocabulary)
        self._last = np.full(lanes, -1, dtype=np.int64)
        self.visits = np.zeros(level.width * level.height, dtype=np.int64)
        """(cells,) steps begun in each cell, y * width + x"""
        self.novelty = np.zeros(level.width * level.height)
        """(cells,) sum of the novelty of what was seen on arriving there"""
        self.arrivals = np.zeros(level.width * level.height, dtype=np.int64)
        """(cells,) arrivals with a measured novelty"""
        self._clock = level.hours_per_day if level.temporal else 1
        self.uses = np.zeros((self._clock, places), dtype=np.int64)
        """(hours, places) successful uses by the hour they fell in; every tick is one. One hour where no clock runs"""
        self.transitions = np.zeros((self._clock, places, places), dtype=np.int64)
        """(hours, from, to) of two successful uses in a row, in one life, by the hour of the second"""
        self.deaths = np.zeros(level.num_meters, dtype=np.int64)
        """(meters,) deaths by the meter that ran out"""
        self.roots = np.zeros(level.num_meters, dtype=np.int64)
        """(meters,) deaths by the meter at the root (`hamlet.world.causes`)"""

    def step(
        self,
        cells: NDArray[np.int64],
        hours: NDArray[np.int64],
        used: NDArray[np.int64],
        ended: NDArray[np.bool_],
    ) -> None:
        """Count one step of every lane: the cell and the hour it began in, the place used in it or -1, and whether the
        life ended, (lanes,) each."""
        self.visits += np.bincount(cells, minlength=self.visits.size)
        lanes = np.flatnonzero(used >= 0)
        if lanes.size:
            now, last, hour = used[lanes], self._last[lanes], hours[lanes] % self._clock
            np.add.at(self.uses, (hour, now), 1)
            known = last >= 0
            np.add.at(self.transitions, (hour[known], last[known], now[known]), 1)
            self._last[lanes] = now
        self._last[ended] = -1

    def died(self, of: NDArray[np.int64], root: NDArray[np.int64]) -> None:
        """Count deaths: the meter that ran out, and the one at the root, (deaths,) each."""
        self.deaths += np.bincount(of, minlength=self.deaths.size)
        self.roots += np.bincount(root, minlength=self.roots.size)

    def wondered(self, cells: NDArray[np.int64], novelty: NDArray[np.float32]) -> None:
        """Count the novelty (lanes,) of what every lane saw in the cell (lanes,) it arrived in."""
        self.novelty += np.bincount(cells, weights=novelty, minlength=self.novelty.size)
        self.arrivals += np.bincount(cells, minlength=self.arrivals.size)

    def told(self) -> dict[str, Any]:
        """Plain data: visits and mean novelty by row and column (None where nothing was measured), uses, transitions,
        deaths and their roots by name; what never happened is left out. `by_hour` has uses and transitions for each
        hour of the day, None where no clock runs."""
        names, meters = self.level.vocabulary, self.level.meter_names
        shape = (self.level.height, self.level.width)
        novelty = [
            [float(total / count) if count else None for total, count in zip(*row, strict=True)]
            for row in zip(self.novelty.reshape(shape), self.arrivals.reshape(shape), strict=True)
        ]
        uses = self.uses.sum(axis=0)
        hours = {
            "uses": {names[i]: self.uses[:, i].tolist() for i in np.flatnonzero(uses)},
            "transitions": [self._pairs(hour) for hour in self.transitions],
        }
        return {
            "visits": self.visits.reshape(shape).tolist(),
            "novelty": novelty if self.arrivals.any() else None,
            "uses": {names[i]: int(uses[i]) for i in np.flatnonzero(uses)},
            "transitions": self._pairs(self.transitions.sum(axis=0)),
            "by_hour": hours if self.level.temporal else None,
            "deaths": {meters[i]: int(self.deaths[i]) for i in np.flatnonzero(self.deaths)},
            "roots": {meters[i]: int(self.roots[i]) for i in np.flatnonzero(self.roots)},
        }

    def _pairs(self, counts: NDArray[np.int64]) -> dict[str, dict[str, int]]:
        names = self.level.vocabulary
        return {
            names[i]: {names[j]: int(counts[i, j]) for j in np.flatnonzero(counts[i])}
            for i in np.flatnonzero(counts.any(axis=1))
        }

    def state(self) -> dict[str, Any]:
        """Everything."""
        return {"last": self._last, **{name: getattr(self, name) for name in COUNTS}}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._last = state["last"].copy()
        for name in COUNTS:
            setattr(self, name, state[name].copy())


def census_in(path: str | PathLike[str], level: Level) -> dict[str, Any]:
    """What the census in a training checkpoint tells (`Census.told`). Needs no torch.

    Raises DamagedFileError if the file has none, or one that does not fit the level.
    """
    where = f"{Path(path).name!r}"
    with TorchZip(path, where) as archive:
        kept = archive.root.get("census") if isinstance(archive.root, dict) else None
        try:
            if not isinstance(kept, dict):
                raise ValueError
            state = {name: archive.array(Tensor(*packed["__ndarray__"]), LARGEST) for name, packed in kept.items()}
            census = Census(level, len(state["last"]))
            shapes = {name: array.shape for name, array in census.state().items()}
            if shapes != {name: state[name].shape for name in shapes}:
                raise ValueError
            census.restore(state)
        except (KeyError, TypeError, ValueError):
            raise DamagedFileError(f"{where} has no census of {level.name}") from None
    return census.told()
