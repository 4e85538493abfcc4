"""Real workers on a run, what is done to them, and whether the run is sound afterwards."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from django.db import Error as DatabaseError
from django.db import connection

from hamlet import HamletModel
from lab import clock
from lab.processes import spawn
from lab.runs import tasks
from lab.runs.models import Run
from lab.store import files
from tests.faults.twin import TIMELESS, undisturbed
from tests.runs.apart import own_database

MOST = 30.0
"""Seconds within which training goes on after any fault, and beyond which no run may lack a living lease."""


@dataclass
class Told:
    """A line of the table."""

    fault: str
    times: int = 0
    back: list[float] = field(default_factory=list)
    """seconds from each fault to a worker that trains"""
    slices: int = 0
    """most slices that one fault cost"""
    overdue: float = 0.0
    """longest time that a run was seen without a living lease"""
    outcome: str = ""


TABLE: list[Told] = []


class Crew:
    """Workers in processes of their own, on the tests' database and broker."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self.workers: list[subprocess.Popen[bytes]] = []

    def worker(self, number: int = 1, *enter: str, **more: str) -> None:
        """See to it that there are so many.

        Args:
            enter: what the command of those that are started begins with
            more: environment of those that are started
        """
        while len(self.workers) < number:
            command = [*enter, sys.executable, "-m", "tests.faults.quick_worker", f"w{len(self.workers)}"]
            env = {**os.environ, "DATABASE_URL": own_database(), "PYTHONPATH": os.pathsep.join(sys.path), **more}
            self.workers.append(spawn(command, env=env, output=self._log))

    def dismiss(self, number: int = 0) -> None:
        """Leave so many; the others are killed (-9)."""
        while len(self.workers) > number:
            process = self.workers.pop()
            process.kill()
            process.wait()

    def close(self) -> None:
        self.dismiss()
        self._log.close()


class Stage:
    """A fault's stage: the test is the reaper, and sees how the run fares."""

    def __init__(self, told: Told, crew: Crew) -> None:
        self.told, self.crew = told, crew
        self.reaps = True
        """a test that starts the housekeeper itself turns it off"""

    def strike(self, whole: bool = False) -> None:
        """kill -9: the process that trains, or the `whole` worker, which is then started again."""
        if whole:
            self.crew.dismiss()
            self.crew.worker()
            return
        for child in psutil.Process(self.crew.workers[0].pid).children():
            with suppress(psutil.NoSuchProcess):
                child.kill()

    # -------------------------------------------------------------------------------- waiting, as the reaper

    def watch(self, run: Run, what: Callable[[Run], bool], seconds: float = 120.0) -> None:
        """Be the reaper until `what` is true of the run."""
        end = time.monotonic() + seconds
        while True:
            with suppress(DatabaseError):
                run.refresh_from_db()
                if run.state in Run.LEASED and run.lease_until is not None:
                    late = (clock.now() - run.lease_until).total_seconds()
                    self.told.overdue = max(self.told.overdue, late)
                if what(run):
                    return
            assert time.monotonic() < end, f"waited in vain; {run.state} {run.message} at {run.steps}, {run.fence}"
            if self.reaps:
                tasks.reap.run()
            connection.close()
            time.sleep(0.1)

    def trains(self, run: Run, beyond: int = 0) -> None:
        """Wait until a worker has the run and has told of progress in this slice."""
        self.watch(run, lambda run: not run.active or (run.state == "training" and run.steps > beyond))

    @contextmanager
    def fault(self, run: Run) -> Iterator[None]:
        """Around the deed: counts it, and waits until a worker trains the run again, under a new claim."""
        before = run.checkpoints.order_by("-steps").first()
        run.refresh_from_db()
        fence, state, self.told.times = run.fence, run.state, self.told.times + 1
        yield
        began = time.monotonic()
        self.watch(run, lambda run: not run.active or (run.state == "training" and run.fence > fence))
        if state == "training" and run.active:
            self.told.back.append(time.monotonic() - began)
            assert self.told.back[-1] <= MOST
            if run.fence > fence + 1:  # requeued under one number, claimed under the next
                self.told.slices = max(self.told.slices, 1)
        # What was committed before is not trained again.
        assert before is None or run.checkpoints.filter(steps__gte=before.steps).exists()

    def ends(self, run: Run, state: str = "finished") -> None:
        self.watch(run, lambda run: not run.active)
        assert (run.state, self.told.overdue <= MOST) == (state, True), run.message


def weights_of(file: str) -> dict[str, Any]:
    with files.reading(file) as path:
        return dict(HamletModel.load(path).weights)


def sound(run: Run, whole: bool = True) -> None:
    """No hole and no overlap, all files as their rows say, one writer at a time, and (`whole`) the twin's weights."""
    rows = list(run.metrics.order_by("iteration").values_list("iteration", *TIMELESS))
    expected, weights = undisturbed()
    assert rows == (expected if whole else expected[: len(rows)])
    newest = run.checkpoints.order_by("-steps").first()
    assert newest is None or newest.iteration == len(rows)
    for row in (*run.checkpoints.all(), *run.models.all(), *run.recordings.all()):
        content = files.open_file(row.file).read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.bytes, row.sha256), row.file
    # Each claim raises the fence, and a later claim stands on what an earlier one committed.
    fences = list(run.checkpoints.order_by("steps").values_list("fence", flat=True))
    assert fences == sorted(set(fences))
    assert all(f"/{row.fence}/" in row.file for row in run.checkpoints.all())
    if whole:
        ours = weights_of(run.model.file)
        assert ours.keys() == weights.keys()
        assert all(np.array_equal(ours[name], weights[name]) for name in weights)
