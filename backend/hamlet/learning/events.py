"""What a training run tells while it happens. Imports numpy alone, so every room may read it.

`Trainer.run()` is a generator of these. The caller decides what to do with them, and stops by not iterating.

One lane of the run, lane 0, is *watched*: its steps are told one by one, its lives as `EpisodeStart` … `Step` …
`EpisodeEnd`. Nothing is simulated for show: these are rows of the very batch the learner learns from. A row holds
what the agent saw, what it did, and what came of it; the state it was left in is the next row's, or `EpisodeEnd.final`.

Order: `EpisodeStart` (a life begins), `Step` × n, `EpisodeEnd`; between rollouts `Iteration`, and after some of them
`Metrics`, `Evaluation`, `StageChange`. Only right after an `Iteration` may the trainer be saved.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class EpisodeStart(NamedTuple):
    """A life of the watched lane begins."""

    episode: int
    """number of this life among the watched lane's, from 0"""
    at: float
    """trainer's wall clock, milliseconds since 1970"""
    layout: dict[str, tuple[int, int]]
    """place name → (x, y), for every deployed place"""
    stage: int | None
    """curriculum stage from 1, or None without a curriculum"""
    multiplier: float
    """depletion multiplier of this life"""
    epsilon: float
    """chance that a step of this life rolls the dice, as it begins"""
    weights: int
    """gradient updates the acting network has had, as the life begins"""


class Step(NamedTuple):
    """One step of the watched lane. Meters, mask, position, hour and progress are what the choice was made from."""

    episode: int
    step: int
    """0-based within the life"""
    at: float
    """trainer's wall clock right after the step, milliseconds since 1970"""
    x: int
    y: int
    action: int
    greedy: int
    """the action with the largest allowed Q-value"""
    random: bool
    """True if the dice chose (it may have rolled the greedy action too)"""
    mask: NDArray[np.bool_]
    """(actions,) True = allowed"""
    meters: NDArray[np.float32]
    """(meters,) in 0..1, in the level's order"""
    q: NDArray[np.float32]
    """(actions,) exactly as the acting network gave them"""
    reward: float
    """the world's own reward for this step"""
    intrinsic: float
    """curiosity bonus as it enters learning; 0.0 without curiosity"""
    hour: int
    progress: int
    """ticks done of the interaction under way, before this step"""
    used: int
    """index of the place used successfully in this step, or -1"""


class EpisodeEnd(NamedTuple):
    """A life of the watched lane is over."""

    episode: int
    at: float
    cause: str
    """"death", "retired" (reached its lifespan) or "cut" (the trainer ended it)"""
    steps: int
    return_: float
    """sum of the world's rewards, undiscounted"""
    intrinsic_return: float
    died_of: str | None
    """name of the meter that ran out, for a death"""
    root: str | None
    """name of the meter that drained the fatal one most, for a death (hamlet.world.causes)"""
    final: dict[str, Any]
    """state after the last step: {"x": int, "y": int, "meters": (meters,) float32, "hour": int}"""


class Iteration(NamedTuple):
    """One rollout and its updates are done. The trainer is whole: it may be saved, stopped, sliced here."""

    iteration: int
    steps: int
    """lane-steps so far, all lanes"""
    episodes: int
    """lives finished so far, all lanes"""
    at: float


class Metrics(NamedTuple):
    """What one stretch of iterations measured, over all lanes. Missing numbers are None, never 0."""

    values: dict[str, float | int | None]
    """keys: hamlet.learning.metrics.COLUMNS, always all of them"""


class Evaluation(NamedTuple):
    """A held-out examination: greedy policy, own seeds, multiplier 1.0, the level's own lifespan."""

    steps: int
    episodes: int
    lives: int
    """how many lives were examined"""
    mean: float
    median: float
    p10: float
    share_retired: float
    """share that reached the whole lifespan, 0..1"""
    causes: dict[str, int]
    """root meter of each death → count"""
    best: bool
    """True if this is the best examination so far: these weights are the ones exported"""
    survived: list[int]
    """steps lived, one entry a life"""


class StageChange(NamedTuple):
    """The curriculum moved."""

    steps: int
    episodes: int
    before: int
    after: int
    reason: str
    """"advance" or "retreat" """
    survival: float
    progress: float
    entropy: float


Event = EpisodeStart | Step | EpisodeEnd | Iteration | Metrics | Evaluation | StageChange
