"""What a run must come to, whatever happens to its workers: the same training, undisturbed, without our service."""

from functools import cache
from typing import Any

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.events import Metrics
from hamlet.learning.metrics import COLUMNS

SMALL = {
    "level": "L0_0_minimal", "lanes": 32, "rollout": 16, "steps": 512 * 60, "evaluations": 3, "evaluation_lives": 4,
    "minibatches": 2, "epochs": 1, "seed": 11,
}  # fmt: skip
TIMELESS = tuple(name for name in COLUMNS if name != "steps_per_second")
"""all that is not a measure of time"""


@cache
def undisturbed() -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The rows (iteration, then TIMELESS) and the weights of the model."""
    trainer = Trainer(TrainConfig.model_validate(SMALL), device="cpu")
    rows = [
        (trainer.iteration, *(event.values[name] for name in TIMELESS))
        for event in trainer.run()
        if isinstance(event, Metrics)
    ]
    return rows, dict(trainer.model("best").weights)
