"""Keeps the processes of one HAMLET running: starts them in order, restarts what dies, stops them in order.

Small on purpose: one thread, no state on disk but `up.json` for those who want to know what runs. The children are
bound to this process by the kernel (lab/processes.py), so even kill -9 of it leaves nothing behind.
"""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from lab.processes import spawn

LONG_ENOUGH = 30.0
"""Seconds after which a child counts as healthy, so that its next end is not held against it."""
LONGEST_PAUSE = 30.0
"""Seconds between two attempts to start a child that keeps ending."""
PATIENCE = 4
"""Ends in a row, before everything was ready once, after which the start is given up."""


class StartError(Exception):
    """HAMLET cannot start; the message is one line for the person who started it."""


@dataclass
class Child:
    """One supervised process."""

    name: str
    role: str
    """What it is for: children of one role are stopped together."""
    command: Sequence[str]
    env: dict[str, str]
    grace: float
    """Seconds it may take to end after SIGTERM."""
    death_signal: int = signal.SIGKILL
    nice: int = 0
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    failures: int = 0
    start_at: float | None = None
    """When to start it again; None while it runs."""

    def start(self) -> None:
        self.process = spawn(
            self.command,
            env=self.env,
            death_signal=self.death_signal,
            nice=self.nice,
            pass_fds=self.pass_fds,
            quiet=True,
        )
        self.started_at, self.start_at = time.monotonic(), None

    def signal_group(self, signum: int) -> None:
        """Reach the child and whatever it forked."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signum)


def how_it_ended(status: int) -> str:
    """A process's exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


@dataclass
class Supervisor:
    """Runs children until asked to stop. Use as a context: leaving it in any way stops what was started.

    Args:
        say: shows one line to the person who started HAMLET.
        status: where to write what runs (`up.json`).
        facts: what else to write there.
    """

    say: Callable[[str], None]
    status: Path
    facts: dict[str, str | int] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    stop_requests: int = 0
    ready: bool = False
    _stopping: bool = False

    def __enter__(self) -> "Supervisor":
        # A signal writes a byte to this pipe, so that waiting for time and waiting for signals are one wait.
        self._wake, self._wake_write = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        wishes = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), self._asked_to_stop)
        handlers = {**wishes, signal.SIGCHLD: lambda *_: None}
        self._handlers_before = {signum: signal.signal(signum, handler) for signum, handler in handlers.items()}
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.status.unlink(missing_ok=True)
        for signum, handler in self._handlers_before.items():
            signal.signal(signum, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._wake)
        os.close(self._wake_write)

    def _asked_to_stop(self, *_: object) -> None:
        self.stop_requests += 1

    @property
    def asked_to_stop(self) -> bool:
        return self.stop_requests > 0

    def add(self, child: Child) -> None:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        child.start()
        self._write_status()

    def wait(self, seconds: float) -> None:
        """Wait until something happened or the time is over, and see to the children."""
        due = [child.start_at - time.monotonic() for child in self.children if child.start_at is not None]
        self._sleep(min([seconds, *due]))
        if not self.asked_to_stop:
            self._mend()

    def run(self) -> None:
        """Keep everything running until asked to stop."""
        while not self.asked_to_stop:
            self.wait(10.0)

    def _mend(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.start_at is not None:
                if now >= child.start_at:
                    child.start()
                    self._write_status()
                continue
            status = child.process.poll()
            if status is None:
                continue
            child.signal_group(signal.SIGKILL)  # what it had forked has no purpose without it
            child.failures = 1 if now - child.started_at > LONG_ENOUGH else child.failures + 1
            if not self.ready and child.failures >= PATIENCE:
                raise StartError(f"The {child.name} does not start ({how_it_ended(status)}); the lines above say why.")
            pause = min(LONGEST_PAUSE, 0.25 * 2 ** (child.failures - 1))
            child.start_at = now + pause
            self.say(f"The {child.name} ended ({how_it_ended(status)}); starting it again in {pause:g} s.")

    def stop(self) -> None:
        """End the children, role by role, the last started first; each has its grace. Asked again, all end at once."""
        if self._stopping:
            return
        self._stopping = True
        asked = self.stop_requests
        for _, group in groupby(reversed(self.children), key=lambda child: child.role):
            ending = list(group)
            for child in ending:
                # Its leader only: a worker passes the wish on to its child in its own way.
                child.process.terminate()
            deadline = time.monotonic() + max(child.grace for child in ending)
            while (left := deadline - time.monotonic()) > 0 and self.stop_requests <= asked:
                if all(child.process.poll() is not None for child in ending):
                    break
                self._sleep(min(0.5, left))
            for child in ending:
                if child.process.poll() is None and self.stop_requests <= asked:
                    self.say(f"The {child.name} did not end within {child.grace:g} s and was ended by force.")
                child.signal_group(signal.SIGKILL)
                child.process.wait()

    def _sleep(self, seconds: float) -> None:
        """Wait for a signal, at most so long."""
        select.select([self._wake], [], [], max(0.0, seconds))
        with suppress(BlockingIOError):
            os.read(self._wake, 4096)

    def _write_status(self) -> None:
        running = {child.name: child.process.pid for child in self.children if child.start_at is None}
        text = json.dumps({"pid": os.getpid(), **self.facts, "children": running}, indent=2)
        fresh = self.status.with_suffix(".new")
        try:
            fresh.write_text(text + "\n")
            fresh.replace(self.status)
        except OSError as error:  # a disk that filled up is no reason to end what still runs
            self.say(f"Cannot write {self.status}: {error.strerror}.")
