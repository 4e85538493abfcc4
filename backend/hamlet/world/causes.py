"""Why a life ended: which meter was the root of a death, and who drains whom right now."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.world.level import Level

DISCOUNT = 0.97
"""a drain k steps before the death counts DISCOUNT ** k"""


def drains(level: Level, meters: Any) -> list[tuple[str, str, float]]:
    """(source, target, amount per step) of every cascade and modulation that takes something at these meters.

    Args:
        meters: (num_meters,) in 0..1, in the level's order
    """
    state = np.asarray(meters, dtype=np.float32).reshape(1, level.num_meters)
    return [(source, target, float(amount[0])) for source, target, amount in _flows(level, state) if amount[0] > 0]


def root_cause(level: Level, meters: Any, actions: Any, died_of: str) -> str:
    """The meter at the root of a death.

    Blame flows up: from the meter that ran out to the one that drained it most, with drains discounted by 0.97 per step
    before the death, and on from there while a meter was drained more by another than by its own depletion. What a
    modulation takes at a full source is the target's own wear and blames nobody. A meter that nobody drained, such as
    energy of one who never slept, is its own root.

    Args:
        meters: (T + 1, num_meters) before each step and after the last
        actions: (T,) actions taken
        died_of: name of the meter that reached 0

    Returns:
        name of a meter
    """
    states = np.asarray(meters, dtype=np.float32)
    taken = np.asarray(actions)
    if states.ndim != 2 or states.shape != (len(taken) + 1, level.num_meters):
        raise ValueError(
            f"meters is of shape {states.shape}; must be ({len(taken) + 1}, {level.num_meters}): "
            f"one row before each of the {len(taken)} actions and one after the last"
        )
    if died_of not in level.meter_names:
        raise ValueError(f"died_of is {died_of!r}; must be one of {', '.join(level.meter_names)}")
    steps = len(taken)
    weight = DISCOUNT ** np.arange(steps - 1, -1, -1, dtype=np.float64)
    blame: dict[str, dict[str, float]] = {}
    for source, target, amount in _flows(level, states[1:], full_wear=False):
        by = blame.setdefault(target, {})
        by[source] = by.get(source, 0.0) + float(weight @ amount)
    own = _own_losses(level, taken, weight)

    root, seen = died_of, {died_of}
    while by := {source: amount for source, amount in blame.get(root, {}).items() if amount > 0 and source not in seen}:
        worst = max(by, key=lambda source: by[source])
        if root != died_of and by[worst] <= own[root]:
            break
        root = worst
        seen.add(root)
    return root


def _flows(
    level: Level, states: NDArray[np.float32], full_wear: bool = True
) -> list[tuple[str, str, NDArray[np.float64]]]:
    """(source, target, amount in each of the states (T, M)) of every modulation and cascade."""
    row = {name: i for i, name in enumerate(level.meter_names)}
    values = states.astype(np.float64)
    flows = []
    for m in level.modulation:
        lacking = m.range * (1 - values[:, row[m.source]])
        flows.append((m.source, m.target, m.amount * (lacking + (m.base if full_wear else 0.0))))
    for c in level.cascades:
        missing = np.maximum(c.threshold - values[:, row[c.source]], 0)
        flows.append((c.source, c.target, c.strength * missing / c.threshold))
    return flows


def _own_losses(level: Level, actions: NDArray[Any], weight: NDArray[np.float64]) -> dict[str, float]:
    """What each meter lost by itself: depletion at multiplier 1 and the costs of actions, discounted alike."""
    kinds = [action.kind for action in level.actions]
    own = {}
    for meter in level.meters:
        cost = np.array([level.costs[kind].get(meter.name, 0.0) for kind in kinds])
        own[meter.name] = float(weight @ (max(meter.depletion, 0.0) + cost[actions]))
    return own
