"""The levels, read once a process."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from hamlet.world import Level, level_names, load_level, shipped_names


@cache
def whole(name: str) -> Level:
    """A level that comes with HAMLET, or one of the lab's own. KeyError for any other name."""
    if name not in level_names():
        raise KeyError(name)
    return load_level(name)


@cache
def describe(name: str) -> dict[str, Any]:
    """`Level.describe()` of it, and `outlines`: of the icons that a level of the lab's own names; the pages carry those
    of the shipped ones. KeyError for any other name."""
    level = whole(name)
    return {**level.describe(), "outlines": {} if name in shipped_names() else _outlines(level)}


def _outlines(level: Level) -> dict[str, str]:
    named = {part.icon for part in (*level.meters, *level.places)} | {place.badge for place in level.places}
    try:
        known = json.loads((Path(settings.STATIC_ROOT) / "app" / "icons.json").read_bytes())
    except FileNotFoundError:  # the pages are not built, so nobody sees an icon
        return {}
    return {icon: known[icon] for icon in sorted(filter(None, named)) if icon in known}


def names() -> list[str]:
    return list(level_names())


def title(name: str) -> str:
    """What people call it; a level that is no longer here keeps its name."""
    try:
        return str(describe(name)["title"])
    except KeyError:
        return name
