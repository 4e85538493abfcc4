"""The field guide as a person finds it: from the bar, from the page to launch, and by an address that names a thing."""

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.pages import asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_guide_is_one_press_away_and_tells_the_level(page: "Page") -> None:
    page.get_by_role("link", name="Field guide").first.click()
    levels = asked(page, "/levels")
    page.get_by_role("heading", name=levels[0]["title"], level=1).wait_for()
    page.get_by_role("combobox", name="Level").select_option("L3_temporal_mechanics")
    level = asked(page, "/levels/L3_temporal_mechanics")
    page.get_by_role("heading", name=level["title"], level=1).wait_for()
    for place in level["places"]:
        expect(page.get_by_role("heading", name=place["title"], level=3, exact=True)).to_be_visible()
    assert "level=L3_temporal_mechanics" in page.url
    picture(page, "guide")


def test_an_address_leads_to_its_thing(page: "Page") -> None:
    page.goto("/guide?level=L3_temporal_mechanics#place-Park")
    park = page.locator("#place-Park")
    expect(park).to_be_in_viewport()
    expect(park).to_be_focused()
    page.get_by_role("link", name="What it sees").click()
    expect(page.get_by_role("heading", name="What it sees")).to_be_in_viewport()


def test_who_launches_can_read_up_on_the_level(page: "Page") -> None:
    page.goto("/runs/new")
    page.get_by_role("radio", name="Day and night").click()
    page.get_by_role("main").get_by_role("link", name="Field guide").click()
    page.get_by_role("heading", name="Day and night", level=1).wait_for()
    page.go_back()
    page.get_by_role("heading", name="Launch run").wait_for()
    page.get_by_role("banner").get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("heading", name="Runs").wait_for()
    page.keyboard.press("g")
    page.wait_for_url("**/guide")
