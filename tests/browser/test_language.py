"""The pages in German, in a real browser: chosen before signing in, remembered, and nothing English left on the way.

`SCREENSHOTS=FOLDER` keeps the pictures, wide and 390 px.
"""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.product import HamletUp

ENGLISH = re.compile(
    r"\b(the|and|of|with|this|that|steps?|lives|life|places?|meters?|reward|watch|choose|launch|settings|its|from|"
    r"until|yet|never|when|which|energy|health|bed)\b",
    re.IGNORECASE,
)
SPOKEN = """() => {
  const silent = "code, pre, kbd, .mono, [lang=en], option, script, style, .speaks, .io td:first-child";
  const kept = document.querySelectorAll(silent);
  kept.forEach((element) => element.setAttribute("data-not-read", ""));
  const walker = document.createTreeWalker(document.querySelector("#root"), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest("[data-not-read]")) texts.push(data);
  }
  for (const element of document.querySelectorAll("#root [title], #root [aria-label], #root [placeholder]"))
    for (const name of ["title", "aria-label", "placeholder"]) texts.push(element.getAttribute(name) ?? "");
  return texts;
}"""
"""all that is shown or read aloud, but program text and what is marked as English"""


def leftovers(page: "Page") -> list[str]:
    """Texts on the page with an English word in them; a word that German has too (Level, Job) is none of these."""
    return sorted({text.strip() for text in page.evaluate(SPOKEN) if ENGLISH.search(text)})


@pytest.fixture(scope="module")
def german(chromium: "Browser", hamlet_up: "HamletUp") -> "Iterator[Page]":
    """The instructor's page, the language chosen where one signs in."""
    page = chromium.new_page(base_url=hamlet_up.url, viewport={"width": 1440, "height": 900})
    page.set_default_timeout(30_000)
    page.goto("/login")
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("combobox", name="Language").select_option("Deutsch")
    page.get_by_role("heading", name="Anmelden").wait_for()
    assert page.locator("html").get_attribute("lang") == "de"
    assert leftovers(page) == []
    page.get_by_label("Name").fill("instructor")
    page.get_by_label("Passwort").fill("not this one")
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_text("Name oder Passwort ist falsch.").wait_for()
    page.get_by_label("Passwort").fill(hamlet_up.password or "")
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_role("heading", name="Läufe").wait_for()
    yield page
    page.close()


def test_a_run_is_launched_watched_and_taken_home_in_german(german: "Page") -> None:
    german.goto("/runs/new")
    german.get_by_role("heading", name="Lauf starten").wait_for()
    german.get_by_role("radio", name="Die ganze Stadt").click()
    german.get_by_role("heading", name="Gehirn").wait_for()
    assert leftovers(german) == []
    picture(german, "german-launch")
    german.get_by_role("textbox", name="Name").fill("lauf-1")
    german.get_by_role("button", name="lauf-1 starten").click()
    german.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))
    german.get_by_role("img", name=re.compile(r"Agent auf [a-h][1-8]")).first.wait_for()
    german.get_by_role("region", name="Körper").get_by_text("Gesundheit").wait_for()
    german.get_by_role("region", name="Kopf").get_by_text("WARTEN").first.wait_for()
    assert leftovers(german) == []
    german.goto(f"{german.url}/model")
    german.get_by_role("link", name="Modell herunterladen").wait_for(timeout=90_000)
    assert leftovers(german) == []
    picture(german, "german-model")


def test_the_handbook_is_german_and_fits_a_phone(german: "Page") -> None:
    german.goto("/guide?level=L3_temporal_mechanics")
    german.get_by_role("heading", name="Tag und Nacht").wait_for()
    assert leftovers(german) == []
    picture(german, "german-guide")
    german.goto("/")
    german.get_by_role("heading", name="Läufe").wait_for()
    picture(german, "german-runs")


def test_the_account_menu_leads_back_to_english(german: "Page") -> None:
    german.goto("/")
    german.get_by_role("button", name="Konto von instructor").click()
    german.get_by_role("combobox", name="Sprache").select_option("English")
    german.get_by_role("heading", name="Runs").wait_for()
    assert german.locator("html").get_attribute("lang") == "en"


def test_a_browser_that_asks_for_german_gets_it(chromium: "Browser", hamlet_up: "HamletUp") -> None:
    page = chromium.new_page(base_url=hamlet_up.url, locale="de-AT")
    page.goto("/join")
    page.get_by_role("heading", name="Deiner Klasse beitreten").wait_for()
    assert leftovers(page) == []
    page.close()
