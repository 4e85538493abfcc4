"""A class to look around in: some students, a really trained run of each preset, and one that trains before one's eyes.

Everything comes about as it does by hand: the class and its students through the services of people, the runs through
`run_launch` and a worker. Nothing is invented, so nothing is there before it was trained.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import transaction

from hamlet.learning.config import PRESETS, TrainConfig
from lab.database import why_not_these_tables
from lab.people import classes, guests
from lab.people.models import Classroom, GuestLink, Membership, Person
from lab.people.selectors import members_of
from lab.runs import services
from lab.runs.errors import WrongStateError
from lab.runs.models import Run
from lab.schedule import crew

NAME = "Demo class"
"""of the class; whoever makes another of this name keeps it, as the demo knows its own by a mark"""
STUDENTS = ("Ophelia", "Horatio", "Laertes", "Rosencrantz", "Guildenstern")
STEPS = {
    "standard": 1_500_000, "quick": 1_200_000, "one-bed": 200_000, "textbook-dqn": 40_000, "memory": 200_000,
    "day-and-night": 1_500_000, "broken-reward": 1_500_000,
}  # fmt: skip
"""lane-steps of each preset here: all together two and a half minutes of one core, in whole some twelve"""
FEWEST = 5_000
"""lane-steps that every preset needs to learn at all: DQN remembers 2,000 first, a rollout of PQN takes 4,096"""
LIVE = "Live: Standard at ten steps a second"
LIVE_PACE = 10.0
"""steps a second of the watched lane; the Standard preset lasts a quarter of an hour so"""
GONE_WITHIN = 60.0
"""seconds that a worker gets to end a run that is to be deleted"""

Say = Callable[[str], None]


class DemoError(Exception):
    """The demo cannot be made or removed now; the text says why and what to do."""


def budget(preset: dict[str, Any], share: float) -> int:
    """Lane-steps of a preset's run here: what `STEPS` gives it, or a share of that."""
    return max(FEWEST, round(STEPS[preset["name"]] * share))


def run_name(preset: dict[str, Any], steps: int) -> str:
    """What the run is, and how much of the preset it was given."""
    whole = TrainConfig(**preset["config"]).steps
    return preset["title"] if steps >= whole else f"{preset['title']}, {steps:,} of {whole:,} steps"


def demo_find() -> Classroom | None:
    """The demo's class, if it is there."""
    return Classroom.objects.filter(demo=True).order_by("created_at").first()


def demo_fill(*, say: Say, share: float = 1.0) -> Classroom:
    """Make what is missing of the demo, and wait until the presets' runs have ended. What is there stays as it is.

    Args:
        say: is told what is made and how it goes, a line at a time
        share: of the demo's budgets, over 0 to 1

    Raises:
        DemoError: nobody may own it, or no worker is there to train
        RunError: a run cannot be launched now
    """
    owner = _owner()
    if not any(worker.alive for worker in crew.workers()):
        raise DemoError("No worker answers, and the demo is really trained: start HAMLET first (deploy/run).")
    classroom = demo_find() or _class_make(owner, say)
    say(f"{classroom}: {members_of(classroom).count()} people, join code {classroom.join_code or 'none (closed)'}")
    launched = [
        _launched(owner, classroom, run_name(preset, steps), {**preset["config"], "steps": steps}, say)
        for preset in PRESETS
        for steps in [budget(preset, share)]
    ]
    _wait(launched, say)
    _launched(owner, classroom, LIVE, {}, say, LIVE_PACE)
    return classroom


def demo_remove(*, say: Say) -> None:
    """Take the demo away: its class with its students and guests, and every run of the class, rows and files.

    Raises:
        DemoError: there is none, or a run of it does not end; what was removed by then stays removed
    """
    owner, classroom = _owner(), demo_find()
    if classroom is None:
        raise DemoError(f"There is no {NAME} to remove.")
    runs = list(Run.objects.filter(classroom=classroom))
    for run in runs:
        if run.active:
            with suppress(WrongStateError):  # it has just ended by itself
                services.run_stop(run=run, by=owner)
    for run in runs:
        _wait_for_its_end(run)
        services.run_delete(run=run, by=owner)
    for link in GuestLink.objects.filter(classroom=classroom):
        guests.guest_revoke(link=link)
    with transaction.atomic():
        for membership in Membership.objects.filter(classroom=classroom).select_related("person"):
            classes.member_remove(membership=membership, by=owner)
        classroom.delete()
    say(f"{NAME}: its people and {len(runs)} runs are gone.")


def _owner() -> Person:
    if why_not_these_tables() is not None:
        raise DemoError("The database has no tables of this version yet: start HAMLET (deploy/run), which makes them.")
    for person in Person.objects.filter(is_active=True).order_by("pk"):
        if person.is_instructor:
            return person
    raise DemoError("There is no instructor who could own it.")


def _class_make(owner: Person, say: Say) -> Classroom:
    with _looking_at(owner, owner.classroom):
        classroom = classes.class_make(by=owner, name=NAME)
    classroom.demo = True
    classroom.save(update_fields=["demo"])
    for nickname in STUDENTS:
        classes.student_make(classroom=classroom, nickname=nickname, pawn=None)
    say(f"{classroom}: made for {owner}, with {len(STUDENTS)} students")
    return classroom


def _launched(
    owner: Person, classroom: Classroom, name: str, config: dict[str, Any], say: Say, pace: float | None = None
) -> Run:
    """The class's run of this name; launched, if there is none."""
    run = Run.objects.filter(classroom=classroom, name=name).first()
    if run is not None:
        say(f"{name}: {run.get_state_display().lower()} already")
        return run
    with _looking_at(owner, classroom):
        run = services.run_launch(owner=owner, name=name, config=config, pace=pace)
    say(f"{name}: launched")
    return run


@contextmanager
def _looking_at(owner: Person, classroom: Classroom | None) -> Iterator[None]:
    """What one launches belongs to the class one looks at; afterwards they look where they did."""
    before = owner.classroom
    classes.class_choose(person=owner, classroom=classroom)
    try:
        yield
    finally:
        classes.class_choose(person=owner, classroom=before)


def _wait(runs: list[Run], say: Say) -> None:
    waiting = {run.pk for run in runs if run.active}
    while waiting:
        time.sleep(1.0)
        for run in Run.objects.filter(pk__in=waiting).exclude(state__in=Run.ACTIVE):
            waiting.remove(run.pk)
            lived = "" if run.best is None else f", its best mind lives {run.best:.0f} steps"
            say(f"{run.name}: {run.get_state_display().lower()}{lived}{f'. {run.message}' if run.message else ''}")


def _wait_for_its_end(run: Run) -> None:
    until = time.monotonic() + GONE_WITHIN
    while True:
        run.refresh_from_db()
        if not run.active:
            return
        if time.monotonic() > until:
            raise DemoError(f"{run.name} does not end; is a worker running? Start HAMLET (deploy/run) and try again.")
        time.sleep(0.2)
