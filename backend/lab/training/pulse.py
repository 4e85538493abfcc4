"""Keeps a slice's lease, and tells the training loop when it is to end. A thread: neither waits for the other."""

import logging
import threading
import time
from enum import Enum

import redis
from django.db import Error as DatabaseError
from django.db import connection

from lab import outbox
from lab.celery import worker_is_stopping
from lab.runs.models import Run
from lab.runs.pace import Pacer
from lab.training import slices
from lab.training.ledger import Ledger
from lab.training.slices import Claim

logger = logging.getLogger(__name__)

EVERY = 0.5
"""seconds between two looks at the run's state: what a click on Stop or Pause has to wait for at most"""
RENEW_EVERY = 3.0
EXTRA = 120.0
"""seconds a slice may go on beyond its time while the database or the broker is away: better trained than waited"""


class Verdict(Enum):
    """Why a slice ends."""

    DUE = "its time is over"
    STOP = "the run is to stop"
    PAUSE = "the run is to rest"
    LOST = "the run is another worker's now"


class Pulse:
    """Use as a context around the whole slice, its saving and commit included: the lease lasts as long."""

    def __init__(self, claim: Claim, ledger: Ledger, seconds: float, every: float | None = None) -> None:
        self.claim = claim
        self.pacer = Pacer(claim.run.pace)
        """where the training loop waits, if the run is held to a pace"""
        self._ledger = ledger
        self._every = EVERY if every is None else every
        self._due = time.monotonic() + seconds
        self._renewed = time.monotonic()
        self._verdict: Verdict | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> "Pulse":
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    @property
    def verdict(self) -> Verdict | None:
        """None: go on. Costs nothing; ask after every iteration."""
        if self._verdict is None and time.monotonic() > self._due + EXTRA:
            # The thread itself hangs on a connection that neither answers nor breaks.
            self._verdict = Verdict.DUE
        return self._verdict

    def _run(self) -> None:
        try:
            while True:
                if self._verdict is Verdict.LOST or self._closing.wait(self._every):
                    return
                self._beat()
        except Exception:
            logger.exception("the pulse of run %s stopped", self.claim.run.pk)
            self._verdict = self._verdict or Verdict.DUE
        finally:
            connection.close()

    def _beat(self) -> None:
        now = time.monotonic()
        try:
            state, pace = slices.slice_orders(self.claim)
            if state is not None:
                self.pacer.pace = pace
            if state is not None and now - self._renewed >= RENEW_EVERY:
                slices.slice_renew(self.claim)
                self._renewed = now
            reachable = True
        except DatabaseError:
            connection.close()
            state, reachable = Run.State.TRAINING, False
        if state is None or self._ledger.lost:
            # After its commit the run is no longer ours either; then the slice is over anyway.
            self._verdict = self._verdict or Verdict.LOST
        elif self._verdict is None and state == Run.State.STOPPING:
            self._verdict = Verdict.STOP
        elif self._verdict is None and state == Run.State.PAUSING:
            self._verdict = Verdict.PAUSE
        elif (self._verdict is None and worker_is_stopping()) or (
            self._verdict is None and now >= self._due and (reachable and self._ledger.healthy and _broker_answers())
        ):
            self._verdict = Verdict.DUE
        if self._hurries(reachable):
            self.pacer.hurry()

    def _hurries(self, reachable: bool) -> bool:
        """Whether a paced run is to leave its pace and come to the slice's end. One that is only due keeps it until its
        rollout is over, unless others wait for the worker."""
        if self._verdict is None or self.pacer.pace is None:
            return False
        if self._verdict is not Verdict.DUE or worker_is_stopping():
            return True
        try:
            return reachable and slices.others_wait()
        except DatabaseError:
            connection.close()
            return False


def _broker_answers() -> bool:
    try:
        return bool(outbox.client().ping())
    except (redis.RedisError, OSError):
        return False
