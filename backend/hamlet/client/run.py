"""A run of the lab as it was when it was asked about, and what can be done with it."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

if TYPE_CHECKING:
    from hamlet.client.line import Line
    from hamlet.model import HamletModel

State = Literal["queued", "training", "pausing", "paused", "stopping", "finished", "stopped", "failed"]
Format = Literal["safetensors", "pt", "onnx", "zip"]
ENDED = ("finished", "stopped", "failed")
POLL = 1.0
"""seconds between two looks while one waits"""


class Told(BaseModel):
    """What the lab tells. A newer lab may tell more than is known here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Model(Told):
    """A model that a run left. `format` is safetensors, pt, onnx or zip; `bytes` and `sha256` are the file's."""

    id: str
    run: str
    checkpoint: str | None
    episode: int
    format: str
    precision: str
    file: str
    bytes: int
    sha256: str
    created_at: datetime


class Checkpoint(Told):
    """A moment of the training that is kept. `best`: the first one with the best examined weights so far."""

    id: str
    episode: int
    steps: int
    bytes: int
    sha256: str
    best: bool
    created_at: datetime


class Evaluation(Told):
    """A held-out examination: `lives` greedy lives at full depletion; mean, median and p10 are steps survived."""

    steps: int
    episodes: int
    lives: int
    mean: float
    median: float
    p10: float
    share_retired: float
    causes: dict[str, int]
    best: bool


class Recording(Told):
    """A life that was kept whole, and why."""

    episode: int
    steps: int
    return_: float = Field(alias="return")
    cause: str
    died_of: str | None
    root: str | None
    reasons: list[str]


class Fork(Told):
    """Where a run goes on from: steps trained by then, and the other run, where that is there and may be seen."""

    steps: int
    run: str | None
    name: str | None
    checkpoint: str | None


class Run(Told):
    """One training. It does not change by itself: `refresh` and `wait` give it as it is later.

    `progress` is the share of the budget that is used, 0 to 1; `best` the best mean survival, in steps, of its
    examinations.
    """

    id: str
    name: str
    notes: str = ""
    tags: list[str] = []
    level: str
    network: str
    learner: str
    seed: int
    state: State
    message: str
    paused_by: str | None = None
    paused_at: datetime | None = None
    place: int | None
    owner: str
    fork_of: Fork | None = Field(None, alias="fork")
    config: dict[str, Any]
    progress: float
    steps: int
    steps_budget: int
    episodes: int
    steps_per_second: float | None
    pace: float | None
    best: float | None
    best_episode: int | None
    last: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    model: Model | None

    _line: "Line" = PrivateAttr()

    @classmethod
    def of(cls, told: dict[str, Any], line: "Line") -> "Run":
        run = cls.model_validate(told)
        run._line = line
        return run

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def refresh(self) -> "Run":
        """The run as it is now."""
        return Run.of(self._ask("GET", ""), self._line)

    def wait(self, timeout: float | None = None, on: "Callable[[Run], None] | None" = None) -> "Run":
        """The run once it has ended, however that was: see `state` and `message`. A paused one has not ended.

        Args:
            timeout: seconds after which a TimeoutError is raised; None waits for ever
            on: called with the run at every look, one a second
        """
        until = None if timeout is None else time.monotonic() + timeout
        run = self
        while not run.ended:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{run.name} is {run.state} after {timeout:g} s, at {run.progress:.0%}")
            time.sleep(POLL)
            run = run.refresh()
            if on is not None:
                on(run)
        return run

    def stop(self) -> "Run":
        """End it early; its model is kept. ClientError if it has ended already."""
        return Run.of(self._ask("POST", "/stop", json={}), self._line)

    def pause(self) -> "Run":
        """Let it rest until it is resumed or stopped; it is `pausing` until its worker has saved it.

        ClientError if it has ended.
        """
        return Run.of(self._ask("POST", "/pause", json={}), self._line)

    def resume(self) -> "Run":
        """Let it go on, where it is paused, was stopped or has failed, from its newest checkpoint."""
        return Run.of(self._ask("POST", "/resume", json={}), self._line)

    def clone(self, name: str, **config: Any) -> "Run":
        """Launch a run with its settings and these changes; without any, with the next seed."""
        return Run.of(self._ask("POST", "/clone", json={"name": name, "config": config}, key=str(uuid4())), self._line)

    def fork(self, name: str, checkpoint: str | None = None, **config: Any) -> "Run":
        """Launch a run that goes on from one of its checkpoints (the newest, where none is named), with these
        changes."""
        asked = {"name": name, "config": config, "checkpoint": checkpoint}
        return Run.of(self._ask("POST", "/fork", json=asked, key=str(uuid4())), self._line)

    def rename(self, name: str) -> "Run":
        """Call it something else."""
        return Run.of(self._ask("PATCH", "", json={"name": name}), self._line)

    def note(self, notes: str) -> "Run":
        """Write this about it, in place of what was there."""
        return Run.of(self._ask("PATCH", "", json={"notes": notes}), self._line)

    def tag(self, *tags: str) -> "Run":
        """Give it these tags and no others."""
        return Run.of(self._ask("PATCH", "", json={"tags": tags}), self._line)

    def delete(self) -> None:
        """Delete it with all that it left. ClientError while it moves."""
        self._ask("DELETE", "")

    def set_pace(self, pace: float | None) -> "Run":
        """Hold it to so many steps a second of the watched lane; None is full speed."""
        return Run.of(self._ask("PATCH", "", json={"pace": pace}), self._line)

    def metrics(self, points: int = 2000) -> dict[str, list[float | None]]:
        """The learning curve as columns (`hamlet.learning.metrics.COLUMNS`), at most `points` rows, evenly picked."""
        columns: dict[str, list[float | None]] = self._ask("GET", "/metrics", params={"points": points})["columns"]
        return columns

    def table(self, format: Literal["csv", "parquet"] = "csv") -> bytes:
        """Every row of the learning curve as a file. Parquet has the types, and null for what was not measured."""
        return self._line.data(f"/runs/{self.id}/metrics.{format}")

    def evaluations(self) -> list[Evaluation]:
        """Its examinations, in order."""
        return [Evaluation.model_validate(one) for one in self._ask("GET", "/evaluations")["items"]]

    def checkpoints(self) -> list[Checkpoint]:
        """Its checkpoints, newest first."""
        return [Checkpoint.model_validate(one) for one in self._ask("GET", "/checkpoints")["items"]]

    def lives(self) -> list[Recording]:
        """Its recorded lives, in order."""
        return [Recording.model_validate(one) for one in self._ask("GET", "/episodes")["items"]]

    def life(self, episode: int) -> dict[str, Any]:
        """A recorded life: one frame that holds all of it (docs/wire.md)."""
        from hamlet.tape.wire import decode_frame

        return decode_frame(self._line.data(f"/runs/{self.id}/episodes/{int(episode)}"))

    def frames(self) -> Iterator[dict[str, Any]]:
        """The frames of its watched lane as they come (docs/wire.md), until it ends; a cut line is taken up again."""
        from hamlet.client.stream import Stream

        return iter(Stream(self._line, self.id))

    def models(self) -> list[Model]:
        """The models that it left, newest first."""
        return [Model.model_validate(one) for one in self._ask("GET", "/models")["items"]]

    def export(self, format: Format = "safetensors", checkpoint: str | None = None) -> Model:
        """Its best mind at a checkpoint (the newest, where none is named) in a format; made if it is not there yet."""
        newest = self.refresh().model
        if checkpoint is None and newest is not None and newest.format == format:
            return newest  # so that a token that only reads takes it home too
        asked = {"format": format} if checkpoint is None else {"format": format, "checkpoint": checkpoint}
        return Model.model_validate(self._ask("POST", "/models", json=asked))

    def pull(self, to: str | Path = ".", format: Format = "safetensors", checkpoint: str | None = None) -> Path:
        """Take its model home: into a folder under its own name, or to a file. Gives where it lies."""
        model = self.export(format, checkpoint)
        path = Path(to)
        if path.is_dir():
            path /= Path(model.file).name
        self._line.save(f"/models/{model.id}/download", path, model.sha256)
        return path

    def load(self) -> "HamletModel":
        """Its model, to think with at once."""
        from hamlet.model import HamletModel

        with tempfile.TemporaryDirectory() as folder:
            return HamletModel.load(self.pull(folder))

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        return self._line.ask(method, f"/runs/{self.id}{path}", **what)
