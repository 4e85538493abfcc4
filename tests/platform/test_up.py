"""`manage.py up`, for real: it starts everything, keeps it running, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import httpx
import psutil
import pytest

from lab.management.commands.up import require_space
from lab.supervisor import StartError
from tests.product import ROOT, HamletUp, clean_environment

CHILDREN = {"broker", "web", "worker", "beat"}


@pytest.fixture
def up(tmp_path):
    """Starts products that end with the test."""
    running = []

    def start(**env):
        running.append(HamletUp(tmp_path / "data", **env))
        return running[-1]

    yield start
    for product in running:
        product.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One that runs all the time, for tests that do it no lasting harm."""
    product = HamletUp(tmp_path_factory.mktemp("running") / "data")
    yield product
    product.stop()


def run_up(*arguments, **env):
    """`manage.py up` where it is expected to refuse; gives the lines it prints and its exit status."""
    command = [sys.executable, str(ROOT / "manage.py"), "up", *arguments]
    done = subprocess.run(
        command, env={**clean_environment(), **env}, capture_output=True, text=True, timeout=120, check=False
    )
    return (done.stdout + done.stderr).splitlines(), done.returncode


def everything(product):
    """All processes of a running product."""
    top = psutil.Process(product.pid)
    return [top, *top.children(recursive=True)]


def gone(processes, seconds=20):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def eventually(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def healthy(product):
    try:
        return httpx.get(f"{product.url}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_it_starts_everything_ends_without_a_trace_and_keeps_its_data(up):
    first = up()
    assert set(first.pids) == CHILDREN
    assert healthy(first)
    # "Ready" is the last line of the start; after it comes only what happens later.
    assert first.output.splitlines()[-1] == f"Ready: {first.url}"
    with httpx.Client(base_url=first.url, timeout=30) as client:
        assert sign_in(client, first.password).status_code == 200
    key = (first.data / "secret_key").read_text()

    processes = everything(first)
    assert len(processes) >= 5
    assert first.stop(signal.SIGINT) == 0
    assert gone(processes)
    assert first.output.splitlines()[-1] == "Stopped."
    assert not (first.data / "up.json").exists()

    second = up()
    assert second.password is None
    assert (second.data / "secret_key").read_text() == key
    with httpx.Client(base_url=second.url, timeout=30) as client:
        assert sign_in(client, first.password).status_code == 200


def sign_in(client, password):
    token = client.get("/api/v1/me").json()["csrf"]
    body = {"username": "instructor", "password": password}
    return client.post("/api/v1/auth/login", json=body, headers={"X-CSRFToken": token})


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_what_is_killed_comes_back(running, name):
    killed = running.pids[name]
    os.kill(killed, signal.SIGKILL)
    running.wait_for(rf"^The {name} ended \(killed by SIGKILL\); starting it again")
    eventually(lambda: running.pids.get(name, killed) != killed)
    eventually(lambda: healthy(running))


def test_that_the_child_which_trains_was_killed_is_a_record_like_all_others(running):
    eventually(lambda: psutil.Process(running.pids["worker"]).children())
    psutil.Process(running.pids["worker"]).children()[0].kill()
    running.wait_for(r"^\d{4}-\d\d-\d\dT\S+Z ERROR +worker multiprocessing  Process .* exited with 'signal 9")


def test_kill_9_of_it_leaves_nothing_running(up):
    product = up()
    processes = everything(product)
    os.kill(product.pid, signal.SIGKILL)
    assert gone(processes)


def test_a_port_in_use_is_found_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lines, status = run_up(HAMLET_DATA=str(tmp_path / "data"), HAMLET_PORT=str(port))
    assert status == 1
    hint = f"Choose another one: HAMLET_PORT={port + 1} deploy/run"
    assert lines == [f"hamlet: Port {port} is in use by another program. {hint}"]
    assert not (tmp_path / "data" / "hamlet.sqlite3").exists()


def test_a_full_disk_is_told_in_one_line(tmp_path, monkeypatch):
    nearly_full = shutil.disk_usage(tmp_path)._replace(free=3 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly_full)
    with pytest.raises(StartError, match=r"^The disk of .* is full: 3 MB free, HAMLET needs at least 200 MB\.$"):
        require_space(tmp_path)


def test_one_data_folder_has_one_hamlet(running):
    lines, status = run_up(HAMLET_DATA=str(running.data), HAMLET_PORT="0")
    assert status == 1
    assert lines == [f"hamlet: HAMLET already runs with the data folder {running.data} (see {running.data}/up.json)."]
    assert healthy(running)


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"HAMLET_PORT": "eighty"}, "hamlet: HAMLET_PORT: 'eighty' is not a port; allowed are 0 to 65535."),
        ({"HAMLET_DATA": "/proc/hamlet"}, "hamlet: HAMLET_DATA: cannot write in /proc/hamlet: "),
        ({"HAMLET_HOST": "198.51.100.7"}, "hamlet: Cannot listen on 198.51.100.7 port 0: "),
        ({"REDIS_URL": "redis://127.0.0.1:1"}, "hamlet: REDIS_URL: redis://127.0.0.1:1 does not answer: "),
        ({"DATABASE_URL": "postgres://a:b@127.0.0.1:1/c"}, "hamlet: DATABASE_URL: "),
    ],
)
def test_what_cannot_work_is_told_in_one_line(tmp_path, env, line):
    lines, status = run_up(**{"HAMLET_DATA": str(tmp_path), "HAMLET_PORT": "0", **env})
    assert status == 1
    assert len(lines) == 1, lines
    assert lines[0].startswith(line)


def test_two_addresses_move_it_to_postgresql_and_another_redis(up, running, postgres, valkey):
    product = up(DATABASE_URL=postgres.create("moved"), REDIS_URL=f"{valkey}?db=7")
    assert set(product.pids) == CHILDREN - {"broker"}
    assert product.password
    with httpx.Client(base_url=product.url, timeout=30) as client:
        assert sign_in(client, product.password).status_code == 200
    assert not (product.data / "hamlet.sqlite3").exists()
    # Two run side by side, and one that ends takes nothing from the other.
    assert product.url != running.url
    product.stop()
    assert healthy(running)
