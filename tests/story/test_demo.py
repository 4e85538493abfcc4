"""`manage.py demo` on the running product: really trained runs in a class, made once, taken away without a trace."""

import contextlib
import re
import sqlite3
import subprocess
import sys

import httpx
import pytest
from django.core.management import CommandError, call_command

from hamlet.learning.config import PRESETS, TrainConfig
from lab.demo import budget as demo_budget
from tests.product import ROOT, HamletUp, clean_environment

pytestmark = pytest.mark.learns


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A fresh site of its own, running."""
    product = HamletUp(tmp_path_factory.mktemp("demo") / "data")
    yield product
    product.stop()


@pytest.fixture(scope="module")
def client(site):
    """Its first instructor's session."""
    with httpx.Client(base_url=f"{site.url}/api/v1", timeout=30) as client:
        client.headers["X-CSRFToken"] = client.get("/me").json()["csrf"]
        signed = client.post("/auth/login", json={"username": "instructor", "password": site.password})
        assert signed.status_code == 200, signed.text
        client.headers["X-CSRFToken"] = client.get("/me").json()["csrf"]
        yield client


def demo(*arguments, **env):
    """`manage.py demo`; gives its exit status and all it says."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "demo", *arguments],
        env={**clean_environment(), **env}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def on(site, *arguments):
    status, said = demo(*arguments, **site.env)
    assert status == 0, said
    return said


def kept(site):
    """All that a site keeps: rows by table (but for sessions), and files."""
    with contextlib.closing(sqlite3.connect(f"file:{site.data / 'hamlet.sqlite3'}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        rows = {
            table: set(map(str, database.execute(f'select * from "{table}"')))
            for table in tables
            if table not in ("django_session", "sqlite_sequence")
        }
    return rows, sorted(path for path in (site.data / "files").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def filled(site, client):
    """What the site kept before, and what the demo said; trained on a fiftieth of its budgets."""
    before = kept(site)
    return before, on(site, "--share", "0.02")


def test_it_has_a_class_with_students_who_could_be_joined(client, filled):
    (room,) = client.get("/classes").json()["items"]
    assert (room["name"], room["students"]) == ("Demo class", 5)
    assert room["join_code"] in filled[1]
    assert client.get("/me").json()["classroom"] is None, "where the instructor looks is left as it was"


def test_each_preset_was_really_trained_and_says_how_much_of_it(client, filled):
    runs = {run["name"]: run for run in client.get("/runs").json()["items"]}
    for preset in PRESETS:
        (name,) = [name for name in runs if name.startswith(f"{preset['title']},")]
        run = runs[name]
        assert run["state"] == "finished", run["message"]
        steps, whole = (
            int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d{2}", name.removeprefix(preset["title"]))
        )
        assert steps == run["config"]["steps"] <= run["steps"]
        assert whole == {"steps": 2_500_000, **preset["config"]}["steps"]
        assert f"{name}: finished, its best mind lives {run['best']:.0f} steps" in filled[1]
        assert run["model"] is not None


def test_one_run_is_live_at_a_pace(client, filled):
    (run,) = [run for run in client.get("/runs").json()["items"] if run["name"].startswith("Live")]
    assert run["state"] in ("queued", "training")
    assert run["pace"] == 10


def test_asked_again_it_makes_nothing_twice(site, client, filled):
    before = [run["id"] for run in client.get("/runs").json()["items"]]
    said = on(site, "--share", "0.02")
    assert "launched" not in said
    assert said.count("finished already") == len(PRESETS)
    assert [run["id"] for run in client.get("/runs").json()["items"]] == before
    assert len(client.get("/classes").json()["items"]) == 1


def test_it_is_taken_away_without_a_trace_and_a_class_of_its_name_is_not(site, client, filled):
    said = on(site, "--remove")
    assert said == f"Demo class: its people and {len(PRESETS) + 1} runs are gone.\n"
    assert kept(site) == filled[0]
    made = client.post("/classes", json={"name": "Demo class"})
    assert made.status_code == 201, made.text
    status, said = demo("--remove", **site.env)
    assert (status, said) == (1, "hamlet: There is no Demo class to remove.\n")
    assert [row["id"] for row in client.get("/classes").json()["items"]] == [made.json()["id"]]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["name"])
def test_the_smallest_budget_is_possible_and_the_whole_one_a_part_of_the_presets(preset):
    smallest, whole = demo_budget(preset, 1e-9), demo_budget(preset, 1.0)
    assert TrainConfig(**{**preset["config"], "steps": smallest})
    assert smallest < whole <= TrainConfig(**preset["config"]).steps


def test_it_says_what_it_wants_where_nothing_runs(tmp_path):
    for arguments in ([], ["--remove"]):
        status, said = demo(*arguments, HAMLET_DATA=str(tmp_path / "data"))
        assert (status, said.startswith("hamlet: The database has no tables of this version yet")) == (1, True), said


def test_it_wants_a_worker(site, filled, tmp_path):
    site.stop()
    status, said = demo(**site.env)
    assert (status, said) == (
        1,
        "hamlet: No worker answers, and the demo is really trained: start HAMLET first (deploy/run).\n",
    )


@pytest.mark.parametrize("share", ["0", "-1", "1.5", "much"])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(CommandError, match=f"argument --share: is {share}; must be over 0 and at most 1"):
        call_command("demo", "--share", share)
