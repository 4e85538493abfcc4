"""One life of the watched lane, as columns, and the tape that writes it while it is lived.

Columns and their meaning are `hamlet.learning.events.Step`'s: a row is what the agent saw, what it did, and what came
of it. Beside them runs a SHA-256 chain, one link a row, so that a recording can prove that the frames shown were its.
"""

import hashlib
import struct
from typing import Any

import numpy as np

from hamlet.learning.events import EpisodeEnd, EpisodeStart, Event, Step

INT_COLUMNS = ("x", "y", "action", "greedy", "random", "mask", "hour", "progress", "used")
"""whole-number columns, in wire order; `mask` has bit i set where action i was allowed"""
FLOAT_COLUMNS = ("meters", "q", "reward", "intrinsic")
"""float32 columns, in wire order; `meters` and `q` hold one row of numbers a step"""
ROW_COLUMNS = ("meters", "q")
"""the float32 columns with several numbers a step"""
COLUMNS = INT_COLUMNS + FLOAT_COLUMNS

# x, y, action, greedy, random, mask, hour, progress, used; the float32 columns follow (docs/wire.md, "The chain").
_RECORD = struct.Struct("<HHBBBHBBh")


def first_link(run: str, episode: int) -> bytes:
    """The chain's beginning: SHA-256 of the run's id and the life's number, so that lives cannot be swapped."""
    return hashlib.sha256(f"hamlet life {run} {episode}".encode()).digest()


def next_link(link: bytes, ints: tuple[int, ...], floats: bytes) -> bytes:
    """SHA-256 of the link before and one row: nine whole numbers packed little-endian, then its float32 bytes."""
    return hashlib.sha256(link + _RECORD.pack(*ints) + floats).digest()


class Episode:
    """One life, growing by a row a step.

    `columns[name]` is a list with one entry a row: ints, or for FLOAT_COLUMNS float32 scalars and (meters,) or
    (actions,) arrays. `links[i]` is the chain after i rows (`links[0]` the beginning), 32 bytes each. `meta` is told
    when the life begins, `end` when it is over (docs/wire.md names their keys); `at` is the trainer's clock at the
    newest row, ms.
    """

    def __init__(self, run: str, number: int, meta: dict[str, Any], at: float) -> None:
        self.run = run
        self.number = number
        self.meta = meta
        self.at = at
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.stamps: list[float] = []
        """the trainer's clock at each row, ms"""
        self.links: list[bytes] = [first_link(run, number)]
        self.end: dict[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.stamps)

    def append(self, step: Step) -> None:
        """Add one row. ValueError if it is not the row that comes next."""
        if step.episode != self.number or step.step != len(self):
            raise ValueError(
                f"step {step.step} of life {step.episode} does not follow row {len(self) - 1} of life {self.number}"
            )
        mask = sum(1 << i for i, allowed in enumerate(step.mask) if allowed)
        told = (step.x, step.y, step.action, step.greedy, step.random, mask, step.hour, step.progress, step.used)
        ints = tuple(int(value) for value in told)
        floats = (step.meters, step.q, np.float32(step.reward), np.float32(step.intrinsic))
        for name, value in zip(COLUMNS, ints + floats, strict=True):
            self.columns[name].append(value)
        self.links.append(next_link(self.links[-1], ints, self.floats(len(self))))
        self.stamps.append(step.at)
        self.at = step.at

    def finish(self, end: EpisodeEnd) -> None:
        """Close the life with what the trainer says of it."""
        self.at = end.at
        self.end = {
            "cause": end.cause,
            "steps": end.steps,
            "return": float(end.return_),
            "intrinsic_return": float(end.intrinsic_return),
            "died_of": end.died_of,
            "root": end.root,
            "at": round(end.at),
            "final": {
                "x": int(end.final["x"]),
                "y": int(end.final["y"]),
                "meters": [float(value) for value in end.final["meters"]],
                "hour": int(end.final["hour"]),
            },
        }

    def state(self) -> dict[str, Any]:
        """All of the life as plain values and bytes, for a checkpoint; the chain follows from the rows."""
        columns = {name: np.asarray(self.columns[name], dtype="<i4").tobytes() for name in INT_COLUMNS}
        columns |= {name: np.asarray(self.columns[name], dtype="<f4").tobytes() for name in FLOAT_COLUMNS}
        return {
            "run": self.run,
            "number": self.number,
            "meta": self.meta,
            "at": self.at,
            "stamps": np.asarray(self.stamps, dtype="<f8").tobytes(),
            "columns": columns,
            "end": self.end,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Episode":
        """The life that `state()` told of."""
        life = cls(state["run"], state["number"], state["meta"], state["at"])
        life.stamps = np.frombuffer(state["stamps"], dtype="<f8").tolist()
        rows = len(life)
        for name in INT_COLUMNS:
            life.columns[name] = np.frombuffer(state["columns"][name], dtype="<i4").tolist()
        for name in FLOAT_COLUMNS:
            flat = np.frombuffer(state["columns"][name], dtype="<f4")
            life.columns[name] = list(flat.reshape(rows, -1) if name in ROW_COLUMNS and rows else flat)
        for i in range(rows):
            life.links.append(next_link(life.links[-1], life.ints(i), life.floats(i)))
        life.end = state["end"]
        return life

    def ints(self, row: int) -> tuple[int, ...]:
        """The whole numbers of one row, in wire order."""
        return tuple(self.columns[name][row] for name in INT_COLUMNS)

    def floats(self, row: int) -> bytes:
        """The float32 numbers of one row, in wire order, little-endian."""
        return b"".join(np.asarray(self.columns[name][row], dtype="<f4").tobytes() for name in FLOAT_COLUMNS)


class Tape:
    """Writes down the watched lane's lives, one at a time, from the trainer's events."""

    def __init__(self, run: str, level: str, digest: str) -> None:
        """
        Args:
            run: id of the run, as it stands in frames and in the chain
            level: name of the level, for the life's `meta`
            digest: the level's digest, hex
        """
        self.run = run
        self.level = level
        self.digest = digest
        self.life: Episode | None = None

    def take(self, event: Event) -> Episode | None:
        """The life this event belongs to, the event already in it; None for events that are not of a life."""
        match event:
            case EpisodeStart():
                meta = {
                    "level": self.level,
                    "digest": self.digest,
                    "layout": {name: [int(x), int(y)] for name, (x, y) in event.layout.items()},
                    "stage": event.stage,
                    "multiplier": float(event.multiplier),
                    "epsilon": float(event.epsilon),
                    "weights": event.weights,
                }
                self.life = Episode(self.run, event.episode, meta, event.at)
            case Step() if self.life is not None:
                self.life.append(event)
            case EpisodeEnd() if self.life is not None:
                self.life.finish(event)
            case _:
                return None
        return self.life

    def state(self) -> dict[str, Any]:
        """The unfinished life, for a checkpoint: a life goes on where the slice before left it."""
        open_life = self.life if self.life is not None and self.life.end is None else None
        return {"life": open_life.state() if open_life is not None else None}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state()` told; a life that a fork takes over is told, and chained, as the fork's."""
        life = state["life"]
        self.life = Episode.from_state({**life, "run": self.run}) if life is not None else None
