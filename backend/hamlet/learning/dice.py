"""Dice on a device: every throw is a pure function of the seed and of its number.

So a count of throws is all that a checkpoint needs, and the dice are the same on every kind of device. The hash is the
world's (`hamlet.world.rng`).
"""

import torch
from torch import Tensor

from hamlet.world import rng

LEARNING = 3
"""stream of the learner's dice; the world's own streams are 1 and 2"""


class Dice:
    """Throws many at once. `thrown` counts the calls; set it to go on from there."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.seed = seed
        self.thrown = 0
        self._numbers = torch.arange(0, device=device)

    def uniform(self, *shape: int) -> Tensor:
        """float32 in [0, 1), multiples of 2**-24."""
        count = int(torch.Size(shape).numel())
        state = rng.nth(self._next(), self._up_to(count))
        share: Tensor = rng.share(state)
        return (share.to(torch.float32) * 2.0**-24).view(shape)

    def order(self, count: int) -> Tensor:
        """0..count-1 in a random order."""
        order: Tensor = rng.sorted_by(rng.nth(self._next(), self._up_to(count)))
        return order

    def _next(self) -> int:
        start = int(rng.fold(self.seed, LEARNING, self.thrown)[0])
        self.thrown += 1
        return start

    def _up_to(self, count: int) -> Tensor:
        if len(self._numbers) < count:
            self._numbers = torch.arange(count, device=self._numbers.device)
        return self._numbers[:count]
