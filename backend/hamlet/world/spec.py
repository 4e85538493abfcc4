"""What may stand in a level file: the keys, their ranges, and how they hang together.

`schema` (pydantic) judges each value by itself, `contradictions` what values say of one another; both find all they can
in one pass and neither knows about files. A message is always what is allowed, so that it can stand behind a bad value.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeGuard

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag
from pydantic_core import PydanticCustomError

MAX_SIDE = 64
"""cells a side; the tables of a run grow with width * height"""
PALETTE = ("energy", "health", "satiation", "fitness", "mood", "hygiene", "social", "money")
"""hues a meter can be shown in; the interface has a light and a dark colour for each"""
TIERS = ("vital", "need", "comfort", "resource")

Path = tuple[str | int, ...]
"""where a value stands in the file: keys and list indices from the top"""
Finding = tuple[Path, Any, str]
"""path, bad value, what is allowed"""


def _rule(accepts: Callable[[Any], bool], allowed: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if not accepts(value):
            raise PydanticCustomError("not_allowed", "{allowed}", {"allowed": allowed})
        return value

    return BeforeValidator(check)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(low: float, high: float) -> BeforeValidator:
    allowed = f"must be a number from {low:g} to {high:g}"
    # A comparison is False for NaN, and does not overflow on whole numbers beyond float.
    return _rule(lambda value: _is_number(value) and low <= value <= high, allowed)


def _whole(low: int, high: int) -> BeforeValidator:
    allowed = f"must be a whole number from {low} to {high}"
    return _rule(lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high, allowed)


def _text(longest: int) -> BeforeValidator:
    accepts: Callable[[Any], bool] = lambda value: isinstance(value, str) and 1 <= len(value) <= longest  # noqa: E731
    return _rule(accepts, f"must be text of 1 to {longest} characters")


def _name(extra: str = "") -> BeforeValidator:
    def accepts(value: Any) -> bool:
        if not isinstance(value, str) or not 1 <= len(value) <= 40 or not value.isascii():
            return False
        return value[0].isalpha() and all(c.isalnum() or c in "_" + extra for c in value)

    marks = " or ".join(f"'{mark}'" for mark in "_" + extra)
    return _rule(accepts, f"must be a name: a letter, then letters, digits or {marks}, 40 at most, ASCII")


def _one_of(*choices: str) -> BeforeValidator:
    return _rule(lambda value: isinstance(value, str) and value in choices, f"must be one of {', '.join(choices)}")


def _many(kind: type, least: int, most: int, things: str) -> BeforeValidator:
    shape = "list" if kind is list else "mapping"
    accepts: Callable[[Any], bool] = lambda value: (  # noqa: E731
        isinstance(value, kind) and least <= len(value) <= most  # type: ignore[arg-type]
    )
    return _rule(accepts, f"must be a {shape} of {least} to {most} {things}")


Name = Annotated[str, _name()]
Icon = Annotated[str, _name("-")]
Title = Annotated[str, _text(40)]
Share = Annotated[float, _number(0, 1)]
Effects = Annotated[dict[Name, Annotated[float, _number(-1, 1)]], _many(dict, 0, 32, "meter: amount")]
Amounts = Annotated[dict[Name, Share], _many(dict, 0, 32, "meter: amount")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grid(_Part):
    width: Annotated[int, _whole(1, MAX_SIDE)]
    height: Annotated[int, _whole(1, MAX_SIDE)]


class Sight(_Part):
    radius: Annotated[int, _whole(0, 15)]


class Unit(_Part):
    """How a meter is written for people: a full meter is `full` of `symbol`."""

    symbol: Annotated[str, _text(8)]
    full: Annotated[float, _number(0.001, 1e9)]


class Meter(_Part):
    start: Share
    depletion: Annotated[float, _number(-1, 1)]
    lethal: Annotated[bool, _rule(lambda value: isinstance(value, bool), "must be true or false")] = False
    title: Title | None = None
    icon: Icon | None = None
    hue: Annotated[str, _one_of(*PALETTE)] | None = None
    tier: Annotated[str, _one_of(*TIERS)] | None = None
    unit: Unit | None = None


class Costs(_Part):
    move: Amounts = {}
    wait: Amounts = {}
    interact: Amounts = {}


class Modulation(_Part):
    source: Name
    target: Name
    amount: Share
    base: Annotated[float, _number(0, 100)]
    range: Annotated[float, _number(0, 100)]


class Cascade(_Part):
    source: Name
    target: Name
    threshold: Annotated[float, _number(0.001, 1)]
    strength: Share


class Reward(_Part):
    product: Annotated[list[Name], _many(list, 1, 32, "meters")]
    retirement: Annotated[float, _number(-1000, 1000)]


class Use(_Part):
    cost: Share
    effects: Effects


class Ticks(_Part):
    count: Annotated[int, _whole(1, 100)]
    cost: Share
    effects: Effects = {}
    completion: Effects = {}


class Place(_Part):
    use: Use
    ticks: Ticks | None = None
    hours: Annotated[list[Annotated[int, _whole(0, 192)]], _many(list, 2, 2, "hours, [open, close]")] | None = None
    title: Title | None = None
    icon: Icon | None = None
    badge: Icon | None = None
    serves: Name | None = None


class Curriculum(_Part):
    multipliers: Annotated[list[Annotated[float, _number(0, 10)]], _many(list, 1, 20, "multipliers")]
    advance: Share
    retreat: Share
    entropy_gate: Share


def _is_deed(value: Any) -> bool:
    if isinstance(value, str):
        return value in ("interact", "wait")
    whole = isinstance(value, list) and all(isinstance(step, int) and not isinstance(step, bool) for step in value)
    return whole and len(value) == 2 and value != [0, 0] and all(-3 <= step <= 3 for step in value)


def _is_sight(value: Any) -> bool:
    return value == "full" if isinstance(value, str) else isinstance(value, dict)


def _is_deployed(value: Any) -> bool:
    return value == "all" if isinstance(value, str) else isinstance(value, list)


_BY_TYPE = Discriminator(lambda value: "word" if isinstance(value, str) else "other")
"""A single word, or something else: judged as one of them only, so that messages speak of what was meant."""

Deed = Annotated[
    list[int] | str, _rule(_is_deed, "must be a move [dx, dy] of -3 to 3 cells, not [0, 0], or interact, or wait")
]


class LevelSpec(_Part):
    """A level file. Keys and their meaning are told in docs/levels.md."""

    name: Annotated[str, _name("-.")]
    title: Annotated[str, _text(60)]
    summary: Annotated[str, _text(400)]
    grid: Grid
    sight: Annotated[
        Annotated[str, Tag("word")] | Annotated[Sight, Tag("other")],
        _BY_TYPE,
        _rule(_is_sight, "must be full, or a mapping with the key radius"),
    ]
    temporal: Annotated[bool, _rule(lambda value: isinstance(value, bool), "must be true or false")]
    hours_per_day: Annotated[int, _whole(2, 96)]
    lifespan: Annotated[int, _whole(1, 1_000_000)]
    actions: Annotated[dict[Name, Deed], _many(dict, 3, 16, "actions")]
    meters: Annotated[dict[Name, Meter], _many(dict, 1, 32, "meters")]
    currency: Name | None = None
    reward: Reward
    costs: Costs = Costs()
    modulation: Annotated[list[Modulation], _many(list, 0, 64, "rules")] = []
    cascades: Annotated[list[Cascade], _many(list, 0, 128, "cascades")] = []
    places: Annotated[dict[Name, Place], _many(dict, 1, 64, "places")]
    deployed: Annotated[
        Annotated[str, Tag("word")] | Annotated[list[Name], Tag("other")],
        _BY_TYPE,
        _rule(_is_deployed, "must be all, or a list of places"),
    ]
    curriculum: Curriculum


# -------------------------------------------------------------------------------------------- what contradicts what


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _listing(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_pair(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(number, int) for number in value)


def _references(raw: dict[Any, Any]) -> Iterator[tuple[Path, Any]]:
    """Every place in the file where a meter is called by name."""
    if "currency" in raw and raw["currency"] is not None:
        yield ("currency",), raw["currency"]
    for i, name in enumerate(_listing(_mapping(raw.get("reward")).get("product"))):
        yield ("reward", "product", i), name
    for deed, amounts in _mapping(raw.get("costs")).items():
        for name in _mapping(amounts):
            yield ("costs", deed, name), name
    for rule in ("modulation", "cascades"):
        for i, entry in enumerate(_listing(raw.get(rule))):
            for end in ("source", "target"):
                if end in _mapping(entry):
                    yield (rule, i, end), entry[end]
    for place, entry in _mapping(raw.get("places")).items():
        if _mapping(entry).get("serves") is not None:
            yield ("places", place, "serves"), entry["serves"]
        for use, effects in (("use", ("effects",)), ("ticks", ("effects", "completion"))):
            for key in effects:
                for name in _mapping(_mapping(_mapping(entry).get(use)).get(key)):
                    yield ("places", place, use, key, name), name


def contradictions(raw: dict[Any, Any]) -> Iterator[Finding]:
    """What is wrong between values of `raw`, the parsed file. Says nothing of values that are wrong by themselves."""
    meters = _mapping(raw.get("meters"))
    for path, name in _references(raw):
        if isinstance(name, str) and name not in meters:
            yield path, name, f"must be a meter of this level: {', '.join(map(str, meters))}"
    yield from _meters(raw, meters)
    yield from _actions(raw)
    yield from _places(raw)
    stages = _mapping(raw.get("curriculum"))
    advance, retreat = stages.get("advance"), stages.get("retreat")
    if _is_number(advance) and _is_number(retreat) and retreat >= advance:
        yield ("curriculum", "retreat"), retreat, f"must be less than advance, which is {advance:g}"


def _meters(raw: dict[Any, Any], meters: dict[Any, Any]) -> Iterator[Finding]:
    for name, meter in meters.items():
        start = _mapping(meter).get("start")
        if _mapping(meter).get("lethal") is True and _is_number(start) and start <= 0:
            yield ("meters", name, "start"), start, "must be more than 0: the meter is lethal, nobody is born dead"
    product = _listing(_mapping(raw.get("reward")).get("product"))
    for i, name in enumerate(product):
        if name in product[:i]:
            yield ("reward", "product", i), name, "must be named once"
    for rule in ("modulation", "cascades"):
        for i, entry in enumerate(_listing(raw.get(rule))):
            source = _mapping(entry).get("source")
            if source is not None and source == entry.get("target"):
                yield (rule, i, "target"), source, "must be another meter than the source"


def _actions(raw: dict[Any, Any]) -> Iterator[Finding]:
    actions = _mapping(raw.get("actions"))
    deeds = list(actions.values())
    if actions:
        for deed in ("interact", "wait"):
            if deeds.count(deed) != 1:
                yield ("actions",), list(actions), f"must hold exactly one action that does {deed}"
        if not any(isinstance(deed, list) for deed in deeds):
            yield ("actions",), list(actions), "must hold at least one move"
    costs = _mapping(raw.get("costs"))
    move = _mapping(costs.get("move"))
    for meter, amount in _mapping(costs.get("wait")).items():
        paid = move.get(meter, 0)
        if _is_number(amount) and _is_number(paid) and amount > 0 and amount >= paid:
            yield ("costs", "wait", meter), amount, f"must be less than a move costs, which is {paid:g} {meter}"


def _places(raw: dict[Any, Any]) -> Iterator[Finding]:
    places, grid, day = _mapping(raw.get("places")), _mapping(raw.get("grid")), raw.get("hours_per_day")
    for name, place in places.items():
        place = _mapping(place)
        hours = place.get("hours")
        if isinstance(day, int) and _is_pair(hours):
            opens, closes = hours
            if not (0 <= opens < day and opens < closes <= opens + day):
                rule = f"must be [open, close]: open from 0 to {day - 1}, close after it and {day} hours later at most"
                yield ("places", name, "hours"), hours, rule
        for use in ("use", "ticks"):
            cost = _mapping(place.get(use)).get("cost")
            if _is_number(cost) and cost > 0 and raw.get("currency") is None:
                yield ("places", name, use, "cost"), cost, "must be 0: the level names no currency to pay with"
    deployed = list(places) if raw.get("deployed") == "all" else _listing(raw.get("deployed"))
    for i, name in enumerate(deployed):
        if isinstance(name, str) and name not in places:
            yield ("deployed", i), name, f"must be a place of this level: {', '.join(map(str, places))}"
        elif name in deployed[:i]:
            yield ("deployed", i), name, "must be named once: a place stands on one cell"
    width, height = grid.get("width"), grid.get("height")
    if isinstance(width, int) and isinstance(height, int) and 0 < width * height <= len(deployed):
        allowed = f"must be fewer than the {width * height} cells of the {width} x {height} grid"
        yield ("deployed",), f"{len(deployed)} places", allowed
