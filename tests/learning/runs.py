"""Small runs for the tests: as real as any, only short."""

from collections.abc import Callable
from typing import Any

import torch

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.events import Event, Iteration

PQN: dict[str, Any] = {
    "lanes": 16, "rollout": 8, "steps": 16 * 8 * 12, "evaluations": 2, "evaluation_lives": 4, "minibatches": 2,
}  # fmt: skip
DQN: dict[str, Any] = {
    "learner": "dqn", "lanes": 8, "steps": 1200, "replay_capacity": 1024, "replay_start": 256, "batch": 16,
    "steps_per_update": 16, "target_every": 20, "evaluations": 2, "evaluation_lives": 4,
}  # fmt: skip
L2 = {"level": "L2_partial_observability"}
L3 = {"level": "L3_temporal_mechanics"}
MEMORY = {"sequence": 8, "burn_in": 4, "batch": 4, "steps": 480}
CLOCKS = ("at", "steps_per_second")


def small(**changes: Any) -> TrainConfig:
    """A run of a second or so."""
    base = DQN if changes.get("learner") == "dqn" else PQN
    return TrainConfig(**{**base, **changes})


def told(event: Event) -> str:
    """An event as text, without what a clock put in."""
    fields = event._asdict()
    fields.pop("at", None)
    if "values" in fields:
        fields["values"] = {name: value for name, value in fields["values"].items() if name not in CLOCKS}
    return f"{type(event).__name__} {fields!r}"


def iterations(trainer: Trainer, count: int) -> list[Event]:
    """What the next `count` iterations tell."""
    events: list[Event] = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, Iteration):
            count -= 1
            if count == 0:
                break
    return events


def to_the_end(trainer: Trainer, watch: Callable[[Event], object] = lambda event: None) -> Trainer:
    """Train until the budget is used."""
    for event in trainer.run():
        watch(event)
    return trainer


def same_weights(one: Trainer, other: Trainer) -> bool:
    """Acting and averaged weights are equal to the bit."""
    pairs = [
        (one.learner.optimiser.weights(), other.learner.optimiser.weights()),
        (one.learner.optimiser.averaged(), other.learner.optimiser.averaged()),
    ]
    return all(torch.equal(a[name], b[name]) for a, b in pairs for name in a)
