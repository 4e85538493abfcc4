"""A stand-in at the seam: told as a trainer tells, at once. What Django does with a run is tested with it."""

import base64
import json
from pathlib import Path

import numpy as np

from hamlet.learning.errors import TrainingError
from hamlet.learning.events import Evaluation, Iteration, Metrics, Step
from hamlet.learning.metrics import COLUMNS
from hamlet.world import load_level
from tests.tape.lives import life

STEPS = 12
"""of every life, and of every iteration"""


class Lives:
    """Stands in for `hamlet.learning.Trainer`: each iteration is one life of 12 steps, a row, and an examination.

    The run ends when its budget of steps is used. `total` stands for all that training changes: it grows by a number
    that depends on what it was before, so that a step lost or done twice shows.
    """

    def __init__(self, config, device=None):
        self.config, self.level, self.extra = config, load_level(config.level), None
        self.steps = self.iteration = self.episodes = 0
        self.total = config.seed
        self.best = None

    @property
    def progress(self):
        return min(1.0, self.steps / self.config.steps)

    @property
    def finished(self):
        return self.steps >= self.config.steps

    @property
    def positions(self):
        """Three lanes; the first one's x is the steps so far."""
        return np.array([[self.steps % 8, 0], [1, 2], [3, 4]])

    @property
    def ages(self):
        return np.array([self.steps % STEPS, 70_000, 5])

    epsilon = 0.25
    stage = None

    def run(self, before_step=None):
        while not self.finished:
            for event in life(self.iteration, STEPS):
                if before_step is not None and isinstance(event, Step):
                    before_step()
                self.steps += event.__class__.__name__ == "Step"
                yield event
            self.iteration += 1
            self.episodes += 1
            self.total = (self.total * 31 + self.iteration) % 1_000_003
            yield Metrics(
                {
                    **dict.fromkeys(COLUMNS),
                    "steps": self.steps,
                    "episodes": self.episodes,
                    "survival_mean": float(self.total),
                }
            )
            yield from self.examined()
            yield Iteration(self.iteration, self.steps, self.episodes, 0.0)

    def examined(self):
        mean = float(self.total % 100)
        best = self.best is None or mean >= self.best.mean
        exam = Evaluation(self.steps, self.episodes, 2, mean, mean, mean, 0.0, {"energy": 2}, best, [int(mean)] * 2)
        self.best = exam if best else self.best
        yield exam

    def save(self, path, extra=None):
        content = {
            "config": self.config.model_dump(mode="json"), "steps": self.steps, "iteration": self.iteration,
            "total": self.total, "best": self.best and self.best._asdict(), "extra": _packed(extra),
        }  # fmt: skip
        Path(path).write_text(json.dumps(content))

    @classmethod
    def restore(cls, path, device=None, config=None):
        from hamlet.learning.config import TrainConfig

        try:
            content = json.loads(Path(path).read_text())
        except ValueError:
            raise TrainingError(f"{path} is damaged") from None
        trainer = cls(config or TrainConfig.model_validate(content["config"]))
        trainer.steps, trainer.total = content["steps"], content["total"]
        trainer.iteration = trainer.episodes = content["iteration"]
        trainer.best = Evaluation(**content["best"]) if content["best"] else None
        trainer.extra = _unpacked(content["extra"])
        return trainer

    def export(self, path, which="best", metadata=None):
        Path(path).write_text(json.dumps({"which": which, "total": self.total, "metadata": metadata}))


class Breaks(Lives):
    """Finds out in its second life that it cannot go on."""

    error: Exception = TrainingError("The run diverged: the loss is not a number.")

    def run(self, before_step=None):
        for event in super().run(before_step):
            yield event
            if isinstance(event, Iteration) and event.iteration == 2:
                raise self.error


class Stumbles(Breaks):
    """Breaks by a defect of ours."""

    error = KeyError("secret detail")


def _packed(value):
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return value


def _unpacked(value):
    if isinstance(value, dict) and set(value) == {"bytes"}:
        return base64.b64decode(value["bytes"])
    return {key: _unpacked(item) for key, item in value.items()} if isinstance(value, dict) else value
