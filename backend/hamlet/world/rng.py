"""Dice by number: every throw is a pure function of (seed, lane, life, which throw).

So a lane's life depends on nothing but its own numbers: not on how many lanes there are, nor on when the others end,
and a world is resumed exactly by its counters alone. The hash is the finalizer of SplitMix64 (Steele, Lea, Flood,
"Fast Splittable Pseudorandom Number Generators", OOPSLA 2014), applied once for each number.

Written in int64, whose arithmetic wraps like uint64's, so that numpy arrays and torch tensors read the same text and
throw the same dice.
"""

from typing import Any

import numpy as np

from hamlet.world.backend import Array

START = 1
"""stream of start cells"""
LAYOUT = 2
"""stream of layouts"""


def _signed(bits: int) -> int:
    """The int64 with the same 64 bits."""
    return bits - (1 << 64) if bits >> 63 else bits


_GOLDEN = _signed(0x9E3779B97F4A7C15)
_FIRST, _SECOND = _signed(0xBF58476D1CE4E5B9), _signed(0x94D049BB133111EB)
_LOWEST = _signed(1 << 63)


def fold(*numbers: Any, after: Array = None) -> Array:
    """Stir `numbers` (integers or integer arrays, broadcast together) into one state each, going on from `after`.

    Without `after` this is numpy; from a torch tensor it goes on with whole numbers and tensors of its device.
    """
    state = np.zeros(1, dtype=np.int64) if after is None else after
    for number in numbers:
        if isinstance(state, np.ndarray):
            number = np.asarray(number).astype(np.int64)
        state = _mix((state + _GOLDEN) ^ number)
    return state


def nth(state: Array, n: Array) -> Array:
    """State number n (from 0) of the SplitMix64 sequence that starts at `state`."""
    return state + (n + 1) * _GOLDEN


def below(limit: int, state: Array) -> Array:
    """A whole number in 0..limit-1 for each state, uniform to within limit / 2**32."""
    return (_right(_mix(state), 32) * limit) >> 32


def share(state: Array) -> Array:
    """The top 24 bits of each state's hash, 0..2**24-1: times 2**-24 a number in [0, 1) that float32 holds exactly."""
    return _right(_mix(state), 40)


def order(numbers: Array, state: Array) -> Array:
    """(..., n) a random order of 0..n-1 for each state; `numbers` is 0..n-1, where the state is."""
    return sorted_by(fold(numbers, after=state[..., None]))


def sorted_by(state: Array) -> Array:
    """Along the last axis, the order that the states' hashes are in."""
    # As signed numbers they would be in another order than as the unsigned ones they are.
    keys = _mix(state) ^ _LOWEST
    return np.argsort(keys, axis=-1, kind="stable") if isinstance(keys, np.ndarray) else keys.argsort(stable=True)


def _mix(z: Array) -> Array:
    z = (z ^ _right(z, 30)) * _FIRST
    z = (z ^ _right(z, 27)) * _SECOND
    return z ^ _right(z, 31)


def _right(z: Array, bits: int) -> Array:
    """Shifted to the right as unsigned numbers are: zeros come in."""
    return (z >> bits) & ((1 << (64 - bits)) - 1)
