"""A model from an old HAMLET, brought along by hand: uploaded, examined, watched, and taken home again as a ZIP."""

import re
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import goes_on, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page

GOLDEN = Path(__file__).parents[1] / "model" / "golden"
OLD = GOLDEN / "version2_L1_full_observability_ep00060.pt"

pytestmark = pytest.mark.learns


@pytest.fixture(scope="module")
def brought(page: "Page", tmp_path_factory: pytest.TempPathFactory) -> "Page":
    """Its page, once it was examined; a file that is none was tried before."""
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models you brought along").wait_for()
    wrong = tmp_path_factory.mktemp("wrong") / "essay.pt"
    wrong.write_text("To be, or not to be, that is the question. " * 20)
    page.get_by_label("Model file").set_input_files(wrong)
    page.get_by_role("alert").get_by_text("no HAMLET file").wait_for()
    picture(page, "models")
    page.get_by_label("Model file").set_input_files(OLD)
    page.wait_for_url(re.compile(r"/models/[0-9a-f-]{36}$"))
    page.get_by_role("region", name="How long it lives").wait_for(timeout=120_000)
    return page


def test_its_page_tells_how_it_lives_and_where_it_fits(brought: "Page") -> None:
    assert brought.get_by_role("heading", name=OLD.stem).is_visible()
    lives = brought.get_by_role("region", name="How long it lives").inner_text()
    assert "128 greedy lives" in lives
    assert re.search(r"Mean \d+ steps, 95 % interval \d+ to \d+; a random agent lives \d+", lives)
    fits = brought.get_by_role("region", name="Where it fits").inner_text()
    assert "Fits, and was examined here" in fits
    assert "Does not fit" in fits
    card = brought.get_by_role("region", name="Model card")
    card.get_by_text("version 2 training checkpoint that was uploaded").wait_for()
    assert "Examined on 128 lives" in card.inner_text()


def test_its_lives_play_on_the_board(brought: "Page") -> None:
    stage = brought.get_by_role("region", name="Watch its lives")
    board = stage.get_by_role("img", name=re.compile(r"Agent at [a-h][1-8]")).first
    board.wait_for()
    # This mind likes to wait: the board may stand still while the life goes on.
    step = stage.get_by_role("slider")
    assert goes_on(brought, step, "aria-valuenow"), "the life on the board does not go on"
    assert stage.get_by_role("meter").count() == 8
    stage.get_by_role("button", name=re.compile("^Life 2: ")).click()
    assert "episode=2" in brought.url
    stage.get_by_text("Episode 2", exact=True).wait_for()
    stage.get_by_text("verified").wait_for()
    stage.get_by_role("button", name="Pause the picture").click()
    brought.evaluate("scrollTo(0, 0)")
    picture(brought, "model-uploaded")


def test_its_zip_plays_at_home(brought: "Page", student_python: Path, tmp_path: Path) -> None:
    with brought.expect_download() as waiting:
        brought.get_by_role("link", name="Download ZIP").click()
    download: Any = waiting.value
    download.save_as(tmp_path / download.suggested_filename)
    with zipfile.ZipFile(tmp_path / download.suggested_filename) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / OLD.stem
    played = subprocess.run(
        [student_python, "play.py", "--lives", "20"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stderr
    found = re.search(r"20 lives: ([\d.]+) steps on average", played.stdout)
    assert found, played.stdout
    assert float(found[1]) > 130, "a random agent lives 113 steps"


def test_it_is_in_the_list_and_can_be_deleted(brought: "Page") -> None:
    brought.goto("/models")
    entry = brought.get_by_role("list", name="Uploaded models").get_by_role("listitem").filter(has_text=OLD.stem)
    entry.get_by_text("Examined").wait_for()
    picture(brought, "models-list")
    entry.get_by_role("link").click()
    brought.get_by_role("button", name="Delete").click()
    brought.get_by_role("dialog").get_by_role("button", name="Delete").click()
    brought.get_by_role("heading", name="No model yet").wait_for()
