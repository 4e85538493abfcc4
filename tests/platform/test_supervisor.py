"""The supervisor, with small real processes."""

import json
import signal
import subprocess
import sys
import time

import pytest

from lab.supervisor import Child, StartError, Supervisor, how_it_ended


def python(name, code, **more):
    return Child(name, more.pop("role", name), [sys.executable, "-c", code], {}, more.pop("grace", 10), **more)


FOREVER = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"


@pytest.fixture
def lines():
    return []


@pytest.fixture
def supervisor(lines, tmp_path):
    with Supervisor(say=lines.append, status=tmp_path / "up.json", facts={"url": "http://x"}) as supervisor:
        yield supervisor


def wait_until(supervisor, what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        supervisor.wait(0.1)


def test_it_tells_what_runs(supervisor, tmp_path):
    supervisor.add(python("web", FOREVER))
    told = json.loads((tmp_path / "up.json").read_text())
    assert told["children"] == {"web": supervisor.children[0].process.pid}
    assert told["url"] == "http://x"
    supervisor.stop()


def test_what_dies_is_started_again_and_said_in_one_line(supervisor, lines):
    web = python("web", FOREVER)
    supervisor.add(web)
    supervisor.ready = True
    first = web.process.pid
    web.process.kill()
    wait_until(supervisor, lambda: web.process.pid != first)
    assert lines == ["The web ended (killed by SIGKILL); starting it again in 0.25 s."]


def test_what_dies_again_and_again_is_started_less_and_less_often(supervisor, lines):
    supervisor.ready = True
    supervisor.add(python("web", "raise SystemExit(3)"))
    wait_until(supervisor, lambda: len(lines) == 3)
    pauses = [line.removeprefix("The web ended (exit status 3); starting it again in ") for line in lines]
    assert pauses == ["0.25 s.", "0.5 s.", "1 s."]


def test_what_never_came_up_is_given_up(supervisor):
    supervisor.add(python("web", "raise SystemExit(3)"))
    with pytest.raises(StartError, match=r"^The web does not start \(exit status 3\)"):
        wait_until(supervisor, lambda: False)


def test_children_stop_in_order_and_those_of_one_role_together(supervisor, tmp_path):
    code = f"""
import pathlib, signal, sys, time
def stop(*_):
    with open({str(tmp_path / "order")!r}, "a") as file:
        file.write(sys.argv[1] + "\\n")
    raise SystemExit
signal.signal(signal.SIGTERM, stop)
pathlib.Path({str(tmp_path)!r}, sys.argv[1]).touch()
time.sleep(600)
"""
    names = [("broker", "broker"), ("worker 0", "worker"), ("worker 1", "worker"), ("beat", "beat")]
    for name, role in names:
        child = python(name, code, role=role)
        child.command = [*child.command, name]
        supervisor.add(child)
    wait_until(supervisor, lambda: all((tmp_path / name).exists() for name, _ in names))
    supervisor.stop()
    order = (tmp_path / "order").read_text().split("\n")[:-1]
    assert (order[0], order[-1]) == ("beat", "broker")
    assert set(order[1:3]) == {"worker 0", "worker 1"}


def test_what_does_not_end_in_its_grace_is_ended_by_force(supervisor, lines):
    supervisor.add(python("worker", DEAF, grace=0.5))
    time.sleep(0.5)
    supervisor.stop()
    assert supervisor.children[0].process.returncode == -signal.SIGKILL
    assert lines == ["The worker did not end within 0.5 s and was ended by force."]


def test_a_child_whose_parent_ended_before_it_could_be_bound_to_it_ends_too():
    gone = subprocess.Popen(["true"])
    gone.wait()
    code = f"from lab.processes import die_with_parent; die_with_parent({gone.pid}); print('outlived it')"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (child.returncode, child.stdout, child.stderr) == (1, "", "")


def test_being_asked_twice_ends_everything_at_once(supervisor, lines):
    supervisor.add(python("worker", DEAF, grace=600))
    time.sleep(0.5)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    supervisor.stop()
    assert supervisor.children[0].process.returncode == -signal.SIGKILL
    assert lines == []


def test_an_end_is_told_in_words():
    assert how_it_ended(3) == "exit status 3"
    assert how_it_ended(-9) == "killed by SIGKILL"
