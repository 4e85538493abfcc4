"""Reads files that torch.save wrote, without torch and without ever running what is inside.

A torch file is a zip of plain storages and one pickle that says how they hang together. A pickle is a program; this
module interprets the small part of the language that data needs (numbers, texts, lists, dicts, tensors) and refuses
the rest, so a file can name no function of its own. Nothing is allocated because a file says so: a tensor is read only
when asked for, and only if its storage is really there. So a laptop without torch reads the files too, and a replay
memory of gigabytes is never touched for the sake of a network of 3 MB.
"""

import struct
import zipfile
from os import PathLike
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hamlet.model.errors import DamagedFileError, UnknownFormatError, short

MAX_PICKLE = 16 * 2**20
MAX_STEPS = 2_000_000
"""opcodes of one pickle; a checkpoint with a whole replay memory in it has some ten thousand"""

_STORAGES = {
    "FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2", "LongStorage": "i8", "IntStorage": "i4",
    "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
}  # fmt: skip


# What zipfile raises on archives that are none, besides its own error.
_BROKEN = (
    zipfile.BadZipFile, struct.error, OSError, EOFError, ValueError, LookupError, NotImplementedError, OverflowError,
    RuntimeError,
)  # fmt: skip


class Tensor(NamedTuple):
    """A tensor that has not been read: what the pickle claims about it."""

    storage: str
    kind: str
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Storage(NamedTuple):
    kind: str
    key: str


class _Name(NamedTuple):
    """Something the pickle names; what calling it means is decided in `_call`."""

    name: str


class TorchZip:
    """An open torch file: `root` is its content, tensors in it are `Tensor` until `array` reads them.

    Raises UnknownFormatError if it is no torch zip, DamagedFileError if it is broken or holds more than data.
    """

    def __init__(self, path: str | PathLike[str], where: str) -> None:
        self.where = where
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as wrong:
            raise DamagedFileError(f"{where} is damaged: {wrong}") from None
        try:
            self._members = {info.filename: info for info in self._zip.infolist()}
            pickles = [name for name in self._members if name.endswith("/data.pkl")]
            if len(pickles) != 1:
                raise UnknownFormatError(f"{where} is a zip archive, but not one that torch.save wrote")
            self._folder = pickles[0].removesuffix("data.pkl")
            if self._read(f"{self._folder}byteorder", b"little") != b"little":
                raise UnknownFormatError(f"{where} was written on a big-endian machine")
            self.root = _Interpreter(self._read(pickles[0], limit=MAX_PICKLE), where).run()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> "TorchZip":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def array(self, tensor: Tensor, limit: int) -> NDArray[Any]:
        """Read one tensor, of `limit` bytes at most. Raises DamagedFileError if the file does not hold it."""
        kind = np.dtype(tensor.kind).newbyteorder("<")
        count = 1
        for size in tensor.shape:
            count *= size
        if len(tensor.shape) > 8 or count * kind.itemsize > limit:
            raise DamagedFileError(f"{self.where} is damaged: it claims a tensor of shape {tensor.shape}")
        flat = np.frombuffer(self._read(f"{self._folder}data/{tensor.storage}", limit=limit), dtype=np.uint8)
        values = flat[: len(flat) // kind.itemsize * kind.itemsize].view(kind)
        last = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride, strict=True))
        if count and last >= len(values):
            raise DamagedFileError(f"{self.where} is damaged: storage {tensor.storage} is shorter than its tensor")
        strides = tuple(step * kind.itemsize for step in tensor.stride)
        return np.array(np.lib.stride_tricks.as_strided(values[tensor.offset :], tensor.shape, strides))

    def _read(self, name: str, default: bytes | None = None, limit: int = 1024) -> bytes:
        """A member's bytes, its CRC checked. Never more than `limit`, whatever the file claims."""
        info = self._members.get(name)
        if info is None:
            if default is not None:
                return default
            raise DamagedFileError(f"{self.where} is damaged: {name} is missing")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > limit:
            raise DamagedFileError(
                f"{self.where} is damaged: {name} is compressed or too large: {info.file_size} bytes"
            )
        try:
            with self._zip.open(info) as member:
                data = member.read(limit + 1)
        except _BROKEN as wrong:
            raise DamagedFileError(f"{self.where} is damaged: {wrong}") from None
        if len(data) != info.file_size:
            raise DamagedFileError(f"{self.where} is damaged: {name} ends early")
        return data


class _Interpreter:
    """A pickle machine that knows data only."""

    def __init__(self, data: bytes, where: str) -> None:
        self.data = data
        self.where = where
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        import pickletools

        try:
            for steps, (opcode, argument, _) in enumerate(pickletools.genops(self.data)):
                if steps > MAX_STEPS:
                    raise DamagedFileError(f"{self.where} is damaged: its pickle does not end")
                if opcode.name == "STOP":
                    (root,) = self.stack
                    return root
                self._do(opcode.name, argument)
        except DamagedFileError:
            raise
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as wrong:
            reason = short(str(wrong))
            raise DamagedFileError(f"{self.where} is damaged: its pickle cannot be read ({reason})") from None
        raise DamagedFileError(f"{self.where} is damaged: its pickle ends early")

    def _do(self, op: str, argument: Any) -> None:
        stack = self.stack
        if op in _LITERALS:
            stack.append(argument)
        elif op in _CONSTANTS:
            stack.append(_CONSTANTS[op])
        elif op in _EMPTY:
            stack.append(_EMPTY[op]())
        elif op == "MARK":
            self.marks.append(len(stack))
        elif op in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[argument] = stack[-1]
        elif op == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif op in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self.memo[argument])
        elif op in ("TUPLE1", "TUPLE2", "TUPLE3"):
            stack.append(tuple(self._pop(int(op[-1]))))
        elif op == "TUPLE":
            stack.append(tuple(self._marked()))
        elif op == "APPEND":
            (item,) = self._pop(1)
            self._top(list).append(item)
        elif op == "APPENDS":
            items = self._marked()
            self._top(list).extend(items)
        elif op == "SETITEM":
            key, item = self._pop(2)
            self._top(dict)[_key(key)] = item
        elif op == "SETITEMS":
            flat = self._marked()
            self._top(dict).update(zip(map(_key, flat[::2]), flat[1::2], strict=True))
        elif op == "GLOBAL":
            stack.append(_Name(argument.replace(" ", ".")))
        elif op == "STACK_GLOBAL":
            module, name = self._pop(2)
            stack.append(_Name(f"{module}.{name}"))
        elif op == "REDUCE":
            called, arguments = self._pop(2)
            stack.append(self._call(called, arguments))
        elif op == "BINPERSID":
            (claim,) = self._pop(1)
            stack.append(self._storage(claim))
        elif op == "BUILD":
            # State of an OrderedDict (a state_dict's version marks): it says nothing about the weights.
            self._pop(1)
            self._top(dict)
        elif op not in ("PROTO", "FRAME"):
            raise DamagedFileError(f"{self.where} holds more than data (pickle opcode {op}), so it was not read")

    def _call(self, called: Any, arguments: Any) -> Any:
        name = short(called.name) if isinstance(called, _Name) else type(called).__name__
        plain = called.name if isinstance(called, _Name) else ""
        match plain, arguments:
            case "collections.OrderedDict", ():
                return {}
            case "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor", (_, _, _, _, *_):
                return _tensor(*arguments[:4])
            case "torch._utils._rebuild_parameter", (Tensor() as tensor, *_):
                return tensor
            case "_codecs.encode", (str() as text, "latin1"):
                return text.encode("latin1")
            case "torch.Size", (tuple() as sizes,):
                return sizes
        raise DamagedFileError(f"{self.where} wants to call {name}, so it was not read: a model may hold data only")

    def _storage(self, claim: Any) -> _Storage:
        match claim:
            case ("storage", _Name(name), str() as key, *_) if name.startswith("torch."):
                return _Storage(_STORAGES.get(name.removeprefix("torch."), ""), key)
        raise DamagedFileError(f"{self.where} is damaged: a storage is named in a way torch does not use")

    def _pop(self, count: int) -> list[Any]:
        at = len(self.stack) - count
        if at < (self.marks[-1] if self.marks else 0):
            raise DamagedFileError(f"{self.where} is damaged: its pickle takes what is not there")
        taken = self.stack[at:]
        del self.stack[at:]
        return taken

    def _marked(self) -> list[Any]:
        at = self.marks.pop()
        taken = self.stack[at:]
        del self.stack[at:]
        return taken

    def _top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise DamagedFileError(f"{self.where} is damaged: its pickle fills what is no {kind.__name__}")
        return self.stack[-1]


def _key(key: Any) -> Any:
    """A dict's key. Only flat ones: hashing a tuple in a tuple in a tuple … overflows the interpreter's stack."""
    if not isinstance(key, (str, bytes, int, float, bool, type(None))):
        raise ValueError(f"a key of type {type(key).__name__}")
    return key


def _tensor(storage: Any, offset: Any, shape: Any, stride: Any) -> Tensor:
    numbers = (offset, *shape, *stride)
    if not isinstance(storage, _Storage) or len(shape) != len(stride):
        raise ValueError("a tensor without a storage")
    if not all(type(n) is int and 0 <= n < 2**48 for n in numbers):
        raise ValueError("a tensor whose sizes are no counts")
    return Tensor(storage.key, storage.kind, offset, tuple(shape), tuple(stride))


_LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT", "FLOAT", "BINUNICODE",
    "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
}  # fmt: skip
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: dict[str, Any] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
