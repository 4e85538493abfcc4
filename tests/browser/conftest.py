"""The instructor's page, for all journeys."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.product import HamletUp


WHOLE_LAB = """async () => {
  const { csrf } = await (await fetch('/api/v1/me')).json();
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrf };
  await fetch('/api/v1/me', { method: 'PATCH', headers, body: JSON.stringify({ classroom: null }) });
}"""
"""leaves the class that an earlier journey has made"""


@pytest.fixture(scope="module")
def page(chromium: "Browser", hamlet_up: "HamletUp") -> "Iterator[Page]":
    """The instructor's page; it fails the test that made the browser complain."""
    page = chromium.new_page(base_url=hamlet_up.url, viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page.set_default_timeout(30_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto("/")
    page.get_by_label("Name").fill("instructor")
    page.get_by_label("Password").fill(hamlet_up.password or "")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Runs").first.wait_for()
    page.evaluate(WHOLE_LAB)
    page.goto("/")
    page.get_by_role("heading", name="Runs").wait_for()
    yield page
    page.close()
    # Chromium says this of each answer that is an error by intent (the first question who one is, before signing in).
    assert [text for text in complaints if "status of 4" not in text] == []
