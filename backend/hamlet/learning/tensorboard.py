"""TensorBoard event files, written without TensorBoard, under the tags of the older HAMLET.

A file is a row of records: length, its checksum, a protobuf `Event`, its checksum (TensorFlow's TFRecord format).
"""

import struct
import time
from collections import Counter
from pathlib import Path
from types import TracebackType

from hamlet.learning.events import EpisodeEnd, EpisodeStart, Evaluation, Event, Metrics, StageChange, Step
from hamlet.world import Level

PREFIX = "agent_0/"


class EventFile:
    """Writes what `Trainer.run()` tells. Lives of the watched lane stand at their number, rows at lane-steps."""

    def __init__(self, folder: Path, level: Level) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"events.out.tfevents.{time.time():.6f}.hamlet"
        self._level = level
        self._file = self.path.open("wb")
        self._uses: Counter[int] = Counter()
        self._write(_double(1, time.time()) + _bytes(3, b"brain.Event:2"))

    def take(self, event: Event) -> None:
        """Write what this event has to say."""
        if isinstance(event, EpisodeStart):
            self._uses.clear()
        elif isinstance(event, Step):
            self._uses.update([event.used] if event.used >= 0 else [])
        elif isinstance(event, EpisodeEnd):
            self._life(event)
        elif isinstance(event, Metrics):
            values = event.values
            named = {
                "Exploration/Epsilon": values["epsilon"], "Training/Loss": values["loss"],
                "Training/TD_Error": values["td_error"], "Curriculum/Stage": values["stage"],
            }  # fmt: skip
            self._scalars(int(values["steps"] or 0), named)
        elif isinstance(event, StageChange):
            self._scalars(event.steps, {"Curriculum/Stage": event.after})
        elif isinstance(event, Evaluation):
            self._scalars(event.steps, {"Examination/Survival_Mean": event.mean})

    def _life(self, end: EpisodeEnd) -> None:
        total = end.return_ + end.intrinsic_return
        named: dict[str, float | None] = {
            "Episode/Survival_Time": end.steps, "Episode/Total_Reward": total, "Episode/Extrinsic_Reward": end.return_,
            "Episode/Intrinsic_Reward": end.intrinsic_return,
            "Episode/Intrinsic_Ratio": end.intrinsic_return / total if total else None,
        }  # fmt: skip
        named |= {f"Affordances/{self._level.vocabulary[i]}": count for i, count in self._uses.items()}
        meters = zip(self._level.meter_names, end.final["meters"], strict=True)
        named |= {f"Meters/{name.capitalize()}": float(left) for name, left in meters}
        self._scalars(end.episode, named)

    def _scalars(self, step: int, named: dict[str, float | int | None]) -> None:
        values = b"".join(
            _bytes(1, _bytes(1, (PREFIX + tag).encode()) + _float(2, float(value)))
            for tag, value in named.items()
            if value is not None
        )
        if values:
            self._write(_double(1, time.time()) + _key(2, 0) + _varint(step) + _bytes(5, values))

    def _write(self, data: bytes) -> None:
        length = struct.pack("<Q", len(data))
        self._file.write(length + _checksum(length) + data + _checksum(data))

    def __enter__(self) -> "EventFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _bytes(field: int, data: bytes) -> bytes:
    return _key(field, 2) + _varint(len(data)) + data


def _double(field: int, value: float) -> bytes:
    return _key(field, 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _key(field, 5) + struct.pack("<f", value)


def _table() -> list[int]:
    """CRC-32C (Castagnoli), reflected polynomial 0x82F63B78."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _table()


def crc32c(data: bytes) -> int:
    """CRC-32C of `data`."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _checksum(data: bytes) -> bytes:
    """TFRecord's masked checksum."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
