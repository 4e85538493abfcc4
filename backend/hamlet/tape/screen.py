"""A life from the wire, moment by moment, as text for a terminal."""

from typing import Any

import numpy as np

from hamlet.tape.wire import verify
from hamlet.world import Level, LevelError, VectorWorld, load_level
from hamlet.world.render import ansi


class ScreenError(Exception):
    """A life that cannot be drawn here; the message says why."""


class Shown:
    """One life as it has come so far: the rows of its frames in one piece, checked against the chain of hashes."""

    def __init__(self, frame: dict[str, Any]) -> None:
        """`frame` is the life's frame 0 (docs/wire.md)."""
        self.number: int = frame["episode"]
        self.meta: dict[str, Any] = frame["meta"]
        self.end: dict[str, Any] | None = None
        self.true = True
        """every row so far fits the trainer's chain"""
        self.columns: dict[str, list[Any]] = {name: [] for name in frame["cols"]}
        self._link: bytes | None = None
        self._next = self._rows = 0
        self.extend(frame)

    def __len__(self) -> int:
        return self._rows

    def extend(self, frame: dict[str, Any]) -> bool:
        """Add the next frame; False if it is not the one that comes next."""
        if frame["episode"] != self.number or frame["seq"] != self._next or frame["first"] != len(self):
            return False
        self.true = self.true and verify(frame, self._link)
        for name, column in frame["cols"].items():
            self.columns[name] += column
        self.end, self._link, self._next = frame["end"], frame["hash"], self._next + 1
        self._rows = len(self.columns["x"])  # last of all: another thread may be reading
        return True


class Screen:
    """Draws moments of lives of one level."""

    def __init__(self, meta: dict[str, Any]) -> None:
        """`meta` is a life's. ScreenError if its level is not known here, or is another one by now."""
        try:
            self.level: Level = load_level(meta["level"])
        except LevelError:
            raise ScreenError(f"the level {meta['level']} is not known here, so it cannot be drawn") from None
        if self.level.digest != meta["digest"]:
            raise ScreenError(f"the level {meta['level']} here has other rules than the life that is to be shown")
        self._world = VectorWorld(self.level, lanes=1, seed=0, layouts="run")

    def moment(self, life: Shown, t: int) -> str:
        """The board and the meters before step `t`, and the choice; for `t == len(life)` how the life ended."""
        over = t >= len(life)
        if over and life.end is None:
            raise ValueError(f"step {t} of life {life.number} has not come yet")
        columns, end = life.columns, life.end
        final = end["final"] if over and end else None
        here = final or {name: columns[name][t] for name in ("x", "y", "meters", "hour")}
        self._world.set_state(
            positions=[[here["x"], here["y"]]], meters=[here["meters"]], affordance_positions=life.meta["layout"],
            hour=here["hour"], step_counts=t, interaction_progress=0 if over else columns["progress"][t],
        )  # fmt: skip
        picture = ansi(self._world)
        return picture + (self._ending(life) if over else self._choice(life, t))

    def _choice(self, life: Shown, t: int) -> str:
        columns, names = life.columns, self.level.action_names
        mask, q = columns["mask"][t], columns["q"][t]
        action, greedy = columns["action"][t], columns["greedy"][t]
        how = f"rolled; greedy was {names[greedy]}" if columns["random"][t] else "greedy"
        values = "  ".join(f"{name} {q[i]:.3f}" if mask >> i & 1 else f"{name} -" for i, name in enumerate(names))
        return f"{names[action]} ({how}), reward {columns['reward'][t]:+.3f}\nQ  {values}\n{self._foot(life)}\n"

    def _ending(self, life: Shown) -> str:
        end = life.end
        assert end is not None
        titles = {meter.name: meter.title.lower() for meter in self.level.meters}
        if end["cause"] == "death":
            cause = f"died, {titles[end['died_of']]} ran out; lack of {titles[end['root']]} drained it most"
        else:
            cause = "reached its whole lifespan" if end["cause"] == "retired" else "was cut off by the trainer"
        proof = "every step fits the trainer's chain" if life.true else "NOT what was trained: the chain is broken"
        return f"{cause}\n{end['steps']} steps, return {end['return']:.2f}; {proof}\n{self._foot(life)}\n"

    def _foot(self, life: Shown) -> str:
        meta = life.meta
        passed = f", {meta['passed']} lives went by before it" if meta.get("passed") else ""
        pace = f", held to {meta['pace']:g} steps/s" if meta.get("pace") else ""
        stage = f", stage {meta['stage']}" if meta["stage"] is not None else ""
        return f"life {life.number}{stage}, epsilon {np.float32(meta['epsilon']):.3g}{pace}{passed}"
