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


def bits(*numbers: ArrayLike) -> NDArray[np.uint64]:
    """64 random bits for each combination of `numbers` (integers or integer arrays, broadcast together)."""
    state = np.zeros(1, dtype=np.uint64)
    for number in numbers:
        state = _mix((state + _GOLDEN) ^ np.asarray(number).astype(np.uint64))
    return _mix(state)


def below(limit: int, *numbers: ArrayLike) -> NDArray[np.int64]:
    """Whole numbers in 0..limit-1, uniform to within limit / 2**32."""
    top = bits(*numbers) >> np.uint64(32)
    return ((top * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)


def permutations(length: int, *numbers: ArrayLike) -> NDArray[np.int64]:
    """(..., length) a random order of 0..length-1 for each combination of `numbers`."""
    keys = bits(*(np.asarray(number)[..., None] for number in numbers), np.arange(length))
    return np.argsort(keys, axis=-1, kind="stable").astype(np.int64)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
