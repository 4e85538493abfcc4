"""All lanes of a run between two updates: what a loop that steps them keeps, and what it hands on.

Two loops do the same: `numpy_lanes.py` steps the world in numpy and asks the network once a step; `torch_lanes.py`
keeps all of it on one device and hands over what happened when the rollout is done. What follows is written once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hamlet.learning.config import TrainConfig
from hamlet.learning.curiosity import Curiosity
from hamlet.learning.curriculum import Curriculum
from hamlet.learning.networks import QNetwork
from hamlet.learning.rollout import Rollout
from hamlet.learning.roots import Roots
from hamlet.world import Level, VectorWorld
from hamlet.world.lints import effect_of

LOWEST_START = 0.1
"""exploring starts draw every meter from this share to all of the most that a life can have"""


def do_nothing() -> None:
    """Before a step of a run that is held to no pace."""


def most_at_birth(level: Level) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The most that a life can have of each meter at age a is start - a * loss (at multiplier 1), within 0..1.

    (meters,) each: start and loss. What nothing fills has only fallen since birth. What a place fills, or what recovers
    by itself, can be full at any age: 1 and 0; and so it is where an empty meter would be no life at all.
    """
    whole_uses = [effect_of(level, place)[0] for place in level.places if place.deployed]
    filled = {name for effects in whole_uses for name, amount in effects.items() if amount > 0}
    falling = [m.name not in filled and m.depletion >= 0 and not m.lethal for m in level.meters]
    start = [m.start if falls else 1.0 for m, falls in zip(level.meters, falling, strict=True)]
    loss = [m.depletion if falls else 0.0 for m, falls in zip(level.meters, falling, strict=True)]
    return np.array(start, dtype=np.float32), np.array(loss, dtype=np.float32)


class Moment(NamedTuple):
    """One step of all lanes, on the host. "Watched" is lane 0."""

    layout: dict[str, tuple[int, int]] | None
    """where the watched lane's places stand, if its life begins with this step"""
    seen: dict[str, Any]
    """what the watched lane's choice was made from: x, y, mask, meters, hour, progress"""
    q: NDArray[np.float32]
    """(actions,) the watched lane's Q-values"""
    action: int
    greedy: int
    random: bool
    bonus: float
    """the watched lane's curiosity bonus"""
    cells: NDArray[np.int64]
    """(lanes,) cell the step began in, y * width + x"""
    hours: NDArray[np.int64]
    """(lanes,) hour of the day it began in"""
    used: NDArray[np.int64]
    """(lanes,) place used, or -1"""
    reward: NDArray[np.float32]
    """(lanes,) the world's own"""
    terminated: NDArray[np.bool_]
    """(lanes,) the life ended"""
    arrived: NDArray[np.int64] | None
    """(lanes,) cell the step led to; None without curiosity"""
    novelty: NDArray[np.float32] | None
    """(lanes,) of what was seen there; None without curiosity"""
    moved: NDArray[np.bool_] | None
    """(lanes,) lives that began in the middle after this step; None where there can be none"""
    final: dict[str, Any] | None
    """state the watched lane's life ended in: x, y, meters, hour; None while it goes on"""


class Births:
    """What every lane's life was given when it began."""

    def __init__(self, lanes: int, curriculum: Curriculum) -> None:
        self.curriculum = curriculum
        self.multipliers = np.ones(lanes)
        self.stages = np.zeros(lanes, dtype=np.int64)
        self.sparse = np.zeros(lanes, dtype=bool)
        self.drain: float | NDArray[np.float64] = 1.0
        """depletion multipliers as the world takes them: one number where all are the same"""
        self.begin(np.ones(lanes, dtype=bool))

    def begin(self, where: NDArray[np.bool_]) -> None:
        """Lives that begin in these lanes take the difficulty of now, and keep it."""
        self.multipliers[where] = self.curriculum.multiplier
        self.stages[where] = self.curriculum.stage or 0
        self.sparse[where] = self.curriculum.sparse
        same = bool((self.multipliers == self.multipliers[0]).all())
        self.drain = float(self.multipliers[0]) if same else self.multipliers

    def state(self) -> dict[str, Any]:
        """Everything."""
        return {"multipliers": self.multipliers, "stages": self.stages, "sparse": self.sparse}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.multipliers[:], self.stages[:], self.sparse[:] = state["multipliers"], state["stages"], state["sparse"]
        self.begin(np.zeros(len(self.sparse), dtype=bool))


class Lanes(ABC):
    """A loop that steps all lanes."""

    world: VectorWorld

    def __init__(
        self,
        config: TrainConfig,
        level: Level,
        network: QNetwork,
        steps: int,
        births: Births,
        curiosity: Curiosity | None,
        device: torch.device,
    ) -> None:
        """`steps` of every lane make one rollout. device: where the network is."""
        self.config, self.level, self.network, self.births, self.curiosity = config, level, network, births, curiosity
        self.device, self.steps = device, steps
        self.world = VectorWorld(level, config.lanes, config.seed, device=self.stepped_on(), layouts=config.layouts)
        self.roots = Roots(level, config.lanes, steps, self.world.backend)
        self._hidden = self._hidden_before = network.initial(config.lanes)
        self._most = most_at_birth(level)
        self._row_obs = torch.zeros((steps + 1, config.lanes, level.obs_dim), device=device)
        # Rewards times (1 - gamma) keep Q within 0..1 whatever the discount, and so the step size of one learning rate.
        self.scale = np.float32(1.0 - config.gamma)

    @abstractmethod
    def stepped_on(self) -> Any:
        """The device of the world."""

    @abstractmethod
    def begin(self) -> NDArray[np.bool_]:
        """First lives in all lanes. Returns which began in the middle, (lanes,)."""

    @abstractmethod
    def rollout(self, epsilons: NDArray[np.float64], before_step: Callable[[], None] = do_nothing) -> Iterator[Moment]:
        """Every lane takes T steps with these chances of the dice, (lanes,). To be iterated to its end; the births are
        to be noted in `Births` before the next moment is asked for, for which before_step is called first."""

    @abstractmethod
    def rows(self) -> Rollout:
        """The rollout as the learners read it."""

    @abstractmethod
    def deaths(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of each death in the rollout the meter that ran out and the one at its root, (deaths,) each."""

    @property
    @abstractmethod
    def novelty(self) -> NDArray[np.float32]:
        """(T, lanes) of the rollout, on the host; zeros without curiosity."""

    @abstractmethod
    def undecided(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Q-values and mask, (lanes, actions) each, of what every lane sees after the rollout."""

    @abstractmethod
    def shuffle(self, count: int) -> Tensor:
        """A random order of 0..count-1, where the rows are."""

    @property
    @abstractmethod
    def replay_dice(self) -> np.random.Generator:
        """What old steps are drawn with, on the host."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Everything but the world and the births."""

    @abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again; world and births have been restored."""


def state_of_watched(world: VectorWorld) -> dict[str, Any]:
    """The state lane 0 is in: x, y, meters, hour."""
    host = world.backend.numpy
    x, y = host(world.positions[0])
    return {"x": int(x), "y": int(y), "meters": host(world.meters[0]).copy(), "hour": int(host(world.hours[0]))}
