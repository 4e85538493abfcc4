"""`hamlet evaluate MODEL`: how long a model lives, greedily, on held-out starts. Needs no torch."""

import argparse
import json
import sys
from pathlib import Path

from hamlet.learning.evaluate import Layout, evaluate
from hamlet.model import HamletModel, ModelError
from hamlet.world import LevelError, load_level

ERRORS = (ModelError, LevelError, OSError, ValueError)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model or a training checkpoint")
    parser.add_argument("--level", metavar="NAME", help="a level or a level file; default: the one it was trained in")
    parser.add_argument("--episodes", type=int, default=256, metavar="N", help="lives; default 256")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the starts; default 0")
    parser.add_argument("--multiplier", type=float, default=1.0, metavar="X", help="depletion; default 1.0")
    parser.add_argument("--fresh-layouts", action="store_true", help="deal every life its own places")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(asked: argparse.Namespace) -> int:
    """Examine, and print the floors beside."""
    if not 1 <= asked.episodes <= 100_000:
        raise ValueError(f"--episodes is {asked.episodes}; must be from 1 to 100000")
    model = HamletModel.load(asked.model)
    level = load_level(asked.level or model.contract["level"])
    fits = model.fits(level)
    if fits.verdict != "yes":
        reasons = "; ".join(fits.reasons) or "it sees or does the same things in another order"
        raise ValueError(f"{asked.model.name} cannot be examined in {level.name}: {reasons}")
    where: Layout | None = {} if asked.fresh_layouts else None
    result = evaluate(model, level, asked.episodes, asked.seed, asked.multiplier, layout=where)
    told = {
        "model": str(asked.model), "level": level.name, "seed": asked.seed, "multiplier": asked.multiplier,
        **result.as_dict(), "floors": level.floors,
    }  # fmt: skip
    if asked.json:
        sys.stdout.write(json.dumps(told) + "\n")
        return 0
    floors = ", ".join(f"{name} {steps:.0f}" for name, steps in level.floors.items() if steps is not None)
    sys.stdout.write(
        f"{result.lives} lives in {level.name} at multiplier {asked.multiplier:g}: mean {result.mean:.1f}, median "
        f"{result.median:.0f}, p10 {result.p10:.0f} steps; {result.share_retired:.0%} live all {level.lifespan}.\n"
    )
    if floors:
        sys.stdout.write(f"Floors at multiplier 1.0: {floors}.\n")
    if result.causes:
        causes = ", ".join(f"{name} {count}" for name, count in result.causes.items())
        sys.stdout.write(f"Roots of the deaths: {causes}.\n")
    return 0
