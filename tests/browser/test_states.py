"""Pages in the states that no journey passes through: not signed in, nothing there yet, in line, failed, cut off, over.

What the server would answer then is put in place of its answer; `SCREENSHOTS=docs/screenshots` keeps the pictures.
"""

import json
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


def watch(page: "Page", run: Any, **stands: Any) -> None:
    """The page of a run that stands so, and of which there is no life yet; by HTTP and on the line."""
    told = {**run, **stands}
    hello = json.dumps({"type": "hello", "run": told, "server_ms": 0.0})
    page.route(f"**/api/v1/runs/{run['id']}", lambda route: route.fulfill(json=told))
    page.route(f"**/api/v1/runs/{run['id']}/episodes", lambda route: route.fulfill(json={"items": [], "next": None}))
    page.route_web_socket(re.compile(rf"/ws/runs/{run['id']}"), lambda line: line.send(hello))
    page.goto(f"/runs/{run['id']}")


def test_a_run_that_failed_says_why_and_what_is_safe(page: "Page", run: Any) -> None:
    message = "The disk is full. What was learnt is kept as of the last checkpoint."
    watch(page, run, state="failed", message=message, model=None)
    page.get_by_role("heading", name=message).wait_for()
    page.get_by_text("steps and its model are safe").wait_for()
    picture(page, "watch-failed")
    page.unroute_all()


def test_a_run_in_line_has_a_place_and_a_wait(page: "Page", run: Any) -> None:
    busy = {"name": "w0", "alive": True, "device": "cpu", "busy": True, "run": None}
    page.route("**/api/v1/workers", lambda route: route.fulfill(json={"items": [busy], "free": 0, "total": 1}))
    watch(page, run, state="queued", steps=0, episodes=0, place=3, wait=42.0, model=None, finished_at=None)
    page.get_by_role("heading", name="Third in line").wait_for()
    page.get_by_text("The worker is busy. Runs take turns on it. Its turn comes in about 42 s.").wait_for()
    picture(page, "watch-queued")
    page.unroute_all()


def test_a_run_whose_first_life_has_not_begun_warms_up(page: "Page", run: Any) -> None:
    watch(page, run, state="training", steps=0, episodes=0, model=None, finished_at=None)
    page.get_by_role("heading", name="Warming up").wait_for()
    picture(page, "watch-warming")
    page.unroute_all()


def test_a_line_that_is_cut_says_so_and_counts_the_seconds(page: "Page") -> None:
    training = asked(page, "/runs", {"name": "osric", "config": {**QUICK, "steps": 100_000_000}})
    lines: list[Any] = []
    away = False

    def pass_on(line: Any) -> None:
        if away:
            line.close(code=1013, reason="away")
        else:
            line.connect_to_server()
            lines.append(line)

    page.route_web_socket(re.compile(rf"/ws/runs/{training['id']}"), pass_on)
    events = f"event: close\ndata: {json.dumps({'code': 1013, 'reason': 'away'})}\n\n"
    page.route(
        f"**/sse/runs/{training['id']}**",
        lambda route: route.fulfill(content_type="text/event-stream", body=events) if away else route.fallback(),
    )
    page.goto(f"/runs/{training['id']}")
    page.get_by_role("img", name=re.compile("Agent at")).first.wait_for()
    away = True
    for line in lines:
        line.close(code=1011, reason="away")
    page.get_by_text("Trying again.").wait_for()
    page.get_by_role("banner").get_by_text("Reconnecting").first.wait_for()
    page.get_by_role("button", name="Newest").wait_for()
    picture(page, "watch-cut-off")
    away = False
    page.get_by_role("button", name="Retry").click()
    page.get_by_role("banner").get_by_text("LIVE").first.wait_for()
    page.unroute_all()
    asked(page, f"/runs/{training['id']}/stop", {})


def test_a_run_that_is_over_plays_its_best_life(page: "Page", run: Any) -> None:
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("img", name=re.compile("Agent at")).first.wait_for()
    page.get_by_text("Playing its best recorded life").wait_for()
    picture(page, "watch-finished")
