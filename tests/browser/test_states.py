"""Pages in the states that no journey passes through: not signed in, nothing there yet, failed, over.

What the server would answer then is put in place of its answer; `SCREENSHOTS=docs/screenshots` keeps the pictures.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.product import HamletUp

pytestmark = pytest.mark.learns

QUICK = {"level": "L1_full_observability", "steps": 60_000, "lanes": 64, "evaluations": 2, "evaluation_lives": 8}


@pytest.fixture(scope="module")
def run(page: "Page") -> Any:
    """A run that is in the lab, whatever has become of it."""
    made = asked(page, "/runs", {"name": "rosencrantz", "config": QUICK})
    for _ in range(240):
        if (told := asked(page, f"/runs/{made['id']}"))["state"] == "finished":
            return told
        page.wait_for_timeout(500)
    pytest.fail("the run did not end")


def test_who_is_not_signed_in_is_asked_who_they_are(chromium: "Browser", hamlet_up: "HamletUp") -> None:
    stranger = chromium.new_page(base_url=hamlet_up.url)
    stranger.goto("/runs/new")
    stranger.get_by_role("heading", name="Sign in").wait_for()
    picture(stranger, "sign-in")
    stranger.close()


def test_an_address_that_is_none(page: "Page") -> None:
    page.goto("/nothing/here")
    page.get_by_role("heading", name="There is no such page").wait_for()
    picture(page, "not-found")


def test_tokens_before_there_is_one(page: "Page") -> None:
    page.goto("/tokens")
    page.get_by_role("heading", level=1).wait_for()
    picture(page, "tokens")


def test_a_lab_without_runs(page: "Page") -> None:
    page.route(re.compile(r"/api/v1/runs(\?.*)?$"), lambda route: route.fulfill(json={"items": [], "next": None}))
    page.goto("/")
    page.get_by_role("main").get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(500)
    picture(page, "runs-empty")
    page.unroute_all()


def test_a_run_that_failed_says_why_and_what_is_safe(page: "Page", run: Any) -> None:
    failed = {**run, "state": "failed", "message": "the disk is full", "model": None}
    page.route(f"**/api/v1/runs/{run['id']}", lambda route: route.fulfill(json=failed))
    page.route(f"**/api/v1/runs/{run['id']}/episodes", lambda route: route.fulfill(json={"items": [], "next": None}))
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("heading", name="the disk is full").wait_for()
    page.get_by_text("steps and its model are safe").wait_for()
    picture(page, "watch-failed")
    page.unroute_all()


def test_a_run_that_is_over_plays_its_best_life(page: "Page", run: Any) -> None:
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("img", name=re.compile("Agent at")).first.wait_for()
    page.get_by_text("Playing its best recorded life").wait_for()
    picture(page, "watch-finished")
