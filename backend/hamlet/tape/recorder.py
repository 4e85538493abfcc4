"""Which lives to keep. Lives are many (hundreds a minute) and alike; the kept ones tell the story.

Rules look at the life's own end and at what was kept before, never at the clock or a dice, so the same run keeps the
same lives however it was sliced.
"""

from typing import Any, NamedTuple

from hamlet.learning.events import Event, StageChange
from hamlet.tape.episode import Episode


class Recording(NamedTuple):
    """A life worth keeping, and why."""

    life: Episode
    reasons: tuple[str, ...]
    """e.g. ("periodic", "best"); see Recorder for all of them"""


def periodic(number: int) -> bool:
    """Lives 0, 1, 8, 27, … 1000, then every 1000th: often at first, when most is learnt (gymnasium's save_video)."""
    if number < 1000:
        return bool(round(number ** (1 / 3)) ** 3 == number)
    return number % 1000 == 0


class Recorder:
    """Chooses the lives of the watched lane that are kept whole.

    Reasons: `periodic`; `best` (outlived every life before; the return decides between equals); `worst` (shorter than
    every life before, from the 20th on, when chance has had its say); `first:<place>` (first use of a place);
    `death:<meter>` (first death with this root meter); `retired` (first to reach its lifespan); `before stage n` and
    `after stage n` (the lives around a move of the curriculum).
    """

    WORST_FROM = 20

    def __init__(self, places: tuple[str, ...], limit: int = 300) -> None:
        """
        Args:
            places: names by place index, as in the column `used`
            limit: at most this many recordings a run; beyond it only `best` and stage moves are kept
        """
        self.places = places
        self.limit = limit
        self.kept = 0
        self.best: tuple[int, float] | None = None
        self.worst: int | None = None
        self.firsts: set[str] = set()
        self.last: Episode | None = None
        self.last_kept = False
        self.after: int | None = None

    def take(self, life: Episode | None, event: Event) -> list[Recording]:
        """Recordings this event completes: none, one, or with a stage's move the life before it.

        Args:
            life: what `Tape.take(event)` gave
            event: the trainer's event
        """
        if isinstance(event, StageChange):
            return self._stage_moved(event)
        if life is None or life.end is None:
            return []
        reasons = self._reasons(life)
        self.last, self.last_kept = life, bool(reasons)
        return [self._keep(life, reasons)] if reasons else []

    def _stage_moved(self, event: StageChange) -> list[Recording]:
        self.after = event.after
        if self.last is None or self.last_kept:
            return []
        self.last_kept = True
        return [self._keep(self.last, [f"before stage {event.after}"])]

    def _keep(self, life: Episode, reasons: list[str]) -> Recording:
        self.kept += 1
        return Recording(life, tuple(reasons))

    def _reasons(self, life: Episode) -> list[str]:
        end = life.end
        assert end is not None
        if end["cause"] == "cut":
            return []
        always, story = [], []
        lived = (end["steps"], end["return"])
        if self.best is None or lived > self.best:
            self.best = lived
            always.append("best")
        if self.after is not None:
            always.append(f"after stage {self.after}")
            self.after = None
        if periodic(life.number):
            story.append("periodic")
        if self.worst is None or end["steps"] < self.worst:
            self.worst = end["steps"]
            if life.number >= self.WORST_FROM:
                story.append("worst")
        firsts = [f"first:{self.places[index]}" for index in dict.fromkeys(life.columns["used"]) if index >= 0]
        firsts.append("retired" if end["cause"] == "retired" else f"death:{end['root']}")
        story += [first for first in firsts if first not in self.firsts]
        self.firsts.update(firsts)
        return always + story if self.kept < self.limit else always

    def state(self) -> dict[str, Any]:
        """What was kept so far, as plain values, for a checkpoint."""
        return {
            "kept": self.kept,
            "best": list(self.best) if self.best else None,
            "worst": self.worst,
            "firsts": sorted(self.firsts),
            "last": self.last.state() if self.last is not None and not self.last_kept else None,
            "last_kept": self.last_kept,
            "after": self.after,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state()` told."""
        self.kept, self.worst, self.after = state["kept"], state["worst"], state["after"]
        self.best = tuple(state["best"]) if state["best"] else None
        self.firsts = set(state["firsts"])
        self.last = Episode.from_state(state["last"]) if state["last"] is not None else None
        self.last_kept = state["last_kept"]
