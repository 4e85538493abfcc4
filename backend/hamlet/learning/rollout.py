"""What all lanes did since the last update, as the learners read it: time first, then lanes."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass
class Rollout:
    """T steps of N lanes. Row t is what was seen before step t, what was done, and what came of it."""

    obs: Tensor
    """(T + 1, N, obs_dim) float32; the last row is what the next rollout begins with"""
    mask: Tensor
    """(T + 1, N, actions) bool, True = allowed"""
    best: Tensor
    """(T + 1, N) float32, largest allowed Q-value of the acting network at that observation, memory carried"""
    action: Tensor
    """(T, N) int64"""
    greedy: Tensor
    """(T, N) bool, True where that action is the one with the largest allowed Q-value, whoever chose it"""
    reward: Tensor
    """(T, N) float32, as learnt: world's reward and curiosity bonus, times (1 - gamma)"""
    terminated: Tensor
    """(T, N) float32, 1.0 where the life ended in this step: nothing follows, the next row is another life"""
    keep: Tensor
    """(T + 1, N) float32, 0.0 where a life begins at this row: the memory is empty"""
    hidden: tuple[Tensor, Tensor] | None
    """memory before row 0, as carried; to be multiplied by keep[0]"""


@dataclass
class Report:
    """What an iteration's updates measured; scalar tensors, so that no update waits for the device."""

    loss: Tensor
    td_error: Tensor
    q_mean: Tensor
    grad_norm: Tensor

    def values(self) -> dict[str, Any]:
        """As plain floats."""
        names = ("loss", "td_error", "q_mean", "grad_norm")
        return dict(zip(names, torch.stack([getattr(self, name) for name in names]).tolist(), strict=True))


class Tally:
    """Means over the updates of one iteration."""

    def __init__(self) -> None:
        self.sums: list[Tensor] | None = None
        self.count = 0

    def add(self, *values: Tensor) -> None:
        self.count += 1
        self.sums = list(values) if self.sums is None else [a + b for a, b in zip(self.sums, values, strict=True)]

    def report(self) -> Report:
        assert self.sums is not None
        return Report(*(total / self.count for total in self.sums))
