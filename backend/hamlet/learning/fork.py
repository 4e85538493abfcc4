"""A run that goes on from a checkpoint of another one, with something changed.

It begins with the whole state of that moment: weights, Adam's moments, what is remembered, the lives being lived, the
dice. So only settings may differ that this state does not depend on; those have `fork` in the schema of `TrainConfig`.
What the run before measured stays there: a fork's best is the best of its own examinations. Imports no torch.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from hamlet.learning.config import TrainConfig, wrong
from hamlet.world import Level


def forkable() -> list[str]:
    """Names of the settings that a fork may have otherwise."""
    properties = TrainConfig.model_json_schema()["properties"]
    return [name for name, told in properties.items() if told.get("fork")]


def forked(config: TrainConfig, level: Level, changes: dict[str, Any], steps: int, episodes: int) -> TrainConfig:
    """The settings of a fork: those of the run it leaves, with these changes.

    Args:
        config: of the run
        level: it lives in
        changes: setting -> value
        steps: lane-steps the run had taken at the checkpoint
        episodes: lives it had finished by then

    Raises pydantic's ValidationError naming each change that cannot be made.
    """
    may = forkable()
    for name, value in changes.items():
        if name in TrainConfig.model_fields and name not in may and value != getattr(config, name):
            works = config.applicable(level)
            others = ", ".join(other for other in may if other in works)
            _refuse([(name, f"is part of what the checkpoint is; a fork may change {others}")], changes)
    checked = TrainConfig.model_validate({**config.model_dump(), **changes}, context={"level": level})
    _refuse(list(_impossible(config, checked, level, steps, episodes)), changes)
    return checked


def _refuse(problems: list[tuple[str, str]], changes: dict[str, Any]) -> None:
    details = [
        InitErrorDetails(type=wrong(message), loc=(name,), input=changes.get(name)) for name, message in problems
    ]
    if details:
        raise ValidationError.from_exception_data("TrainConfig", details)


def _impossible(
    config: TrainConfig, checked: TrainConfig, level: Level, steps: int, episodes: int
) -> Iterator[tuple[str, str]]:
    """(field, what is wrong and what would do)."""
    works = checked.applicable(level)
    for name in TrainConfig.model_fields:
        if getattr(checked, name) == getattr(config, name):
            continue
        if name not in works:
            yield name, "has no effect beside the other settings"
        elif name == "first_stage" and config.curriculum == "stages":
            yield name, "has been left behind; the fork goes on at the stage of its checkpoint"
    if checked.steps <= steps:
        yield "steps", f"is not above {steps}, which the checkpoint has taken already"
    if checked.episodes is not None and checked.episodes <= episodes:
        yield "episodes", f"is not above {episodes}, which the checkpoint has finished already"
