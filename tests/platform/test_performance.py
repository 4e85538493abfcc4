"""docs/performance.md says what was measured and by which command, and a figure that has fallen is named."""

import json
import re
from dataclasses import replace

import pytest

from tests.benchmarks import all as measure
from tests.benchmarks.all import DOC, KEPT, PARTS, fallen, filled, merged
from tests.product import ROOT


@pytest.fixture(scope="module")
def kept():
    return json.loads(KEPT.read_text())


def test_the_table_is_what_was_measured(kept):
    """`python -m tests.benchmarks.all --keep` writes it anew."""
    assert filled(DOC.read_text(), kept) == DOC.read_text()
    assert {one["part"] for one in kept["figures"]} == set(PARTS)


def test_each_command_is_one_that_exists(kept):
    for one in kept["figures"]:
        module = one["command"].split()[2]
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()


def test_all_of_it_takes_less_than_twenty_minutes(kept):
    assert kept["parts"].keys() == set(PARTS)
    assert sum(part["seconds"] for part in kept["parts"].values()) < 1200


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_each_command_and_file_that_a_page_names_is_there(page):
    text = page.read_text()
    modules = re.findall(r"python -m (tests(?:\.\w+)+)(?![.\w])", text)
    if page == DOC:
        modules += [
            f"tests.benchmarks.{name}" for name in re.findall(r"`((?:bench_)?[a-z]+)(?: [^`]*)?`[^|]*\|$", text, re.M)
        ]
    files = {f"{module.replace('.', '/')}.py" for module in modules}
    files |= set(re.findall(r"\b(?:tests|backend|deploy)(?:/\w+)+\.\w+", text))
    files |= {f"backend/{name}" for name in re.findall(r"`((?:lab|hamlet)(?:/\w+)+\.py)`", text)}
    assert [name for name in sorted(files) if not (ROOT / name).exists()] == []


def test_a_ratio_that_lost_more_than_a_fifth_is_named_and_no_other(kept):
    figures = kept["figures"]
    assert fallen(figures, figures) == []
    slower = [{**one, "ratio": one["ratio"] * (0.79 if i == 0 else 0.81)} for i, one in enumerate(figures)]
    (line,) = fallen(slower, figures)
    assert line.startswith(f"{figures[0]['part']}, {figures[0]['name']}: ")
    assert fallen(slower[1:], figures) == []


@pytest.fixture
def world_alone(kept, monkeypatch, tmp_path):
    """The command with one part, whose figures are given by the test, in milliseconds; gives what was kept of it."""
    figures = [one for one in kept["figures"] if one["part"] == "world"]
    file, page = tmp_path / "performance.json", tmp_path / "performance.md"
    file.write_text(KEPT.read_text())
    page.write_text(DOC.read_text())
    monkeypatch.setattr(measure, "KEPT", file)
    monkeypatch.setattr(measure, "DOC", page)
    monkeypatch.setattr(measure, "machine", lambda: kept["machine"])

    def command(factor, *words):
        found = [measure.Figure(**{key: one[key] for key in measure.Figure.__dataclass_fields__}) for one in figures]
        monkeypatch.setitem(PARTS, "world", lambda: (replace(one, ratio=one.ratio * factor) for one in found))
        monkeypatch.setattr("sys.argv", ["all", "--parts", "world", *words])
        measure.main()

    return command, file, page


def test_the_command_ends_with_an_error_if_one_has_fallen_and_only_then(world_alone):
    command, file, page = world_alone
    before = file.read_text()
    command(0.81)
    with pytest.raises(
        SystemExit, match=r"(?s)more than a fifth:\nworld, level 1, 16 lanes: .*world, level 1, 256 lanes"
    ):
        command(0.79)
    assert file.read_text() == before
    command(0.79, "--keep")
    assert fallen(json.loads(file.read_text())["figures"], json.loads(before)["figures"])
    assert filled(page.read_text(), json.loads(file.read_text())) == page.read_text()
    command(0.79 * 0.81)  # it is held against what is kept


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(world_alone, capsys):
    command, _, _ = world_alone
    with pytest.raises(SystemExit):
        command(1.0, "--parts", "moon")
    assert "moon is unknown; allowed are world, learning," in capsys.readouterr().err


def test_parts_of_two_machines_are_not_told_as_of_one(kept):
    found = {**kept, "machine": {**kept["machine"], "cores": 64}, "parts": {"world": kept["parts"]["world"]}}
    with pytest.raises(SystemExit, match="another machine"):
        merged(kept, found)
