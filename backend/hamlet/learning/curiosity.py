"""Curiosity by random network distillation (Burda et al. 2019): what a small network cannot predict is new."""

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hamlet.learning.config import TrainConfig
from hamlet.learning.optimiser import Optimiser

EMBED = 128
LEARNING_RATE = 1e-4
WINDOW = 256
"""finished lives whose spread decides whether survival is calm"""
FEWEST_STEPS = 50.0
"""mean survival below which a small spread is no calm: everybody dies at once"""


def _net(obs_dim: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(obs_dim, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, EMBED))


class Curiosity:
    """A fixed random network and a predictor of it, both obs -> 256 -> 128 -> 128 (world.md §11).

    novelty(o) = mean over the embedding of (predictor(o) - fixed(o))^2, of the observation a step arrives at.
    bonus = weight * novelty / sigma, with sigma the running standard deviation of novelty; it is weighted here and
    nowhere else. Before the first rollout has been measured sigma is unknown and the bonus is 0.
    The predictor takes one Adam step an iteration, on a quarter of the rollout's observations.
    weight *= curiosity_decay after each iteration in which the last 256 lives lived more than 50 steps in the mean,
    with a standard deviation below curiosity_variance.
    """

    def __init__(self, config: TrainConfig, obs_dim: int, device: torch.device) -> None:
        self.config = config
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed + 1)
            self._fixed = _net(obs_dim).to(device).requires_grad_(False)
            self._predictor = _net(obs_dim).to(device)
        self.optimiser = Optimiser(self._predictor, LEARNING_RATE, clip=float("inf"))
        self.weight = config.curiosity_weight
        self._count, self._mean, self._m2 = 0, 0.0, 0.0
        self._lives: deque[int] = deque(maxlen=WINDOW)

    @property
    def sigma(self) -> float | None:
        """Standard deviation of novelty over all rollouts so far; None before the first."""
        return float(np.sqrt(self._m2 / self._count)) if self._count else None

    @torch.no_grad()
    def novelty(self, obs: Tensor) -> Tensor:
        """(n, obs_dim) -> squared prediction error, (n,)."""
        error: Tensor = self._predictor(obs) - self._fixed(obs)
        return error.square().mean(dim=1)

    @property
    def factor(self) -> float:
        """What novelty is multiplied with, a float32; 0 before its spread is known."""
        sigma = self.sigma
        return float(np.float32(self.weight / sigma)) if sigma else 0.0

    def bonus(self, novelty: NDArray[np.float32]) -> NDArray[np.float32]:
        """What enters learning beside the world's reward, (n,)."""
        return (novelty * np.float32(self.factor)).astype(np.float32)

    def learn(self, obs: Tensor, novelty: NDArray[np.float32], shuffle: Callable[[int], Tensor]) -> None:
        """After a rollout: update sigma from its novelty (n,), and the predictor from a quarter of its observations,
        which are the first of shuffle(n), 0..n-1 in a random order."""
        values = novelty.astype(np.float64)
        mean, m2, n = float(values.mean()), float(((values - values.mean()) ** 2).sum()), values.size
        delta, total = mean - self._mean, self._count + n
        self._m2 += m2 + delta * delta * self._count * n / total
        self._mean += delta * n / total
        self._count = total
        part = shuffle(obs.shape[0])[: max(obs.shape[0] // 4, 1)]
        seen = obs[part]
        loss = (self._predictor(seen) - self._fixed(seen)).square().mean()
        self.optimiser.step(loss)

    def finished(self, survived: NDArray[np.int64]) -> None:
        """Count lives that ended, (n,) steps."""
        self._lives.extend(survived.tolist())

    def anneal(self) -> None:
        """Once an iteration: turn the bonus down where survival is calm."""
        if len(self._lives) < WINDOW:
            return
        lives = np.asarray(self._lives, dtype=np.float64)
        if lives.mean() > FEWEST_STEPS and lives.std() < self.config.curiosity_variance:
            self.weight *= self.config.curiosity_decay

    def state(self) -> dict[str, Any]:
        """Both networks, Adam, the running spread, the weight and the lives counted."""
        return {
            "fixed": {k: v.clone() for k, v in self._fixed.state_dict().items()},
            "predictor": self.optimiser.weights(),
            "optimiser": self.optimiser.state(),
            "weight": self.weight,
            "spread": (self._count, self._mean, self._m2),
            "lives": np.asarray(self._lives, dtype=np.int64),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._fixed.load_state_dict(state["fixed"])
        self.optimiser.restore(state["predictor"], state["predictor"], state["optimiser"])
        self.weight = state["weight"]
        self._count, self._mean, self._m2 = state["spread"]
        self._lives = deque((int(n) for n in state["lives"]), maxlen=WINDOW)
