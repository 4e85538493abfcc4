"""The main job on the real product: launch, watch it learn live, stop, take the model home.

Everything is real: `manage.py up` with its own broker, database, web process, worker and beat. Chance, for comparison:
an agent that acts at random on L1 lives 111 steps on average, one that only waits 164.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from hamlet.tape.wire import decode_frame, verify

ROOT = Path(__file__).parents[2]
RANDOM_FLOOR = 111


@pytest.fixture(scope="module")
def client(hamlet_up):
    """An instructor's session, as the pages have it."""
    with httpx.Client(base_url=f"{hamlet_up.url}/api/v1", timeout=30) as client:
        client.headers["X-CSRFToken"] = client.get("/me").json()["csrf"]
        signed = client.post("/auth/login", json={"username": "instructor", "password": hamlet_up.password})
        assert signed.status_code == 200, signed.text
        client.headers["X-CSRFToken"] = client.get("/me").json()["csrf"]
        yield client


def wait_for(what, seconds, every=0.1):
    """The first true answer of `what()`; fails after a generous time (a hang, not a measurement)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(every)
    pytest.fail(f"waited {seconds} s in vain")


def launch(client, name, **config):
    answer = client.post("/runs", json={"name": name, "config": {"level": "L1_full_observability", **config}})
    assert answer.status_code == 201, answer.text
    return answer.json()


def run_of(client, run):
    return client.get(f"/runs/{run['id']}").json()


def socket(client, hamlet_up, run):
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    url = hamlet_up.url.replace("http", "ws") + f"/ws/runs/{run['id']}"
    return connect(url, additional_headers={"Cookie": cookies, "Origin": hamlet_up.url}, max_size=2**24)


@pytest.fixture(scope="module")
def watched(client, hamlet_up):
    """A run that was launched, watched for some lives, trained past three random floors, and stopped."""
    launched_at = time.monotonic()
    run, frames, news, seen = launch(client, "the main job", seed=1), [], [], 0
    with socket(client, hamlet_up, run) as wire:
        end = time.monotonic() + 240
        while time.monotonic() < end:
            message = wire.recv(timeout=60)
            if isinstance(message, bytes):
                seen += 1
                frames.append(decode_frame(message))
                wire.send(json.dumps({"type": "ack", "n": seen}))
            else:
                news.append(json.loads(message))
                if news[-1]["type"] == "evaluation" and news[-1]["evaluation"]["mean"] > 3 * RANDOM_FLOOR:
                    break
        else:
            pytest.fail("no examination outlived three random floors within 240 s")
    stopped_at = time.monotonic()
    print(f"three random floors outlived {stopped_at - launched_at:.1f} s after the launch")
    assert client.post(f"/runs/{run['id']}/stop").status_code in (200, 202)
    wait_for(lambda: run_of(client, run)["state"] == "stopped", 30)
    print(f"stopped {time.monotonic() - stopped_at:.2f} s after the click")
    return {"run": run, "frames": frames, "news": news}


@pytest.mark.learns
def test_the_agent_outlives_three_random_floors_and_the_class_sees_it(watched):
    means = [item["evaluation"]["mean"] for item in watched["news"] if item["type"] == "evaluation"]
    assert means[-1] > 3 * RANDOM_FLOOR
    assert any(item["type"] == "metrics" for item in watched["news"])


@pytest.mark.learns
def test_lives_arrive_whole_in_order_and_prove_themselves(watched):
    links, numbers, whole = {}, [], 0
    for frame in watched["frames"]:
        if frame["seq"] == 0:
            numbers.append(frame["episode"])
            assert frame["meta"]["level"] == "L1_full_observability"
        assert verify(frame, links.get(frame["episode"]) if frame["first"] else None)
        links[frame["episode"]] = frame["hash"]
        whole += frame["end"] is not None
    assert numbers == sorted(set(numbers))
    assert whole >= 5


@pytest.mark.learns
def test_recorded_lives_are_the_ones_that_were_shown(client, watched):
    shown = {(f["episode"], f["first"] + len(f["cols"]["x"])): f["hash"] for f in watched["frames"]}
    kept = client.get(f"/runs/{watched['run']['id']}/episodes").json()["items"]
    assert {reason for episode in kept for reason in episode["reasons"]} >= {"periodic", "best"}
    both = 0
    for episode in kept:
        answer = client.get(f"/runs/{watched['run']['id']}/episodes/{episode['episode']}")
        frame = decode_frame(answer.content)
        assert verify(frame)
        key = (frame["episode"], len(frame["cols"]["x"]))
        if key in shown:
            both += 1
            assert shown[key] == frame["hash"]
    assert both > 0


@pytest.mark.learns
def test_a_stopped_run_keeps_its_model_five_times_smaller_than_the_checkpoint(client, watched):
    run = run_of(client, watched["run"])
    assert run["state"] == "stopped"
    checkpoints = client.get(f"/runs/{run['id']}/checkpoints").json()["items"]
    model = run["model"]
    assert re.fullmatch(r"model_ep\d+\.safetensors", model["file"])
    print(f"model {model['bytes']} bytes, checkpoint {model['checkpoint_bytes']} bytes")
    assert min(item["bytes"] for item in checkpoints) >= 5 * model["bytes"]


@pytest.mark.learns
def test_the_readmes_script_plays_the_model_where_nothing_else_is_installed(client, watched, student_python, tmp_path):
    model = run_of(client, watched["run"])["model"]
    path = tmp_path / model["file"]
    answer = client.get(f"/models/{model['id']}/download")
    assert answer.headers["etag"].strip('"') == model["sha256"]
    path.write_bytes(answer.content)
    script = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    (tmp_path / "play.py").write_text(script)
    says = subprocess.run(
        [student_python, "play.py", path.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    lived = re.fullmatch(r"It lived (\d+) steps\.\n", says.stdout)
    assert lived, says.stderr
    print(f"the model lived {lived.group(1)} steps at home")
    assert int(lived.group(1)) > RANDOM_FLOOR
    listed = [sys.executable, "-m", "pip", "--python", student_python, "list", "--format=freeze"]
    packages = subprocess.run(listed, capture_output=True, text=True, check=True)
    assert "hamlet-lab==" in packages.stdout
    assert not re.search(r"^(torch|django|celery|channels)==", packages.stdout, re.MULTILINE | re.IGNORECASE)


@pytest.mark.learns
def test_a_second_stop_is_refused_and_changes_nothing(client, watched):
    answer = client.post(f"/runs/{watched['run']['id']}/stop")
    assert answer.status_code == 409
    assert run_of(client, watched["run"])["state"] == "stopped"
