"""The lab from programs, on the real product: a token, then the client, its commands and its example."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from hamlet import HamletModel
from hamlet.client import Client, ClientError
from hamlet.tape.wire import verify

ROOT = Path(__file__).parents[2]
LEVEL = "L0_0_minimal"


@pytest.fixture(scope="module")
def token(hamlet_up):
    """Makes a token as the page does: `token("read")`."""
    with httpx.Client(base_url=f"{hamlet_up.url}/api/v1", timeout=30) as page:
        page.headers["X-CSRFToken"] = page.get("/me").json()["csrf"]
        page.post("/auth/login", json={"username": "instructor", "password": hamlet_up.password}).raise_for_status()
        page.headers["X-CSRFToken"] = page.get("/me").json()["csrf"]

        def make(scope):
            made = page.post("/tokens", json={"name": "story", "scope": scope, "days": 1})
            made.raise_for_status()
            return made.json()["token"]

        yield make


@pytest.fixture(scope="module")
def lab(hamlet_up, token):
    with Client(hamlet_up.url, token("steer")) as lab:
        yield lab


@pytest.fixture(scope="module")
def run(lab):
    """A small run that has finished."""
    seen = []
    run = lab.launch("from a program", level=LEVEL, seed=3, steps=30_000).wait(timeout=300, on=seen.append)
    assert run.state == "finished", run.message
    assert [one.progress for one in seen] == sorted(one.progress for one in seen)
    return run


def hamlet(hamlet_up, *words, token="", cwd=None):
    """The command line, as someone with this token; gives what it said."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "backend"), "HAMLET_URL": hamlet_up.url, "HAMLET_TOKEN": token}
    return subprocess.run(
        [sys.executable, "-m", "hamlet.cli", *words], env=env, cwd=cwd, capture_output=True, text=True, timeout=120
    )


def test_a_program_reads_what_a_run_leaves(lab, run):
    assert (run.name, run.seed, run.level, run.progress) == ("from a program", 3, LEVEL, 1.0)
    columns = run.metrics()
    assert columns["steps"][-1] == run.steps
    assert int(run.table().decode().splitlines()[-1].split(",")[0]) == run.steps
    assert run.table("parquet").startswith(b"PAR1")
    assert run.evaluations()[-1].mean <= run.best
    assert run.checkpoints()[0].steps == run.steps
    assert run.id in [one.id for one in lab.runs(state="finished", text="program")]
    assert list(lab.runs(text="nobody called a run so")) == []
    first = run.lives()[0]
    assert verify(run.life(first.episode))


def test_its_model_comes_home_whole_and_thinks(lab, run, tmp_path):
    for format in ("safetensors", "pt", "onnx", "zip"):
        path = run.pull(tmp_path, format)
        assert path.suffix == f".{format}"
    model = run.load()
    assert isinstance(model, HamletModel)
    assert model.metadata["config"]["seed"] == 3
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_frames_stream_with_a_token_until_the_run_ends(lab):
    run = lab.launch("streamed", level=LEVEL, seed=4, steps=10_000_000)
    frames = []
    for frame in run.frames():
        frames.append(frame)
        if len(frames) == 20:
            assert run.stop().state in ("stopping", "stopped")
    assert run.wait(timeout=60).state == "stopped"
    links = {}
    for frame in frames:
        assert verify(frame, links.get(frame["episode"]) if frame["first"] else None)
        links[frame["episode"]] = frame["hash"]
    assert len(frames) >= 20


def test_a_hundred_retries_at_once_make_one_run(hamlet_up, token):
    headers = {"Authorization": f"Bearer {token('steer')}", "Idempotency-Key": "one-of-a-hundred"}
    asked = {"name": "asked a hundred times", "config": {"level": LEVEL, "steps": 10_000_000}}
    limits = httpx.Limits(max_connections=100)
    with httpx.Client(base_url=f"{hamlet_up.url}/api/v1", headers=headers, timeout=60, limits=limits) as http:
        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(lambda _: http.post("/runs", json=asked), range(100)))
        assert {answer.status_code for answer in answers} == {201}
        (id,) = {answer.json()["id"] for answer in answers}
        found = http.get("/runs", params={"q": "asked a hundred times"}).json()["items"]
        assert [run["id"] for run in found] == [id]
        assert http.post(f"/runs/{id}/stop", json={}).status_code == 200


def test_a_run_is_renamed_and_once_it_has_ended_deleted(lab):
    run = lab.launch("a draft", level=LEVEL, steps=10_000_000).rename("not worth it")
    assert run.name == "not worth it"
    with pytest.raises(ClientError, match="still training"):
        run.delete()
    run.stop().wait(timeout=60).delete()
    with pytest.raises(ClientError, match="no such run"):
        run.refresh()


def test_what_the_lab_refuses_is_one_line_that_names_the_field(lab, run):
    with pytest.raises(ClientError, match=r"gamma .*0\.9999") as refused:
        lab.launch("x", gamma=7)
    assert (refused.value.status, list(refused.value.fields)) == (422, ["config.gamma"])
    with pytest.raises(ClientError, match="has finished") as refused:
        run.stop()
    assert refused.value.status == 409
    with pytest.raises(ClientError, match="no preset 'x'; presets: "):
        lab.launch("x", preset="x")
    with pytest.raises(ClientError) as refused:
        lab.run("00000000-0000-0000-0000-000000000000")
    assert refused.value.status == 404


def test_a_token_that_reads_takes_the_model_home_and_launches_nothing(hamlet_up, token, run, tmp_path):
    with Client(hamlet_up.url, token("read")) as reader:
        assert reader.run(run.id).pull(tmp_path).exists()
        with pytest.raises(ClientError, match="only reads"):
            reader.launch("x", level=LEVEL)


def test_with_a_password_it_works_as_well(hamlet_up):
    with Client(hamlet_up.url, "") as lab:
        with pytest.raises(ClientError, match="Sign in first"):
            lab.me()
        lab.sign_in("instructor", hamlet_up.password)
        assert lab.me() == "instructor"
        run = lab.launch("signed in", level=LEVEL, steps=10_000_000)
        assert run.stop().wait(timeout=60).state == "stopped"


def test_the_commands_launch_list_stop_and_pull(hamlet_up, token, run, tmp_path):
    steer = token("steer")
    words = ["launch", "by command", "--level", LEVEL, "--seed", "5", "--set", "gamma", "0.9", "--steps", "10000000"]
    said = hamlet(hamlet_up, "runs", *words, "--json", token=steer)
    assert said.returncode == 0, said.stderr
    made = json.loads(said.stdout)
    assert (made["seed"], made["config"]["gamma"]) == (5, 0.9)
    listed = hamlet(hamlet_up, "runs", "ls", "by", "command", "--json", token=steer).stdout.splitlines()
    assert [json.loads(line)["id"] for line in listed] == [made["id"]]
    assert "by command" in hamlet(hamlet_up, "runs", "ls", token=steer).stdout
    seen = hamlet(hamlet_up, "runs", "watch", made["id"], "--lives", "1", "--speed", "60", token=steer)
    assert seen.returncode == 0, seen.stderr
    assert "fits the trainer's chain" in seen.stdout
    stopped = hamlet(hamlet_up, "runs", "stop", f"{hamlet_up.url}/runs/{made['id']}", token=steer)
    assert re.search(r"stopp(ed|ing)", stopped.stdout), stopped.stderr
    pulled = hamlet(hamlet_up, "runs", "pull", run.id, "--format", "onnx", "--json", token=steer, cwd=tmp_path)
    told = json.loads(pulled.stdout)
    assert (tmp_path / told["file"]).stat().st_size == told["bytes"]


def at_rest(run):
    """The run once its worker has saved it, within a minute."""
    for _ in range(600):
        if run.state == "paused":
            return run
        time.sleep(0.1)
        run = run.refresh()
    raise AssertionError(f"{run.name} is {run.state}")


def test_a_run_rests_and_goes_on_from_a_program_and_from_a_terminal(hamlet_up, lab, token):
    steer = token("steer")
    run = lab.launch("rests", level=LEVEL, seed=6, steps=10_000_000)
    resting = at_rest(run.pause())
    assert (resting.paused_by, resting.ended) == ("instructor", False)
    assert resting.pause().state == "paused", "asked again it changes nothing"
    going_on = resting.resume()
    assert (going_on.state in ("queued", "training"), going_on.paused_by) == (True, None)

    said = hamlet(hamlet_up, "runs", "pause", run.id, f"{hamlet_up.url}/runs/{run.id}", "--json", token=steer)
    assert said.returncode == 0, said.stderr
    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == [run.id, run.id]
    steps = at_rest(run.refresh()).steps
    said = hamlet(hamlet_up, "runs", "resume", run.id, token=steer)
    assert (said.returncode, re.search(r"queued|training", said.stdout) is not None) == (0, True), said.stderr
    for _ in range(600):
        if (now := run.refresh()).steps > steps:
            break
        time.sleep(0.1)
    assert now.steps > steps, "it trains on from where it rested"
    assert now.stop().wait(timeout=60).state == "stopped"
    said = hamlet(hamlet_up, "runs", "pause", run.id, token=steer)
    assert (said.returncode, "has ended; there is nothing to pause" in said.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ls", "--state", "dancing"], "state must be of queued"),
        (["stop", "00000000-0000-0000-0000-000000000000"], "no such run"),
        (["launch", "x", "--set", "lanes", "many"], "config.lanes"),
        (["pull", "../x"], "neither a file"),
        (["pause", "http://a/runs/" + "1" * 32, "http://b/runs/" + "1" * 32], "in different labs; pause those of one"),
        (["ls", "--most", "0"], "--most is 0"),
    ],
)
def test_errors_are_one_line(hamlet_up, token, words, says):
    said = hamlet(hamlet_up, "runs", *words, token=token("steer"))
    assert said.returncode == 1
    assert says in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_wrong_token_is_told(hamlet_up):
    said = hamlet(hamlet_up, "runs", "ls", token="hamlet_wrong")
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)
    assert "This token does not work" in said.stderr


def test_the_example_launches_five_seeds_compares_them_and_takes_the_best_home(hamlet_up, token, tmp_path):
    env = {
        **os.environ, "PYTHONPATH": str(ROOT / "backend"), "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(tmp_path / "mpl"),
        "HAMLET_URL": hamlet_up.url, "HAMLET_TOKEN": token("steer"),
    }  # fmt: skip
    said = subprocess.run(
        [sys.executable, ROOT / "docs/examples/five_seeds.py", "20000"],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "] 100%" in said.stdout
    assert re.search(r"best examination: \d+ ± \d+ steps \(n = 5\)", said.stdout)
    path = re.search(r"lived longest, \d+ steps: (\S+)", said.stdout)[1]
    assert HamletModel.load(tmp_path / path).contract["level"] == "L1_full_observability"
    assert (tmp_path / "five_seeds.png").read_bytes().startswith(b"\x89PNG")
