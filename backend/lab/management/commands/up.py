"""`manage.py up`: the one command that runs HAMLET until Ctrl-C."""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from lab import broker, database, environment, statics
from lab.supervisor import Child, StartError, Supervisor

SMALLEST_SPACE = 200 * 2**20
"""Free bytes without which a start makes no sense: a few checkpoints and the database's growth."""
PARTS = ("web", "worker", "beat")
"""What can run apart: pages and sockets, training, housekeeping."""


class Command(BaseCommand):
    help = "Starts HAMLET: the broker, the web process, a worker per GPU (or one on the CPU) and beat. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            nargs="+",
            choices=PARTS,
            metavar="PART",
            help=f"only these parts ({', '.join(PARTS)}), where others run elsewhere; needs REDIS_URL",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parts = options["only"] or PARTS
        try:
            if options["only"] and settings.BROKER.embedded:
                raise StartError("REDIS_URL: is not set; parts that run apart (--only) need one broker between them.")
            if options["only"]:
                environment.require_shared(serves="web" in parts)
            with only_one(settings.DATA, options["only"]) as status, maybe_listening("web" in parts) as listener:
                require_space(settings.DATA)
                self.supervise(status, listener, parts)
        except (StartError, ImproperlyConfigured, broker.BrokerError, database.DatabaseNotReadyError) as error:
            sys.exit(f"hamlet: {error}")

    def say(self, line: str) -> None:
        # A reader that went away (`deploy/run | head`) must not end what runs.
        with contextlib.suppress(BrokenPipeError):
            print(line, flush=True)

    def supervise(self, status: Path, listener: socket.socket | None, parts: Sequence[str]) -> None:
        facts = {"data": str(settings.DATA), **({"url": address(listener)} if listener else {})}
        with Supervisor(say=self.say, status=status, facts=facts) as supervisor:
            if settings.BROKER.embedded:
                supervisor.add(broker_child())
            supervisor.wait(0)
            wait_for_the_broker(supervisor)
            # Who serves the pages brings the tables up to date; the others wait for that.
            password = database.prepare() if listener else database.wait_for_tables(supervisor)
            if listener:
                statics.collect()
                supervisor.add(web_child(listener))
            for child in worker_children() if "worker" in parts else ():
                supervisor.add(child)
            if "beat" in parts:
                supervisor.add(beat_child())
            self.say(f"HAMLET {own_version()}: {servers()}; everything it keeps is in {settings.DATA}")
            if password:
                self.say(f"Sign in as: instructor   one-time password: {password}   (shown only this once)")
            while listener and not supervisor.asked_to_stop and not answers(listener):
                supervisor.wait(0.1)
            if not supervisor.asked_to_stop:
                supervisor.ready = True
                self.say(f"Ready: {address(listener) if listener else ' and '.join(parts)}")
            supervisor.run()
            self.say("Stopping: trainings save their state and go on at the next start. (Ctrl-C again: at once.)")
        self.say("Stopped.")


@contextlib.contextmanager
def only_one(data: Path, only: Sequence[str] | None) -> Iterator[Path]:
    """Hold this data folder's lock, one for each set of parts; gives the path of the file that tells what runs."""
    name = "-".join(("up", *sorted(only or ())))
    status = data / f"{name}.json"
    with status.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(f"HAMLET already runs with the data folder {data} (see {status}).") from None
        yield status


def maybe_listening(serves: bool) -> contextlib.AbstractContextManager[socket.socket | None]:
    return listening_socket() if serves else contextlib.nullcontext()


@contextlib.contextmanager
def listening_socket() -> Iterator[socket.socket]:
    """The socket that the web process will serve, bound before anything else starts.

    The web process begins to listen once it can answer (lab/asgi.py): a proxy before several of them goes to another
    until then. From then on the socket stays open, also while the web process is started anew, so that browsers wait a
    moment instead of being refused.
    """
    host, port = settings.HOST, settings.PORT
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise StartError(f"HAMLET_HOST: {host!r} is not an address of this machine: {error.strerror}.") from None
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            listener.bind(where[:2])
        except OSError as error:
            raise StartError(why_no_socket(error, host, port)) from None
        yield listener


def why_no_socket(error: OSError, host: str, port: int) -> str:
    if error.errno == 98:  # EADDRINUSE
        return f"Port {port} is in use by another program. Choose another one: HAMLET_PORT={port + 1} deploy/run"
    if error.errno == 13:  # EACCES
        return f"Port {port} is reserved for the system. Choose one from 1024 on: HAMLET_PORT=8000 deploy/run"
    return f"Cannot listen on {host} port {port}: {error.strerror}. (HAMLET_HOST, HAMLET_PORT)"


def address(listener: socket.socket) -> str:
    """The address for people: with the port in use, and a name that a browser can open."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = environment.own_address() or "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def require_space(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < SMALLEST_SPACE:
        raise StartError(
            f"The disk of {data} is full: {free // 2**20} MB free, HAMLET needs at least {SMALLEST_SPACE // 2**20} MB."
        )


def wait_for_the_broker(supervisor: Supervisor) -> None:
    """Return when the broker answers; an external one has to answer at once."""
    if not settings.BROKER.embedded:
        if reason := broker.problem(settings.BROKER.url):
            raise StartError(f"REDIS_URL: {settings.BROKER.safe_url} does not answer: {reason}")
        return
    for _ in range(400):
        if supervisor.asked_to_stop or broker.problem(settings.BROKER.url) is None:
            return
        supervisor.wait(0.05)
    raise StartError(f"The broker does not answer. See {settings.DATA / 'logs' / 'broker.log'}.")


def child_environment(room: str, **more: str) -> dict[str, str]:
    """What a child sees: our environment, made independent of the folder in which it was read."""
    source = str(Path(settings.LAB).parent)
    python_path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH")) if part)
    given = {"HAMLET_DATA": str(settings.DATA), "HAMLET_ROOM": room, "PYTHONPATH": python_path}
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "lab.settings", **given, **more}


def broker_child() -> Child:
    # SIGTERM, not SIGKILL, should we be gone: it still writes the waiting messages to disk.
    return Child("broker", "broker", broker.command(settings.DATA), dict(os.environ), 10, death_signal=signal.SIGTERM)


def web_child(listener: socket.socket) -> Child:
    fd = str(listener.fileno())
    if settings.SERVER == "uvicorn":
        # Frames are small and many: not worth compressing. A page has nothing long to say.
        quiet = ["--log-level", "warning", "--no-access-log", "--ws-per-message-deflate", "false"]
        command = ["uvicorn", "--fd", fd, *quiet, "--ws-max-size", str(2**16), "--lifespan", "off"]
        command += ["--timeout-graceful-shutdown", "1"]
    else:
        command = ["daphne", "--fd", fd, "--verbosity", "0", "--application-close-timeout", "1"]
    # A second for open sockets when it ends: pages reconnect by themselves.
    command = [sys.executable, "-m", *command, "lab.asgi:application"]
    return Child("web", "web", command, child_environment("web", HAMLET_LISTEN=fd), 5, pass_fds=(listener.fileno(),))


def worker_children() -> list[Child]:
    gpus = visible_gpus()
    if not gpus:
        # One core belongs to the pages: training steps back when both want it.
        return [worker_child("worker", "cpu", nice=5)]
    return [worker_child(f"worker {i}", f"gpu{i}", CUDA_VISIBLE_DEVICES=gpu) for i, gpu in enumerate(gpus)]


def worker_child(name: str, node: str, nice: int = 0, **env: str) -> Child:
    command = [*celery_worker(node), "--queues", "train,exams", "--pool", "prefork", "--concurrency", "1"]
    # More than one thread makes small networks slower, not faster: OpenMP spins for cores that others use.
    return Child(name, "worker", command, child_environment(name, OMP_NUM_THREADS="1", **env), 20, nice=nice)


def beat_child() -> Child:
    """Beat and the worker of its orders in one small process, so that housekeeping never waits behind a slice."""
    command = [*celery_worker("beat"), "--queues", "housekeeping", "--pool", "solo", "--beat"]
    return Child("beat", "beat", command, child_environment("beat"), 5)


def celery_worker(node: str) -> list[str]:
    plain = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING", "--hostname", f"{node}@%h"]
    return [sys.executable, "-m", "celery", "--quiet", "--app", "lab", "worker", *plain]


def visible_gpus() -> list[str]:
    """The GPUs that torch can use here, as values for CUDA_VISIBLE_DEVICES; asks torch only where there is a driver."""
    if shutil.which("nvidia-smi") is None:
        return []
    code = "import torch; print(torch.cuda.device_count())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    count = int(found.stdout) if found.returncode == 0 and found.stdout.strip().isdigit() else 0
    chosen = [part.strip() for part in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if part.strip()]
    return chosen[:count] if chosen else [str(i) for i in range(count)]


def answers(listener: socket.socket) -> bool:
    """Whether /healthz says 200 through the very socket that browsers use."""
    host, port = listener.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    client = http.client.HTTPConnection(local, port, timeout=5)
    try:
        client.request("GET", "/healthz", headers={"Host": "localhost"})
        return client.getresponse().status == 200
    except OSError:
        return False
    finally:
        client.close()


def servers() -> str:
    kind = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    return f"{kind} and {'its own Valkey' if settings.BROKER.embedded else settings.BROKER.safe_url}"


def own_version() -> str:
    try:
        return version("hamlet-lab")
    except PackageNotFoundError:  # run from a clone that was not installed
        from hamlet import __version__

        return __version__
