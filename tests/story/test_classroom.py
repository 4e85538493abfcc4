"""A lesson on the real product: a run is held to a pace, all see the step being trained, and nobody pays much."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hamlet.tape.lanes import decode_lanes
from hamlet.tape.wire import decode_frame, verify
from tests.story.test_launch_watch_download import client, run_of, socket, wait_for  # noqa: F401

ROOT = Path(__file__).parents[2]
PACE = 5.0
LOOK = 8.0
"""seconds that are weighed"""


@pytest.fixture(scope="module")
def lesson(client):  # noqa: F811
    """A run of the whole town with 256 lanes, held to five steps a second."""
    config = {"level": "L1_full_observability", "lanes": 256}
    answer = client.post("/runs", json={"name": "lesson", "config": config, "pace": PACE})
    assert answer.status_code == 201, answer.text
    run = answer.json()
    wait_for(lambda: run_of(client, run)["steps"] > 0, 60)
    yield run
    client.post(f"/runs/{run['id']}/stop")
    wait_for(lambda: run_of(client, run)["state"] == "stopped", 60)


class Weighed:
    """What comes on a socket in a while: frames (or pictures), and all bytes, the messages' own heads included."""

    def __init__(self, wire, seconds, seen=0):
        """`seen` frames came before."""
        self.binary, self.bytes = [], 0
        began = time.monotonic()
        while (left := began + seconds - time.monotonic()) > 0:
            try:
                message = wire.recv(timeout=left)
            except TimeoutError:
                break
            data = message if isinstance(message, bytes) else message.encode()
            self.bytes += len(data) + (2 if len(data) < 126 else 4)
            if isinstance(message, bytes):
                self.binary.append(message)
                wire.send(json.dumps({"type": "ack", "n": seen + len(self.binary)}))
        self.seen = seen + len(self.binary)
        self.seconds = time.monotonic() - began

    @property
    def rate(self):
        """kB a second."""
        return self.bytes / self.seconds / 1000


def change(client, run, pace):  # noqa: F811
    answer = client.patch(f"/runs/{run['id']}", json={"pace": pace})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_step_is_a_frame_and_a_viewer_costs_little(client, hamlet_up, lesson):  # noqa: F811
    with socket(client, hamlet_up, lesson) as wire:
        before = Weighed(wire, 2)  # what a new page gets once: how the run is, and the life so far
        seen = Weighed(wire, LOOK, before.seen)
    frames = [decode_frame(data) for data in seen.binary]
    steps = sum(len(frame["cols"]["x"]) for frame in frames)
    shown = steps / seen.seconds
    print(f"\nL1 at {PACE:g} steps/s: {shown:.2f} steps/s shown, {seen.rate:.2f} kB/s a viewer, all included")
    assert seen.rate <= 20
    assert steps >= PACE * seen.seconds * 0.5
    assert max(len(frame["cols"]["x"]) for frame in frames[1:]) == 1
    assert {frame["meta"]["pace"] for frame in frames if frame["meta"]} <= {PACE}


def test_256_lives_at_once_weigh_little(client, hamlet_up, lesson):  # noqa: F811
    change(client, lesson, 30.0)
    with socket(client, hamlet_up, {"id": f"{lesson['id']}/lanes"}) as wire:
        before = Weighed(wire, 3)
        seen = Weighed(wire, LOOK, before.seen)
    change(client, lesson, PACE)
    pictures = [decode_lanes(data) for data in seen.binary]
    per_second = len(pictures) / seen.seconds
    assert pictures
    late = time.time() * 1000 - pictures[-1]["at"]
    print(f"\n256 lives: {per_second:.2f} pictures/s, {seen.rate:.2f} kB/s, the last {late:.0f} ms ago")
    assert seen.rate <= 10
    assert {(len(picture["x"]), picture["of"]) for picture in pictures} == {(256, 256)}
    assert len({picture["steps"] for picture in pictures}) == len(pictures)


def test_a_change_of_pace_reaches_the_trainer_while_it_waits(client, hamlet_up, lesson):  # noqa: F811
    change(client, lesson, 0.5)
    with socket(client, hamlet_up, lesson) as wire:
        Weighed(wire, 3)
        began = time.monotonic()
        change(client, lesson, 20.0)
        while True:
            message = wire.recv(timeout=60)
            frame = decode_frame(message) if isinstance(message, bytes) else None
            if frame and frame["meta"] and frame["meta"]["pace"] == 20.0:
                break
        print(f"\na new pace is on the screen's wire {1000 * (time.monotonic() - began):.0f} ms after the click")
        assert verify(frame)
        assert frame["first"] == 0
    change(client, lesson, PACE)


def test_hamlet_watch_draws_the_run_in_a_terminal(client, hamlet_up, lesson):  # noqa: F811
    change(client, lesson, 60.0)
    words = [sys.executable, "-m", "hamlet.cli", "watch", f"{hamlet_up.url}/runs/{lesson['id']}", "--lives", "1"]
    env = {**os.environ, "HAMLET_USER": "instructor", "HAMLET_PASSWORD": hamlet_up.password}
    env["PYTHONPATH"] = str(ROOT / "backend")
    said = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 0, said.stderr
    moments = said.stdout.strip().split("\n\n")
    assert all(moment.startswith("The whole town  step ") and moment.count("@") == 1 for moment in moments)
    assert "held to 60 steps/s" in moments[0]
    assert "every step fits the trainer's chain" in moments[-1]
    change(client, lesson, None)


@pytest.mark.parametrize(
    ("user", "password", "says"), [("instructor", "wrong", "password"), ("nobody", "x", "password")]
)
def test_hamlet_watch_lets_nobody_in_without_a_password(hamlet_up, user, password, says):
    words = [sys.executable, "-m", "hamlet.cli", "watch", "0f8f", "--server", hamlet_up.url, "--user", user]
    env = {**os.environ, "HAMLET_PASSWORD": password, "PYTHONPATH": str(ROOT / "backend")}
    said = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 1
    assert says in said.stderr
    assert said.stderr.count("\n") == 1
