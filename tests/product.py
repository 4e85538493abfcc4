"""The product as a user starts it: `manage.py up` in a folder of its own, on a free port."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hamlet.client import Client, ClientError
from lab.processes import spawn

ROOT = Path(__file__).resolve().parents[1]
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
"""What the tests' own settings need and the product must not inherit: it has its own database and broker."""


def clean_environment() -> dict[str, str]:
    """Our environment without the tests' own settings."""
    return {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("HAMLET_")}


class HamletUp:
    """One running `manage.py up`.

    Attributes:
        only: the parts it runs; all when empty
        url: its address, such as http://127.0.0.1:43121; without the part `web`, the names of its parts
        password: the first instructor's one-time password (username: instructor); None at a second start
        data: its data folder
        env: the environment it was started with
    """

    username = "instructor"

    def __init__(self, data: Path, *only: str, **env: str) -> None:
        self.data = data
        self.only = only
        self.env: Mapping[str, str] = {**clean_environment(), "HAMLET_PORT": "0", "HAMLET_DATA": str(data), **env}
        self._log = data.with_name(f"{data.name}.log")
        self._start = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as output:
            parts = ["--only", *only] if only else []
            command = [sys.executable, str(ROOT / "manage.py"), "up", *parts]
            self.process = spawn(command, env=self.env, output=output, death_signal=signal.SIGTERM)
        try:
            self.url = self.wait_for(r"^Ready: (.+)$", 120).group(1)
        except BaseException:
            self.stop()
            raise
        found = re.search(r"one-time password: (\S+)", self.output)
        self.password = found.group(1) if found else None

    @property
    def output(self) -> str:
        """All it has printed since this start."""
        return self._log.read_bytes()[self._start :].decode(errors="replace")

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of its children by name: broker, web, worker, beat."""
        children: dict[str, int] = json.loads((self.data / f"{'-'.join(['up', *sorted(self.only)])}.json").read_text())[
            "children"
        ]
        return children

    def wait_for(self, pattern: str, seconds: float = 60.0) -> re.Match[str]:
        """The first match of `pattern` in the output; fails with the output when it does not come."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            if found := re.search(pattern, self.output, re.MULTILINE):
                return found
            if ended or time.monotonic() > deadline:
                why = f"ended with status {self.process.returncode}" if ended else f"was silent for {seconds:g} s"
                raise AssertionError(f"manage.py up {why}, wanted {pattern!r}:\n{self.output[-4000:]}")
            time.sleep(0.05)

    def stop_runs(self) -> None:
        """Stop all that waits or trains, and wait until it has stopped."""
        with Client(self.url, token="") as lab:
            lab.sign_in(self.username, self.password or "")
            for run in lab.runs(state="queued,training,paused"):
                with suppress(ClientError):  # it has ended by itself meanwhile
                    run.stop()
            for run in lab.runs(state="stopping"):
                run.wait(60)

    def stop(self, signum: int = signal.SIGINT, seconds: float = 60.0) -> int:
        """Ask it to stop as Ctrl-C does, and wait; gives its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its children die with it
            self.process.wait()
            raise
