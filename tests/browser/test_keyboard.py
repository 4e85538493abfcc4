"""By the keyboard alone, no mouse: launch, watch, stop, download, in a real browser on the running product."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hamlet import HamletModel
from tests.browser.pages import asked

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


pytestmark = pytest.mark.learns

MOST_TABS = 80


def tab_to(page: "Page", target: "Locator") -> None:
    """Press Tab until the target has the focus."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by {MOST_TABS} presses of Tab")


def test_launch_watch_stop_and_download_need_no_mouse(page: "Page", tmp_path: Path) -> None:
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Launch run").first)
    page.keyboard.press("Enter")
    level = page.get_by_role("radio", name=re.compile("The whole town"))
    level.wait_for()
    tab_to(page, page.get_by_role("radio", checked=True).first)
    for _ in range(8):
        if level.is_checked():
            break
        page.keyboard.press("ArrowRight")
    assert level.is_checked()
    tab_to(page, page.get_by_role("textbox", name="Name"))
    page.keyboard.press("Control+a")
    page.keyboard.type("no mouse")
    tab_to(page, page.get_by_role("button", name="Launch no mouse"))
    page.keyboard.press("Enter")
    page.get_by_role("banner").get_by_text(re.compile("LIVE")).wait_for()
    run = page.url.rpartition("/")[2]

    slider = page.get_by_role("slider", name="Step of this life")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("banner").get_by_text(re.compile("behind|Picture paused")).wait_for()
    assert int(slider.get_attribute("aria-valuenow") or "") >= 0
    page.keyboard.press("l")
    page.get_by_role("banner").get_by_text(re.compile("LIVE")).wait_for()

    tab_to(page, page.get_by_role("button", name="Stop").first)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Stop"))
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Stopped")).first.wait_for()
    assert asked(page, f"/runs/{run}")["state"] == "stopped"
    tab_to(page, page.get_by_role("link", name="Model").first)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="no mouse").wait_for()
    tab_to(page, page.get_by_role("link", name="Download model"))
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    download: Any = waiting.value
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    assert HamletModel.load(path).contract["level"] == "L1_full_observability"
