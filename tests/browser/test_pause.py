"""A run is paused and resumed on the page, in a real browser on the running product: its life waits where it stood."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.learns


def test_a_run_is_paused_looked_at_and_resumed(page: "Page") -> None:
    config = {"level": "L1_full_observability", "seed": 3, "steps": 50_000_000}
    run = asked(page, "/runs", {"name": "kestrel", "config": config, "pace": 8})["id"]
    page.goto(f"/runs/{run}")
    page.get_by_role("banner").get_by_text(re.compile("LIVE")).wait_for()
    page.get_by_role("button", name="Pause training").click()
    page.get_by_text(re.compile("Training paused by instructor")).wait_for()
    page.get_by_role("button", name="Pause the picture").wait_for()  # another thing, and still to be had
    seen = asked(page, f"/runs/{run}")
    assert (seen["state"], seen["paused_by"]) == ("paused", "instructor")
    picture(page, "watch-paused")

    page.goto("/")
    page.get_by_role("radio", name=re.compile(r"^Paused \d")).click()
    page.get_by_role("checkbox", name="Choose kestrel").check()
    page.get_by_role("button", name="Resume 1").wait_for()
    picture(page, "runs-paused")
    assert asked(page, f"/runs/{run}")["steps"] == seen["steps"], "it took no turn"

    page.goto(f"/runs/{run}")
    page.get_by_role("img", name=re.compile("^Agent at")).wait_for()  # whoever comes late sees where it stands
    page.keyboard.press("Shift+R")
    page.get_by_role("banner").get_by_text(re.compile("LIVE")).wait_for()
    page.wait_for_function(f"async () => (await (await fetch('/api/v1/runs/{run}')).json()).steps > {seen['steps']}")
    asked(page, f"/runs/{run}/stop", {})
