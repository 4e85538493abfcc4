"""Advice on a level that is valid and may still be a bad world: nobody can live in it, nobody needs a part of it, or
one place is enough for ever. A lint never stops anybody; it reckons with the rules alone and plays nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hamlet.world.level import Level, Place


class Lint(NamedTuple):
    """One piece of advice."""

    field: str
    """the part of the level it is about, as a path of keys"""
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def lint(level: Level) -> list[Lint]:
    """All advice on `level`, in the order of the file."""
    places = [place for place in level.places if place.deployed]
    found = [
        *_unlivable(level, places),
        *_idle_meters(level),
        *_unused_places(level, places),
        *_exploits(level, places),
    ]
    if level.sight is not None and level.sight >= max(level.width, level.height) - 1:
        found.append(
            Lint("sight.radius", f"{level.sight} sees the whole {level.width} x {level.height} grid from anywhere")
        )
    if not any(meter.lethal for meter in level.meters):
        found.append(Lint("meters", "no meter is lethal: every life lasts the whole lifespan, whatever the agent does"))
    return found


def effect_of(level: Level, place: Place) -> tuple[dict[str, float], float, int]:
    """(sum of effects by meter, cost, steps) of one whole use, as the level plays it."""
    if not level.temporal:
        return dict(place.effects), place.cost, 1
    total = dict(place.completion)
    for meter, amount in place.tick_effects.items():
        total[meter] = total.get(meter, 0.0) + amount * place.ticks
    return total, place.tick_cost * place.ticks, place.ticks


def least_loss(level: Level, meter: str) -> float:
    """What `meter` loses in a step at the very least: at multiplier 1, all others full, doing the cheapest thing."""
    base = next(m.depletion for m in level.meters if m.name == meter)
    deed = min(amounts.get(meter, 0.0) for amounts in level.costs.values())
    return base + deed + sum(m.amount * m.base for m in level.modulation if m.target == meter)


def _unlivable(level: Level, places: list[Place]) -> Iterator[Lint]:
    """Lethal meters that cannot be kept above 0 for a whole lifespan."""
    earned = any(effect_of(level, place)[0].get(level.currency or "", 0.0) > 0 for place in places)
    purse = next((m.start for m in level.meters if m.name == level.currency), 0.0)
    for meter in level.meters:
        loss = least_loss(level, meter.name)
        if not meter.lethal or loss <= 0:
            continue
        reserve = meter.start
        raising = [place for place in places if effect_of(level, place)[0].get(meter.name, 0.0) > 0]
        if any(effect_of(level, place)[1] == 0 for place in raising) or (raising and earned):
            continue
        if raising:  # the purse is all there will ever be
            reserve += max(effect_of(level, p)[0][meter.name] * purse / effect_of(level, p)[1] for p in raising)
            why = f"nothing earns {level.currency}, and what there is buys {reserve - meter.start:.2f} at best"
        else:
            why = "no deployed place raises it"
        longest = int(reserve / loss)
        if longest < level.lifespan:
            end = f"no life is longer than {longest} of {level.lifespan} steps"
            yield Lint(f"meters.{meter.name}", f"falls by {loss:g} a step at least and {why}: {end}")


def _idle_meters(level: Level) -> Iterator[Lint]:
    read = {m.source for m in level.modulation} | {c.source for c in level.cascades}
    read |= {*level.reward_product, level.currency or ""}
    for meter in level.meters:
        if not meter.lethal and meter.name not in read:
            yield Lint(f"meters.{meter.name}", "nothing depends on it: not lethal, no reward, no source, no currency")


def _unused_places(level: Level, places: list[Place]) -> Iterator[Lint]:
    purse = next((m.start for m in level.meters if m.name == level.currency), 0.0)
    earned = any(effect_of(level, place)[0].get(level.currency or "", 0.0) > 0 for place in places)
    for place in places:
        effects = effect_of(level, place)[0]
        single = place.tick_cost if level.temporal else place.cost
        if not any(amount > 0 for amount in effects.values()):
            yield Lint(f"places.{place.name}", "raises no meter: nobody would use it")
        elif single > purse and not earned:
            yield Lint(
                f"places.{place.name}", f"costs {single:g}, more than the {purse:g} one starts with; nothing earns more"
            )
        else:
            better = next((other for other in places if other is not place and _beats(level, other, place)), None)
            if better:
                yield Lint(
                    f"places.{place.name}",
                    f"{better.name} does all of it for no more time or money: nobody would use it",
                )


def _beats(level: Level, one: Place, other: Place) -> bool:
    """True if `one` is at least as good in everything, whenever `other` is open, and better in something."""
    ours, theirs = effect_of(level, one), effect_of(level, other)
    names = {*ours[0], *theirs[0]}
    as_good = all(ours[0].get(name, 0.0) >= theirs[0].get(name, 0.0) for name in names)
    day = level.hours_per_day
    if level.temporal and any(other.is_open(hour, day) and not one.is_open(hour, day) for hour in range(day)):
        return False
    differs = any(ours[0].get(name, 0.0) != theirs[0].get(name, 0.0) for name in names) or ours[1:] != theirs[1:]
    return as_good and ours[1] <= theirs[1] and ours[2] <= theirs[2] and differs


def _exploits(level: Level, places: list[Place]) -> Iterator[Lint]:
    """Places that pay for standing still."""
    for place in places:
        effects, cost, steps = effect_of(level, place)
        income = effects.get(level.currency or "", 0.0) - cost
        if level.currency and income > 0 and all(amount >= 0 for amount in effects.values()):
            yield Lint(f"places.{place.name}", f"pays {income:g} {level.currency} and takes nothing: an endless purse")
        if income >= 0 and any(meter.lethal for meter in level.meters) and _keeps_alive(level, effects, steps):
            yield Lint(
                f"places.{place.name}",
                "using it over and over keeps every lethal meter up: one place is enough for ever",
            )


def _keeps_alive(level: Level, effects: dict[str, float], steps: int) -> bool:
    """True if repeating a use never lowers a lethal meter, even with every meter it neglects at 0."""
    own = {
        meter.name: max(meter.depletion, 0.0) + level.costs["interact"].get(meter.name, 0.0) for meter in level.meters
    }
    fed = {name for name in own if effects.get(name, 0.0) >= steps * own[name]}
    for meter in level.meters:
        if not meter.lethal:
            continue
        loss = own[meter.name]
        loss += sum(c.strength for c in level.cascades if c.target == meter.name and c.source not in fed)
        loss += sum(
            m.amount * (m.base + (0.0 if m.source in fed else m.range))
            for m in level.modulation
            if m.target == meter.name
        )
        if effects.get(meter.name, 0.0) < steps * loss:
            return False
    return True
