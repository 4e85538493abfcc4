"""What the agents see: the observation of world.md section 7, for all lanes at once."""


import numpy as np

from hamlet.world.backend import Array, Backend
from hamlet.world.level import PROGRESS_SCALE, Level
from hamlet.world.tables import LayoutTables, make_tables, window_index


class Observer:
    """Writes observations. Knows the layout, is told the state."""

    def __init__(self, level: Level, temporal: bool, lanes: int, lifespan: int, backend: Backend) -> None:
        tables = make_tables(level, temporal)
        self.backend, self.temporal, self.lanes, self.lifespan = backend, temporal, lanes, lifespan
        self.at = {field.name: slice(field.start, field.stop) for field in level.observation}
        self.dim = level.obs_dim
        self.sees_all = level.sight is None
        self.one_hot = backend.asarray(tables.one_hot)
        self.position = backend.asarray(tables.position)
        self.clock = backend.asarray(tables.clock)
        self.windows = backend.asarray(window_index(level))
        lane = np.arange(lanes)
        self.row_start = backend.asarray(lane * self.dim)
        self.padded_cells = (level.width + 2 * (level.sight or 0)) * (level.height + 2 * (level.sight or 0))
        self.window_start = backend.asarray(lane[:, None] * self.padded_cells)
        self.shared = True

    def lay_out(self, layout: LayoutTables) -> None:
        """The places stand like this from now on."""
        self.shared = len(layout.grid) == 1
        self.grid = self.backend.asarray(layout.grid)
        self.padded = self.backend.asarray(layout.padded)

    def observe(self, cell: Array, meters: Array, here: Array, hour: Array, progress: Array, count: Array) -> Array:
        """(lanes, obs_dim) float32; meters is (M, lanes), the rest (lanes,)."""
        b, at = self.backend, self.at
        seen = b.empty((self.lanes, self.dim))
        if self.sees_all:
            seen[:, at["grid"]] = self.grid
            seen.reshape(-1)[self.row_start + cell] += 1
        else:
            window = b.rows(self.windows, cell)
            seen[:, at["window"]] = b.take(self.padded, window if self.shared else window + self.window_start)
            seen[:, at["position"]] = b.rows(self.position, cell)
        seen[:, at["meters"]] = meters.T
        seen[:, at["affordance_here"]] = b.rows(self.one_hot, here)
        time, ticks = at["time_sin"].start, at["progress"].start
        if self.temporal:
            seen[:, time : time + 2] = b.rows(self.clock, hour)
            seen[:, ticks] = b.float32(progress) / PROGRESS_SCALE
        else:
            seen[:, time] = 0.0
            seen[:, time + 1] = 1.0
            seen[:, ticks] = 0.0
        seen[:, at["lifetime"].start] = b.at_most(b.float32(count) / self.lifespan, 1.0)
        return seen
