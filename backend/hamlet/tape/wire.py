"""The frame: a chunk of one life as it travels, live and kept (docs/wire.md; read by frontend/src/wire/frame.ts).

A recording is one frame that holds a whole life, so live and replay are read by the same code.
"""

from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from hamlet.tape.episode import COLUMNS, FLOAT_COLUMNS, INT_COLUMNS, Episode, first_link, next_link

VERSION = 1
FLOAT32 = b"\xca"
MAX_FRAME = 16 * 1024 * 1024
"""bytes; a longer one is refused before it is read"""


class WireError(ValueError):
    """Bytes that are not a frame; the message says what is wrong with them."""


def _float_column(values: NDArray[np.float32]) -> bytes:
    """msgpack of float32 numbers, (n,) or (n, k), kept single so that they weigh 5 bytes and lose no bit."""
    packer = msgpack.Packer()
    n = values.shape[0]
    if not n:  # the life ended right after its newest frame
        return bytes(packer.pack_array_header(0))
    row_header = packer.pack_array_header(values.shape[1]) if values.ndim == 2 else b""
    flat = values.reshape(n, -1).astype(">f4")
    numbers = np.empty(flat.shape, dtype=[("tag", "S1"), ("value", ">f4")])
    numbers["tag"] = FLOAT32
    numbers["value"] = flat
    rows = np.empty(n, dtype=[("header", f"V{len(row_header)}"), ("numbers", f"V{flat.shape[1] * 5}")])
    rows["header"] = np.void(row_header) if row_header else b""
    rows["numbers"] = np.frombuffer(numbers.tobytes(), dtype=f"V{flat.shape[1] * 5}") if n else b""
    return bytes(packer.pack_array_header(n)) + rows.tobytes()


def encode_frame(life: Episode, first: int, stop: int, seq: int, extra: dict[str, Any] | None = None) -> bytes:
    """Rows `first` to `stop` (exclusive) of a life as one frame.

    Args:
        life: the life; its `end` travels with the frame that holds its last row
        first, stop: rows, 0 <= first <= stop <= len(life)
        seq: number of this frame within the life, from 0; frame 0 carries `meta`
        extra: what the sender adds to `meta` (`passed`, `pace`)
    """
    pack = msgpack.packb
    meta = {**life.meta, **(extra or {})} if seq == 0 else None
    ended = life.end is not None and stop == len(life)
    at = life.at if ended or stop == 0 else life.stamps[stop - 1]
    head = {
        "v": VERSION,
        "run": life.run,
        "episode": life.number,
        "seq": seq,
        "first": first,
        "at": round(at),
    }
    tail = {"end": life.end if ended else None, "meta": meta, "hash": life.links[stop]}
    parts = [msgpack.Packer().pack_map_header(len(head) + 1 + len(tail))]
    for key, value in head.items():
        parts += [pack(key), pack(value)]
    parts += [pack("cols"), msgpack.Packer().pack_map_header(len(COLUMNS))]
    for name in INT_COLUMNS:
        parts += [pack(name), pack([int(value) for value in life.columns[name][first:stop]])]
    for name in FLOAT_COLUMNS:
        parts += [pack(name), _float_column(np.asarray(life.columns[name][first:stop], dtype=np.float32))]
    for key, value in tail.items():
        parts += [pack(key), pack(value)]
    return b"".join(parts)


def encode_recording(life: Episode, extra: dict[str, Any] | None = None) -> bytes:
    """A finished life whole, as one frame. ValueError if it has not ended."""
    if life.end is None:
        raise ValueError(f"life {life.number} has not ended yet")
    return encode_frame(life, 0, len(life), 0, extra)


def decode_frame(data: bytes) -> dict[str, Any]:
    """The frame as a dict of plain values. WireError if the bytes are none."""
    if len(data) > MAX_FRAME:
        raise WireError(f"a frame of {len(data)} bytes; at most {MAX_FRAME} are allowed")
    try:
        frame = msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException) as error:
        raise WireError(f"not msgpack: {error}") from None
    if not isinstance(frame, dict) or frame.get("v") != VERSION:
        raise WireError(f"not a frame of version {VERSION}")
    columns = frame.get("cols")
    if not isinstance(columns, dict) or set(columns) != set(COLUMNS):
        raise WireError(f"cols must be exactly {', '.join(COLUMNS)}")
    if len({len(column) for column in columns.values()}) != 1:
        raise WireError("columns differ in length")
    return frame


def verify(frame: dict[str, Any], link: bytes | None = None) -> bool:
    """True if the frame's hash is the chain over its rows.

    Args:
        frame: from `decode_frame`
        link: hash of the frame before; needed unless `first` is 0
    """
    if link is None:
        if frame["first"]:
            raise ValueError(f"the frame begins at row {frame['first']}: the hash of the frame before it is needed")
        link = first_link(frame["run"], frame["episode"])
    columns = frame["cols"]
    for i in range(len(columns["x"])):
        ints = tuple(columns[name][i] for name in INT_COLUMNS)
        floats = b"".join(np.asarray(columns[name][i], dtype="<f4").tobytes() for name in FLOAT_COLUMNS)
        link = next_link(link, ints, floats)
    return bool(link == frame["hash"])


class Framer:
    """Cuts the watched lane's lives into frames for the air.

    At full speed lives end faster than anyone can watch: a life goes on the air only if the one before went on at
    least `life_ms` ago, and those that went by are counted in the next one's `meta.passed`. Once on the air a life is
    framed whole, unless `drop()` says that it could not be sent.

    A run that is held to a pace is shown step by step: each life is on the air, and each step at once where steps are
    further apart than `chunk_ms`. A life may come on the air late then, when the pace was chosen in its middle or after
    it was dropped: its first frame holds all of its rows so far.
    """

    def __init__(self, chunk_ms: float = 100.0, life_ms: float = 1000.0) -> None:
        """
        Args:
            chunk_ms: a frame covers at most this much of the trainer's clock
            life_ms: least time between the beginnings of two lives on the air
        """
        self.chunk_ms = chunk_ms
        self.life_ms = life_ms
        self._pace: float | None = None
        self.on_air: int | None = None
        """number of the life on the air"""
        self.sent = 0
        self.seq = 0
        self.passed = 0
        self.told = 0
        """what the newest frame 0 said of lives that went by"""
        self.began: float | None = None
        self.counted: int | None = None
        """number of the newest life that `passed` counts"""

    @property
    def pace(self) -> float | None:
        """Steps per second that the run is held to, told in `meta.pace`; None at full speed. When it changes, the life
        on the air is told again from its first row."""
        return self._pace

    @pace.setter
    def pace(self, pace: float | None) -> None:
        if pace != self._pace:
            self._pace = pace
            self.sent = self.seq = 0

    def take(self, life: Episode) -> bytes | None:
        """The next frame of this life, or None if there is nothing to send yet. Call after each row and at the end."""
        if not len(life) and life.end is None:
            self._begin(life)
        elif self._pace is not None and life.number != self.on_air and life.end is None:
            self._begin_late(life)
        if life.number != self.on_air:
            return None
        at_once = self._pace is not None and 1000.0 / self._pace >= self.chunk_ms
        due = len(life) > self.sent and (at_once or life.at - life.stamps[self.sent] >= self.chunk_ms)
        if life.end is None and not due:
            return None
        extra = {"passed": self.passed, "pace": self.pace}
        frame = encode_frame(life, self.sent, len(life), self.seq, extra)
        if self.seq == 0:
            self.told, self.passed = self.passed, 0
        self.sent, self.seq = len(life), self.seq + 1
        if life.end is not None:
            self.on_air = None
        return frame

    def drop(self) -> None:
        """The life on the air could not be sent whole: it counts as gone by."""
        self.counted, self.on_air = self.on_air, None
        self.passed += 1

    def _begin(self, life: Episode) -> None:
        if self._pace is None and self.began is not None and life.at - self.began < self.life_ms:
            self.counted = life.number
            self.passed += 1
            return
        self.on_air, self.sent, self.seq, self.began = life.number, 0, 0, life.at

    def _begin_late(self, life: Episode) -> None:
        if self.counted == life.number:
            self.counted = None
            self.passed -= 1
        self.on_air, self.sent, self.seq, self.began = life.number, 0, 0, life.at

    def state(self) -> dict[str, Any]:
        """Where the air stands, for a checkpoint: the next slice sends the next frame, without a gap."""
        return {
            "on_air": self.on_air, "sent": self.sent, "seq": self.seq, "passed": self.passed, "began": self.began,
            "counted": self.counted, "pace": self._pace,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state()` told."""
        self.on_air, self.sent, self.seq = state["on_air"], state["sent"], state["seq"]
        self.passed, self.began = state["passed"], state["began"]
        self.counted, self._pace = state["counted"], state["pace"]
