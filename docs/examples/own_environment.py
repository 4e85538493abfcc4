"""A trained mind in an environment of your own, written from scratch, with another loop.

The mind only needs to be shown what it knows, under the names in its contract. Here that is a balcony: the one place is
a bed, the only worry is energy, everything else is always well. Nothing of hamlet.world is used.

    python own_environment.py model_ep00012.safetensors
"""

import sys
from collections.abc import Iterator

import numpy as np

from hamlet import HamletModel


class Balcony:
    """A corner of the known grid, with a bed in it. Energy falls with every step and comes back in bed."""

    def __init__(self, model: HamletModel) -> None:
        self.side = round(len(field(model, "grid")["labels"]) ** 0.5)
        self.meters = field(model, "meters")["labels"]
        self.bed = (1, 0)
        self.agent = (0, 0)
        self.energy = 1.0

    def shown(self) -> dict[str, object]:
        """What the mind sees, by name. A field with labels may be given as {label: value} or as one label."""
        grid = np.zeros((self.side, self.side))
        grid[self.bed[1], self.bed[0]] += 1
        grid[self.agent[1], self.agent[0]] += 1
        return {
            "grid": grid.ravel(),
            "meters": dict.fromkeys(self.meters, 1.0) | {"energy": self.energy},
            "affordance_here": "Bed" if self.agent == self.bed else "none",
            "time_sin": 0.0,
            "time_cos": 1.0,
            "progress": 0.0,
            "lifetime": 0.0,
        }

    def allowed(self, actions: tuple[str, ...]) -> list[bool]:
        """Two cells: right and left again, sleep in bed, or wait."""
        can = {
            "RIGHT": self.agent == (0, 0),
            "LEFT": self.agent == (1, 0),
            "INTERACT": self.agent == self.bed,
            "WAIT": True,
        }
        return [can.get(name, False) for name in actions]

    def act(self, name: str) -> None:
        """One step."""
        self.energy = max(0.0, self.energy - 0.05)
        if name in ("LEFT", "RIGHT"):
            self.agent = (1, 0) if name == "RIGHT" else (0, 0)
        elif name == "INTERACT":
            self.energy = min(1.0, self.energy + 0.5)


def field(model: HamletModel, name: str) -> dict:
    """One field of the model's contract."""
    return next(f for f in model.contract["observation"] if f["name"] == name)


def life(model: HamletModel, balcony: Balcony, steps: int) -> Iterator[tuple[str, float]]:
    """Another loop: a generator of (action, energy after it)."""
    hidden = None
    for _ in range(steps):
        obs = model.obs_from(balcony.shown())
        out = model.predict(obs, hidden, mask=balcony.allowed(model.action_names))
        hidden = out["hidden"]
        name = model.action_names[out["actions"][0]]
        balcony.act(name)
        yield name, balcony.energy
        if balcony.energy == 0:
            return


model = HamletModel.load(sys.argv[1])
steps = 0
for name, energy in life(model, Balcony(model), steps=60):
    steps += 1
    print(f"{steps:3} {name:8} energy {energy:.2f}")
print(f"On the balcony it lived {steps} steps" + ("." if energy == 0 else ", and would live on."))
