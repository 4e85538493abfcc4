"""`manage.py demo`: fill a fresh site with a class and really trained runs, and take them away again."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from lab import demo
from lab.people.errors import PeopleError
from lab.runs.errors import RunError


def share(text: str) -> float:
    """A share of the budgets. ArgumentTypeError if it is none."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise ArgumentTypeError(f"is {text}; must be over 0 and at most 1")
    return value


class Command(BaseCommand):
    help = (
        "Makes a class with a join code and some students, has a worker train a run of each preset (some minutes), "
        "and leaves one run training. HAMLET must be running. What is there already is not made twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--remove", action="store_true", help="delete the class, its people and all of its runs")
        what.add_argument("--share", type=share, default=1.0, help="train only this share of the demo's budgets")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                demo.demo_remove(say=self.say)
            else:
                demo.demo_fill(say=self.say, share=options["share"])
        except (demo.DemoError, RunError, PeopleError) as error:
            sys.exit(f"hamlet: {error}")
        except KeyboardInterrupt:
            sys.exit("hamlet: what was launched goes on; `manage.py demo` again makes the rest.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
