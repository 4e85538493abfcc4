"""Behind a school's firewall that lets no WebSocket through, in a real browser on the running product."""

import re
import time

import pytest


@pytest.fixture
def run(hamlet_up, chromium):
    """A run that trains, on a page that is signed in; gives both."""
    page = chromium.new_page(base_url=hamlet_up.url)
    page.set_default_timeout(60_000)
    page.goto("/")
    page.get_by_label("Name").fill("instructor")
    page.get_by_label("Password").fill(hamlet_up.password or "")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Runs").wait_for()
    launched = page.evaluate(
        """async () => {
            const { csrf } = await (await fetch("/api/v1/me")).json();
            const body = JSON.stringify({ name: "behind a firewall", config: { level: "L1_full_observability" } });
            const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
            return (await fetch("/api/v1/runs", { method: "POST", headers, body })).json();
        }"""
    )
    yield page, launched["id"]
    page.close()


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
    page.goto(f"/runs/{run_id}")
    began = time.monotonic()
    with page.expect_request(re.compile("/sse/runs/")):
        pass
    print(f"a socket that {how}: server-sent events {time.monotonic() - began:.2f} s after the page was there")
    page.get_by_role("banner").get_by_text(re.compile("LIVE")).wait_for()
    print(f"LIVE {time.monotonic() - began:.2f} s after the page was there")
    board = page.get_by_role("img", name=re.compile(r"Agent at [a-h][1-8]")).first
    board.wait_for()
    seen = {board.get_attribute("aria-label") for _ in range(20) if not page.wait_for_timeout(200)}
    assert len(seen) > 3, "the life on the board does not go on"
    assert blocked
