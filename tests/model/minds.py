"""Minds to test with: networks of random weights, as torch would draw them, in levels of ours."""

import numpy as np
from numpy.typing import NDArray

from hamlet.model import HamletModel, contract_of
from hamlet.model.networks import expected_shapes
from hamlet.world import load_level

LEVELS = {"simple": "L1_full_observability", "recurrent": "L2_partial_observability"}


def mind(network: str, seed: int = 0, width: int | None = None, **metadata: object) -> HamletModel:
    """A mind of the real size (or, with `width`, a narrow one)."""
    level = load_level(LEVELS[network])
    weights = random_weights(network, level.obs_dim, level.num_actions, seed, width)
    return HamletModel(network, weights, contract_of(level.describe()), metadata)


def random_weights(
    network: str, obs_dim: int, actions: int, seed: int, width: int | None = None
) -> dict[str, NDArray[np.float32]]:
    """Uniform in ±1/sqrt(fan in), LayerNorm gains around 1: no bias is zero, no gain is one, so a mix-up shows."""
    rng = np.random.default_rng(seed)
    weights: dict[str, NDArray[np.float32]] = {}
    for name, shape in shapes(network, obs_dim, actions, width).items():
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else shape[0]
        drawn = rng.uniform(-1, 1, shape) / np.sqrt(fan_in)
        is_gain = name in NORMS
        weights[name] = (1 + drawn if is_gain else drawn).astype(np.float32)
    return weights


NORMS = {"net.1.weight", "net.4.weight", "vision_encoder.6.weight", "lstm_norm.weight", "q_head.1.weight"}


def shapes(network: str, obs_dim: int, actions: int, width: int | None = None) -> dict[str, tuple[int, ...]]:
    """world.md, section 13, or the same with narrow layers."""
    if network == "simple":
        n = width or 128
        sizes = {"net.0.weight": (n, obs_dim), "net.6.weight": (actions, n)}
    else:
        n, h = width or 128, width or 256
        sizes = {
            "vision_encoder.0.weight": (16 if width is None else 2, 1, 3, 3),
            "vision_encoder.2.weight": (32 if width is None else 4, 16 if width is None else 2, 3, 3),
            "vision_encoder.5.weight": (n, 800 if width is None else 100),
            "position_encoder.0.weight": (n // 4, 2),
            "meter_encoder.0.weight": (n // 4, 8),
            "affordance_encoder.0.weight": (n // 4, 15),
            "lstm.weight_hh_l0": (4 * h, h),
            "q_head.0.weight": (n, h),
            "q_head.3.weight": (actions, n),
        }
    return expected_shapes(network, {name: np.empty(shape, np.float32) for name, shape in sizes.items()})
