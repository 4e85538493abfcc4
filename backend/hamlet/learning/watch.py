"""The watched lane: lane 0's rows of the batch, told as events."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.events import EpisodeEnd, EpisodeStart, Step
from hamlet.world import Level
from hamlet.world.causes import root_cause


class Watched:
    """Remembers the life of the watched lane while it lasts, to say at its end what it died of."""

    def __init__(self, level: Level) -> None:
        self.level = level
        self.episode = 0
        self.alive = False
        self._clear()

    def _clear(self) -> None:
        self.return_ = 0.0
        self.intrinsic_return = 0.0
        self._meters: list[NDArray[np.float32]] = []
        self._actions: list[int] = []

    def begin(self, at: float, layout: dict[str, tuple[int, int]], stage: int | None, multiplier: float,
              epsilon: float, weights: int) -> EpisodeStart:  # fmt: skip
        """A life begins."""
        self._clear()
        self.alive = True
        return EpisodeStart(self.episode, at, layout, stage, multiplier, epsilon, weights)

    def step(self, at: float, seen: dict[str, Any], action: int, greedy: int, random: bool, q: NDArray[np.float32],
             reward: float, intrinsic: float, used: int) -> Step:  # fmt: skip
        """One row. `seen` holds what the choice was made from: x, y, mask, meters, hour, progress."""
        step = len(self._actions)
        self._meters.append(seen["meters"])
        self._actions.append(action)
        self.return_ += reward
        self.intrinsic_return += intrinsic
        return Step(
            episode=self.episode, step=step, at=at, x=seen["x"], y=seen["y"], action=action, greedy=greedy,
            random=random, mask=seen["mask"], meters=seen["meters"], q=q, reward=reward, intrinsic=intrinsic,
            hour=seen["hour"], progress=seen["progress"], used=used,
        )  # fmt: skip

    def end(self, at: float, cut: bool, final: dict[str, Any]) -> EpisodeEnd:
        """The life is over, or was cut. `final` is the state it was left in: x, y, meters, hour."""
        died_of = None if cut else fatal_meter(self.level, final["meters"])
        root = None
        if died_of is not None:
            meters = np.stack([*self._meters, final["meters"]])
            root = root_cause(self.level, meters, np.asarray(self._actions), died_of)
        event = EpisodeEnd(
            episode=self.episode, at=at, cause="cut" if cut else "death" if died_of else "retired",
            steps=len(self._actions), return_=self.return_, intrinsic_return=self.intrinsic_return, died_of=died_of,
            root=root, final=final,
        )  # fmt: skip
        self.episode += 1
        self.alive = False
        self._clear()
        return event

    def state(self) -> dict[str, Any]:
        """The life so far."""
        return {
            "episode": self.episode,
            "alive": self.alive,
            "return": self.return_,
            "intrinsic_return": self.intrinsic_return,
            "meters": np.asarray(self._meters, dtype=np.float32).reshape(-1, self.level.num_meters),
            "actions": np.asarray(self._actions, dtype=np.int64),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.episode, self.alive = state["episode"], state["alive"]
        self.return_, self.intrinsic_return = state["return"], state["intrinsic_return"]
        self._meters = [row.copy() for row in state["meters"]]
        self._actions = [int(a) for a in state["actions"]]


def fatal_meter(level: Level, meters: NDArray[np.float32]) -> str | None:
    """Name of the meter a life ended of, from the state it was left in; None if none of the fatal ones is empty."""
    return next((m.name for m, left in zip(level.meters, meters, strict=True) if m.lethal and left <= 0.0), None)
