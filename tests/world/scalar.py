"""The rules once more, one lane at a time and one line after the other, as world.md tells them. Slow, plain, float32.

It reads a `Level` and shares no table and no formula with `hamlet.world.vector`, so that the two can be held against
each other on universes for which nobody has recorded traces.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hamlet.world import Level

F = np.float32
ZERO, ONE = F(0), F(1)


@dataclass
class Life:
    """One agent in a world of its own."""

    level: Level
    temporal: bool
    lifespan: int
    layout: dict[str, tuple[int, int]]
    x: int
    y: int
    meters: dict[str, Any]
    hour: int = 0
    count: int = 0
    progress: int = 0
    current: tuple[str, int, int] | None = None
    dead: bool = field(default=False)

    def add(self, meter: str, amount: Any, clamp: bool = True) -> None:
        value = self.meters[meter] + F(amount)
        self.meters[meter] = min(max(value, ZERO), ONE) if clamp else value

    def place_here(self) -> str | None:
        return next((name for name, xy in self.layout.items() if xy == (self.x, self.y)), None)

    def mask(self) -> list[bool]:
        level, here = self.level, self.place_here()
        if any(self.meters[m.name] <= 0 for m in level.meters if m.lethal):
            return [False] * level.num_actions
        allowed = []
        for action in level.actions:
            if action.kind == "move":
                x, y = self.x + action.dx, self.y + action.dy
                allowed.append(0 <= x < level.width and 0 <= y < level.height)
            elif action.kind == "wait":
                allowed.append(True)
            else:
                allowed.append(here is not None and (not self.temporal or self._open(here)))
        return allowed

    def _open(self, name: str) -> bool:
        hours, day = self.level.places[self.level.vocabulary.index(name)].hours, self.level.hours_per_day
        if hours is None:
            return True
        if hours[1] <= day:
            return hours[0] <= self.hour < hours[1]
        return self.hour >= hours[0] or self.hour < hours[1] - day

    def step(self, index: int, multiplier: float) -> tuple[Any, bool, str | None]:
        """(reward, terminated, place used)"""
        level, action = self.level, self.level.actions[index]
        before = (self.x, self.y)
        self.x = min(max(self.x + action.dx, 0), level.width - 1)
        self.y = min(max(self.y + action.dy, 0), level.height - 1)
        if self.temporal and (self.x, self.y) != before:
            self.progress, self.current = 0, None
        for meter, amount in level.costs[action.kind].items():
            self.add(meter, -F(amount))
        used = self._use() if action.kind == "interact" else None
        for meter in level.meters:
            self.add(meter.name, -(F(meter.depletion) * F(multiplier)))
        for rule in level.modulation:
            wear = (ONE - self.meters[rule.source]) * F(rule.range) + F(rule.base)
            self.add(rule.target, -(wear * F(rule.amount)))
        for cascade in level.cascades:
            threshold = F(cascade.threshold)
            if self.meters[cascade.source] < threshold:
                deficit = (threshold - self.meters[cascade.source]) / threshold
                self.add(cascade.target, -(F(cascade.strength) * deficit))
        self.dead = any(self.meters[m.name] <= 0 for m in level.meters if m.lethal)
        self.count += 1
        retired = self.count >= self.lifespan
        reward = ONE
        for name in level.reward_product:
            reward = reward * self.meters[name]
        if self.dead:
            reward = ZERO
        if retired:
            reward = reward + F(level.retirement_bonus)
        self.hour = (self.hour + 1) % level.hours_per_day
        return reward, self.dead or retired, used

    def _use(self) -> str | None:
        name = self.place_here()
        if name is None:
            return None
        level = self.level
        place = level.places[level.vocabulary.index(name)]
        cost = place.tick_cost if self.temporal else place.cost
        if level.currency is not None and self.meters[level.currency] < F(cost):
            return None
        if not self.temporal:
            for meter, amount in place.effects.items():
                self.add(meter, amount)
            if level.currency is not None:
                self.add(level.currency, -F(cost), clamp=False)
            return name
        here = (name, self.x, self.y)
        self.progress = self.progress + 1 if self.current == here else 1
        self.current = here
        if level.currency is not None:
            self.add(level.currency, -F(cost), clamp=False)
        for meter, amount in place.tick_effects.items():
            self.add(meter, amount, clamp=False)
        if self.progress == place.ticks:
            for meter, amount in place.completion.items():
                self.add(meter, amount, clamp=False)
            self.progress, self.current = 0, None
        for meter in self.meters:
            self.add(meter, 0.0)
        return name

    def observation(self) -> list[Any]:
        level, here = self.level, self.place_here()
        cells = set(self.layout.values())
        if level.sight is None:
            seen = [
                ((x, y) in cells) + ((x, y) == (self.x, self.y))
                for y in range(level.height)
                for x in range(level.width)
            ]
        else:
            reach = range(-level.sight, level.sight + 1)
            seen = [(self.x + dx, self.y + dy) in cells for dy in reach for dx in reach]
            seen += [F(self.x) / F(max(level.width - 1, 1)), F(self.y) / F(max(level.height - 1, 1))]
        angle = 2 * np.pi * (self.hour if self.temporal else 0) / level.hours_per_day
        one_hot = [name == here for name in level.vocabulary] + [here is None]
        ticks = F(self.progress if self.temporal else 0) / F(10)
        age = min(F(self.count) / F(self.lifespan), ONE)
        return [*seen, *self.meters.values(), *one_hot, F(np.sin(angle)), F(np.cos(angle)), ticks, age]
