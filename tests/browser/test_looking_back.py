"""Looking back as a person does it, in a real browser on the running product: run, replay, bookmark, compare.

`SCREENSHOTS=docs/screenshots` keeps the pictures, as in test_journey.
"""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page


pytestmark = pytest.mark.learns

STEPS = 60_000


@pytest.fixture(scope="module")
def runs(page: "Page") -> list[str]:
    """Two seeds of the same settings and one of others, trained to their end."""
    kinds = [("first seed", {"seed": 1}), ("second seed", {"seed": 2}), ("short-sighted", {"seed": 1, "gamma": 0.9})]
    config = {"level": "L1_full_observability", "steps": STEPS}
    ids = [asked(page, "/runs", {"name": name, "config": {**config, **own}})["id"] for name, own in kinds]
    end = time.monotonic() + 300
    while any(asked(page, f"/runs/{id}")["state"] != "finished" for id in ids):
        assert time.monotonic() < end, [asked(page, f"/runs/{id}")["state"] for id in ids]
        page.wait_for_timeout(500)
    return ids


def test_any_recorded_life_can_be_scrubbed_at_once(page: "Page", runs: list[str]) -> None:
    page.goto(f"/runs/{runs[0]}")
    page.get_by_role("link", name="Replay").click()
    page.wait_for_url(re.compile(r"/replay/\d+"))
    page.get_by_role("region", name="Mind").wait_for()
    page.get_by_text("verified").first.wait_for()
    slider = page.get_by_role("slider", name="Step of this life")
    box = slider.bounding_box()
    assert box
    took = []
    for share in (0.9, 0.1, 0.7, 0.3, 0.5):
        began = time.monotonic()
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 40)
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        took.append(time.monotonic() - began)
        there = int(slider.get_attribute("aria-valuenow")) / int(slider.get_attribute("aria-valuemax"))
        assert abs(there - share) < 0.05
    print(f"from the press to the painted step: {1000 * sorted(took)[2]:.0f} ms in the middle of {len(took)}")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"[?&]t=1$"))
    assert slider.get_attribute("aria-valuenow") == "1"
    picture(page, "replay")


def test_a_life_fills_the_projector(page: "Page", runs: list[str]) -> None:
    page.keyboard.press("Shift+P")
    page.get_by_role("button", name="End the presentation").wait_for()
    page.set_viewport_size({"width": 1920, "height": 1080})
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1920, 1080]
    body, mind = page.get_by_role("region", name="Body"), page.get_by_role("region", name="Mind")
    for words in (body.get_by_text("Energy"), mind.get_by_text("WAIT").last, page.get_by_text("Episode")):
        height = words.first.evaluate("words => parseFloat(getComputedStyle(words).fontSize)")
        assert height >= 1080 / 52, f"{words} is {height} px high, too small for the back row"
    picture(page, "present")
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="Main").wait_for()


def test_a_life_taken_home_opens_without_a_network(page: "Page", runs: list[str], tmp_path: Path) -> None:
    page.get_by_role("button", name="Take home").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the replay").click()
    download: Any = waiting.value
    file = tmp_path / download.suggested_filename
    download.save_as(file)
    assert file.stat().st_size <= 3_000_000
    print(f"a life with its replay in one file: {file.stat().st_size:,} bytes")
    context: Any = page.context.browser.new_context(offline=True, viewport={"width": 1440, "height": 900})
    home = context.new_page()
    said: list[str] = []
    home.on("console", lambda message: said.append(message.text))
    home.on("pageerror", lambda error: said.append(str(error)))
    home.goto(file.as_uri())
    home.get_by_role("heading", name="first seed").wait_for()
    home.get_by_text("verified").first.wait_for()
    slider = home.get_by_role("slider", name="Step of this life")
    slider.press("End")
    assert slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax")
    home.keyboard.press("ArrowLeft")
    picture(home, "life-at-home")
    context.close()
    assert said == [], "it asked the network for something, or broke"


def test_a_film_of_it_is_made_by_a_worker(page: "Page", runs: list[str]) -> None:
    page.get_by_role("button", name="Make the film").click()
    link = page.get_by_role("link", name=re.compile("Download the film, "))
    link.wait_for(timeout=120_000)
    picture(page, "take-home")
    with page.expect_download() as waiting:
        link.click()
    download: Any = waiting.value
    assert download.suggested_filename == "first-seed-life-0.mp4"
    page.get_by_role("button", name="Close").click()


def test_a_note_stays_on_its_step(page: "Page", runs: list[str]) -> None:
    page.keyboard.press("b")
    field = page.get_by_placeholder("Note on step 1")
    field.fill("the first step counts")
    page.get_by_role("button", name="Add").click()
    note = page.get_by_role("list", name="Bookmarks").get_by_role("link", name=re.compile("the first step counts"))
    note.wait_for()
    page.reload()
    page.get_by_role("radio", name="Bookmarks").click()
    page.get_by_role("slider", name="Step of this life").press("End")
    page.wait_for_url(re.compile(r"[?&]t=(?!1$)"))
    note.click()
    page.wait_for_url(re.compile(r"[?&]t=1$"))
    assert len(asked(page, f"/runs/{runs[0]}/bookmarks")["items"]) == 1


def test_two_lives_stand_side_by_side(page: "Page", runs: list[str]) -> None:
    page.get_by_role("link", name="Compare this life").click()
    page.get_by_role("combobox", name="Run of B").select_option(label="short-sighted")
    differences = page.get_by_role("region", name="Differences")
    differences.get_by_text(re.compile("Same start|Different starts")).wait_for()
    assert page.get_by_role("slider").count() == 2
    picture(page, "compare")


def test_checkpoints_of_a_run_race_from_one_start(page: "Page", runs: list[str]) -> None:
    page.goto(f"/compare?a={runs[0]}:best")
    page.get_by_role("radio", name="Race").click()
    ghosts = page.get_by_role("region", name="Ghosts")
    ghosts.get_by_role("combobox", name="Checkpoint of ghost 1").wait_for()
    known = len(asked(page, f"/runs/{runs[0]}/checkpoints")["items"])
    assert ghosts.get_by_role("columnheader").count() == 1 + min(5, known)
    page.get_by_role("slider", name="Step of ghost 1").press("End")
    page.get_by_role("img", name=re.compile(r"Step [\d,]+: \d of \d alive")).wait_for()
    picture(page, "race")
    page.get_by_role("button", name="Another start").click()
    page.wait_for_url(re.compile(r"start=\d+"))
    ghosts.wait_for()
    page.keyboard.press("m")
    page.get_by_role("region", name="Life A").wait_for()


def test_a_person_plays_against_the_mind_and_both_lives_are_compared(page: "Page", runs: list[str]) -> None:
    page.goto(f"/runs/{runs[0]}/model")
    page.get_by_role("link", name="Play against it").click()
    page.get_by_role("heading", name="Play against first seed").wait_for()
    page.get_by_text("Step 0").wait_for()
    took = []
    for step in range(1, 7):
        began = time.monotonic()
        page.keyboard.press("w")
        page.get_by_text(f"Step {step}", exact=True).wait_for()
        took.append(time.monotonic() - began)
    print(f"from the key to the step on screen: {1000 * sorted(took)[3]:.0f} ms in the middle of {len(took)}")
    page.get_by_role("button", name="Hint").click()
    page.get_by_text("The mind's own values").wait_for()
    picture(page, "play")
    page.get_by_role("radio", name="4 steps a second").click()
    page.get_by_role("status").filter(has_text=re.compile("outlived|exactly as long")).wait_for(timeout=150_000)
    page.get_by_role("region", name="Differences").get_by_text(re.compile("Same start")).wait_for()
    picture(page, "play-over")


def test_runs_chosen_at_home_are_drawn_together(page: "Page", runs: list[str]) -> None:
    page.goto("/")
    for name in ("first seed", "second seed", "short-sighted"):
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("link", name="Compare 3").click()
    page.get_by_role("img", name=re.compile("Steps survived. .*mean of 2 seeds")).wait_for()
    rows = page.get_by_role("region", name="What differs").get_by_role("row").all_inner_texts()
    assert [row.split()[0] for row in rows[1:]] == ["gamma", "seeds"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    download: Any = waiting.value
    assert download.suggested_filename == "survival_mean-over-steps.csv"
    picture(page, "compare-runs")
