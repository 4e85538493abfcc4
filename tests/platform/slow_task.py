"""A task as long as a slice, for test_queues.py: a real worker imports this module (`--include`)."""

import time
from pathlib import Path

from lab.celery import app, worker_is_stopping


@app.task(name="tests.slow")
def slow(folder: str, seconds: float) -> None:
    """Writes `began`, then works until its time is over or its worker is told to stop, and writes which it was."""
    place = Path(folder)
    (place / "began").touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if worker_is_stopping():
            (place / "stopped").touch()
            return
        time.sleep(0.02)
    (place / "finished").touch()


@app.task(name="tests.quick")
def quick(folder: str) -> None:
    (Path(folder) / "quick").touch()
