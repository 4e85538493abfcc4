"""`hamlet validate FILE...`: is this a level, and is it a world one can live in?"""

import argparse
import sys

from hamlet.world.level import Level
from hamlet.world.lints import lint
from hamlet.world.load import LevelError, load_level

ERRORS = (OSError,)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "level", nargs="+", metavar="FILE", help="a level file, or the name of a level that comes with HAMLET"
    )


def run(asked: argparse.Namespace) -> int:
    """0 if every file is a level, 1 otherwise. Advice changes nothing about that."""
    good = True
    for name in asked.level:
        try:
            level = load_level(name)
        except LevelError as error:
            good = False
            problems = len(error.problems)
            sys.stdout.write(f"{error}\n{name}: {problems} problem{'s' if problems != 1 else ''}\n")
            continue
        advice = lint(level)
        for piece in advice:
            sys.stdout.write(f"{name}: advice: {piece}\n")
        sys.stdout.write(f"{name}: ok: {told(level)}\n")
    return 0 if good else 1


def told(level: Level) -> str:
    """The level in one line."""
    sight = "sees all" if level.sight is None else f"sees {2 * level.sight + 1} x {2 * level.sight + 1}"
    clock = f", a day of {level.hours_per_day} hours" if level.temporal else ""
    return (
        f"{level.title}, {level.width} x {level.height} cells, {sight}{clock}, {level.num_meters} meters, "
        f"{len(level.deployed)} of {len(level.places)} places, {level.num_actions} actions, "
        f"{level.obs_dim} numbers observed, digest {level.digest[:12]}"
    )
