"""What one does with runs that are there: name, notes and tags, forking one, being told of them. And that what people
write is text."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.learns

EVIL = "<img src=x onerror=\"document.title='caught'\">"
QUICK = {"level": "L0_0_minimal", "steps": 60_000, "lanes": 64, "evaluations": 2, "evaluation_lives": 8}


@pytest.fixture(scope="module")
def run(page: "Page") -> Any:
    """A run that has finished."""
    page.goto("/")
    made = asked(page, "/runs", {"name": "yorick", "config": QUICK})
    for _ in range(240):
        if (told := asked(page, f"/runs/{made['id']}"))["state"] == "finished":
            return told
        page.wait_for_timeout(500)
    pytest.fail("the run did not end")


def test_name_notes_and_tags_are_changed_and_stand_as_text(page: "Page", run: Any) -> None:
    page.goto("/")
    page.get_by_role("button", name="About yorick").click()
    page.get_by_label("Tags").fill("sleep, night owl")
    page.get_by_label("Notes").fill("Forgets to eat.")
    picture(page, "about")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="sleep", exact=True).click()
    page.wait_for_url(re.compile(r"\?tag=sleep$"))
    picture(page, "runs-tagged")
    for tags, notes in ((f"sleep, {EVIL[:28]}", EVIL), ("sleep, night owl", "Forgets to eat.")):
        page.goto("/")
        page.get_by_role("button", name="About yorick").click()
        page.get_by_label("Tags").fill(tags)
        page.get_by_label("Notes").fill(notes)
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name=tags.partition(", ")[2], exact=True).wait_for()
        page.goto(f"/runs/{run['id']}")
        page.get_by_role("button", name="About this run").click()
        assert page.get_by_label("Notes").input_value() == notes
        assert page.locator("img[src=x]").count() == 0
        assert "caught" not in page.title()
        page.get_by_role("button", name="Cancel").click()


def test_a_run_is_forked_from_a_checkpoint_and_says_so(page: "Page", run: Any) -> None:
    page.goto(f"/runs/{run['id']}/model")
    page.get_by_role("link", name="Fork from here").click()
    page.get_by_role("heading", name="Fork yorick").wait_for()
    picture(page, "fork")
    go = page.get_by_role("button", name=re.compile("^Fork at step"))
    assert go.is_enabled(), page.get_by_role("main").inner_text()
    go.click()
    page.get_by_text("Forked from").wait_for()
    page.get_by_text("Forked from").get_by_role("link", name="yorick").wait_for()
    picture(page, "forked")


def test_webhooks_stand_beside_the_tokens(page: "Page", run: Any) -> None:
    page.goto("/tokens")
    page.get_by_label("Address").fill("https://hooks.example.org/told")
    page.get_by_role("switch", name="A goal is reached").click()
    page.get_by_label("Steps that an exam must reach in the mean").fill("250")
    page.get_by_role("button", name="Make webhook").click()
    page.get_by_text("Copy the secret now").wait_for()
    picture(page, "webhooks")
