"""A level: one universe, read and checked, as all else uses it. Frozen; names, order and counts come from here."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hamlet.world.spec import PALETTE, LevelSpec

PROGRESS_SCALE = 10.0
"""ticks done are shown to the agent divided by this (world.md section 7)"""


@dataclass(frozen=True)
class Meter:
    """One need, kept in 0..1."""

    name: str
    start: float
    depletion: float
    """lost per step at multiplier 1; negative recovers"""
    lethal: bool
    """True if 0 ends the life"""
    title: str
    icon: str
    hue: str
    tier: str
    unit: dict[str, Any] | None


@dataclass(frozen=True)
class Action:
    """One thing the agent can do. dx grows to the right, dy grows downward; both 0 unless kind is "move"."""

    name: str
    dx: int
    dy: int
    kind: str
    """"move", "interact" or "wait" """


@dataclass(frozen=True)
class Place:
    """One kind of place (the older HAMLET's "affordance")."""

    index: int
    """position in the vocabulary, which is the one-hot order of the observation"""
    name: str
    title: str
    icon: str
    badge: str | None
    serves: str | None
    """the meter it mainly fills, or None where it fills none"""
    deployed: bool
    hours: tuple[int, int] | None
    """(open, close), close may run past midnight; None = always open"""
    cost: float
    effects: dict[str, float]
    ticks: int
    tick_cost: float
    tick_effects: dict[str, float]
    completion: dict[str, float]

    def is_open(self, hour: int, hours_per_day: int) -> bool:
        """The open rule of world.md section 5."""
        if self.hours is None:
            return True
        opens, closes = self.hours
        return opens <= hour < closes or (closes > hours_per_day and hour < closes - hours_per_day)


@dataclass(frozen=True)
class Modulation:
    """Each step, target loses amount * (base + range * (1 - source)). Not scaled by the multiplier."""

    source: str
    target: str
    amount: float
    base: float
    range: float


@dataclass(frozen=True)
class Cascade:
    """Each step where source < threshold, target loses strength * (threshold - source) / threshold."""

    source: str
    target: str
    threshold: float
    strength: float


@dataclass(frozen=True)
class Field:
    """A slice of the observation vector."""

    name: str
    start: int
    stop: int
    low: float
    high: float
    labels: tuple[str, ...]
    """one for each number of the slice"""


@dataclass(frozen=True)
class Curriculum:
    """Stages of growing difficulty, for the learner. The world itself only ever sees a multiplier."""

    multipliers: tuple[float, ...]
    """depletion multiplier of stage 1, 2, ..."""
    advance: float
    retreat: float
    entropy_gate: float


@dataclass(frozen=True)
class Level:
    """One universe. Made by `load_level`."""

    name: str
    title: str
    summary: str
    width: int
    height: int
    sight: int | None
    """radius of the window the agent sees, or None where it sees the whole grid"""
    temporal: bool
    hours_per_day: int
    lifespan: int
    actions: tuple[Action, ...]
    meters: tuple[Meter, ...]
    currency: str | None
    reward_product: tuple[str, ...]
    retirement_bonus: float
    costs: dict[str, dict[str, float]]
    """kind of action ("move", "wait", "interact") -> meter -> amount"""
    modulation: tuple[Modulation, ...]
    cascades: tuple[Cascade, ...]
    places: tuple[Place, ...]
    """the whole vocabulary, deployed or not"""
    curriculum: Curriculum
    floors: dict[str, float | None] = field(default_factory=lambda: {"random": None, "wait": None})
    """measured mean survival in steps at multiplier 1 of random play and of waiting only; None = never measured"""

    @cached_property
    def meter_names(self) -> tuple[str, ...]:
        return tuple(meter.name for meter in self.meters)

    @cached_property
    def action_names(self) -> tuple[str, ...]:
        return tuple(action.name for action in self.actions)

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """names of all places, in one-hot order"""
        return tuple(place.name for place in self.places)

    @cached_property
    def deployed(self) -> tuple[int, ...]:
        """indices (into the vocabulary) of the places that stand on the grid"""
        return tuple(place.index for place in self.places if place.deployed)

    @property
    def num_meters(self) -> int:
        return len(self.meters)

    @property
    def num_actions(self) -> int:
        return len(self.actions)

    @property
    def obs_dim(self) -> int:
        return self.observation[-1].stop

    @cached_property
    def observation(self) -> tuple[Field, ...]:
        """The fields of the observation vector, in order (world.md section 7)."""
        if self.sight is None:
            cells = tuple(f"{x},{y}" for y in range(self.height) for x in range(self.width))
            blocks = [("grid", cells, 0.0, 2.0)]
        else:
            reach = range(-self.sight, self.sight + 1)
            blocks = [
                ("window", tuple(f"{dx:+d},{dy:+d}" for dy in reach for dx in reach), 0.0, 1.0),
                ("position", ("x", "y"), 0.0, 1.0),
            ]
        ticks = max(place.ticks for place in self.places)
        blocks += [
            ("meters", self.meter_names, 0.0, 1.0),
            ("affordance_here", (*self.vocabulary, "none"), 0.0, 1.0),
            ("time_sin", ("time_sin",), -1.0, 1.0),
            ("time_cos", ("time_cos",), -1.0, 1.0),
            ("progress", ("progress",), 0.0, (ticks - 1) / PROGRESS_SCALE),
            ("lifetime", ("lifetime",), 0.0, 1.0),
        ]
        fields, start = [], 0
        for name, labels, low, high in blocks:
            fields.append(Field(name, start, start + len(labels), low, high, labels))
            start += len(labels)
        return tuple(fields)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the rules as canonical JSON: all a life depends on, nothing of how it is shown or taught.

        Two levels with one digest are the same world, whatever their names, titles, icons and curricula.
        """
        rules = {
            "grid": [self.width, self.height],
            "sight": self.sight,
            "temporal": self.temporal,
            "hours_per_day": self.hours_per_day,
            "lifespan": self.lifespan,
            "actions": [[a.name, a.kind, a.dx, a.dy] for a in self.actions],
            "meters": [[m.name, m.start, m.depletion, m.lethal] for m in self.meters],
            "currency": self.currency,
            "reward": [sorted(self.reward_product), self.retirement_bonus],
            "costs": self.costs,
            "modulation": [[m.source, m.target, m.amount, m.base, m.range] for m in self.modulation],
            "cascades": [[c.source, c.target, c.threshold, c.strength] for c in self.cascades],
            "places": [
                [p.name, p.deployed, p.hours, p.cost, p.effects, p.ticks, p.tick_cost, p.tick_effects, p.completion]
                for p in self.places
            ],
        }
        canonical = json.dumps(rules, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def describe(self) -> dict[str, Any]:
        """The level as plain JSON-able data: all an interface needs, and what a model's contract is made of."""
        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "digest": self.digest,
            "width": self.width,
            "height": self.height,
            "sight": self.sight,
            "temporal": self.temporal,
            "hours_per_day": self.hours_per_day,
            "lifespan": self.lifespan,
            "currency": self.currency,
            "meters": [_plain(meter) for meter in self.meters],
            "actions": [_plain(action) for action in self.actions],
            "places": [_plain(place) for place in self.places],
            "costs": {kind: dict(amounts) for kind, amounts in self.costs.items()},
            "reward": {"product": list(self.reward_product), "retirement": self.retirement_bonus},
            "modulation": [_plain(rule) for rule in self.modulation],
            "cascades": [_plain(cascade) for cascade in self.cascades],
            "observation": [_plain(part) for part in self.observation],
            "curriculum": _plain(self.curriculum),
            "floors": dict(self.floors),
        }


def _plain(part: Any) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if isinstance(item, tuple):
            return list(item)
        return dict(item) if isinstance(item, dict) else item

    return {key: value(item) for key, item in vars(part).items()}


def level_from_spec(spec: LevelSpec) -> Level:
    """The level a checked file tells of, defaults filled in."""
    names = list(spec.meters)
    deployed = set(spec.places) if isinstance(spec.deployed, str) else set(spec.deployed)
    meters = tuple(
        Meter(
            name=name,
            start=float(meter.start),
            depletion=float(meter.depletion),
            lethal=meter.lethal,
            title=meter.title or _spoken(name),
            icon=meter.icon or "circle",
            hue=meter.hue or (name if name in PALETTE else PALETTE[i % len(PALETTE)]),
            tier=meter.tier or ("vital" if meter.lethal else "resource" if name == spec.currency else "need"),
            unit=meter.unit.model_dump() if meter.unit else None,
        )
        for i, (name, meter) in enumerate(spec.meters.items())
    )
    actions = tuple(
        Action(name, 0, 0, deed) if isinstance(deed, str) else Action(name, deed[0], deed[1], "move")
        for name, deed in spec.actions.items()
    )
    places = []
    for i, (name, place) in enumerate(spec.places.items()):
        effects = _floats(place.use.effects)
        ticks = place.ticks
        places.append(
            Place(
                index=i,
                name=name,
                title=place.title or _spoken(name),
                icon=place.icon or "cube",
                badge=place.badge,
                serves=place.serves or _mainly_fills(effects),
                deployed=name in deployed,
                hours=(place.hours[0], place.hours[1]) if place.hours else None,
                cost=float(place.use.cost),
                effects=effects,
                # Without `ticks`, a temporal level uses the place in one tick, to the same effect.
                ticks=ticks.count if ticks else 1,
                tick_cost=float(ticks.cost if ticks else place.use.cost),
                tick_effects=_floats(ticks.effects) if ticks else {},
                completion=_floats(ticks.completion) if ticks else effects,
            )
        )
    stages = spec.curriculum
    return Level(
        name=spec.name,
        title=spec.title,
        summary=spec.summary,
        width=spec.grid.width,
        height=spec.grid.height,
        sight=None if isinstance(spec.sight, str) else spec.sight.radius,
        temporal=spec.temporal,
        hours_per_day=spec.hours_per_day,
        lifespan=spec.lifespan,
        actions=actions,
        meters=meters,
        currency=spec.currency,
        reward_product=tuple(sorted(spec.reward.product, key=names.index)),
        retirement_bonus=float(spec.reward.retirement),
        costs={kind: _floats(getattr(spec.costs, kind)) for kind in ("move", "wait", "interact")},
        modulation=tuple(
            Modulation(m.source, m.target, float(m.amount), float(m.base), float(m.range)) for m in spec.modulation
        ),
        cascades=tuple(Cascade(c.source, c.target, float(c.threshold), float(c.strength)) for c in spec.cascades),
        places=tuple(places),
        curriculum=Curriculum(
            tuple(float(m) for m in stages.multipliers),
            float(stages.advance),
            float(stages.retreat),
            float(stages.entropy_gate),
        ),
    )


def _floats(amounts: dict[str, float]) -> dict[str, float]:
    return {name: float(amount) for name, amount in amounts.items()}


def _spoken(name: str) -> str:
    """HomeMeal -> Home meal, sleep_debt -> Sleep debt."""
    words = "".join(f" {c}" if c.isupper() and i and not name[i - 1].isupper() else c for i, c in enumerate(name))
    words = " ".join(words.replace("_", " ").split()).lower()
    return words[:1].upper() + words[1:]


def _mainly_fills(effects: dict[str, float]) -> str | None:
    best = max(effects, key=lambda name: effects[name], default=None)
    return best if best is not None and effects[best] > 0 else None
