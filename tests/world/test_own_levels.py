"""Levels of one's own: `HAMLET_LEVELS` names a folder, and what is in it is known by name like what comes along."""

import subprocess
import sys
from pathlib import Path

import pytest

from hamlet.world import LevelError, level_names, load_level, own_text, shipped_names

OWN = Path(__file__).parent / "levels"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of one's own levels, empty at first."""
    monkeypatch.setenv("HAMLET_LEVELS", str(tmp_path))
    return tmp_path


def test_they_come_after_those_that_are_shipped_and_load_by_their_name(monkeypatch):
    monkeypatch.setenv("HAMLET_LEVELS", str(OWN))
    assert level_names() == (*shipped_names(), "harbour", "station")
    assert load_level("harbour").digest == load_level(OWN / "harbour.yaml").digest
    assert own_text("harbour") == (OWN / "harbour.yaml").read_text()
    assert own_text("L1_full_observability") is None


def test_without_the_folder_nobody_knows_them(monkeypatch):
    monkeypatch.delenv("HAMLET_LEVELS", raising=False)
    assert level_names() == shipped_names()
    with pytest.raises(LevelError, match="harbour"):
        load_level("harbour")


def test_a_folder_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("HAMLET_LEVELS", "/nowhere/at/all")
    with pytest.raises(LevelError, match=r"^/nowhere/at/all: is no folder, and HAMLET_LEVELS names one"):
        level_names()


def test_every_problem_of_every_file_is_told(folder):
    (folder / "one.yaml").write_text("name: one")
    (folder / "two.yaml").write_text((OWN / "harbour.yaml").read_text().replace("lifespan: 300", "lifespan: never"))
    with pytest.raises(LevelError) as raised:
        level_names()
    assert {problem.file for problem in raised.value.problems} == {
        str(folder / f"{name}.yaml") for name in ("one", "two")
    }


@pytest.mark.parametrize("name", ["L1_full_observability", "harbour"])
def test_no_two_levels_have_one_name(folder, name):
    text = (OWN / "harbour.yaml").read_text()
    (folder / "a.yaml").write_text(text)
    (folder / "b.yaml").write_text(text.replace("name: harbour", f"name: {name}"))
    with pytest.raises(LevelError, match=rf"b.yaml: name is '{name}'; is another level's"):
        level_names()


def test_a_command_line_ends_with_one_line(folder):
    (folder / "one.yaml").write_text("name: one")
    done = subprocess.run(
        [sys.executable, "-m", "hamlet.cli", "validate", "one"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
