"""The same two networks in torch's own functions, to prove that a .pt file answers as the model does.

Imported only where torch is there: when a .pt is written.
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from hamlet.model.networks import Hidden
from hamlet.model.parity import Answer, Runtime


def runtime(network: str, weights: Mapping[str, Tensor]) -> Runtime:
    """Ask a state_dict through torch."""
    w = {name: tensor.float() for name, tensor in weights.items()}

    def run(obs: NDArray[np.float32], hidden: Hidden | None) -> Answer:
        x = torch.from_numpy(np.ascontiguousarray(obs))
        with torch.inference_mode():
            if network == "simple":
                return _simple(w, x).numpy(), None
            assert hidden is not None
            q, h, c = _recurrent(w, x, torch.from_numpy(hidden[0]), torch.from_numpy(hidden[1]))
            return q.numpy(), (h.numpy(), c.numpy())

    return run


def _linear(w: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    return functional.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def _norm(w: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"])


def _simple(w: Mapping[str, Tensor], x: Tensor) -> Tensor:
    for linear, norm in (("net.0", "net.1"), ("net.3", "net.4")):
        x = functional.relu(_norm(w, norm, _linear(w, linear, x)))
    return _linear(w, "net.6", x)


def _recurrent(w: Mapping[str, Tensor], x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    names = ("position_encoder.0", "meter_encoder.0", "affordance_encoder.0")
    widths = [w[f"{name}.weight"].shape[1] for name in names]
    cells = w["vision_encoder.5.weight"].shape[1] // w["vision_encoder.2.weight"].shape[0]
    side = round(cells**0.5)
    window, *parts, _ = torch.split(x, [cells, *widths, x.shape[1] - cells - sum(widths)], dim=1)
    image = window.reshape(-1, 1, side, side)
    for conv in ("vision_encoder.0", "vision_encoder.2"):
        image = functional.relu(functional.conv2d(image, w[f"{conv}.weight"], w[f"{conv}.bias"], padding=1))
    seen = functional.relu(_norm(w, "vision_encoder.6", _linear(w, "vision_encoder.5", image.flatten(1))))
    joined = torch.cat([seen, *(functional.relu(_linear(w, n, p)) for n, p in zip(names, parts, strict=True))], dim=1)
    lstm = [w[f"lstm.{part}_l0"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    h, c = torch.lstm_cell(joined, (h, c), *lstm)
    y = functional.relu(_norm(w, "q_head.1", _linear(w, "q_head.0", _norm(w, "lstm_norm", h))))
    return _linear(w, "q_head.3", y), h, c
