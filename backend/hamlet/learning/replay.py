"""What DQN remembers: a ring of rows, time first, then lanes; and how it draws from them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hamlet.learning.rollout import Rollout

SMALLEST = 1e-6
"""added to every error, so that nothing remembered becomes impossible to draw"""


@dataclass
class Rows:
    """The last `rows` steps of every lane. Row t is written at slot t mod rows; `total` rows were written so far.

    Each observation is kept once: what followed row t is the observation of row t + 1, unless the life ended there.
    """

    rows: int
    lanes: int
    obs_dim: int
    actions: int
    device: torch.device
    total: int = 0
    _columns: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def room(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros((self.rows, self.lanes, *shape), dtype=dtype, device=self.device)

        self._columns = {
            "obs": room(self.obs_dim),
            "mask": room(self.actions, dtype=torch.bool),
            "action": room(dtype=torch.int64),
            "reward": room(),
            "terminated": room(),
            "keep": room(),
        }

    @property
    def stored(self) -> int:
        """Steps remembered now, over all lanes."""
        return min(self.total, self.rows) * self.lanes

    @property
    def oldest(self) -> int:
        """Number of the oldest row that is still there."""
        return max(self.total - self.rows, 0)

    def add(self, rollout: Rollout) -> None:
        """Append a rollout's rows, in order; the oldest are overwritten."""
        T = rollout.action.shape[0]
        for t in range(T):
            slot = (self.total + t) % self.rows
            for name, column in self._columns.items():
                column[slot] = getattr(rollout, name)[t]
        self.total += T

    def take(self, name: str, row: Tensor, lane: Tensor) -> Tensor:
        """A column at rows and lanes of equal shape: obs, mask, action, reward, terminated or keep."""
        return self._columns[name][row % self.rows, lane]

    def state(self) -> dict[str, Any]:
        """The rows that were written."""
        filled = min(self.total, self.rows)
        return {"total": self.total, "columns": {name: c[:filled].clone() for name, c in self._columns.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.total = state["total"]
        for name, column in state["columns"].items():
            self._columns[name][: column.shape[0]] = column.to(self.device)


class SumTree:
    """Priorities one can draw from in proportion: each node holds the sum of its two children."""

    def __init__(self, leaves: int) -> None:
        self.depth = max(int(np.ceil(np.log2(leaves))), 1)
        self.base = 2**self.depth
        self.nodes: NDArray[np.float64] = np.zeros(2 * self.base)

    @property
    def total(self) -> float:
        """Sum of all priorities."""
        return float(self.nodes[1])

    def set(self, leaf: NDArray[np.int64], priority: NDArray[np.float64] | float) -> None:
        """Give leaves (n,) a priority each, 0 or more; where a leaf comes twice, the last one counts."""
        node = leaf + self.base
        self.nodes[node] = priority
        for _ in range(self.depth):
            node = np.unique(node // 2)
            self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1]

    def get(self, leaf: NDArray[np.int64]) -> NDArray[np.float64]:
        """Priorities of leaves, (n,)."""
        out: NDArray[np.float64] = self.nodes[leaf + self.base]
        return out

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Leaves (count,), each drawn from its own slice of the total, in proportion to priority."""
        left = (np.arange(count) + rng.random(count)) * (self.total / count)
        node: NDArray[np.int64] = np.ones(count, dtype=np.int64)
        for _ in range(self.depth):
            node *= 2
            right = left >= self.nodes[node]
            # Rounding may point past the last leaf that has any priority; a branch of weight 0 is never entered.
            right &= self.nodes[node + 1] > 0.0
            left = np.where(right, left - self.nodes[node], left)
            node += right
        leaf: NDArray[np.int64] = node - self.base
        return leaf


class Uniform:
    """Everything remembered is equally likely."""

    def __init__(self, stride: int, rows: int, lanes: int) -> None:
        self.stride, self.rows, self.lanes = stride, rows, lanes

    def ready(self, before: int, after: int) -> None:
        """Nothing to note: what is remembered is drawn from by its number."""

    def draw(self, batch: int, oldest: int, newest: int, beta: float, rng: np.random.Generator) -> "Draw":
        """(row, lane) pairs evenly from oldest..newest, rows that are multiples of the stride only."""
        first, last = -(-oldest // self.stride), newest // self.stride
        row = rng.integers(first, last + 1, batch) * self.stride
        return Draw(row, rng.integers(0, self.lanes, batch), np.ones(batch))

    def learnt(self, draw: "Draw", error: NDArray[np.float64]) -> None:
        """Errors do not matter."""

    def state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Nothing."""


class Prioritised(Uniform):
    """In proportion to (|error| + 1e-6) ** alpha (Schaul et al. 2016); what is new has the largest priority so far."""

    def __init__(self, stride: int, rows: int, lanes: int, alpha: float) -> None:
        super().__init__(stride, rows, lanes)
        self.alpha = alpha
        self.tree = SumTree(rows // stride * lanes)
        self.largest = 1.0

    def _leaf(self, row: NDArray[np.int64], lane: NDArray[np.int64]) -> NDArray[np.int64]:
        leaf: NDArray[np.int64] = (row % self.rows) // self.stride * self.lanes + lane
        return leaf

    def _all(self, first: int, last: int) -> NDArray[np.int64]:
        """Leaves of every lane at the stride's rows in first..last-1."""
        row = np.arange(-(-first // self.stride), -(-last // self.stride)) * self.stride
        leaves: NDArray[np.int64] = (self._leaf(row, np.zeros_like(row))[:, None] + np.arange(self.lanes)).reshape(-1)
        return leaves

    def overwritten(self, before: int, after: int) -> None:
        """Rows before..after-1 are being written: what stood in their slots can no longer be drawn."""
        self.tree.set(self._all(before, after), 0.0)

    def ready(self, before: int, after: int) -> None:
        """Rows before..after-1 have all that follows them and may be drawn from now on."""
        if after > before:
            self.tree.set(self._all(max(before, 0), after), self.largest)

    def draw(self, batch: int, oldest: int, newest: int, beta: float, rng: np.random.Generator) -> "Draw":
        """Pairs by priority, with the weights (P_min / P) ** beta that correct for it."""
        leaf = self.tree.draw(batch, rng)
        slot = leaf // self.lanes * self.stride
        # The one row number in oldest..oldest+rows-1 that lives in this slot.
        row = oldest + (slot - oldest) % self.rows
        priority = self.tree.get(leaf)
        return Draw(row, leaf % self.lanes, (priority.min() / priority) ** beta)

    def learnt(self, draw: "Draw", error: NDArray[np.float64]) -> None:
        """Set the priorities of what was just learnt from to its errors, (batch,)."""
        priority = (np.abs(error) + SMALLEST) ** self.alpha
        self.largest = max(self.largest, float(priority.max()))
        self.tree.set(self._leaf(draw.row, draw.lane), priority)

    def state(self) -> dict[str, Any]:
        """The leaves and the largest priority."""
        return {"leaves": self.tree.nodes[self.tree.base :].copy(), "largest": self.largest}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.tree.set(np.arange(self.tree.base), state["leaves"])
        self.largest = state["largest"]


@dataclass(frozen=True)
class Draw:
    """What was drawn, each (batch,)."""

    row: NDArray[np.int64]
    lane: NDArray[np.int64]
    weight: NDArray[np.float64]
    """importance weight of each, at most 1"""
