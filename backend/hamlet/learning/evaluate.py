"""Held-out examination: greedy policy, own seeds, the level's own lifespan. Imports no torch.

Where: with layouts="run" the lives are lived among the places of the run itself (the agent was never shown another
arrangement, and on a level that shows the grid it could not know which place is which); with layouts="episode" every
life has an arrangement of its own that training never dealt.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.events import Evaluation
from hamlet.learning.exploration import greedy_actions
from hamlet.learning.watch import fatal_meter
from hamlet.learning.witness import Witness
from hamlet.model import ContractError, HamletModel
from hamlet.world import Level, VectorWorld
from hamlet.world.causes import root_cause

Layout = dict[str, tuple[int, int]]
Values = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""observations of all lives (lives, obs_dim) -> Q-values (lives, actions); carries its own memory"""

AT_ONCE = 1024
"""lives examined side by side; more need more memory and gain no speed"""
EXAM = 0x5EED
"""mixed into a run's seed, so that an examination shares no start with training"""


@dataclass(frozen=True)
class Result:
    """What an examination measured. Steps are steps lived, at most the level's lifespan."""

    lives: int
    mean: float
    median: float
    p10: float
    share_retired: float
    causes: dict[str, int]
    """root meter of each death -> count"""
    survived: list[int]
    return_mean: float
    """mean sum of the world's rewards over a life"""

    def event(self, steps: int, episodes: int, best: bool) -> Evaluation:
        """As the trainer tells it."""
        return Evaluation(
            steps=steps, episodes=episodes, lives=self.lives, mean=self.mean, median=self.median, p10=self.p10,
            share_retired=self.share_retired, causes=self.causes, best=best, survived=self.survived,
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def exam_world(level: Level, lives: int, seed: int, layout: Layout | None) -> VectorWorld:
    """A world of `lives` lanes with held-out starts. layout None deals every life its own places."""
    world = VectorWorld(level, lives, seed ^ EXAM, layouts="run" if layout else "episode")
    world.reset()
    if layout:
        world.set_state(affordance_positions=layout)
    return world


def examine(
    values: Values, level: Level, world: VectorWorld, multiplier: float = 1.0, witness: Witness | None = None
) -> Result:
    """Live greedily in every lane of a world that was just reset, until all are dead or retired.

    witness: is shown the first lives as they are lived.
    """
    lives = world.lanes
    alive = np.ones(lives, dtype=bool)
    survived, returns = np.zeros(lives, dtype=np.int64), np.zeros(lives)
    meters = np.zeros((level.lifespan + 1, lives, level.num_meters), dtype=np.float32)
    actions = np.zeros((level.lifespan, lives), dtype=np.int64)
    obs = world.observe()
    meters[0] = world.meters
    if witness:
        witness.begin(world, multiplier)
    for step in range(level.lifespan):
        q, masks = values(obs), world.action_masks()
        actions[step] = greedy_actions(q, masks)
        if witness:
            witness.look(world, masks)
        obs, reward, terminated, truncated, info = world.step(actions[step], multiplier)
        if witness:
            witness.step(world, q, actions[step], reward, terminated | truncated, info)
        meters[step + 1] = world.meters
        survived += alive
        returns += np.where(alive, reward, 0.0)
        alive &= ~(terminated | truncated)
        if not alive.any():
            break
    causes: Counter[str] = Counter()
    for i, steps in enumerate(survived):
        died_of = fatal_meter(level, meters[steps, i])
        if died_of is not None:
            causes[root_cause(level, meters[: steps + 1, i], actions[:steps, i], died_of)] += 1
    return _result(survived, causes, returns)


def _result(survived: NDArray[np.int64], causes: Counter[str], returns: NDArray[np.float64]) -> Result:
    return Result(
        lives=len(survived),
        mean=float(survived.mean()),
        median=float(np.median(survived)),
        p10=float(np.percentile(survived, 10)),
        share_retired=1.0 - sum(causes.values()) / len(survived),
        causes=dict(causes.most_common()),
        survived=survived.tolist(),
        return_mean=float(returns.mean()),
    )


def evaluate(
    model: HamletModel,
    level: Level,
    episodes: int = 256,
    seed: int = 0,
    multiplier: float = 1.0,
    layout: Layout | None = None,
    witness: Witness | None = None,
) -> Result:
    """Examine a model on numpy alone.

    layout: where the places stand; None takes the one the model was trained among, which travels in its metadata, and
    deals every life its own where it was trained so; an empty one deals every life its own.
    witness: is shown the first lives (at most AT_ONCE) as they are lived.
    Raises ContractError if the model cannot live in the level (`model.fits`); what it sees is re-ordered where needed.
    """
    seen = Mind(model, level)
    if layout is None and model.metadata.get("layouts") == "run" and "layout" in model.metadata:
        layout = {name: (int(x), int(y)) for name, (x, y) in model.metadata["layout"].items()}
    survived: list[int] = []
    causes: Counter[str] = Counter()
    returns: list[float] = []
    for first in range(0, episodes, AT_ONCE):
        count = min(AT_ONCE, episodes - first)
        seen.forget()
        world = exam_world(level, count, seed + first, layout)
        part = examine(seen, level, world, multiplier, witness if first == 0 else None)
        survived += part.survived
        causes.update(part.causes)
        returns += [part.return_mean] * count
    return _result(np.asarray(survived), causes, np.asarray(returns))


class Mind:
    """A model that lives in a level: called with the level's observations it gives Q-values for the level's actions.

    Its memory is carried from call to call. Raises ContractError if it cannot live there.
    """

    def __init__(self, model: HamletModel, level: Level) -> None:
        fit = model.fits(level)
        if not fit:
            raise ContractError(f"the model cannot live in {level.name}: {'; '.join(fit.reasons)}")
        self.model, self.level, self.fit = model, level, fit
        self._hidden: Any = None

    def forget(self) -> None:
        """A new life begins in every lane."""
        self._hidden = None

    def __call__(self, obs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(lanes, level.obs_dim) -> (lanes, level.num_actions); -inf for an action that the model does not know."""
        out = self.model.predict(obs[:, self.fit.observation], hidden=self._hidden)
        self._hidden = out["hidden"]
        values = np.full((len(obs), self.level.num_actions), -np.inf, dtype=np.float32)
        values[:, self.fit.actions] = out["q_values"]
        return values
