"""What becomes of the moments of a rollout: events of the watched lane, and counts over all lanes."""

import time
from collections.abc import Iterator
from typing import Any

from hamlet.learning.census import Census
from hamlet.learning.curiosity import Curiosity
from hamlet.learning.events import Event
from hamlet.learning.lanes import Births, Moment
from hamlet.learning.lives import Lives
from hamlet.learning.watch import Watched
from hamlet.world import Level


class Book:
    """Keeps count. What it holds is all on the host, whatever steps the lanes."""

    def __init__(self, level: Level, lanes: int, births: Births, curiosity: Curiosity | None) -> None:
        self.births, self.curiosity = births, curiosity
        self.watched = Watched(level)
        self.census = Census(level, lanes)
        self.lives = Lives(lanes)

    def told(self, moment: Moment, epsilon: float, weights: int) -> Iterator[Event]:
        """Count a step of all lanes, and tell of the watched one. epsilon and weights are those of the rollout."""
        births, lives = self.births, self.lives
        if moment.layout is not None:
            yield self.watched.begin(
                now(), moment.layout, int(births.stages[0]) or None, float(births.multipliers[0]), epsilon, weights
            )
        self.census.step(moment.cells, moment.hours, moment.used, moment.terminated)
        if moment.arrived is not None and moment.novelty is not None:
            self.census.wondered(moment.arrived, moment.novelty)
        yield self.watched.step(
            now(), moment.seen, moment.action, moment.greedy, moment.random, moment.q, float(moment.reward[0]),
            moment.bonus, int(moment.used[0]),
        )  # fmt: skip
        whole = lives.step(moment.reward, moment.terminated)
        if moment.terminated.any():
            survived = lives.steps[whole]
            births.curriculum.finished(births.stages[whole], survived)
            if self.curiosity:
                self.curiosity.finished(survived)
            if moment.final is not None:
                yield self.watched.end(now(), cut=False, final=moment.final)
            lives.begin(moment.terminated)
            births.begin(moment.terminated)
            if moment.moved is not None:
                lives.partial[moment.moved] = True

    def state(self) -> dict[str, Any]:
        """Everything."""
        return {"watched": self.watched.state(), "census": self.census.state(), "lives": self.lives.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.watched.restore(state["watched"])
        self.census.restore(state["census"])
        self.lives.restore(state["lives"])


def now() -> float:
    """Milliseconds since 1970."""
    return time.time() * 1000.0
