"""Behind a school's firewall that lets no WebSocket through, in a real browser on the running product."""

import re
import time

import pytest

from tests.browser.pages import asked, goes_on


@pytest.fixture(scope="module")
def run(page):
    """A run that trains, on a page that is signed in; gives both."""
    body = {"name": "behind a firewall", "config": {"level": "L1_full_observability"}}
    run = asked(page, "/runs", body)["id"]
    yield page, run
    asked(page, f"/runs/{run}/stop", {})  # the next journey's run is not to wait for its slice


@pytest.mark.learns
@pytest.mark.parametrize("how", ["carries nothing", "is refused"])
def test_where_websockets_are_blocked_the_page_is_live_all_the_same(run, how):
    page, run_id = run
    blocked = []

    def block(socket):
        blocked.append(socket.url)
        if how == "is refused":
            socket.close()

    page.route_web_socket(re.compile("/ws/"), block)
    began = time.monotonic()
    with page.expect_request(re.compile("/sse/runs/")):
        page.goto(f"/runs/{run_id}")
    print(f"a socket that {how}: server-sent events {time.monotonic() - began:.2f} s after the page was asked for")
    page.get_by_role("banner").get_by_text(re.compile("LIVE")).wait_for()
    print(f"LIVE {time.monotonic() - began:.2f} s after the page was asked for")
    board = page.get_by_role("img", name=re.compile(r"Agent at [a-h][1-8]")).first
    board.wait_for()
    assert goes_on(page, board), "the life on the board does not go on"
    page.keyboard.press("a")
    page.get_by_text(re.compile(r"^All 256 lives of .* ms ago")).wait_for()
    assert blocked
