"""A recorded life taken home: one file, with the pages' replay and the recording in it."""

import base64
import json
import re

import pytest

from lab.runs.models import RecordedEpisode, Run
from lab.store import files
from tests.runs.test_api import Page

PAGE = '<!doctype html><title>Life</title><script id="life" type="application/json"></script><script>1</script>'


@pytest.fixture
def lived(launch, slice_of):
    return slice_of(launch(name="</script><b>&"))


@pytest.fixture
def student(ophelia):
    return Page(ophelia)


@pytest.fixture
def built(tmp_path, settings):
    """The replay as the build leaves it, whether or not this clone has built one."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "replay.html").write_text(PAGE)
    settings.STATIC_ROOT = tmp_path


def test_the_file_holds_the_life_and_all_that_draws_it(lived, student, built):
    life = lived.recordings.first()
    answer = student.ask(f"/runs/{lived.pk}/episodes/{life.episode}/page")
    assert answer.status_code == 200
    assert f'filename="script--b-life-{life.episode}.html"' in answer["Content-Disposition"]
    found = re.fullmatch(re.escape(PAGE).replace("></script", ">(.*)</script", 1), answer.content.decode(), re.DOTALL)
    assert found, "the page is as it was built, but for the life in it"
    packed = json.loads(found[1])
    assert packed["name"] == "</script><b>&"
    assert packed["level"]["name"] == lived.level
    with files.open_file(life.file) as file:
        assert base64.b64decode(packed["recording"]) == file.read()


def test_a_name_cannot_end_the_script_it_stands_in(lived, student, built):
    text = student.ask(f"/runs/{lived.pk}/episodes/0/page").content.decode()
    assert text.count("</script>") == PAGE.count("</script>")


def test_what_cannot_be_taken_home(lived, student, built, settings, tmp_path):
    where = f"/runs/{lived.pk}/episodes"
    assert student.ask(f"{where}/77/page").status_code == 404
    assert student.ask(f"{where}/x/page").status_code == 404
    Run.objects.filter(pk=lived.pk).update(level="gone")
    assert student.ask(f"{where}/0/page").status_code == 410
    Run.objects.filter(pk=lived.pk).update(level=lived.level)
    settings.STATIC_ROOT = tmp_path / "never built"
    assert student.ask(f"{where}/0/page").status_code == 410
    settings.STATIC_ROOT = tmp_path
    files.remove([RecordedEpisode.objects.get(run=lived, episode=0).file])
    assert student.ask(f"{where}/0/page").status_code == 410
