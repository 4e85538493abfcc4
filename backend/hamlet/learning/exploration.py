"""Epsilon-greedy over allowed actions: how likely the dice are, and what they say."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.config import TrainConfig

LADDER = 7.0
"""alpha of Horgan et al. 2018: lane i of N rolls with epsilon ** (1 + alpha i / (N - 1))"""


def epsilon_at(config: TrainConfig, progress: float) -> float:
    """The schedule: from epsilon_start to epsilon_end in a straight line over the first epsilon_fraction of the run."""
    if config.epsilon_fraction <= 0.0:
        return config.epsilon_end
    gone = min(progress / config.epsilon_fraction, 1.0)
    return config.epsilon_start + gone * (config.epsilon_end - config.epsilon_start)


def lane_epsilons(config: TrainConfig, progress: float) -> NDArray[np.float64]:
    """Chance of the dice for every lane, (lanes,). Lane 0, the watched one, always has the schedule's own."""
    epsilon = epsilon_at(config, progress)
    if not config.epsilon_ladder or config.lanes == 1:
        return np.full(config.lanes, epsilon)
    rungs = 1.0 + LADDER * np.arange(config.lanes) / (config.lanes - 1)
    return np.asarray(epsilon**rungs)


class Choice(NamedTuple):
    """What every lane does in one step, each (lanes,)."""

    action: NDArray[np.int64]
    greedy: NDArray[np.int64]
    """largest allowed Q-value; the first of equals, 0 if nothing is allowed"""
    random: NDArray[np.bool_]
    """the dice chose; they may have rolled the greedy action too"""
    best: NDArray[np.float32]
    """the largest allowed Q-value itself; -inf if nothing is allowed"""


def choose(
    q: NDArray[np.float32], mask: NDArray[np.bool_], epsilon: NDArray[np.float64], rng: np.random.Generator
) -> Choice:
    """Epsilon-greedy: with chance epsilon[lane] an allowed action drawn evenly, else the greedy one.

    Two uniform numbers a lane are drawn whatever happens, so the stream of chance does not depend on the outcome.
    """
    lanes, _ = q.shape
    allowed = np.where(mask, q, -np.inf)
    greedy = allowed.argmax(axis=1)
    chance, pick = rng.random((2, lanes))
    random = chance < epsilon
    count = mask.cumsum(axis=1, dtype=np.int64)
    rolled = (count > (pick * count[:, -1]).astype(np.int64)[:, None]).argmax(axis=1)
    best = allowed[np.arange(lanes), greedy].astype(np.float32)
    return Choice(np.where(random, rolled, greedy), greedy, random, best)


def greedy_actions(q: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The largest allowed Q-value of every row, (lanes,)."""
    out: NDArray[np.int64] = np.where(mask, q, -np.inf).argmax(axis=1)
    return out
