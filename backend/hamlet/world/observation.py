"""What the agents see: the observation of world.md section 7, for all lanes at once."""

from typing import Any

import numpy as np

from hamlet.world.backend import Array, Backend
from hamlet.world.level import PROGRESS_SCALE, Level
from hamlet.world.tables import LayoutTables, window_index


class Observer:
    """Writes observations. Knows the layout, is told the state."""

    def __init__(self, level: Level, tables: Any, temporal: bool, lanes: int, lifespan: int, backend: Backend) -> None:
        """`tables` are the level's, on the backend's device."""
        self.backend, self.temporal, self.lanes, self.lifespan = backend, temporal, lanes, lifespan
        self.at = {field.name: slice(field.start, field.stop) for field in level.observation}
        self.dim = level.obs_dim
        self.sees_all = level.sight is None
        self.tables = tables
        self.windows = backend.asarray(window_index(level))
        lane = np.arange(lanes)
        self.row_start = backend.asarray(lane * self.dim)
        padded_cells = (level.width + 2 * (level.sight or 0)) * (level.height + 2 * (level.sight or 0))
        self.window_start = backend.asarray(lane[:, None] * padded_cells)

    def observe(
        self, cell: Array, meters: Array, here: Array, hour: Array, progress: Array, count: Array, layout: LayoutTables
    ) -> Array:
        """(lanes, obs_dim) float32; meters is (M, lanes), the layout's tables of one layout or of each lane's."""
        b, at = self.backend, self.at
        seen = b.empty((self.lanes, self.dim))
        if self.sees_all:
            seen[:, at["grid"]] = layout.grid
            seen.reshape(-1)[self.row_start + cell] += 1
        else:
            window = b.rows(self.windows, cell)
            if len(layout.padded) > 1:
                window = window + self.window_start
            seen[:, at["window"]] = b.take(layout.padded.reshape(-1), window)
            seen[:, at["position"]] = b.rows(self.tables.position, cell)
        seen[:, at["meters"]] = meters.T
        seen[:, at["affordance_here"]] = b.rows(self.tables.one_hot, here)
        time, ticks = at["time_sin"].start, at["progress"].start
        if self.temporal:
            seen[:, time : time + 2] = b.rows(self.tables.clock, hour)
            seen[:, ticks] = b.float32(progress) / PROGRESS_SCALE
        else:
            seen[:, time] = 0.0
            seen[:, time + 1] = 1.0
            seen[:, ticks] = 0.0
        seen[:, at["lifetime"].start] = b.at_most(b.float32(count) / self.lifespan, 1.0)
        return seen
