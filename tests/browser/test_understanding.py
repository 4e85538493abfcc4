"""Understanding a run as a person does it, in a real browser on the running product: what would it do here, what do
all its lives make a habit of, and what do they die of?

`SCREENSHOTS=docs/screenshots` keeps the pictures, as in test_journey.
"""

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


pytestmark = pytest.mark.learns

STEPS = 12_000
SOON = 15_000
"""ms within which a page has answered, on a machine that has much else to do"""


@pytest.fixture(scope="module")
def run(page: "Page") -> str:
    """A short run with memory and a clock, trained to its end."""
    config = {"level": "L3_temporal_mechanics", "steps": STEPS, "lanes": 16, "seed": 4, "curiosity": True}
    id: str = asked(page, "/runs", {"name": "night and day", "config": config})["id"]
    end = time.monotonic() + 300
    while (state := asked(page, f"/runs/{id}")["state"]) != "finished":
        assert state != "failed"
        assert time.monotonic() < end, state
        page.wait_for_timeout(500)
    return id


@pytest.fixture(scope="module")
def sheet(page: "Page", run: str) -> "Locator":
    """The sheet over a recorded life, opened by its key, once the mind has answered and bent every meter."""
    page.goto(f"/runs/{run}/replay?t=20")
    page.get_by_role("region", name="Mind").wait_for()
    page.keyboard.press("w")
    sheet = page.get_by_role("dialog", name="What would it do here?")
    sheet.get_by_text(re.compile(r"answered in \d+ ms")).wait_for()
    sheet.get_by_role("img", name=re.compile(r"^Energy: ")).wait_for()
    return sheet


def milliseconds(sheet: "Locator") -> int:
    """How long the last answer took, as the page tells it."""
    found = re.search(r"answered in (\d+) ms", sheet.inner_text())
    assert found
    return int(found.group(1))


def test_the_agent_the_meters_and_the_clock_can_be_moved(page: "Page", sheet: "Locator") -> None:
    values, board = (
        sheet.get_by_role("group", name="Q-values"),
        sheet.get_by_role("img", name=re.compile("Drag the agent")),
    )
    took = []
    before = values.inner_text()
    bends = [("Energy", "Home"), ("Hour", "End"), ("Energy", "End")]
    bends += [(name, "Home") for name in ("Hygiene", "Social", "Fitness", "Mood")]  # nobody dies of these
    for name, key in bends:
        sheet.get_by_role("slider", name=name, exact=True).press(key)
        if (name, key) == ("Energy", "Home"):
            expect(sheet).to_contain_text("no action is allowed", timeout=SOON, use_inner_text=True)
        page.wait_for_timeout(400)
        took.append(milliseconds(sheet))
    expect(values).not_to_have_text(before, timeout=SOON, use_inner_text=True)
    board.press("ArrowLeft")
    for _ in range(8):
        board.press("ArrowUp")
    expect(values).to_contain_text(re.compile("wall above", re.IGNORECASE), timeout=SOON, use_inner_text=True)
    box = board.bounding_box()
    assert box
    cell = box["width"] / 8
    page.mouse.move(box["x"] + cell / 2, box["y"] + cell / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + cell * 4.5, box["y"] + box["height"] - cell * 1.5, steps=8)
    page.mouse.up()
    expect(board).to_have_attribute("aria-label", re.compile(r"Agent at [d-f][1-3]"), timeout=SOON)
    took.append(milliseconds(sheet))
    print(f"answers after a change, with memory: {took} ms")


def test_what_memory_buys_is_told(page: "Page", sheet: "Locator") -> None:
    told = sheet.get_by_text(re.compile(r"Memory changes nothing here|with its memory wiped"))
    told.wait_for()
    wiped = sheet.get_by_role("radio", name="Memory wiped")
    wiped.click()
    assert wiped.is_checked()  # that the values are those of `predict` without memory is asker.test.ts's
    picture(page, "what-if")


def test_the_moment_is_a_link(page: "Page", sheet: "Locator") -> None:
    said = sheet.get_by_role("img", name=re.compile("Drag the agent")).get_attribute("aria-label")
    page.reload()
    again = page.get_by_role("img", name=re.compile("Drag the agent"))
    again.wait_for()
    page.get_by_text(re.compile(r"answered in \d+ ms")).wait_for()
    assert (again.get_attribute("aria-label") or "").split(",")[0] == (said or "").split(",")[0]
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"^(?!.*if=)"))


def test_habits_rewards_and_deaths_are_those_of_the_run(page: "Page", run: str) -> None:
    page.goto(f"/runs/{run}/replay")
    habits, deaths = page.get_by_role("region", name="Habits"), page.get_by_role("region", name="Deaths")
    habits.get_by_role("img", name=re.compile("What follows what: ")).wait_for()
    census = asked(page, f"/runs/{run}/census")
    total = sum(census["roots"].values())
    for meter, count in census["roots"].items():
        deaths.get_by_role("button", name=f"{meter.capitalize()}: {count:,} of {total:,} deaths").wait_for()
    page.get_by_role("region", name="Reward", exact=True).get_by_text("curiosity").wait_for()
    habits.get_by_role("radio", name="Night").click()
    habits.scroll_into_view_if_needed()
    picture(page, "understand")


def test_where_all_lives_have_been_and_what_is_new_to_them_lie_on_the_board(page: "Page", run: str) -> None:
    page.goto(f"/runs/{run}/replay")
    page.get_by_role("region", name="Mind").wait_for()
    page.keyboard.press("h")
    page.get_by_role("radiogroup", name="Visits of").get_by_role("radio", name="all").click()
    most = max(max(row) for row in asked(page, f"/runs/{run}/census")["visits"])
    page.get_by_text(f"up to {most:,} visits").wait_for()
    picture(page, "heat-all")
    page.keyboard.press("n")
    page.get_by_text("more dots: newer to its curiosity").wait_for()
    assert "overlay=novelty" in page.url
    picture(page, "novelty")
