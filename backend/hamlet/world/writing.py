"""Level files written by us: the plain data of a level as YAML that a person would have written."""

from typing import Any

import yaml

_FLOW_DEPTH = {"grid": 0, "sight": 0, "unit": 0, "reward": 0, "curriculum": 0, "actions": 1, "meters": 1, "costs": 1}
_FLOW_DEPTH |= {"modulation": 1, "cascades": 1, "places": 2}
"""under which key, how many levels down, a value fits on one line"""


def level_text(data: dict[str, Any]) -> str:
    """`data`, what a level file says, as the text of one."""
    parts = []
    for key, value in data.items():
        parts.append(_block(key, value, _FLOW_DEPTH.get(key, 0), ""))
    return "\n".join(parts) + "\n"


def _block(key: str, value: Any, depth: int, indent: str) -> str:
    head = f"{indent}{_flow(key)}:"
    if not isinstance(value, dict | list) or not value or depth == 0:
        return f"{head} {_flow(value)}"
    if isinstance(value, list):
        return "\n".join([head, *(f"{indent}  - {_flow(item)}" for item in value)])
    return "\n".join([head, *(_block(name, item, depth - 1, indent + "  ") for name, item in value.items())])


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
