"""How long one lives without learning anything: the floors that a trained agent is compared with.

`python -m hamlet.world.floors` measures all shipped levels anew and writes levels/floors.json; a level shows its floors
only while its digest is the one they were measured on.
"""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from hamlet.world.level import Level
from hamlet.world.load import LEVELS, load_level, shipped_names
from hamlet.world.vector import VectorWorld

EPISODES = 1024
SEED = 20_250_101

Policy = Callable[[Any], Any]
"""(lanes, actions) masks -> (lanes,) actions"""


def random_policy(seed: int) -> Policy:
    """Each allowed action equally likely."""
    dice = np.random.default_rng(seed)
    return lambda masks: (dice.random(masks.shape) * masks).argmax(axis=1)


def waiting_policy(level: Level) -> Policy:
    """WAIT, always."""
    wait = next(i for i, action in enumerate(level.actions) if action.kind == "wait")
    return lambda masks: np.full(len(masks), wait)


def mean_survival(level: Level, policy: Policy, episodes: int = EPISODES, seed: int = SEED) -> float:
    """Mean steps lived at multiplier 1, over `episodes` lives, each in a layout of its own."""
    world = VectorWorld(level, episodes, seed, layouts="episode")
    lived = np.zeros(episodes, dtype=np.int64)
    alive = np.ones(episodes, dtype=bool)
    while alive.any():
        lived += alive
        _, _, terminated, _, _ = world.step(policy(world.action_masks()))
        alive &= ~terminated
    return float(lived.mean())


def measure(level: Level, episodes: int = EPISODES, seed: int = SEED) -> dict[str, Any]:
    """The level's entry in floors.json."""
    return {
        "digest": level.digest,
        "random": round(mean_survival(level, random_policy(seed), episodes, seed), 2),
        "wait": round(mean_survival(level, waiting_policy(level), episodes, seed), 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hamlet.world.floors", description=__doc__)
    parser.add_argument(
        "--episodes", type=int, default=EPISODES, help="lives per level and policy (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="default %(default)s")
    asked = parser.parse_args()
    levels = {name: measure(load_level(name), asked.episodes, asked.seed) for name in shipped_names()}
    command = f"python -m hamlet.world.floors --episodes {asked.episodes} --seed {asked.seed}"
    told = {"command": command, "unit": "mean steps lived at multiplier 1.0", "levels": levels}
    (LEVELS / "floors.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
