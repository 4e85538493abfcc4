"""The clicks of the lessons in docs/teaching.md, in a real browser on the running product, by the words on the screen.

`SCREENSHOTS=docs/screenshots` keeps the pictures, as in test_journey.
"""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from hamlet import HamletModel
from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page


pytestmark = pytest.mark.learns

LESSONS = (Path(__file__).parents[2] / "docs" / "teaching.md").read_text(encoding="utf-8")
RANDOM = 106
"""steps that random choices live in Work and rest"""


def launch(page: "Page", recipe: str, name: str) -> str:
    """Launch run, a recipe, a name, Launch; gives the run's id."""
    page.goto("/")
    page.get_by_role("link", name="Launch run").first.click()
    page.get_by_role("combobox", name="Start from").select_option(label=recipe)
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name=f"Launch {name}").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))
    return page.url.rsplit("/", 1)[1]


def wait_until(page: "Page", run: str, *states: str, seconds: float = 600) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while (card := asked(page, f"/runs/{run}"))["state"] not in states:
        assert card["state"] != "failed", card["message"]
        assert time.monotonic() < end, card
        page.wait_for_timeout(500)
    found: dict[str, Any] = card
    return found


@pytest.fixture(scope="module")
def watched(page: "Page") -> str:
    """Minutes 0 to 3 of the first lesson."""
    run = launch(page, "Quick demo", "five minutes")
    began = time.monotonic()
    page.get_by_role("region", name="World").wait_for()
    learning = page.get_by_role("region", name="Learning")
    learning.get_by_text("random").first.wait_for()
    card = wait_until(page, run, "finished")
    print(f"the quick demo took {time.monotonic() - began:.0f} s here, its best mind lives {card['best']:.0f} steps")
    return run


def test_five_minutes_it_learns_before_ones_eyes(page: "Page", watched: str) -> None:
    page.get_by_text(re.compile(r"Finished after [\d,]+ lives")).wait_for()
    learning = page.get_by_role("region", name="Learning")
    told = learning.get_by_role("img", name=re.compile("Learning curve")).get_attribute("aria-label") or ""
    best = re.search(r"best examination ([\d,]+) steps; a random agent lives ([\d,]+)", told)
    assert best, told
    examined, floor = (int(number.replace(",", "")) for number in best.groups())
    assert floor == RANDOM
    assert examined > 3 * RANDOM
    picture(page, "lesson-five")


def test_five_minutes_its_first_life_and_one_that_lived_to_the_end(page: "Page", watched: str) -> None:
    page.get_by_role("link", name="Replay").first.click()
    page.get_by_role("list", name="Recorded lives").wait_for()
    page.get_by_role("group", name="Kept for").get_by_role("button", name=re.compile("^All ")).click()
    lives = page.get_by_role("list", name="Recorded lives").get_by_role("link")
    lives.first.click()
    page.get_by_text("Episode 0").first.wait_for()
    lives.filter(has=page.get_by_label("lived to the end")).last.click()
    page.get_by_text("1,000").first.wait_for()
    picture(page, "lesson-five-replay")


def test_five_minutes_everyone_takes_the_mind_home(page: "Page", watched: str, tmp_path: Path) -> None:
    page.goto(f"/runs/{watched}")
    page.get_by_role("link", name="Model").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download model").click()
    download: Any = waiting.value
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    assert HamletModel.load(path).contract["level"] == "L0_5_dual_resource"


def test_twenty_minutes_the_guide_has_the_fine(page: "Page") -> None:
    page.goto("/guide?level=broken_reward#reward")
    page.get_by_role("heading", name="The broken reward", level=1).wait_for()
    expect(page.get_by_text("Who lives 1,000 steps is fined 1,000.")).to_be_visible()
    picture(page, "lesson-guide")


def test_twenty_minutes_it_learns_to_die_before_the_fine(page: "Page") -> None:
    """The broken reward really trained; the other run only so long that there is something to compare with."""
    good = asked(page, "/runs", {"name": "good", "config": {"level": "L1_full_observability", "steps": 20_000}})["id"]
    wait_until(page, good, "finished")
    broken = launch(page, "Broken reward", "broken")
    wait_until(page, broken, "finished")
    page.goto("/")
    for name in ("good", "broken"):
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()
    page.get_by_role("link", name="Compare 2").click()
    page.get_by_role("region", name="Curves").wait_for()
    page.goto(f"/runs/{broken}")
    deaths = page.get_by_role("region", name="Deaths")
    deaths.get_by_role("radio", name="Last examination").click()
    deaths.get_by_role("group", name=re.compile("Root causes")).wait_for()
    last = asked(page, f"/runs/{broken}/evaluations")["items"][-1]
    assert last["mean"] > 500, "it lives well"
    assert last["share_retired"] == 0, "but not to the end"
    picture(page, "lesson-broken")
    page.get_by_role("link", name="Compare").first.click()
    page.get_by_role("radio", name="Race").click()
    page.get_by_role("slider", name="Step of ghost 1").press("End")
    end = page.get_by_role("img", name=re.compile(r"Step [\d,]+: \d of \d alive"))
    end.wait_for()
    print(
        end.get_attribute("aria-label"), [one["steps"] for one in asked(page, f"/runs/{broken}/checkpoints")["items"]]
    )
    picture(page, "lesson-race")


def test_the_guide_leads_to_the_recipe_of_each_lesson(page: "Page") -> None:
    page.goto("/guide")
    page.get_by_role("navigation", name="In this guide").get_by_role("link", name="Lessons").click()
    lessons = page.locator("section").filter(has=page.get_by_role("heading", name="Lessons")).get_by_role("listitem")
    assert lessons.count() == 3
    picture(page, "lesson-list")
    lessons.filter(has_text="Break the reward").get_by_role("link").click()
    recipe = page.get_by_role("combobox", name="Start from")
    assert recipe.evaluate("at => at.selectedOptions[0].text") == "Broken reward"
    expect(page.get_by_role("radio", name="The broken reward")).to_be_checked()


def test_the_lessons_name_what_is_on_the_screen(page: "Page") -> None:
    titles = {preset["title"] for preset in asked(page, "/settings")["presets"]}
    named = set(re.findall(r"Start from → \*\*(.+?)\*\*", LESSONS))
    assert named
    assert named <= titles
