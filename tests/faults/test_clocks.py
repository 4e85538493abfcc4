"""Clocks of machines that are set while a run trains, really: libfaketime stands between a process and its clock.

Leases go by the database's time (lab/clock.py), so a machine that is an hour off loses no run and keeps none.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from lab import clock
from lab.runs import services
from tests.conftest import ON_SQLITE
from tests.faults.stage import sound
from tests.product import HamletUp
from tests.runs.apart import own_database

SAME = "finished, the same rows and weights"
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
several_machines = pytest.mark.skipif(ON_SQLITE, reason="who shares an SQLite file shares a machine, and its clock")


class Clock:
    """The wall clock of one machine. `env` puts processes under it; intervals stay true, as they do on a machine."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)
        self.env = {
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).with_name("set_clock")), *sys.path]),
        }  # fmt: skip

    def set(self, hours: int) -> None:
        """So many hours ahead of the true time, or back."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{hours:+d}h\n")
        fresh.replace(self._file)


@pytest.fixture
def clocks(tmp_path):
    """The clocks of the worker and of the housekeeper."""
    if LIBRARY is None:
        pytest.skip("setting clocks of processes needs libfaketime: apt-get install faketime")
    return Clock(tmp_path / "worker"), Clock(tmp_path / "housekeeper")


@pytest.fixture
def worker_by_its_clock(stage, clocks):
    """A worker under a clock of its own, alone."""
    stage.crew.dismiss()
    # A lease that a busy machine does not cost it: what is asked here is what clocks do.
    stage.crew.worker(HAMLET_QUICK_LEASE="5", **clocks[0].env)
    yield
    stage.crew.dismiss()


@several_machines
def test_the_clock_of_the_worker_jumps(stage, worker_by_its_clock, slow_run, clocks, polonius):
    """the worker's clock an hour ahead and back, then killed (-9) while it is ahead"""
    run, mine = slow_run, clocks[0]
    stage.trains(run)
    for hours in (1, -1, 0, 1):
        mine.set(hours)
        fence = run.fence
        stage.watch(run, lambda run, fence=fence: run.fence >= fence + 2)
        assert run.lost == 0
        assert abs((run.lease_until or run.queued_at) - clock.now()) < timedelta(minutes=1)
    stage.trains(run, beyond=run.steps)
    with stage.fault(run):
        stage.strike()
    services.run_pace(run=run, by=polonius, pace=None)
    stage.ends(run)
    sound(run)
    assert 0 < run.trained_seconds < 300, "an hour that nobody trained is not on its owner's account"
    stage.told.outcome = SAME


@several_machines
def test_the_clock_of_the_housekeeper_jumps(stage, worker_by_its_clock, slow_run, clocks, polonius, tmp_path):
    """the housekeeper's clock an hour ahead and back, the worker killed (-9) at either (leases of 5 s)"""
    run, its = slow_run, clocks[1]
    parts = {"DATABASE_URL": own_database(), "REDIS_URL": os.environ["REDIS_URL"], "HAMLET_SECRET_KEY": "k" * 32}
    housekeeper = HamletUp(tmp_path / "beat", "beat", **parts, **its.env)
    stage.reaps = False
    try:
        stage.trains(run)
        its.set(1)
        fence = run.fence
        stage.watch(run, lambda run: run.fence >= fence + 12)  # some seconds: it has looked at the leases
        assert "is gone" not in housekeeper.output
        for kills, hours in enumerate((1, 0), start=1):
            its.set(hours)
            with stage.fault(run):
                stage.strike()
            stage.trains(run, beyond=run.steps)
            assert housekeeper.output.count("is gone") == kills
    finally:
        housekeeper.stop()
    services.run_pace(run=run, by=polonius, pace=None)
    stage.reaps = True
    stage.ends(run)
    sound(run)
    stage.told.outcome = SAME
