"""The main job as a person does it, in a real browser on the running product: sign in, launch, watch, stop, download.

`SCREENSHOTS=docs/screenshots` keeps the pictures. What is looked for is what a person would look for: names,
words and roles on the page, not classes.
"""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hamlet import HamletModel
from tests.browser.pages import goes_on, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page


pytestmark = pytest.mark.learns


def launch(page: "Page", name: str) -> str:
    """Press Launch run, choose L1, launch; gives the run's address."""
    page.goto("/")
    page.get_by_role("link", name="Launch run").first.click()
    page.get_by_role("heading", name="Launch run").wait_for()
    page.get_by_role("radio", name="The whole town").click()
    page.get_by_role("textbox", name="Name").fill(name)
    return name


def run_in_address(page: "Page") -> str:
    found = re.search(r"/runs/([0-9a-f-]{36})", page.url)
    assert found
    return found.group(1)


@pytest.fixture(scope="module")
def watched(page: "Page") -> "Page":
    """A run launched by hand, on its Watch page, live."""
    launch(page, "browser journey")
    picture(page, "launch")
    began = time.monotonic()
    page.get_by_role("button", name="Launch browser journey").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))
    page.get_by_role("region", name="World").wait_for()
    page.get_by_role("banner").get_by_text(re.compile(r"LIVE")).wait_for()
    print(f"real training on the screen {time.monotonic() - began:.2f} s after the click")
    return page


def test_the_watch_page_shows_the_running_training(watched: "Page") -> None:
    board = watched.get_by_role("img", name=re.compile(r"Agent at [a-h][1-8]"))
    board.first.wait_for()
    body, mind = watched.get_by_role("region", name="Body"), watched.get_by_role("region", name="Mind")
    assert body.get_by_role("meter").count() == 8
    for action in ("UP", "DOWN", "LEFT", "RIGHT", "INTERACT", "WAIT"):
        assert mind.get_by_text(action, exact=True).count() >= 1
    assert re.search(r"Greedy|Random roll", mind.inner_text())
    assert goes_on(watched, board.first), "the life on the board does not go on"


def test_the_curve_grows_and_an_examination_beats_chance(watched: "Page") -> None:
    learning = watched.get_by_role("region", name="Learning")
    end = time.monotonic() + 180
    best = 0.0
    while time.monotonic() < end and best <= 3 * 111:
        run = watched.evaluate(f"fetch('/api/v1/runs/{run_in_address(watched)}').then(answer => answer.json())")
        best = run["best"] or 0.0
        watched.wait_for_timeout(1000)
    assert best > 3 * 111, "chance lives 111 steps"
    assert re.search(r"\d", learning.inner_text())
    picture(watched, "watch")


def test_stop_keeps_the_model(watched: "Page") -> None:
    watched.get_by_role("button", name="Stop").first.click()
    clicked = time.monotonic()
    watched.get_by_role("dialog").get_by_role("button", name="Stop").click()
    watched.get_by_text(re.compile("Stopped", re.IGNORECASE)).first.wait_for()
    print(f"stopped {time.monotonic() - clicked:.2f} s after the click")
    picture(watched, "watch-stopped")


def test_the_model_is_downloaded_from_its_page(watched: "Page", tmp_path: Path) -> None:
    watched.get_by_role("link", name="Model").first.click()
    watched.get_by_role("heading", name="browser journey").wait_for()
    picture(watched, "model")
    with watched.expect_download() as waiting:
        watched.get_by_role("link", name="Download model").click()
    download: Any = waiting.value
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    assert path.name.endswith(".safetensors")
    model = HamletModel.load(path)
    assert model.contract["level"] == "L1_full_observability"
    assert model.metadata["evaluation"]["mean"] > 3 * 111


def test_the_runs_home_lists_the_run_with_its_model(watched: "Page") -> None:
    watched.goto("/")
    row = watched.get_by_role("row").filter(has_text="browser journey")
    row.get_by_text("Stopped").wait_for()
    assert row.get_by_role("link", name=re.compile("Download")).count() == 1
    picture(watched, "runs")


def test_a_missing_name_is_said_at_its_field_and_nothing_is_launched(watched: "Page") -> None:
    launch(watched, " ")
    watched.get_by_role("button", name=re.compile("^Launch")).last.click()
    watched.get_by_text(re.compile("has 0 characters")).wait_for()
    name = watched.get_by_role("textbox", name="Name")
    assert name.get_attribute("aria-invalid") == "true"
    assert name.evaluate("field => field === document.activeElement")
    assert "/runs/new" in watched.url
