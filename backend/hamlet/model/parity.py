"""The gate every export passes: 10,000 questions, the same answers.

The questions are drawn from the ranges in the contract, half of the values at an end of their range (that is how grid
cells and one-hots look). The recurrent network is asked 10 in a row with its memory carried. Q-values may differ by
1e-5 of the largest Q-value of that observation (or by 1e-5, where that is below 1); the chosen action must be the same
unless two actions are that close.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.model.core import HamletModel
from hamlet.model.errors import ParityError
from hamlet.model.networks import Hidden

QUESTIONS = 10_000
STEPS = 10
TOLERANCE = 1e-5

Answer = tuple[NDArray[np.float32], Hidden | None]
Runtime = Callable[[NDArray[np.float32], Hidden | None], Answer]
"""obs (batch, obs_dim) and (h, c) or None → Q-values (batch, actions) and the next (h, c) or None"""


def questions(contract: Mapping[str, Any], count: int = QUESTIONS, seed: int = 0) -> NDArray[np.float32]:
    """(count, obs_dim) observations within the contract's ranges."""
    rng = np.random.default_rng(seed)
    low, high = (
        np.concatenate([np.full(f["stop"] - f["start"], f[end]) for f in contract["observation"]])
        for end in ("low", "high")
    )
    share = rng.random((count, contract["obs_dim"]))
    share = np.where(rng.random(share.shape) < 0.5, share, share.round())
    drawn: NDArray[np.float32] = (low + share * (high - low)).astype(np.float32)
    return drawn


def own(model: HamletModel) -> Runtime:
    """The model itself as a runtime."""

    def run(obs: NDArray[np.float32], hidden: Hidden | None) -> Answer:
        out = model.predict(obs, hidden)
        return out["q_values"], out["hidden"]

    return run


def distance(model: HamletModel, other: Runtime, count: int = QUESTIONS) -> tuple[float, float]:
    """(largest difference, relative to the observation's largest answer or 1; share of equal actions outside ties)."""
    asked = questions(model.contract, count)
    rounds = np.split(asked, STEPS) if model.hidden_size else [asked]
    runtime, largest, same = own(model), 0.0, 0
    mine: Hidden | None = None
    theirs: Hidden | None = None
    if model.hidden_size:
        zeros = np.zeros((len(rounds[0]), model.hidden_size), np.float32)
        mine = theirs = (zeros, zeros)
    for obs in rounds:
        q, mine = runtime(obs, mine)
        r, theirs = other(obs, theirs)
        pairs = [(q, r)]
        if mine is not None and theirs is not None:
            pairs += list(zip(mine, theirs, strict=True))
        for a, b in pairs:
            if a.shape != b.shape or not np.isfinite(b).all():
                return float("inf"), 0.0
            largest = max(largest, float((np.abs(a - b).max(axis=1) / _scale(a)).max()))
        chosen = r.argmax(axis=1)[:, None]
        behind = q.max(axis=1) - np.take_along_axis(q, chosen, axis=1)[:, 0]
        same += int((behind <= 2 * TOLERANCE * _scale(q)).sum())
    return largest, same / count


def _scale(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    scale: NDArray[np.float32] = np.maximum(1, np.abs(answers).max(axis=1))
    return scale


def prove(model: HamletModel, other: Runtime, name: str) -> None:
    """Raise ParityError unless the other runtime answers as the model does."""
    largest, same = distance(model, other)
    if not largest <= TOLERANCE or same < 1:
        raise ParityError(
            f"{name} answers otherwise than the model: Q-values or memory differ by {largest:.2g} ({TOLERANCE:g} is "
            f"allowed), and {same:.2%} of {QUESTIONS} actions are the same. Nothing was written"
        )
