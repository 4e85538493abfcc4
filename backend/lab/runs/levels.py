"""The levels, read once a process."""

from functools import cache
from typing import Any

from hamlet.world import Level, level_names, load_level


@cache
def whole(name: str) -> Level:
    """A level that comes with HAMLET. KeyError for any other name."""
    if name not in level_names():
        raise KeyError(name)
    return load_level(name)


@cache
def describe(name: str) -> dict[str, Any]:
    """`Level.describe()` of it. KeyError for any other name."""
    return whole(name).describe()


def names() -> list[str]:
    return list(level_names())


def title(name: str) -> str:
    """What people call it; a level that is no longer here keeps its name."""
    try:
        return str(describe(name)["title"])
    except KeyError:
        return name
