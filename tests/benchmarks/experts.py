"""What can be reached at all: a scripted expert that knows rules and map, and an exact bound for the smallest world.

Neither learns. They are printed beside what learning reaches.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.world import Level, VectorWorld, load_level


class Expert:
    """Looks after the most pressing need it can afford, walks there, and uses the place to the end.

    It sees everything: all meters, the layout, the clock. A need presses when its meter is under a threshold; the lower
    below it, the more. Where nothing presses it earns while there is little money, and waits otherwise.
    """

    WANTED = {
        "energy": 0.45, "satiation": 0.5, "hygiene": 0.45, "social": 0.4, "mood": 0.35, "health": 0.5, "fitness": 0.45,
    }  # fmt: skip
    """meter -> below this it presses"""
    WEIGHT = {
        "energy": 2.0, "health": 2.0, "satiation": 1.5, "hygiene": 1.0, "mood": 1.0, "social": 0.8, "fitness": 0.8,
    }  # fmt: skip
    RICH = 0.6
    """money above which nothing more is earned"""

    def __init__(self, level: Level, world: VectorWorld) -> None:
        self.level, self.world = level, world
        self.cells = {i: world.affordance_positions[level.vocabulary[i]] for i in level.deployed}
        self.names = level.meter_names
        self.actions = {(a.dx, a.dy): i for i, a in enumerate(level.actions) if a.kind == "move"}
        kinds = [a.kind for a in level.actions]
        self.interact, self.wait = kinds.index("interact"), kinds.index("wait")
        self.goal = np.full(world.lanes, -1)

    def act(self) -> NDArray[np.int64]:
        """One action a lane."""
        world = self.world
        meters, positions, hours, progress = world.meters, world.positions, world.hours, world.progress
        actions = []
        for lane in range(world.lanes):
            has = dict(zip(self.names, meters[lane].tolist(), strict=True))
            actions.append(self._act(lane, has, tuple(positions[lane]), int(hours[lane]), int(progress[lane])))
        return np.array(actions)

    def _act(self, lane: int, has: dict[str, float], at: tuple[int, int], hour: int, progress: int) -> int:
        if progress == 0 or not self._possible(self.goal[lane], has, at, hour):
            self.goal[lane] = self._choose(has, at, hour)
        goal = self.goal[lane]
        if goal < 0:
            return self.wait
        x, y = self.cells[goal]
        if at == (x, y):
            return self.interact if self._open(goal, hour) else self.wait
        dx, dy = int(np.sign(x - at[0])), int(np.sign(y - at[1]))
        return self.actions[(dx, 0) if dx else (0, dy)]

    def _choose(self, has: dict[str, float], at: tuple[int, int], hour: int) -> int:
        best, chosen = 0.0, -1
        for i in self.cells:
            if not self._possible(i, has, at, hour):
                continue
            gain = self._gain(i, has) / (4.0 + self._distance(i, at))
            if gain > best:
                best, chosen = gain, i
        return chosen

    def _gain(self, i: int, has: dict[str, float]) -> float:
        """What a whole use is worth now, weighted by how much each meter presses."""
        worth = 0.0
        for name, amount in self._effects(i).items():
            if name == "money":
                worth += max(self.RICH - has[name], 0.0) * 2.0 * amount
            elif amount > 0:
                room = min(amount, 1.0 - has[name])
                worth += self.WEIGHT[name] * max(self.WANTED[name] - has[name], 0.0) * 4.0 * room
            elif has[name] + amount < 0.25:
                worth -= self.WEIGHT[name] * (0.25 - has[name] - amount) * 4.0
        return worth

    def _effects(self, i: int) -> dict[str, float]:
        place = self.level.places[i]
        if not self.world.temporal:
            return place.effects
        total = {name: amount * place.ticks for name, amount in place.tick_effects.items()}
        for name, amount in place.completion.items():
            total[name] = total.get(name, 0.0) + amount
        return total

    def _possible(self, i: int, has: dict[str, float], at: tuple[int, int], hour: int) -> bool:
        if i < 0:
            return False
        place = self.level.places[i]
        temporal = self.world.temporal
        cost = place.tick_cost * place.ticks if temporal else place.cost
        arrival = (hour + self._distance(i, at)) % self.level.hours_per_day
        return has["money"] >= cost and (not temporal or self._open(i, arrival))

    def _open(self, i: int, hour: int) -> bool:
        return not self.world.temporal or self.level.places[i].is_open(hour, self.level.hours_per_day)

    def _distance(self, i: int, at: tuple[int, int]) -> int:
        x, y = self.cells[i]
        return abs(x - at[0]) + abs(y - at[1])


def expert_survival(level: Level, lives: int, seed: int, layout_seed: int | None = None) -> NDArray[np.int64]:
    """Steps the expert lives, (lives,)."""
    world = VectorWorld(level, lives, seed, layout_seed=layout_seed)
    world.reset()
    expert = Expert(level, world)
    alive, survived = np.ones(lives, dtype=bool), np.zeros(lives, dtype=np.int64)
    while alive.any():
        _, _, ended, _, _ = world.step(expert.act())
        survived += alive
        alive &= ~ended
    return survived


def longest_life(level: Level, seed: int, most: int = 400_000) -> tuple[int, bool]:
    """The longest possible life from one start, by trying every sequence of actions and dropping what is dominated.

    Of two states in the same cell at the same step, one with no meter higher can do nothing the other cannot: every
    rule is monotone in every meter. Meters are compared to 1e-6. Returns (steps, exact); exact is False where more than
    `most` states were alive at once and the worst were dropped, and the number then is only a lower bound.
    """
    start = VectorWorld(level, 1, seed)
    start.reset()
    layout, cell, meters = start.affordance_positions, start.positions, start.meters
    exact = True
    for step in range(level.lifespan):
        lanes = len(meters) * level.num_actions
        world = VectorWorld(level, lanes, 0)
        world.set_state(
            positions=np.repeat(cell, level.num_actions, axis=0), meters=np.repeat(meters, level.num_actions, axis=0),
            affordance_positions=layout, step_counts=step,
        )  # fmt: skip
        actions = np.tile(np.arange(level.num_actions), len(meters))
        allowed = world.action_masks()[np.arange(lanes), actions]
        world.step(actions)
        lethal = [level.meter_names.index(m.name) for m in level.meters if m.lethal]
        alive = allowed & (world.meters[:, lethal] > 0).all(axis=1)
        if not alive.any():
            return step + 1, exact
        cell, meters = _best(world.positions[alive], world.meters[alive])
        if len(meters) > most:
            keep = np.argsort(-meters.sum(axis=1))[:most]
            cell, meters, exact = cell[keep], meters[keep], False
    return level.lifespan, exact


def richest_life(level: Level, seed: int, gamma: float, most: int = 20_000) -> tuple[float, int]:
    """The largest discounted sum of rewards one life can earn, and the steps that life lasts: (return, steps).

    Searched as in `longest_life`, with the return so far as one more thing a state can have more of. For a level whose
    only place is the bed: who is there stays, since a move costs all that waiting costs and more. States are told apart
    to 1e-4 of a meter and 0.02 of return. The life that is returned was lived, so the return can be had; a better one
    can only hide under that coarseness. Raises ValueError where more than `most` states are alive at once.
    """
    start = VectorWorld(level, 1, seed)
    start.reset()
    layout, cell, meters = start.affordance_positions, start.positions, start.meters
    (bed,) = (layout[level.vocabulary[i]] for i in level.deployed)
    moves = np.array([a.kind == "move" for a in level.actions])
    gained, best, actions = np.zeros(1), (0.0, 0), level.num_actions
    coarse = np.array([1e-4] * level.num_meters + [0.02])
    for step in range(level.lifespan):
        lanes = len(meters) * actions
        world = VectorWorld(level, lanes, 0)
        world.set_state(
            positions=np.repeat(cell, actions, axis=0), meters=np.repeat(meters, actions, axis=0),
            affordance_positions=layout, step_counts=step,
        )  # fmt: skip
        taken = np.tile(np.arange(actions), len(meters))
        allowed = world.action_masks()[np.arange(lanes), taken]
        allowed &= ~(moves[taken] & (world.positions == bed).all(axis=1))
        _, reward, ended, _, _ = world.step(taken)
        total = np.repeat(gained, actions) + gamma**step * reward
        over = np.where(allowed & ended, total, -np.inf)
        if over.max() > best[0]:
            best = (float(over.max()), step + 1)
        alive = allowed & ~ended
        if not alive.any():
            break
        cell, have = _best(world.positions[alive], np.column_stack([world.meters[alive], total[alive]]), coarse)
        meters, gained = have[:, :-1].astype(np.float32), have[:, -1]
        if len(meters) > most:
            raise ValueError(f"more than {most} states at step {step + 1}")
    return best


def _best(
    cell: NDArray[np.int64], have: NDArray[Any], coarse: float | NDArray[np.float64] = 1e-6
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """What is dominated by nothing else in its cell: no other (n, things) has as much of everything, to `coarse`."""
    _, first = np.unique(np.concatenate([cell, np.round(have / coarse)], axis=1), axis=0, return_index=True)
    cell, have = cell[first], have[first]
    kept = []
    for where in np.unique(cell, axis=0):
        index = np.flatnonzero((cell == where).all(axis=1))
        index = index[np.argsort(-have[index].sum(axis=1), kind="stable")]
        front = np.empty((len(index), have.shape[1]), dtype=have.dtype)
        size = 0
        for i in index:
            if not (front[:size] >= have[i] - coarse).all(axis=1).any():
                front[size] = have[i]
                size += 1
                kept.append(i)
    return cell[kept], have[kept]


def life_at_the_bed(threshold: float, gamma: float, seed: int = 0) -> tuple[int, float]:
    """In the smallest world: go to the bed, wait there, and sleep when energy is at the threshold or lower.

    Returns steps lived and the discounted sum of rewards. With no money left it goes on "sleeping", which costs less
    than waiting.
    """
    level = load_level("L0_0_minimal")
    world = VectorWorld(level, 1, seed)
    world.reset()
    bed, names = world.affordance_positions["Bed"], level.meter_names
    moves = {(a.dx, a.dy): i for i, a in enumerate(level.actions) if a.kind == "move"}
    kinds = [a.kind for a in level.actions]
    total, factor = 0.0, 1.0
    for step in range(level.lifespan):
        (x, y), meters = world.positions[0], world.meters[0]
        dx, dy = int(np.sign(bed[0] - x)), int(np.sign(bed[1] - y))
        sleep = meters[names.index("energy")] <= threshold or meters[names.index("money")] < level.places[0].cost
        here = kinds.index("interact") if sleep else kinds.index("wait")
        action = here if (dx, dy) == (0, 0) else moves[(dx, 0) if dx else (0, dy)]
        _, reward, ended, _, _ = world.step([action])
        total += factor * float(reward[0])
        factor *= gamma
        if ended[0]:
            return step + 1, total
    return level.lifespan, total


class Nights:
    """The smallest world from the bed on: whoever is there stays, and all there is to plan is when to sleep.

    A plan is k steps at which one sleeps; between them one waits, and with no money left one goes on "sleeping".
    """

    def __init__(self, gamma: float, seed: int = 0) -> None:
        self.level, self.gamma = load_level("L0_0_minimal"), gamma
        self.rng = np.random.default_rng(seed)
        names, kinds = self.level.meter_names, [a.kind for a in self.level.actions]
        self.energy, self.money = names.index("energy"), names.index("money")
        self.sleep, self.wait = kinds.index("interact"), kinds.index("wait")
        self.price = self.level.places[0].cost - 1e-4

    def lived(self, plans: NDArray[np.int64], meters: NDArray[Any], age: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Discounted return and steps of each plan (n, k), from these meters at this age."""
        world = VectorWorld(self.level, len(plans), 0)
        bed = world.affordance_positions["Bed"]
        world.set_state(
            positions=np.tile(bed, (len(plans), 1)), meters=np.tile(meters, (len(plans), 1)), step_counts=age
        )
        alive, total, steps = np.ones(len(plans), bool), np.zeros(len(plans)), np.zeros(len(plans), np.int64)
        while alive.any():
            asleep = (plans == steps.max()).any(axis=1) | (world.meters[:, self.money] < self.price)
            _, reward, ended, _, _ = world.step(np.where(asleep, self.sleep, self.wait))
            total += np.where(alive, self.gamma ** steps.max() * reward, 0.0)
            steps += alive
            alive &= ~ended
        return total, steps

    def best(self, meters: NDArray[Any], age: int, first: int | None = None) -> tuple[float, NDArray[np.int64]]:
        """The largest return that a random local search over plans finds, and its plan. first: the action now, sleep or
        wait, if it is not free."""
        nights = round(float(meters[self.money]) / self.level.places[0].cost)
        plans = np.sort(self.rng.integers(0, 250, (320, nights)), axis=1)
        found, plan = -np.inf, plans[0]
        for spread in 40.0 * 0.85 ** np.arange(25):
            if first == self.sleep:
                plans[:, 0] = 0
            plans = np.sort(np.maximum(plans, first == self.wait), axis=1)
            plans = np.maximum.accumulate(plans - np.arange(nights), axis=1) + np.arange(nights)
            total, _ = self.lived(plans, meters, age)
            order = np.argsort(-total)
            if total[order[0]] > found:
                found, plan = float(total[order[0]]), plans[order[0]]
            kept = np.concatenate([plan[None], plans[order[:39]]])
            moved = np.rint(self.rng.normal(0, spread, (320, nights))) * (self.rng.random((320, nights)) < 0.6)
            moved[:40] = 0
            plans = np.maximum(np.tile(kept, (8, 1)) + moved.astype(np.int64), 0)
        return found, plan

    def told(self) -> None:
        """Print the best plan and, along it, how much waiting is worth more than sleeping."""
        world = VectorWorld(self.level, 1, 0)
        world.set_state(positions=[world.affordance_positions["Bed"]], meters=[[m.start for m in self.level.meters]])
        total, plan = self.best(world.meters[0], 0)
        _, steps = self.lived(plan[None], world.meters[0], 0)
        print(f"L0_0, the best nights at gamma {self.gamma}: {plan.tolist()}, {steps[0]} steps, return {total:.1f}")
        for step in range(plan[-1] + 1):
            meters = world.meters[0].copy()
            if step in plan or step % 8 == 0:
                sleep, wait = (self.best(meters, step, deed)[0] for deed in (self.sleep, self.wait))
                has = f"energy {meters[self.energy]:.2f}, money {meters[self.money]:.2f}"
                more = f"{(wait - sleep) * (1.0 - self.gamma):+.5f}{', sleeps' if step in plan else ''}"
                print(f"  step {step:3}, {has}: waiting is worth {more}")
            world.step([self.sleep if step in plan else self.wait])


if __name__ == "__main__":
    Nights(0.995).told()
    print("L0_0, sleeping at energy <= threshold: steps lived, return at gamma 0.995")
    for threshold in (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        steps, total = life_at_the_bed(threshold, 0.995)
        print(f"  {threshold:.1f}: {steps} steps, return {total:.1f}")
