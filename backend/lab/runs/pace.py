"""The classroom's pace: a run may be held to so many steps a second, so that all see the very step being trained.

The training loop waits before each step, and can be called away from its waiting at once.
"""

import threading
import time

SLOWEST, FASTEST = 0.5, 60.0
"""steps a second of the watched lane: one in two seconds can be talked about, sixty are a screen's own rate"""
CATCH_UP = 0.25
"""seconds of lateness that are made good: an update may hold a step up, an examination is not gushed after"""


class Pacer:
    """Says when the next step may be taken. One thread waits; others may change the pace or call it away."""

    def __init__(self, pace: float | None) -> None:
        self._wake = threading.Condition()
        self._pace = pace
        self._hurried = False
        self._next = time.monotonic()

    @property
    def pace(self) -> float | None:
        """Steps a second; None is full speed."""
        return self._pace

    @pace.setter
    def pace(self, pace: float | None) -> None:
        if pace != self._pace:
            with self._wake:
                self._pace = pace
                self._next = time.monotonic()
                self._wake.notify_all()

    def hurry(self) -> None:
        """Wait no more: the slice is to end."""
        with self._wake:
            self._hurried = True
            self._wake.notify_all()

    def wait(self) -> None:
        """Until the next step is due."""
        if self._pace is None:
            return
        with self._wake:
            while self._pace is not None and not self._hurried and (left := self._next - time.monotonic()) > 0:
                self._wake.wait(left)
            if self._pace is not None:
                self._next = max(self._next, time.monotonic() - CATCH_UP) + 1.0 / self._pace
