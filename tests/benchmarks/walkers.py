"""What memory can be worth where places are dealt anew for every life: two scripted walkers, one that remembers.

Both know the rules, see what the agent sees (the window, its position, its meters, the place it stands on), and use a
place they can pay for as soon as it fills at least a part. They differ in how they find one.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.world import Level, VectorWorld

Cell = tuple[int, int]
FULL = 0.9
"""a meter above which its place is not used"""


class Walkers(ABC):
    """Walks every lane of a world that shows a window, from need to need."""

    def __init__(self, level: Level, world: VectorWorld) -> None:
        self.level, self.world = level, world
        self.moves = {(a.dx, a.dy): i for i, a in enumerate(level.actions) if a.kind == "move"}
        kinds = [a.kind for a in level.actions]
        self.interact, self.wait = kinds.index("interact"), kinds.index("wait")
        self.at = {field.name: slice(field.start, field.stop) for field in level.observation}
        meters = {name: i for i, name in enumerate(level.meter_names)}
        self.fills = {
            i: meters[name] for i in level.deployed for name, more in level.places[i].effects.items() if more > 0
        }
        """place -> the meter it fills"""
        self.purse = None if level.currency is None else meters[level.currency]

    def act(self) -> NDArray[np.int64]:
        """One action a lane."""
        seen, cells = self.world.observe(), self.world.positions
        meters, here = self.world.meters, seen[:, self.at["affordance_here"]].argmax(axis=1)
        actions = []
        for lane, (x, y) in enumerate(cells.tolist()):
            fills = self.fills.get(int(here[lane]))
            window = seen[lane, self.at["window"]]
            to = self.walk(lane, (x, y), int(here[lane]), window, meters[lane])
            if fills is not None and meters[lane, fills] < FULL and self.can_pay(int(here[lane]), meters[lane]):
                actions.append(self.interact)
            else:
                step = int(np.sign(to[0] - x)), int(np.sign(to[1] - y))
                straight = (step[0], 0) if step[0] else step
                actions.append(self.moves.get(step, self.moves.get(straight, self.wait)))
        return np.array(actions)

    def can_pay(self, place: int, meters: NDArray[Any]) -> bool:
        """Whether there is money enough for a use."""
        return self.purse is None or bool(meters[self.purse] >= self.level.places[place].cost)

    @abstractmethod
    def walk(self, lane: int, at: Cell, here: int, window: NDArray[Any], meters: NDArray[Any]) -> Cell:
        """Where to go next."""


class Rememberer(Walkers):
    """Keeps where every place was. Goes to the one that the lowest meter needs; where that is not known, to the nearest
    door it has not looked behind, else to the nearest cell it has not seen."""

    def __init__(self, level: Level, world: VectorWorld) -> None:
        super().__init__(level, world)
        self.known: list[dict[Cell, int]] = [{} for _ in range(world.lanes)]
        self.seen: list[dict[Cell, bool]] = [{} for _ in range(world.lanes)]
        """cell -> a place is there"""

    def walk(self, lane: int, at: Cell, here: int, window: NDArray[Any], meters: NDArray[Any]) -> Cell:
        known, seen, sight = self.known[lane], self.seen[lane], self.level.sight or 0
        known[at] = here
        for i, place in enumerate(window):
            dy, dx = divmod(i, 2 * sight + 1)
            seen[at[0] + dx - sight, at[1] + dy - sight] = place > 0
        need = min(self.fills.values(), key=lambda meter: meters[meter])
        goals = [cell for cell, place in known.items() if self.fills.get(place) == need]
        goals = goals or [cell for cell, place in seen.items() if place and cell not in known]
        every = ((x, y) for x in range(self.level.width) for y in range(self.level.height))
        goals = goals or [cell for cell in every if cell not in seen]
        return min(goals, key=lambda cell: abs(cell[0] - at[0]) + abs(cell[1] - at[1]))


class Sweeper(Walkers):
    """Remembers nothing: goes round through all cells, always the same way. Wants an even number of rows."""

    def __init__(self, level: Level, world: VectorWorld) -> None:
        super().__init__(level, world)
        width, height = level.width, level.height
        rows = [[(x, y) for x in range(1, width)][:: -1 if y % 2 else 1] for y in range(height)]
        round_ = [cell for row in rows for cell in row] + [(0, y) for y in range(height - 1, -1, -1)]
        self.after = dict(zip(round_, round_[1:] + round_[:1], strict=True))

    def walk(self, lane: int, at: Cell, here: int, window: NDArray[Any], meters: NDArray[Any]) -> Cell:
        return self.after[at]


def survival(walkers: type[Walkers], level: Level, lives: int, seed: int) -> float:
    """Mean steps such walkers live, each life among places of its own."""
    world = VectorWorld(level, lives, seed, layouts="episode")
    who = walkers(level, world)
    alive, survived = np.ones(lives, dtype=bool), np.zeros(lives, dtype=np.int64)
    while alive.any():
        _, _, ended, _, _ = world.step(who.act())
        survived += alive
        alive &= ~ended
    return float(survived.mean())
