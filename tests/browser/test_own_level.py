"""A level of one's own in the lab: launched, watched, looked up and taken home like those that come along.

Twelve by six cells, five meters, actions of other names: nothing on a page may count on the town.
"""

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import ROOT, asked, picture
from tests.product import HamletUp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.learns

METERS = ("Strength", "Lamp oil", "Food", "Company", "Calm")
QUICK = {"level": "harbour", "steps": 100_000_000, "lanes": 64, "evaluations": 4, "evaluation_lives": 8}


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[HamletUp]":
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "levels").mkdir()
    (folder / "levels" / "harbour.yaml").write_bytes((ROOT / "tests/world/levels/harbour.yaml").read_bytes())
    product = HamletUp(folder / "data", HAMLET_LEVELS=str(folder / "levels"))
    yield product
    product.stop()


@pytest.fixture(scope="module")
def page(chromium: "Browser", harbour: HamletUp) -> "Page":
    page = chromium.new_page(base_url=harbour.url, viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page.set_default_timeout(30_000)
    page.goto("/")
    page.get_by_label("Name").fill("instructor")
    page.get_by_label("Password").fill(harbour.password or "")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Runs").wait_for()
    return page


def test_it_is_launched_and_watched_with_its_own_meters_and_cells(page: "Page") -> None:
    page.goto("/runs/new")
    # The pages do not carry this icon; the level brings it along.
    assert set(asked(page, "/levels/harbour")["outlines"]) > {"lighthouse"}
    assert asked(page, "/levels/L1_full_observability")["outlines"] == {}
    page.get_by_text("The harbour").first.click()
    picture(page, "own-level-launch")
    run = asked(page, "/runs", {"name": "keeper", "config": QUICK})
    page.goto(f"/runs/{run['id']}")
    page.get_by_role("img", name=re.compile("Agent at")).first.wait_for()
    body = page.get_by_role("region", name="Body")
    for meter in METERS:
        body.get_by_text(meter, exact=True).first.wait_for()
    assert page.get_by_text("Hygiene").count() == 0
    page.get_by_text("TEND").first.wait_for()
    picture(page, "own-level-watch")
    while not asked(page, f"/runs/{run['id']}/checkpoints")["items"]:
        page.wait_for_timeout(250)
    page.keyboard.press("p")
    page.get_by_text(re.compile(r"this moment's meters · \d+ ms")).wait_for()
    picture(page, "own-level-policy")


def test_the_field_guide_tells_of_it(page: "Page") -> None:
    page.goto("/guide?level=harbour")
    page.get_by_role("heading", name="The harbour").first.wait_for()
    picture(page, "own-level-guide")


def test_who_takes_a_mind_of_it_home_gets_the_level_too(page: "Page") -> None:
    [run] = asked(page, "/runs")["items"]
    asked(page, f"/runs/{run['id']}/stop", {})
    page.goto(f"/runs/{run['id']}/model")
    page.get_by_role("link", name=re.compile("ZIP")).or_(
        page.get_by_role("button", name=re.compile("ZIP"))
    ).first.wait_for()
    picture(page, "own-level-model")
    with page.expect_download() as got:
        page.get_by_role("link", name=re.compile("ZIP")).or_(
            page.get_by_role("button", name=re.compile("ZIP"))
        ).first.click()
    with zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes())) as pack:
        level = next(name for name in pack.namelist() if name.endswith("/level.yaml"))
        assert pack.read(level) == (ROOT / "tests/world/levels/harbour.yaml").read_bytes()
