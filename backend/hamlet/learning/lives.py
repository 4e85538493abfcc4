"""What the lives of all lanes measured since the last row, and the row that is made of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.learning.rollout import Report


class Lives:
    """Counts steps and returns of the life under way in every lane, and keeps what the finished ones came to."""

    def __init__(self, lanes: int) -> None:
        self.steps = np.zeros(lanes, dtype=np.int64)
        self.returns = np.zeros(lanes, dtype=np.float64)
        self.partial = np.zeros(lanes, dtype=bool)
        """True while a lane is in a life that began at a later age: it says nothing about survival"""
        self.finished = 0
        """lives ended since the run began"""
        self._rewards, self._steps = 0.0, 0
        self._survived: list[int] = []
        self._returned: list[float] = []

    def step(self, reward: NDArray[np.float32], ended: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Count one step of every lane. Returns which lives ended and were whole, (lanes,)."""
        self.steps += 1
        self.returns += reward
        self._rewards += float(reward.sum(dtype=np.float64))
        self._steps += len(reward)
        whole = ended & ~self.partial
        if whole.any():
            self._survived.extend(self.steps[whole].tolist())
            self._returned.extend(self.returns[whole].tolist())
        return whole

    def begin(self, where: NDArray[np.bool_]) -> None:
        """New lives begin in these lanes, (lanes,) bool."""
        self.finished += int(where.sum())
        self.steps[where] = 0
        self.returns[where] = 0.0
        self.partial[where] = False

    def measured(self) -> dict[str, float | int | None]:
        """Mean reward of a step since the last call, survival and return of the lives that ended; None where there were
        none."""
        extrinsic = {"extrinsic_mean": self._rewards / self._steps if self._steps else None}
        self._rewards, self._steps = 0.0, 0
        names = ("survival_mean", "survival_p10", "survival_median", "survival_p90", "survival_max", "return_mean")
        if not self._survived:
            return {**dict.fromkeys(names), **extrinsic}
        p10, median, p90 = np.percentile(self._survived, (10, 50, 90))
        out = (np.mean(self._survived), p10, median, p90, max(self._survived), np.mean(self._returned))
        self._survived, self._returned = [], []
        return {**{name: float(value) for name, value in zip(names, out, strict=True)}, **extrinsic}

    def state(self) -> dict[str, Any]:
        """Everything."""
        return {
            "steps": self.steps, "returns": self.returns, "partial": self.partial, "finished": self.finished,
            "rewards": (self._rewards, self._steps),
            "survived": np.asarray(self._survived, dtype=np.int64), "returned": np.asarray(self._returned),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.steps[:], self.returns[:], self.partial[:] = state["steps"], state["returns"], state["partial"]
        self.finished = state["finished"]
        self._rewards, self._steps = state["rewards"]
        self._survived, self._returned = state["survived"].tolist(), state["returned"].tolist()


class Reports:
    """Means of the learner's reports since the last row, and of the curiosity bonus."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin a new row."""
        self._sums = dict.fromkeys(("loss", "td_error", "q_mean", "grad_norm"), 0.0)
        self._count = 0
        self._intrinsic, self._rollouts = 0.0, 0

    def add(self, report: Report | None) -> float | None:
        """Count one update's report; returns its loss, None while the learner still waits."""
        if report is None:
            return None
        values = report.values()
        for name in self._sums:
            self._sums[name] += values[name]
        self._count += 1
        return float(values["loss"])

    def add_intrinsic(self, mean: float) -> None:
        """Count the mean bonus of one rollout."""
        self._intrinsic += mean
        self._rollouts += 1

    def measured(self) -> dict[str, float | None]:
        """Means since the last call, None where there was nothing to measure."""
        out: dict[str, float | None] = {k: v / self._count if self._count else None for k, v in self._sums.items()}
        out["intrinsic_mean"] = self._intrinsic / self._rollouts if self._rollouts else None
        self.clear()
        return out

    def state(self) -> dict[str, Any]:
        """Everything."""
        return {"sums": dict(self._sums), "count": self._count, "intrinsic": (self._intrinsic, self._rollouts)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._sums, self._count = dict(state["sums"]), state["count"]
        self._intrinsic, self._rollouts = state["intrinsic"]
