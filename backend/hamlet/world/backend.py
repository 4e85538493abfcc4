"""The few array operations the rules are written in, over numpy and over torch.

The rules (`vector.py`) use these and the in-place operators, which both libraries spell alike. What is here is either
spelled differently, or much slower in its common spelling.
"""

import sys
from typing import Any

import numpy as np

Array = Any
"""an array of the backend in use"""


class _Buffers:
    """Large arrays, used again as soon as nobody else holds them (or a view, or a tensor, of them).

    Fresh memory for every observation costs more than filling it: the C library gives large blocks back to the system,
    and each new page faults. Measured on level 1: 1.6 -> 4.1 million lane-steps/s at 1,024 lanes.
    """

    MOST = 4
    """arrays kept; a step with autoreset needs two, and the caller may hold the last one or two"""

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def empty(self, shape: tuple[int, ...]) -> Any:
        for array in self._kept:
            if array.shape == shape and sys.getrefcount(array) == _HELD_BY_US:
                return array
        array = np.empty(shape, dtype=np.float32)
        if len(self._kept) < self.MOST:
            self._kept.append(array)
        return array


def _references(kept: list[Any]) -> int:
    """What the loop in `_Buffers.empty` counts for an array that only the list holds; differs between Pythons."""
    for array in kept:
        return sys.getrefcount(array)
    raise ValueError("an empty list holds no array")


_HELD_BY_US = _references([np.empty(1, dtype=np.float32)])


class NumpyBackend:
    """numpy on the CPU: the fast one for the lane counts of a lesson."""

    name = "numpy"
    device = "cpu"
    where: Any = staticmethod(np.where)

    def __init__(self) -> None:
        self._buffers = _Buffers()

    def asarray(self, array: Any) -> Array:
        return np.array(array)

    def copy(self, array: Array) -> Array:
        return array.copy()

    def full(self, shape: tuple[int, ...], value: int) -> Array:
        """int64"""
        return np.full(shape, value, dtype=np.int64)

    def put_in_rows(self, table: Array, index: Array, values: Array) -> None:
        """table[i, index[i, j]] = values[j] in place"""
        np.put_along_axis(table, index, np.broadcast_to(values, index.shape), axis=1)

    def margin(self, grids: Array, width: int) -> Array:
        """(n, height, width) with so many zeros around each grid"""
        return np.pad(grids, ((0, 0), (width, width), (width, width)))

    def numpy(self, array: Array) -> Any:
        return array

    def empty(self, shape: tuple[int, ...]) -> Array:
        """float32, values to be written"""
        return self._buffers.empty(shape)

    def take(self, table: Array, index: Array) -> Array:
        """table[index] of a flat table"""
        return table.take(index)

    def rows(self, table: Array, index: Array) -> Array:
        """table[index], (len(index), columns)"""
        return table.take(index, 0)

    def columns(self, table: Array, index: Array) -> Array:
        """table[:, index], (rows, len(index))"""
        return table.take(index, 1)

    def floor_(self, array: Array) -> None:
        """array = max(array, 0) in place"""
        np.maximum(array, _ZERO, out=array)

    def clip_(self, array: Array) -> None:
        """array = min(max(array, 0), 1) in place; two ufuncs are faster than np.clip at these sizes"""
        np.maximum(array, _ZERO, out=array)
        np.minimum(array, _ONE, out=array)

    def at_most(self, array: Array, limit: float) -> Array:
        return np.minimum(array, np.float32(limit))

    def float32(self, array: Array) -> Array:
        return array.astype(np.float32)

    def turned(self, array: Array) -> Array:
        """a transposed copy"""
        return array.T.copy()

    def largest_unsigned(self, array: Array) -> int:
        """Largest element, negative numbers counting as huge: one pass judges both ends of a range."""
        return int(np.maximum.reduce(array.view(np.uint64)))


class TorchBackend:
    """torch on any of its devices: for thousands of lanes on a GPU."""

    name = "torch"

    def __init__(self, device: Any) -> None:
        import torch

        self.torch = torch
        self.device = torch.device(device)
        torch.empty(0, device=self.device)
        self.where: Any = torch.where

    def asarray(self, array: Any) -> Array:
        tensor = array if isinstance(array, self.torch.Tensor) else self.torch.as_tensor(np.array(array))
        return tensor.to(self.device)

    def copy(self, array: Array) -> Array:
        return array.clone()

    def full(self, shape: tuple[int, ...], value: int) -> Array:
        return self.torch.full(shape, value, dtype=self.torch.int64, device=self.device)

    def put_in_rows(self, table: Array, index: Array, values: Array) -> None:
        table.scatter_(1, index, values.expand_as(index))

    def margin(self, grids: Array, width: int) -> Array:
        return self.torch.nn.functional.pad(grids, (width, width, width, width))

    def numpy(self, array: Array) -> Any:
        return array.detach().cpu().numpy()

    def empty(self, shape: tuple[int, ...]) -> Array:
        return self.torch.empty(shape, dtype=self.torch.float32, device=self.device)

    def take(self, table: Array, index: Array) -> Array:
        return table[index]

    def rows(self, table: Array, index: Array) -> Array:
        return table.index_select(0, index)

    def columns(self, table: Array, index: Array) -> Array:
        return table.index_select(1, index)

    def floor_(self, array: Array) -> None:
        array.clamp_(min=0.0)

    def clip_(self, array: Array) -> None:
        array.clamp_(0.0, 1.0)

    def at_most(self, array: Array, limit: float) -> Array:
        return array.clamp(max=limit)

    def float32(self, array: Array) -> Array:
        return array.to(self.torch.float32)

    def turned(self, array: Array) -> Array:
        return array.T.clone(memory_format=self.torch.contiguous_format)

    def largest_unsigned(self, array: Array) -> int:
        least, most = self.torch.aminmax(array)
        return int(most) if int(least) >= 0 else 2**63


Backend = NumpyBackend | TorchBackend

_ZERO = np.zeros((), dtype=np.float32)
_ONE = np.ones((), dtype=np.float32)


def backend_for(device: Any) -> Backend:
    """numpy for "cpu"; torch for "torch" (on the CPU), "cuda", "cuda:1", ... or a torch.device.

    Raises:
        ValueError: torch is not installed, or knows no such device, or this machine has none.
    """
    if device == "cpu" and isinstance(device, str):
        return NumpyBackend()
    try:
        return TorchBackend("cpu" if device == "torch" else device)
    except ImportError:
        raise ValueError(f"device is {device!r}; without torch installed it must be 'cpu' (numpy)") from None
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device is {device!r}; must be 'cpu' (numpy), or one that torch has here: {reason}") from None
