"""From pydantic's complaints to sentences: the field, the value, what is allowed."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from hamlet.learning.config import TrainConfig
from lab.errors import FieldError
from lab.people.words import line_trouble, sentence, shown
from lab.runs.errors import RunError
from lab.runs.models import Run, RunTag
from lab.runs.pace import FASTEST, SLOWEST


def launch_checked(name: str, config: dict[str, Any]) -> tuple[str, TrainConfig]:
    """A run's name and its settings, complete and possible together.

    Raises RunError naming every field that is wrong, not only the first.
    """
    errors: list[FieldError] = []
    checked = None
    try:
        name = name_checked(name)
    except RunError as error:
        errors += error.errors
    try:
        checked = config_checked(config)
    except RunError as error:
        errors += error.errors
    if checked is None or errors:
        raise RunError("; ".join(f"{field} {message}" for field, message, _ in errors[:3]) + ".", errors)
    return name, checked


def pace_checked(pace: float | None) -> float | None:
    """Steps a second, or None for full speed. Raises RunError for a pace that cannot be kept."""
    if pace is None or SLOWEST <= pace <= FASTEST:
        return pace
    message = f"must be {SLOWEST:g} to {FASTEST:g} steps a second, or null for full speed"
    raise RunError(f"pace {message}.", [FieldError("pace", message, pace)])


def config_checked(config: dict[str, Any]) -> TrainConfig:
    """The settings of a run, complete and possible together. Raises RunError naming each field that is wrong."""
    try:
        return TrainConfig.model_validate(config)
    except ValidationError as error:
        raise RunError("Some settings cannot be used.", field_errors(error, TrainConfig, "config.")) from None


def name_checked(name: str) -> str:
    """A run's name without spaces around it. Raises RunError."""
    return line_checked("name", name, Run.NAME_LENGTH)


def notes_checked(notes: str) -> str:
    """What is written about a run, in lines, without spaces around it; may be empty. Raises RunError."""
    stripped = notes.replace("\r\n", "\n").strip()
    if len(stripped) > Run.NOTES_LENGTH:
        trouble = f"have {len(stripped)} characters; allowed are up to {Run.NOTES_LENGTH}"
    elif bad := next((s for s in stripped if s not in "\n\t" and unicodedata.category(s) in ("Cc", "Cs")), None):
        trouble = f"have the control character U+{ord(bad):04X}; take visible ones"
    else:
        return stripped
    raise RunError("The notes cannot be used.", [FieldError("notes", trouble, shown(stripped))])


def tags_checked(tags: Sequence[str]) -> list[str]:
    """A run's tags, each once whatever its capitals. A comma would part it in a list. Raises RunError."""
    kept: dict[str, str] = {}
    for tag in tags:
        line = line_checked("tags", tag, RunTag.NAME_LENGTH)
        if "," in line:
            raise RunError("The tags cannot be used.", [FieldError("tags", "must be without commas", line)])
        kept.setdefault(line.casefold(), line)
    if len(kept) > RunTag.MOST:
        message = f"are {len(kept)}; a run has at most {RunTag.MOST}"
        raise RunError("The tags cannot be used.", [FieldError("tags", message, None)])
    return list(kept.values())


def line_checked(field: str, text: str, most: int) -> str:
    """A line of text that others will read, without spaces around it. Raises RunError."""
    stripped = text.strip()
    if trouble := line_trouble(stripped, most):
        raise RunError(f"The {field} cannot be used.", [FieldError(field, trouble, shown(stripped))])
    return stripped


def field_errors(error: ValidationError, model: type[BaseModel] | None = None, prefix: str = "") -> list[FieldError]:
    """Each complaint as a field, a sentence and the value."""
    schema = model.model_json_schema()["properties"] if model is not None else {}
    found: dict[str, FieldError] = {}
    for detail in error.errors(include_url=False):
        # Kinds of a union stand in the location too; the field is what people know.
        place = [str(part) for part in detail["loc"]]
        field = place[0] if model is not None and place else ".".join(place)
        entry = FieldError(prefix + field, sentence(detail, schema.get(field, {})), shown(detail.get("input")))
        found.setdefault(entry.field, entry)
    return list(found.values())
