"""The tables of docs/learning.md, made from the code: `python -m tests.learning.tables` writes them into it."""

from pathlib import Path
from typing import Any

from hamlet.learning.config import PRESETS, TrainConfig
from hamlet.learning.metrics import COLUMNS
from tests.learning.measured import (
    ablations_table,
    doors_table,
    doors_trials_table,
    measured_table,
    memory_table,
    rooms_table,
    trials_table,
)

DOC = Path(__file__).parents[2] / "docs" / "learning.md"


def settings_table() -> str:
    """Every setting: name, default, range, sentence, source."""
    lines = ["| setting | default | range | what | from |", "|---|---|---|---|---|"]
    for name, field in TrainConfig.model_json_schema()["properties"].items():
        only = [field.get("learner", "").upper(), field.get("network", "")]
        only += [f"{need} = {str(value).lower()}" for need, value in field.get("needs", {}).items()]
        note = ", ".join(part for part in only if part)
        text = f"{field['description']}" + (f" *({note})*" if note else "")
        lines.append(f"| `{name}` | {_value(field['default'])} | {_range(field)} | {text} | {field['source']} |")
    return "\n".join(lines)


def presets_table() -> str:
    """The recipes of the launch form."""
    lines = ["| preset | changes | |", "|---|---|---|"]
    for preset in PRESETS:
        changes = ", ".join(f"`{name}` {_value(value)}" for name, value in preset["config"].items()) or "nothing"
        lines.append(f"| {preset['title']} (`{preset['name']}`) | {changes} | {preset['summary']} |")
    return "\n".join(lines)


def columns_table() -> str:
    """The columns of the learning curve."""
    return "\n".join(["| column | |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in COLUMNS.items())])


TABLES = {
    "settings": settings_table, "presets": presets_table, "columns": columns_table,
    "measured": measured_table, "ablations": ablations_table, "memory-wiped": memory_table, "doors": doors_table,
    "doors-trials": doors_trials_table, "rooms": rooms_table,
    "trials": trials_table,
}  # fmt: skip


def filled(text: str) -> str:
    """The document with its tables as they should be."""
    for name, table in TABLES.items():
        start, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        head, rest = text.split(start)
        text = head + start + table() + end + rest.split(end)[1]
    return text


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(field["enum"])
    if field.get("type") == "boolean":
        return "true, false"
    bounds = next((part for part in field.get("anyOf", []) if "minimum" in part), field)
    low = bounds.get("minimum", bounds.get("exclusiveMinimum"))
    if low is None:
        return "a level"
    above = "over " if "exclusiveMinimum" in bounds else ""
    return f"{above}{_value(low)} to {_value(bounds['maximum'])}" + (" or none" if "anyOf" in field else "")


if __name__ == "__main__":
    DOC.write_text(filled(DOC.read_text(encoding="utf-8")), encoding="utf-8")
