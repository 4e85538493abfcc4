"""Adam over all weights of a network as one flat tensor, with gradient clipping and a running average of the weights.

Small networks spend more time in the bookkeeping of a dozen tensors than in arithmetic; one tensor has none.
"""

from typing import Any

import torch
from torch import Tensor, nn

from hamlet.learning.errors import TrainingError


class Optimiser:
    """Owns the weights of `network`: they become views of one flat tensor, and so do their gradients.

    Adam (Kingma & Ba 2015, torch's defaults). `average` is the running mean of the weights after each update,
    a <- d a + (1 - d) w with d = min(averaging, (1 + n) / (10 + n)) at update n, so that the start is forgotten;
    None when `averaging` is 0.
    """

    patient = False
    """True: no update waits for the device to know whether it diverged; `check` tells afterwards"""

    def __init__(self, network: nn.Module, learning_rate: float, clip: float, averaging: float = 0.0) -> None:
        self.network = network
        self.clip = clip
        self.averaging = averaging
        self.updates = 0
        parameters = list(network.parameters())
        self._flat = torch.cat([p.detach().reshape(-1) for p in parameters])
        self._gradient = torch.zeros_like(self._flat)
        start = 0
        for p in parameters:
            stop = start + p.numel()
            p.data = self._flat[start:stop].view(p.shape)
            p.grad = self._gradient[start:stop].view(p.shape)
            start = stop
        self._weights = nn.Parameter(self._flat)
        self._weights.data = self._flat
        self._weights.grad = self._gradient
        fused = self._flat.device.type in ("cpu", "cuda")
        self._adam = torch.optim.Adam([self._weights], lr=learning_rate, fused=fused)
        self._average = self._flat.clone() if averaging else None
        self._good = torch.ones((), dtype=torch.bool, device=self._flat.device)
        self._checked = 0

    @property
    def learning_rate(self) -> float:
        """Adam's present step size."""
        return float(self._adam.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._adam.param_groups[0]["lr"] = value

    def step(self, loss: Tensor) -> Tensor:
        """One update down the gradient of `loss`; returns the gradient's norm before clipping, a scalar tensor."""
        self._gradient.zero_()
        loss.backward()  # type: ignore[no-untyped-call]
        norm: Tensor = torch.linalg.vector_norm(self._gradient)
        if self.patient:
            before = self._flat.clone(), None if self._average is None else self._average.clone()
            self._good = self._good & torch.isfinite(norm)
        elif not bool(torch.isfinite(norm)):
            # Before the step, so the weights stay those of the last good update.
            raise self._diverged(
                f"after {self.updates} updates: the loss is {float(loss.detach()):g} and the gradient's norm "
                f"{float(norm):g}"
            )
        self._gradient.mul_(torch.clamp(self.clip / (norm + 1e-6), max=1.0))
        self._adam.step()
        self.updates += 1
        if self._average is not None:
            kept = min(self.averaging, (1 + self.updates) / (10 + self.updates))
            self._average.lerp_(self._flat, 1.0 - kept)
        if self.patient:
            self._flat.copy_(torch.where(self._good, self._flat, before[0]))
            if self._average is not None and before[1] is not None:
                self._average.copy_(torch.where(self._good, self._average, before[1]))
        return norm

    def check(self) -> None:
        """Between iterations: raises TrainingError if a patient update since the last check diverged. It and those
        after it have changed no weight."""
        if self.patient and not bool(self._good):
            raise self._diverged(f"after {self._checked} to {self.updates} updates: a gradient is not finite")
        self._checked = self.updates

    def _diverged(self, how: str) -> TrainingError:
        return TrainingError(
            f"the run diverged {how}. Try a lower learning rate (it is {self.learning_rate:g}) or a shorter gradient "
            f"clip (it is {self.clip:g}). The model of the last good update is kept."
        )

    def weights(self) -> dict[str, Tensor]:
        """A copy of the acting weights, by their names."""
        return self._named(self._flat)

    def averaged(self) -> dict[str, Tensor]:
        """A copy of the averaged weights, or of the acting ones where there is no average."""
        return self._named(self._flat if self._average is None else self._average)

    def _named(self, flat: Tensor) -> dict[str, Tensor]:
        out, start = {}, 0
        for name, p in self.network.named_parameters():
            out[name] = flat[start : start + p.numel()].view(p.shape).clone()
            start += p.numel()
        return out

    def state(self) -> dict[str, Any]:
        """Adam's moments and the count of updates; the weights, acting and averaged, are given out by themselves."""
        adam = self._adam.state.get(self._weights, {})
        return {
            "updates": self.updates,
            "moments": {key: value.clone() for key, value in adam.items()},
        }

    def restore(self, weights: dict[str, Tensor], averaged: dict[str, Tensor], state: dict[str, Any]) -> None:
        """Take up acting weights, averaged weights and a `state()` again."""
        self._flat.copy_(self._flattened(weights))
        if self._average is not None:
            self._average.copy_(self._flattened(averaged))
        self.updates = self._checked = state["updates"]
        if state["moments"]:
            device = self._flat.device
            # Adam keeps its count of steps on the CPU unless it is fused on a GPU.
            self._adam.state[self._weights] = {k: v.clone().to(device) for k, v in state["moments"].items()}

    def _flattened(self, named: dict[str, Tensor]) -> Tensor:
        return torch.cat([named[name].reshape(-1).to(self._flat.device) for name, _ in self.network.named_parameters()])
