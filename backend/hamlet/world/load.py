"""Level files: read them safely, and say everything that is wrong with one at once."""

import difflib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, NamedTuple, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from hamlet.world.level import Level, level_from_spec
from hamlet.world.spec import LevelSpec, Path, contradictions

LEVELS = FilePath(__file__).parent / "levels"
MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_NODES = 20_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a level file."""

    file: str
    line: int | None
    field: str
    """path of keys, as in places.Bed.use.cost; empty for the file as a whole"""
    value: str | None
    """the bad value, shortened; None where it is missing"""
    message: str
    """what is allowed"""

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        what = " ".join(part for part in (self.field, "" if self.value is None else f"is {self.value};") if part)
        return f"{where}: {what} {self.message}" if what else f"{where}: {self.message}"


class LevelError(ValueError):
    """A level that cannot be read. `problems` has all that is wrong with it; the text is one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.problems,))


def shipped_names() -> tuple[str, ...]:
    """Names of the levels that come with HAMLET, from the easiest on."""
    return tuple(sorted(path.stem for path in LEVELS.glob("*.yaml")))


def level_names() -> tuple[str, ...]:
    """Names of all levels that are known by name: those that come with HAMLET, then one's own, by name.

    One's own are the level files (*.yaml) of the folder that the environment's `HAMLET_LEVELS` names, each known by the
    `name` it gives itself. They are read once a process.

    Raises:
        LevelError: there is no such folder, one of its files is no level, or two levels would have the same name.
    """
    return (*shipped_names(), *_own())


def own_text(name: str) -> str | None:
    """The file of a level of one's own, for those who do not have it; None for a level that comes with HAMLET."""
    return _own()[name].text if name in _own() else None


def load_level(level: str | FilePath) -> Level:
    """The level of that name, or in that file.

    Args:
        level: name of a level (see `level_names`), or path of a YAML file.

    Raises:
        LevelError: no such level or file, or the file is no level; every problem with file, line, field, value and what
            is allowed.
    """
    if isinstance(level, str) and level in shipped_names():
        return _shipped(level)
    if isinstance(level, str) and level in _own():
        return _own()[level].level
    if not isinstance(level, str | os.PathLike) or (isinstance(level, str) and not _exists(level)):
        known = ", ".join(level_names())
        problem = f"must be the path of a file, or the name of a level: {known}"
        raise LevelError([Problem("load_level", None, "level", shown(level), problem)])
    path = FilePath(level)
    return parse_level(read_text(path), file=str(path))


def _exists(path: str) -> bool:
    try:
        return FilePath(path).exists()
    except (OSError, ValueError):  # too long, or with a NUL byte: no name of a file
        return False


@lru_cache
def _shipped(name: str) -> Level:
    return parse_level((LEVELS / f"{name}.yaml").read_text(encoding="utf-8"), file=f"{name}.yaml")


class _Own(NamedTuple):
    level: Level
    text: str


def _own() -> dict[str, _Own]:
    return _own_in(os.environ.get("HAMLET_LEVELS") or None)


@lru_cache
def _own_in(folder: str | None) -> dict[str, _Own]:
    if folder is None:
        return {}
    if not FilePath(folder).is_dir():
        raise LevelError(
            [Problem(folder, None, "", None, "is no folder, and HAMLET_LEVELS names one with level files")]
        )
    found: dict[str, _Own] = {}
    problems: list[Problem] = []
    for path in sorted(FilePath(folder).glob("*.yaml")):
        try:
            text = read_text(path)
            level = parse_level(text, file=str(path))
        except LevelError as error:
            problems += error.problems
            continue
        if level.name in shipped_names() or level.name in found:
            problems.append(
                Problem(str(path), None, "name", shown(level.name), "is another level's; choose one of its own")
            )
        found.setdefault(level.name, _Own(level, text))
    if problems:
        raise LevelError(problems)
    return dict(sorted(found.items()))


def parse_level(text: str, file: str = "level") -> Level:
    """The level told by `text`. Raises LevelError with all that is wrong; `file` is how messages call it."""
    raw, lines = parse_yaml(text, file)
    problems = _judge(raw, lines, file)
    if problems:
        raise LevelError(problems)
    level = level_from_spec(LevelSpec.model_validate(raw))
    return replace(level, floors=_floors(level))


def _judge(raw: Any, lines: dict[Path, int], file: str) -> list[Problem]:
    found: list[tuple[Path, Any, bool, str]] = []
    try:
        LevelSpec.model_validate(raw)
    except ValidationError as error:
        found += [_told(entry) for entry in error.errors(include_url=False)]
    if isinstance(raw, dict):
        found += [(path, value, True, message) for path, value, message in contradictions(raw)]
    seen: dict[tuple[Path, str], Problem] = {}
    for path, value, present, message in found:
        line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), None)
        name = ".".join(str(key)[:60] for key in path)
        seen.setdefault((path, message), Problem(file, line, name, shown(value) if present else None, message))
    return sorted(seen.values(), key=lambda problem: (problem.line or 0, problem.field))


def _told(error: Any) -> tuple[Path, Any, bool, str]:
    """A pydantic error as (path, value, whether there is one, what is allowed)."""
    # Pydantic puts marks of its own into the path: "[key]" after a bad key, the branch of spec._BY_TYPE after its key.
    path = tuple(key for key in error["loc"] if key != "[key]")
    if path[:1] in (("sight",), ("deployed",)):
        path = path[:1] + path[2:]
    kind = error["type"]
    if kind == "missing":
        return path, None, False, "is missing"
    if kind == "extra_forbidden":
        keys = _keys(path[:-1])
        near = difflib.get_close_matches(str(path[-1]), keys, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return path, error["input"], False, f"is an unknown key{hint}; allowed: {', '.join(keys)}"
    if kind == "not_allowed":
        return path, error["input"], True, error["msg"]
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        keys = _keys(path)
        return (
            path,
            error["input"],
            True,
            f"must be a mapping with the keys {', '.join(keys)}" if keys else "must be a mapping",
        )
    return path, error["input"], True, str(error["msg"]).replace("Input should be", "must be")


def _keys(path: Path) -> list[str]:
    """The keys a level file may have at `path`."""
    model: Any = LevelSpec
    entry = False
    for key in path:
        if entry:  # the name or number of an entry in a mapping or list of models
            entry = False
        elif model is not None:
            known = model.model_fields.get(str(key))
            model = _model_in(known.annotation) if known else None
            entry = known is not None and get_origin(known.annotation) in (dict, list)
    return [] if model is None or entry else list(model.model_fields)


def _model_in(annotation: Any) -> Any:
    """The model a field holds: itself, or the values of a mapping or list of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def shown(value: Any) -> str:
    """`value` as one short line, for a message."""
    if isinstance(value, dict | list) and len(value) > 8:
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr) if isinstance(value, dict | list) else repr(value)
    except (ValueError, TypeError):
        text = type(value).__name__
    return text if len(text) <= 60 else text[:57] + "..."


def _floors(level: Level) -> dict[str, float | None]:
    """Measured survival of random and idle play, for the very rules it was measured on."""
    measured = json.loads((LEVELS / "floors.json").read_text(encoding="utf-8"))["levels"]
    for entry in measured.values():
        if entry["digest"] == level.digest:
            return {"random": entry["random"], "wait": entry["wait"]}
    return {"random": None, "wait": None}


# ------------------------------------------------------------------------------------------------------------- YAML


def read_text(path: FilePath) -> str:
    """The file's text; LevelError if it is none, or larger than MAX_BYTES (never more than that is read)."""
    try:
        if path.exists() and not path.is_file():
            raise LevelError([Problem(str(path), None, "", None, "is not a file")])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise LevelError(
                [Problem(str(path), None, "", None, f"is larger than {MAX_BYTES // 1024} KiB; a level is small")]
            )
        return data.decode("utf-8")
    except OSError as error:
        raise LevelError([Problem(str(path), None, "", None, f"cannot be read: {error.strerror or error}")]) from None
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text: byte {error.start} is {data[error.start]:#04x}"
        raise LevelError([Problem(str(path), None, "", None, message)]) from None


def parse_yaml(text: str, file: str) -> tuple[Any, dict[Path, int]]:
    """(plain data, line of each path) of one YAML document. Refuses aliases, tags, repeated keys and anything huge."""
    try:
        if len(text) > MAX_BYTES:
            raise _RefusedError(1, f"is larger than {MAX_BYTES // 1024} KiB; a level is small")
        _bound(text)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise _RefusedError(1, "is empty")
            reader = _Reader(loader)
            return reader.value(root, (), root.start_mark.line + 1), reader.lines
        finally:
            loader.dispose()
    except _RefusedError as refused:
        raise LevelError([Problem(file, refused.line, "", None, refused.message)]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
        # PyYAML's own guard (6.0.4) speaks before ours.
        deep = "nesting depth" in problem
        message = f"is nested deeper than {MAX_DEPTH}" if deep else f"is not valid YAML: {problem}"
        raise LevelError([Problem(file, mark.line + 1 if mark else None, "", None, message)]) from None


class _RefusedError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def _bound(text: str) -> None:
    """Walk the events, which needs no memory, and stop at what would blow up as data."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, _Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _RefusedError(line, "uses a YAML anchor or alias (& or *); write the values out")
        if (tag := getattr(event, "tag", None)) is not None:
            raise _RefusedError(line, f"has the tag {shown(tag)}; only plain values are allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _RefusedError(line, f"is nested deeper than {MAX_DEPTH}")
        if nodes > MAX_NODES:
            raise _RefusedError(line, f"holds more than {MAX_NODES} values")


class _Reader:
    """Turns nodes into plain data and remembers on which line each value stands."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.lines: dict[Path, int] = {}

    def value(self, node: Any, path: Path, line: int) -> Any:
        self.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            mapping: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                at = key_node.start_mark.line + 1
                key = self.scalar(key_node)
                if not isinstance(key, str):
                    raise _RefusedError(at, f"has the key {shown(key)}; a key must be text (put quotes around it)")
                if key in mapping:
                    raise _RefusedError(at, f"has the key {shown(key)} twice")
                mapping[key] = self.value(value_node, (*path, key), at)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i), item.start_mark.line + 1) for i, item in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            raise _RefusedError(line, "has a mapping or list as a key; a key must be text")
        try:
            return self.loader.construct_object(node)
        except (ValueError, yaml.constructor.ConstructorError):
            raise _RefusedError(line, f"has the value {shown(node.value)}, which cannot be read") from None
