"""The world: N lanes of one level, stepped together. The rules are world.md sections 1 to 8, exact in float32.

A lane is one agent in a world of its own: its own clock, its own life, its own dice. Lanes share the level and, unless
layouts="episode", the layout. Written once for numpy and torch (`backend.py`); docs/decisions tells why.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from hamlet.world import rng
from hamlet.world.backend import Array, Backend, backend_for
from hamlet.world.level import Level
from hamlet.world.observation import Observer
from hamlet.world.state import StateDoor
from hamlet.world.tables import Tables, layout_tables, make_tables

Info = dict[str, Any]
StepResult = tuple[Array, Array, Array, Array, Info]


class VectorWorld(StateDoor):
    """`lanes` lives of one level at once.

    Observations are (lanes, obs_dim) float32 (see `level.observation`), rewards (lanes,) float32, actions (lanes,)
    integers. Arrays handed out are never written to again by the world.
    """

    def __init__(
        self,
        level: Level,
        lanes: int,
        seed: int,
        temporal: bool | None = None,
        lifespan: int | None = None,
        device: Any = "cpu",
        *,
        layouts: Literal["run", "episode"] = "run",
        layout_seed: int | None = None,
    ) -> None:
        """
        Args:
            level: the universe, from `load_level`
            lanes: number of lives at once, from 1
            seed: 0 to 2**63 - 1; the same seed gives the same lives, lane by lane, whatever the number of lanes
            temporal: clock, opening hours and uses of several ticks; None = as the level says
            lifespan: steps until retirement; None = as the level says
            device: "cpu" (numpy), or torch: "torch" (on the CPU), "cuda", "cuda:1", a torch.device
            layouts: "run": one layout for all lanes and lives; "episode": a new one for each life of each lane
            layout_seed: the layouts' own seed; None = seed

        Raises:
            ValueError: an argument is out of range; the message names it.
        """
        self.level = level
        self.lanes = _whole("lanes", lanes, 1, 2**24)
        self.seed = _whole("seed", seed, 0, 2**63 - 1)
        self.layout_seed = self.seed if layout_seed is None else _whole("layout_seed", layout_seed, 0, 2**63 - 1)
        self.lifespan = level.lifespan if lifespan is None else _whole("lifespan", lifespan, 1, 2**31 - 1)
        if temporal not in (None, True, False):
            raise ValueError(f"temporal is {temporal!r}; must be True, False or None (as the level says)")
        self.temporal = level.temporal if temporal is None else bool(temporal)
        if layouts not in ("run", "episode"):
            raise ValueError(f"layouts is {layouts!r}; must be 'run' or 'episode'")
        self.layouts = layouts
        self.backend: Backend = backend_for(device)

        tables = make_tables(level, self.temporal)
        on_device = (self.backend.asarray(part) if isinstance(part, np.ndarray) else part for part in tables)
        self._tables: Any = Tables._make(on_device)
        self._blocks = [
            (self.backend.asarray(block.sources), block.targets, *map(self.backend.asarray, block[2:]))
            for block in tables.cascades
        ]
        self._row = {name: i for i, name in enumerate(level.meter_names)}
        self._cells = level.width * level.height
        self._none = len(level.places)
        self._interact = next(i for i, action in enumerate(level.actions) if action.kind == "interact")
        self._lethal = [i for i, meter in enumerate(level.meters) if meter.lethal]
        self._product = [self._row[name] for name in level.reward_product]
        self._modulation = [
            (self._row[m.source], self._row[m.target], m.amount, m.base, m.range) for m in level.modulation
        ]
        self._settle = self.backend.clip_ if any(m.depletion < 0 for m in level.meters) else self.backend.floor_
        self._drain: tuple[float, Array] = (1.0, self._tables.depletion)
        self._observer = Observer(level, self._tables, self.temporal, self.lanes, self.lifespan, self.backend)

        lane = np.arange(self.lanes)
        self._lane = self.backend.asarray(lane)
        self._layout_start = self.backend.asarray(lane * self._cells) if layouts == "episode" else None
        zeros = np.zeros(self.lanes, dtype=np.int64)
        self._life = self.backend.asarray(zeros - 1)
        self._cell = self.backend.asarray(zeros)
        self._meters = self.backend.asarray(np.zeros((level.num_meters, self.lanes), dtype=np.float32))
        self._hour = self.backend.asarray(zeros)
        self._progress = self.backend.asarray(zeros)
        self._work = self.backend.asarray(zeros - 1)
        self._count = self.backend.asarray(zeros)
        self._deployed = self.backend.asarray(np.array(level.deployed, dtype=np.int64))
        self._cell_numbers = self.backend.asarray(np.arange(self._cells))
        if layouts == "run":
            order = rng.order(np.arange(self._cells), rng.fold(self.layout_seed, rng.LAYOUT))
            self._place(order[:, : len(level.deployed)])
        else:
            self._place(np.broadcast_to(np.arange(len(level.deployed)), (self.lanes, len(level.deployed))).copy())
        self._load_dice()
        self.reset()

    # ---------------------------------------------------------------------------------------------------- a life begins

    def reset(self, where: Any = None) -> Array:
        """Begin new lives. Returns the observations of all lanes, (lanes, obs_dim).

        Args:
            where: (lanes,) bool, the lanes to begin anew, others stay untouched; None = all
        """
        mask = np.ones(self.lanes, dtype=bool) if where is None else self._lane_mask("where", where)
        self.begin(self.backend.asarray(mask))
        return self.observe()

    def begin(self, mask: Array) -> None:
        """`reset` without looking: neither at the mask, (lanes,) bool of the backend, nor at what is seen then."""
        if self.backend.name == "torch":
            self._begin_everywhere(mask)
        elif mask.any():
            self._begin(mask)

    def _load_dice(self) -> None:
        lane = np.arange(self.lanes)
        self._dice = self.backend.asarray(rng.fold(self.seed, rng.START, lane))
        self._layout_dice = self.backend.asarray(rng.fold(self.layout_seed, rng.LAYOUT, lane))

    def _begin(self, mask: Any) -> None:
        """New lives in the lanes of `mask`, numpy. Replaces arrays, since the old ones have been handed out."""
        b = self.backend
        lanes = np.flatnonzero(mask)
        self._life[lanes] += 1
        life = self._life[lanes]
        start = rng.below(self._cells, rng.nth(self._dice[lanes], life))
        others = ~mask
        self._cell = b.copy(self._cell)
        self._cell[lanes] = start
        self._meters[:, lanes] = self._tables.start
        self._count = self._count * others
        # The clock of a level without time runs on over resets (world.md section 8); nobody in it can see that.
        if self.temporal:
            self._hour = self._hour * others
            self._progress = self._progress * others
            self._work = b.where(others, self._work, -1)
        if self.layouts == "episode":
            order = rng.order(self._cell_numbers, rng.fold(life, after=self._layout_dice[lanes]))
            self._place_cells[lanes] = order[:, : len(self.level.deployed)]
            fresh = layout_tables(self.level, self._place_cells[lanes], self._deployed, b)
            for whole, part in zip(self._layout, fresh, strict=True):
                whole[lanes] = part
        self._refresh()

    def _begin_everywhere(self, mask: Array) -> None:
        """The same for a GPU, which it costs less to go through all lanes than to be asked which ones are meant."""
        b = self.backend
        self._life = self._life + mask
        self._cell = b.where(mask, rng.below(self._cells, rng.nth(self._dice, self._life)), self._cell)
        self._meters = b.where(mask, self._tables.start, self._meters)
        others = ~mask
        self._count = self._count * others
        if self.temporal:
            self._hour = self._hour * others
            self._progress = self._progress * others
            self._work = b.where(others, self._work, -1)
        if self.layouts == "episode":
            order = rng.order(self._cell_numbers, rng.fold(self._life, after=self._layout_dice))
            self._place(b.where(mask[:, None], order[:, : len(self.level.deployed)], self._place_cells))
        self._refresh()

    def _place(self, places: Any) -> None:
        """Set up the layouts `places`, (1 or lanes, deployed) cells."""
        on_device = self.backend.asarray(places)
        # One layout for all is asked for by name and stays at hand; many are the device's business.
        self._place_cells = places if self._layout_start is None else on_device
        self._layout = layout_tables(self.level, on_device, self._deployed, self.backend)
        self._place_at = self._layout.place_at.reshape(-1)

    def _refresh(self) -> None:
        """What follows from the state: the place under each agent, and who is dead."""
        self._here = self.backend.take(self._place_at, self._on_map(self._cell))
        self._dead = self._deaths()

    def _on_map(self, cell: Array) -> Array:
        return cell if self._layout_start is None else cell + self._layout_start

    def _deaths(self) -> Array:
        dead = self._meters[self._lethal[0]] <= 0 if self._lethal else self._lane < 0
        for row in self._lethal[1:]:
            dead = dead | (self._meters[row] <= 0)
        return dead

    # ------------------------------------------------------------------------------------------------------------- step

    def step(self, actions: Any, depletion_multiplier: Any = 1.0) -> StepResult:
        """One step of every lane (world.md section 3). Does not reset: stepping on after an end is legal.

        Args:
            actions: (lanes,) integers, 0 to num_actions - 1; forbidden ones are carried out too
            depletion_multiplier: scales the base depletion; one number, or (lanes,)

        Returns:
            observations (lanes, obs_dim); rewards (lanes,); terminated (lanes,) bool: died or retired; truncated
            (lanes,) bool, always False: the world cuts nobody off; info: step_counts (lanes,), positions (lanes, 2),
            used (lanes,) vocabulary index of the place used in this step or -1, successful_interactions {lane: place}.

        Raises:
            ValueError, TypeError: actions or multiplier of a wrong shape, type or range. Nothing has moved then.
        """
        moved = self.advance(self._checked_actions(actions), self._checked_drain(depletion_multiplier))
        return self.observe(), *moved

    def drain(self, multiplier: float) -> Array:
        """(num_meters, 1) what a step takes from each meter at this depletion multiplier, as `advance` wants it."""
        return self._tables.depletion * np.float32(multiplier)

    def advance(self, action: Array, drain: Array) -> tuple[Array, Array, Array, Info]:
        """`step` without looking, neither at what it is given, so that a GPU is not waited for, nor at what is seen.

        action: (lanes,) int64 of the backend; drain: (num_meters, 1 or lanes) float32 of it, see `drain`.
        """
        b, t, meters = self.backend, self._tables, self._meters
        cell = b.take(t.next_cell, action * self._cells + self._cell)
        if self.temporal:
            stayed = cell == self._cell
            self._progress = self._progress * stayed
            self._work = b.where(stayed, self._work, -1)
        self._cell = cell
        self._here = here = b.take(self._place_at, self._on_map(cell))

        meters -= b.columns(t.action_cost, action)
        b.floor_(meters)

        wanted = b.where(action == self._interact, here, self._none)
        used = self._use_ticks(wanted) if self.temporal else self._use(wanted)

        meters -= drain
        self._settle(meters)
        for source, target, amount, base, span in self._modulation:
            loss = 1.0 - meters[source]
            loss *= span
            loss += base
            loss *= amount
            row = meters[target]
            row -= loss
            b.floor_(row)
        for sources, targets, thresholds, strengths in self._blocks:
            loss = thresholds - b.rows(meters, sources)
            b.floor_(loss)
            loss /= thresholds
            loss *= strengths
            for i, target in enumerate(targets):
                row = meters[target]
                row -= loss[i]
            b.floor_(meters)

        self._dead = dead = self._deaths()
        self._count = count = self._count + 1
        retired = count >= self.lifespan
        reward = meters[self._product[0]] * ~dead
        for row in self._product[1:]:
            reward *= meters[row]
        reward += retired * np.float32(self.level.retirement_bonus)
        self._hour = (self._hour + 1) % self.level.hours_per_day

        used = b.where(used == self._none, -1, used)
        info = {
            "step_counts": count,
            "positions": b.rows(t.cell_xy, cell),
            "used": used,
            "successful_interactions": SuccessfulInteractions(self.level, b, used),
        }
        return reward, dead | retired, self._lane < 0, info

    def _use(self, wanted: Array) -> Array:
        """Instant use (world.md section 5). Returns the place used in each lane, P for none."""
        b, t, meters = self.backend, self._tables, self._meters
        if self.level.currency is None:
            used = wanted
        else:
            money = meters[self._row[self.level.currency]]
            used = b.where(money >= b.take(t.price, wanted), wanted, self._none)
        meters += b.columns(t.effects, used)
        b.clip_(meters)
        if self.level.currency is not None:
            money -= b.take(t.paid, used)
        return used

    def _use_ticks(self, wanted: Array) -> Array:
        """One tick of a use (world.md section 5). Returns the place used in each lane, P for none."""
        b, t, meters = self.backend, self._tables, self._meters
        used = wanted
        if self.level.currency is not None:
            money = meters[self._row[self.level.currency]]
            used = b.where(money >= b.take(t.price, wanted), wanted, self._none)
            money -= b.take(t.paid, used)
        active = used != self._none
        work = used * self._cells + self._cell
        progress = b.where(active, self._progress * (work == self._work) + 1, self._progress)
        done = active & (progress == b.take(t.ticks, used))
        self._progress = progress * ~done
        self._work = b.where(done, -1, b.where(active, work, self._work))
        meters += b.columns(t.effects, used)
        meters += b.columns(t.completion, b.where(done, used, self._none))
        b.clip_(meters)
        return used

    def observe(self) -> Array:
        """(lanes, obs_dim) what each agent sees now."""
        return self._observer.observe(
            self._cell, self._meters, self._here, self._hour, self._progress, self._count, self._layout
        )

    def action_masks(self) -> Array:
        """(lanes, num_actions) bool, True = allowed now (world.md section 6). All False for the dead."""
        b, t = self.backend, self._tables
        if self.temporal:
            allowed = b.take(t.open, self._hour * (self._none + 1) + self._here)
        else:
            allowed = self._here != self._none
        return b.rows(t.masks, b.where(self._dead, 2 * self._cells, 2 * self._cell + allowed))

    # ------------------------------------------------------------------------------------------------------ bad input

    def _checked_actions(self, actions: Any) -> Array:
        action = self._integers("actions", actions)
        if self.backend.largest_unsigned(action) >= self.level.num_actions:
            host = self.backend.numpy(action)
            lane = int(np.flatnonzero((host < 0) | (host >= self.level.num_actions))[0])
            names = ", ".join(f"{i} {name}" for i, name in enumerate(self.level.action_names))
            raise ValueError(f"actions[{lane}] is {int(host[lane])}; must be one of {names}")
        return action

    def _checked_drain(self, multiplier: Any) -> Array:
        if multiplier is self._drain[0] or (type(multiplier) is float and multiplier == self._drain[0]):
            return self._drain[1]
        array = np.asarray(self._host(multiplier))
        if array.dtype.kind not in "fiu" or array.shape not in ((), (self.lanes,)):
            given = f"depletion_multiplier is {array.dtype} of shape {array.shape}"
            raise ValueError(f"{given}; must be a number, or numbers of shape ({self.lanes},)")
        if not (array.min() >= 0 and array.max() < np.inf):
            bad = array[~((array >= 0) & (array < np.inf))].flat[0]
            raise ValueError(f"depletion_multiplier is {bad}; must be a finite number, 0 or more")
        drain = self._tables.depletion * self.backend.asarray(array.astype(np.float32))
        if not array.shape:
            self._drain = (float(array), drain)
        return drain


class SuccessfulInteractions(Mapping[int, str]):
    """{lane: name of the place used}, made only when somebody looks."""

    def __init__(self, level: Level, backend: Any, used: Array) -> None:
        self._level, self._backend, self._used = level, backend, used

    def _places(self) -> dict[int, str]:
        used = self._backend.numpy(self._used)
        return {int(lane): self._level.vocabulary[used[lane]] for lane in np.flatnonzero(used >= 0)}

    def __getitem__(self, lane: int) -> str:
        return self._places()[lane]

    def __iter__(self) -> Iterator[int]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())

    def __repr__(self) -> str:
        return repr(self._places())


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; must be a whole number from {low} to {high}")
    return int(value)
