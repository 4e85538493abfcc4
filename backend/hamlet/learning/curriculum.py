"""Five stages from slow meters to the whole world. A life keeps the stage it was born in."""

from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.config import TrainConfig
from hamlet.world import Level


class Stage(NamedTuple):
    """What a stage asks of a life."""

    multiplier: float
    """factor on the meters' base depletion"""
    sparse: bool
    """Learn from 1 a step while alive, instead of the world's health times energy. Up to a constant this is a single -1
    at death and nothing before it: since G = (1 - gamma^T) / (1 - gamma), both order all policies alike."""


def stages_of(level: Level) -> tuple[Stage, ...]:
    """The level's own multipliers, and one stage more at the last of them with the sparse reward.

    The multipliers of the shipped levels are world.md §10's 0.2, 0.5, 0.8, 1.0 and 1.0; "sparse" was a label there.
    """
    multipliers = level.curriculum.multipliers
    return (*(Stage(m, False) for m in multipliers), Stage(multipliers[-1], True))


WINDOW = 256
"""finished lives that survival and progress are measured over"""


class Move(NamedTuple):
    """The curriculum moved, and why."""

    before: int
    after: int
    reason: str
    survival: float
    progress: float
    entropy: float


def policy_entropy(q: NDArray[np.float32], mask: NDArray[np.bool_], gamma: float) -> float:
    """How undecided the Q-values are, 0 (one action stands out) to 1 (all the same), mean over lanes.

    Entropy of softmax(Q / (1 - gamma)) over the allowed actions, divided by the log of their number. Rewards are learnt
    times (1 - gamma); dividing brings Q back to the world's own rewards.
    """
    scaled = np.where(mask, q.astype(np.float64) / (1.0 - gamma), -np.inf)
    scaled -= scaled.max(axis=1, keepdims=True)
    p = np.exp(scaled)
    p /= p.sum(axis=1, keepdims=True)
    entropy = -np.where(p > 0.0, p * np.log(np.where(p > 0.0, p, 1.0)), 0.0).sum(axis=1)
    return float(np.mean(entropy / np.log(np.maximum(mask.sum(axis=1), 2))))


class Curriculum:
    """Moves on what the lives of the present stage measured.

    survival: mean steps lived of the last 256 lives born in this stage, over the lifespan. progress: mean of the newer
    half of them minus the older half, over the lifespan. entropy: `policy_entropy` at the end of the iteration.

    After stage_steps lane-steps in the stage and 256 lives, retreat is tried first:
    retreat if stage > 1 and survival < retreat_under and progress <= 0;
    advance if it is not the last and survival > advance_at and progress > -0.05 and entropy < entropy_gate.
    """

    def __init__(self, config: TrainConfig, level: Level) -> None:
        self.config = config
        own = level.curriculum
        self.advance_at = own.advance if config.advance_at is None else config.advance_at
        self.retreat_under = own.retreat if config.retreat_under is None else config.retreat_under
        self.entropy_gate = own.entropy_gate if config.entropy_gate is None else config.entropy_gate
        self.lifespan = level.lifespan
        self.stages = stages_of(level)
        self.active = config.curriculum == "stages"
        self._stage = config.first_stage
        self._since = 0
        self._lives: deque[int] = deque(maxlen=WINDOW)

    @property
    def stage(self) -> int | None:
        """From 1; None without a curriculum."""
        return self._stage if self.active else None

    @property
    def multiplier(self) -> float:
        """Depletion multiplier of lives that begin now."""
        return self.stages[self._stage - 1].multiplier if self.active else self.config.multiplier

    @property
    def sparse(self) -> bool:
        """Whether lives that begin now learn from the sparse reward."""
        return self.active and self.stages[self._stage - 1].sparse

    def finished(self, stages: NDArray[np.int64], survived: NDArray[np.int64]) -> None:
        """Count lives that ended, (n,) each; those born in another stage say nothing about this one."""
        if self.active:
            self._lives.extend(survived[stages == self._stage].tolist())

    def decide(self, steps: int, entropy: float) -> Move | None:
        """Move if the lives say so, at lane-step `steps`."""
        full = len(self._lives) == WINDOW
        if not self.active or not full or steps - self._since < self.config.stage_steps:
            return None
        lives = np.asarray(self._lives, dtype=np.float64) / self.lifespan
        survival = float(lives.mean())
        progress = float(lives[WINDOW // 2 :].mean() - lives[: WINDOW // 2].mean())
        stage = self._stage
        if stage > 1 and survival < self.retreat_under and progress <= 0.0:
            return self._move(steps, stage - 1, "retreat", survival, progress, entropy)
        decided = entropy < self.entropy_gate
        if stage < len(self.stages) and survival > self.advance_at and progress > -0.05 and decided:
            return self._move(steps, stage + 1, "advance", survival, progress, entropy)
        return None

    def _move(self, steps: int, after: int, reason: str, survival: float, progress: float, entropy: float) -> Move:
        move = Move(self._stage, after, reason, survival, progress, entropy)
        self._stage, self._since = after, steps
        self._lives.clear()
        return move

    def begin(self, steps: int) -> None:
        """A run that had none goes on with it, from lane-step `steps`."""
        self._since = steps

    def state(self) -> dict[str, Any]:
        """Stage, since when, and the lives counted."""
        return {"stage": self._stage, "since": self._since, "lives": np.asarray(self._lives, dtype=np.int64)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._stage, self._since = state["stage"], state["since"]
        self._lives = deque((int(n) for n in state["lives"]), maxlen=WINDOW)
