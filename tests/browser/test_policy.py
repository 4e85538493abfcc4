"""Every page and every page of the admin keeps to the Content-Security-Policy, as Chromium itself reports it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.browser.pages import ROOT, asked, picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.product import HamletUp

LISTEN = """window.reports = [];
document.addEventListener('securitypolicyviolation', (one) => window.reports.push(
  `${one.effectiveDirective} ${one.blockedURI} ${one.sourceFile}:${one.lineNumber} ${one.sample}`));"""


@pytest.fixture(scope="module")
def console(page: "Page") -> list[str]:
    """What Chromium's console says of the policy."""
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if "Content Security Policy" in one.text else None)
    return said


@pytest.fixture(scope="module")
def watched(page: "Page", console: list[str]) -> "Iterator[Page]":
    page.add_init_script(LISTEN)
    yield page
    page.goto("/")
    assert console == []


def reports(page: "Page", address: str) -> list[str]:
    """What Chromium reports of a page soon after it is there."""
    page.goto(address)
    page.wait_for_timeout(300 if address.startswith("/admin") else 1000)
    found: list[str] = page.evaluate("window.reports")
    return found


@pytest.fixture(scope="module")
def places(page: "Page") -> dict[str, str]:
    """A value for each name in an address: a run that has trained, a class, a model that was brought."""
    body: dict[str, Any] = {"name": "under the policy", "config": {"level": "L0_0_minimal", "steps": 20_000}}
    run = asked(page, "/runs", body)["id"]
    for _ in range(600):
        if asked(page, f"/runs/{run}")["state"] == "finished":
            break
        page.wait_for_timeout(200)
    room = asked(page, "/classes", {"name": "Under the policy"})
    return {"run": run, "class": str(room["id"]), "code": "ABCDEF"}


def addresses(places: dict[str, str]) -> list[str]:
    """One address for every route that the app knows."""
    source = (ROOT / "frontend" / "src" / "app" / "routes.tsx").read_text()
    found = ["/", "/nothing/of/that/name"]
    for path in re.findall(r'path: "([^"*]+)"', source):
        kind = "class" if path.startswith("classes") else "run"
        path = path.replace(":episode?", "0").replace(":code", places["code"]).replace(":secret", "unknown")
        found.append("/" + path.replace(":id", places[kind]).lstrip("/"))
    return found


@pytest.mark.learns
def test_no_page_breaks_the_policy(watched: "Page", places: dict[str, str]) -> None:
    asked_for = addresses(places)
    assert len(asked_for) > 15
    broken = {address: found for address in asked_for if (found := reports(watched, address))}
    assert broken == {}


@pytest.mark.learns
def test_no_page_of_the_admin_breaks_it(watched: "Page", places: dict[str, str], console: list[str]) -> None:
    todo, seen, broken = ["/admin/"], set[str](), {}
    while todo and len(seen) < 40:
        address = todo.pop(0)
        seen.add(address)
        if found := reports(watched, address):
            broken[address] = found
        links = watched.eval_on_selector_all("#content a[href]", "all => all.map((one) => one.href)")
        inner = [part.path for link in links if (part := urlsplit(link)).path.startswith("/admin/")]
        # A list, and of each kind one page to change and one to add.
        shapes = {re.sub(r"/[0-9a-f-]{36}/|/\d+/", "/#/", one) for one in (*seen, *todo)}
        for path in inner:
            shape = re.sub(r"/[0-9a-f-]{36}/|/\d+/", "/#/", path)
            if shape not in shapes and "download" not in path:
                shapes.add(shape)
                todo.append(path)
    assert len(seen) > 10
    assert (broken, console) == ({}, [])


@pytest.mark.learns
def test_what_the_admin_s_scripts_show_does_not_break_it(watched: "Page", console: list[str]) -> None:
    watched.goto("/admin/people/person/")
    watched.get_by_role("link", name="instructor", exact=True).click()
    for opens, closes in (("Choose a date", "#calendarbox0"), ("Choose a time", "#clockbox0")):
        watched.get_by_role("link", name=opens).first.click()
        watched.locator(closes).get_by_role("link", name="Cancel").click()
    watched.locator("#nav-filter").fill("run")
    assert (watched.evaluate("window.reports"), console) == ([], [])


@pytest.mark.learns
def test_the_admin_wears_the_colours_of_the_product(watched: "Page", places: dict[str, str]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    for scheme in ("dark", "light"):
        watched.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        watched.goto("/")
        ours = watched.evaluate(ground)
        watched.goto("/admin/")
        assert watched.evaluate(ground) == ours
    watched.goto("/admin/")
    picture(watched, "admin-dashboard")
    watched.goto("/admin/runs/run/")
    picture(watched, "admin-runs")
    watched.goto(f"/admin/runs/run/{places['run']}/change/")
    picture(watched, "admin-run")
    watched.goto(f"/admin/people/classroom/{places['class']}/change/")
    picture(watched, "admin-class")
    for kind in ("run", "checkpoint"):
        watched.goto(f"/admin/runs/{kind}/")
        watched.get_by_role("checkbox").nth(1).check()
        watched.get_by_role("combobox").select_option("delete")
        watched.get_by_role("button", name="Go", exact=True).click()
        watched.get_by_role("heading", name="Delete for good?").wait_for()
        picture(watched, f"admin-confirm-{kind}")
    assert watched.evaluate("window.reports") == []


def test_chromium_would_report_a_style_in_the_html(chromium: "Browser", hamlet_up: "HamletUp") -> None:
    stranger = chromium.new_page(base_url=hamlet_up.url)
    stranger.add_init_script(LISTEN)
    stranger.goto("/login")
    stranger.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">typed</p>')")
    stranger.wait_for_function("window.reports.length > 0")
    assert stranger.evaluate("window.reports[0]").startswith("style-src-attr inline")
    stranger.close()
