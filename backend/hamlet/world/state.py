"""The state of a world, to read, to set and to keep: for tests, evaluation, replays and exact resume."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hamlet.world.backend import Array, Backend
from hamlet.world.level import Level


class StateDoor:
    """The part of `VectorWorld` that hands its state out and takes it in."""

    level: Level
    lanes: int
    backend: Backend
    seed: int
    layout_seed: int
    layouts: str
    lifespan: int
    temporal: bool
    _cells: int
    _none: int
    _cell: Array
    _meters: Array
    _hour: Array
    _progress: Array
    _work: Array
    _count: Array
    _life: Any
    _place_cells: Any
    _tables: Any

    @property
    def _places_on_host(self) -> Any:
        return self._host(self._place_cells)

    def _place(self, places: Any) -> None:
        raise NotImplementedError

    def _refresh(self) -> None:
        raise NotImplementedError

    def _load_dice(self) -> None:
        raise NotImplementedError

    # --------------------------------------------------------------------------------------------------------- reading

    @property
    def positions(self) -> Array:
        """(lanes, 2) integers, x and y."""
        return self.backend.rows(self._tables.cell_xy, self._cell)

    @property
    def cells(self) -> Array:
        """(lanes,) the same as one number, y * width + x."""
        return self._cell

    @property
    def place_cells(self) -> Array:
        """(1 or lanes, deployed) cell of each deployed place; of the backend only where each lane has its own."""
        return self._place_cells

    @property
    def meters(self) -> Array:
        """(lanes, num_meters) float32 in 0..1, in the level's order; a copy."""
        return self.backend.turned(self._meters)

    @property
    def hours(self) -> Array:
        """(lanes,) hour of each lane's day."""
        return self._hour

    @property
    def progress(self) -> Array:
        """(lanes,) ticks done of the use under way; 0 outside temporal worlds."""
        return self._progress

    @property
    def step_counts(self) -> Array:
        """(lanes,) steps lived."""
        return self._count

    @property
    def affordance_positions(self) -> dict[str, tuple[int, int]]:
        """{place: (x, y)} of the shared layout (lane 0's, where each lane has its own), in vocabulary order."""
        return self.layout_of(0)

    def layout_of(self, lane: int) -> dict[str, tuple[int, int]]:
        """{place: (x, y)} of one lane, in vocabulary order."""
        return self.layout_at(self._host(self._place_cells[lane if len(self._place_cells) > 1 else 0]))

    def layout_at(self, cells: Any) -> dict[str, tuple[int, int]]:
        """{place: (x, y)} from the (deployed,) cells of a layout, in vocabulary order."""
        names = self.level.vocabulary
        return {
            names[place]: (int(cell) % self.level.width, int(cell) // self.level.width)
            for place, cell in zip(self.level.deployed, cells, strict=True)
        }

    def get_state(self) -> dict[str, Any]:
        """Everything `set_state` takes, under the same names.

        Where each lane has its own layout, affordance_positions has (lanes, 2) arrays instead of pairs.
        """
        width, names = self.level.width, self.level.vocabulary
        where: dict[str, Any] = self.affordance_positions
        if len(self._place_cells) > 1:
            columns = np.stack([self._places_on_host % width, self._places_on_host // width], axis=-1)
            where = {names[place]: columns[:, i].copy() for i, place in enumerate(self.level.deployed)}
        work = self.backend.numpy(self._work)
        return {
            "positions": self.positions,
            "meters": self.meters,
            "affordance_positions": where,
            "hour": self.backend.asarray(self.backend.numpy(self._hour)),
            "step_counts": self.backend.asarray(self.backend.numpy(self._count)),
            "interaction_progress": self.backend.asarray(self.backend.numpy(self._progress)),
            "interaction_affordance": self.backend.asarray(np.where(work < 0, -1, work // self._cells)),
        }

    # --------------------------------------------------------------------------------------------------------- setting

    def set_state(
        self,
        positions: Any = None,
        meters: Any = None,
        affordance_positions: Mapping[str, Any] | None = None,
        hour: Any = None,
        step_counts: Any = None,
        interaction_progress: Any = None,
        interaction_affordance: Any = None,
    ) -> None:
        """Put the lanes into a state. What is None stays as it is; nothing is changed if anything is wrong.

        Args:
            positions: (lanes, 2) cells, x and y
            meters: (lanes, num_meters) in 0..1
            affordance_positions: {place: (x, y)} for every deployed place, on distinct cells; (lanes, 2) for layouts
                of their own (only with layouts="episode")
            hour: one hour for all lanes, or (lanes,)
            step_counts: one number for all lanes, or (lanes,), 0 or more
            interaction_progress: ticks done, one number or (lanes,); 0 also forgets the use under way
            interaction_affordance: the place they were done at, one or a list of (lanes,): a name, or a vocabulary
                index and -1 for none; None = the place under the agent

        Raises:
            ValueError, TypeError: names the argument, the bad value and what is allowed.
        """
        level = self.level
        cell = self._cell
        if positions is not None:
            xy = self._integers("positions", positions, (self.lanes, 2), host=True)
            self._in_range("positions[:, 0]", xy[:, 0], 0, level.width - 1)
            self._in_range("positions[:, 1]", xy[:, 1], 0, level.height - 1)
            cell = self.backend.asarray(xy[:, 1] * level.width + xy[:, 0])
        values = None if meters is None else self._checked_meters(meters)
        places = None if affordance_positions is None else self._checked_layout(affordance_positions)
        hours = None if hour is None else self._per_lane("hour", hour, 0, level.hours_per_day - 1)
        counts = None if step_counts is None else self._per_lane("step_counts", step_counts, 0, 2**31 - 1)
        work, progress = self._work, self._progress
        if interaction_progress is not None or interaction_affordance is not None:
            work, progress = self._checked_use(interaction_progress, interaction_affordance, cell, places)

        self._cell, self._work, self._progress = cell, work, progress
        if values is not None:
            self._meters = self.backend.asarray(values.T)
        if hours is not None:
            self._hour = self.backend.asarray(hours)
        if counts is not None:
            self._count = self.backend.asarray(counts)
        if places is not None:
            self._place(places)
        self._refresh()

    def move(self, where: Array, meters: Array, step_counts: Array) -> None:
        """Put the lanes of `where` at other meters and ages, as `set_state` does, but checking nothing, so that a GPU
        is not waited for. All three are arrays of the backend: (lanes,) bool, (num_meters, lanes), (lanes,)."""
        self._meters = self.backend.where(where, meters, self._meters)
        self._count = self.backend.where(where, step_counts, self._count)
        self._refresh()

    def _checked_meters(self, meters: Any) -> Any:
        array = np.asarray(self._host(meters))
        shape = (self.lanes, self.level.num_meters)
        if array.dtype.kind not in "fiu" or array.shape != shape:
            raise ValueError(f"meters is {array.dtype} of shape {array.shape}; must be numbers of shape {shape}")
        good = (array >= 0) & (array <= 1)
        if not good.all():
            lane, meter = np.argwhere(~good)[0]
            name = self.level.meter_names[meter]
            raise ValueError(f"meters[{lane}, {meter}] ({name}) is {array[lane, meter]}; must be a number from 0 to 1")
        return array.astype(np.float32)

    def _checked_layout(self, layout: Mapping[str, Any]) -> Any:
        level = self.level
        names = [level.vocabulary[place] for place in level.deployed]
        if not isinstance(layout, Mapping) or set(layout) != set(names):
            given = ", ".join(map(str, layout)) if isinstance(layout, Mapping) else repr(layout)
            raise ValueError(
                f"affordance_positions has {given}; must have exactly the deployed places: {', '.join(names)}"
            )
        columns = []
        for name in names:
            xy = np.asarray(self._host(layout[name]))
            if xy.dtype.kind not in "iu" or xy.shape not in ((2,), (self.lanes, 2)):
                raise ValueError(f"affordance_positions[{name!r}] is {layout[name]!r}; must be (x, y)")
            if xy.ndim == 2 and self.layouts != "episode":
                raise ValueError(
                    f"affordance_positions[{name!r}] has many cells; must be (x, y): lanes share one layout"
                )
            xy = xy.reshape(-1, 2)
            self._in_range(f"affordance_positions[{name!r}] x", xy[:, 0], 0, level.width - 1)
            self._in_range(f"affordance_positions[{name!r}] y", xy[:, 1], 0, level.height - 1)
            count = self.lanes if self.layouts == "episode" else 1
            columns.append(np.broadcast_to(xy[:, 1] * level.width + xy[:, 0], count))
        places = np.stack(columns, axis=1).astype(np.int64)
        for i, name in enumerate(names):
            for j in range(i):
                if (places[:, i] == places[:, j]).any():
                    raise ValueError(
                        f"affordance_positions puts {names[j]} and {name} on one cell; must be distinct cells"
                    )
        return places

    def _checked_use(self, progress: Any, place: Any, cell: Array, places: Any) -> tuple[Array, Array]:
        level, host = self.level, self.backend.numpy
        most = max(p.ticks for p in level.places) - 1 if self.temporal else 0
        ticks = host(self._progress) if progress is None else self._per_lane("interaction_progress", progress, 0, most)
        if isinstance(place, str):
            place = self._place_index(place)
        elif isinstance(place, list | tuple):
            place = [self._place_index(entry) if entry is None or isinstance(entry, str) else entry for entry in place]
        if place is None:
            cells = self._places_on_host if places is None else places
            here = np.where(cells == host(cell)[:, None], np.array(level.deployed, dtype=np.int64), -1).max(
                axis=1, initial=-1
            )
        else:
            here = self._per_lane("interaction_affordance", place, -1, len(level.places) - 1)
        work = np.where((ticks > 0) & (here >= 0), here * self._cells + host(cell), -1)
        return self.backend.asarray(work), self.backend.asarray(ticks)

    def _place_index(self, name: str | None) -> int:
        """Vocabulary index of a place, -1 for None."""
        if name is not None and name not in self.level.vocabulary:
            names = ", ".join(self.level.vocabulary)
            raise ValueError(f"interaction_affordance is {name!r}; must be None or one of {names}")
        return -1 if name is None else self.level.vocabulary.index(name)

    # ------------------------------------------------------------------------------------------------------- keeping

    def snapshot(self) -> dict[str, Any]:
        """The whole state as numpy arrays, numbers and words: `restore` goes on from it exactly, dice included."""
        host = self.backend.numpy
        return {
            "digest": self.level.digest,
            "lanes": self.lanes,
            "seed": self.seed,
            "layout_seed": self.layout_seed,
            "layouts": self.layouts,
            "lifespan": self.lifespan,
            "temporal": self.temporal,
            "cell": np.array(host(self._cell)),
            "meters": np.array(host(self._meters)),
            "hour": np.array(host(self._hour)),
            "progress": np.array(host(self._progress)),
            "work": np.array(host(self._work)),
            "count": np.array(host(self._count)),
            "life": np.array(host(self._life)),
            "places": np.array(self._places_on_host),
        }

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go on from a `snapshot` of a world of the same level, lanes, layouts, lifespan and clock (seeds come along).

        Raises:
            ValueError: it belongs to another world, or is damaged.
        """
        own = self.snapshot()
        if set(own) != set(snapshot):
            raise ValueError(
                f"snapshot has {', '.join(sorted(map(str, snapshot)))}; must have {', '.join(sorted(own))}"
            )
        for key in ("digest", "lanes", "layouts", "lifespan", "temporal"):
            if snapshot[key] != own[key]:
                raise ValueError(f"snapshot's {key} is {snapshot[key]!r}; this world's is {own[key]!r}")
        arrays = {}
        for key, mine in own.items():
            if isinstance(mine, np.ndarray):
                array = arrays[key] = np.array(self._host(snapshot[key]))
                if array.dtype != mine.dtype or array.shape != mine.shape:
                    raise ValueError(
                        f"snapshot's {key} is {array.dtype} of shape {array.shape}; "
                        f"must be {mine.dtype} of shape {mine.shape}"
                    )
        for key in ("cell", "places"):
            self._in_range(f"snapshot's {key}", arrays[key].reshape(-1), 0, self._cells - 1)
        self._in_range("snapshot's hour", arrays["hour"], 0, self.level.hours_per_day - 1)
        self._in_range("snapshot's meters", arrays["meters"].reshape(-1), 0, 1)
        self.seed, self.layout_seed = int(snapshot["seed"]), int(snapshot["layout_seed"])
        self._load_dice()
        for key in ("life", "cell", "meters", "hour", "progress", "work", "count"):
            setattr(self, f"_{key}", self.backend.asarray(arrays[key]))
        self._place(arrays["places"])
        self._refresh()

    # ------------------------------------------------------------------------------------------------------ bad input

    def _host(self, value: Any) -> Any:
        return value.detach().cpu().numpy() if hasattr(value, "detach") else value

    def _lane_mask(self, name: str, value: Any) -> Any:
        """(lanes,) bool; a tensor stays where it is, if the world is torch's."""
        tensor = self.backend.name == "torch" and hasattr(value, "detach")
        array = value if tensor else np.asarray(self._host(value))
        if str(array.dtype) not in ("bool", "torch.bool") or tuple(array.shape) != (self.lanes,):
            raise ValueError(
                f"{name} is {array.dtype} of shape {tuple(array.shape)}; must be bool of shape ({self.lanes},)"
            )
        return array

    def _integers(self, name: str, value: Any, shape: tuple[int, ...] | None = None, host: bool = False) -> Any:
        """`value` as int64 of `shape` ((lanes,) if None), on the device unless `host`."""
        shape = shape or (self.lanes,)
        if self.backend.name == "torch" and hasattr(value, "detach") and not host:
            if value.dtype.is_floating_point or value.dtype == self.backend.torch.bool or tuple(value.shape) != shape:  # type: ignore[union-attr]
                raise ValueError(
                    f"{name} is {value.dtype} of shape {tuple(value.shape)}; must be integers of shape {shape}"
                )
            return value.to(self.backend.device, self.backend.torch.int64)  # type: ignore[union-attr]
        array = np.asarray(self._host(value))
        if array.dtype.kind not in "iu" or array.shape != shape:
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}; must be integers of shape {shape}")
        array = array.astype(np.int64)
        return array if host else self.backend.asarray(array)

    def _per_lane(self, name: str, value: Any, low: int, high: int) -> Any:
        """(lanes,) int64 numpy from one integer or (lanes,), each in low..high."""
        array = np.asarray(self._host(value))
        if array.dtype.kind not in "iu" or array.shape not in ((), (self.lanes,)):
            raise ValueError(
                f"{name} is {array.dtype} of shape {array.shape}; must be an integer, or ({self.lanes},) integers"
            )
        self._in_range(name, array.reshape(-1), low, high)
        return np.broadcast_to(array, (self.lanes,)).astype(np.int64)

    def _in_range(self, name: str, array: Any, low: float, high: float) -> None:
        good = (array >= low) & (array <= high)
        if not good.all():
            at = int(np.flatnonzero(~good)[0])
            raise ValueError(f"{name} is {array[at]} (entry {at}); must be from {low} to {high}")
