"""Dice by number: every throw is a pure function of (seed, lane, life, which throw).

So a lane's life depends on nothing but its own numbers: not on how many lanes there are, nor on when the others end,
and a world is resumed exactly by its counters alone. The hash is the finalizer of SplitMix64 (Steele, Lea, Flood,
"Fast Splittable Pseudorandom Number Generators", OOPSLA 2014), applied once for each number.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

START = 1
"""stream of start cells"""
LAYOUT = 2
"""stream of layouts"""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def fold(*numbers: ArrayLike, after: NDArray[np.uint64] | None = None) -> NDArray[np.uint64]:
    """Stir `numbers` (integers or integer arrays, broadcast together) into one state each, going on from `after`."""
    state = np.zeros(1, dtype=np.uint64) if after is None else after
    for number in numbers:
        state = _mix((state + _GOLDEN) ^ np.asarray(number).astype(np.uint64))
    return state


def nth(state: NDArray[np.uint64], n: NDArray[np.int64]) -> NDArray[np.uint64]:
    """State number n (from 0) of the SplitMix64 sequence that starts at `state`."""
    return state + (n + 1).astype(np.uint64) * _GOLDEN


def below(limit: int, state: NDArray[np.uint64]) -> NDArray[np.int64]:
    """A whole number in 0..limit-1 for each state, uniform to within limit / 2**32."""
    top = _mix(state) >> np.uint64(32)
    return ((top * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)


def permutations(length: int, state: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(..., length) a random order of 0..length-1 for each state."""
    keys = _mix(fold(np.arange(length), after=state[..., None]))
    return np.argsort(keys, axis=-1, kind="stable").astype(np.int64)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
