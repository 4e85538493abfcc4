"""A file that is no level is turned away with file, line, field, value and what is allowed, for everything at once."""

import os
import time
import tracemalloc
from pathlib import Path

import pytest

from hamlet.world import LevelError, load_level, parse_level
from hamlet.world.load import LEVELS, MAX_BYTES

STATION = (Path(__file__).parent / "levels" / "station.yaml").read_text()


def problems(*changes: tuple[str, str]) -> list[str]:
    text = STATION
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(LevelError) as caught:
        parse_level(text, file="station.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("width: 5", "width: 0"), "station.yaml:6: grid.width is 0; must be a whole number from 1 to 64"),
        (("width: 5", "width: 5.5"), "station.yaml:6: grid.width is 5.5; must be a whole number from 1 to 64"),
        (("{radius: 1}", "some"), "station.yaml:7: sight is 'some'; must be full, or a mapping with the key radius"),
        (("radius: 1", "radius: -1"), "station.yaml:7: sight.radius is -1; must be a whole number from 0 to 15"),
        (("temporal: true", "temporal: 1"), "station.yaml:8: temporal is 1; must be true or false"),
        (
            ("lifespan: 40", "lifespan: many"),
            "station.yaml:10: lifespan is 'many'; must be a whole number from 1 to 1000000",
        ),
        (
            ("JUMP: [2, 0]", "JUMP: [0, 0]"),
            "station.yaml:17: actions.JUMP is [0, 0]; must be a move [dx, dy] of -3 to 3 cells, not [0, 0], or",
        ),
        (("start: 0.9", "start: .nan"), "station.yaml:21: meters.air.start is nan; must be a number from 0 to 1"),
        (
            ("start: 0.9", "start: 0"),
            "station.yaml:21: meters.air.start is 0; must be more than 0: the meter is lethal, nobody is born dead",
        ),
        (("start: 0.9, ", ""), "station.yaml:21: meters.air.start is missing"),
        (
            ("start: 0.9", "begin: 0.9"),
            "station.yaml:21: meters.air.begin is an unknown key; allowed: start, depletion, lethal, title, icon,",
        ),
        (
            ("hue: mood", "hue: pink"),
            "station.yaml:23: meters.spirits.hue is 'pink'; must be one of energy, health, satiation,",
        ),
        (
            ("currency: credits", "currency: gold"),
            "station.yaml:27: currency is 'gold'; must be a meter of this level: air, warmth,",
        ),
        (
            ("[air, spirits]", "[air, luck]"),
            "station.yaml:28: reward.product.1 is 'luck'; must be a meter of this level:",
        ),
        (("[air, spirits]", "[air, air]"), "station.yaml:28: reward.product.1 is 'air'; must be named once"),
        (
            ("wait: {suit: 0.001}", "wait: {suit: 0.006}"),
            "station.yaml:31: costs.wait.suit is 0.006; must be less than a move costs, which is 0.006 suit",
        ),
        (
            ("source: suit, target: spirits", "source: suit, target: suit"),
            "station.yaml:40: cascades.0.target is 'suit'; must be another meter than the source",
        ),
        (
            ("strength: 0.02}", "strengh: 0.02}"),
            "40: cascades.0.strengh is an unknown key (did you mean strength?); allowed: source, ",
        ),
        (
            ("threshold: 0.7", "threshold: 0"),
            "station.yaml:40: cascades.0.threshold is 0; must be a number from 0.001 to 1",
        ),
        (
            ("hours: [2, 7]", "hours: [2, 13]"),
            "Hydroponics.hours is [2, 13]; must be [open, close]: open from 0 to 9, close after it and 10 hours later",
        ),
        (
            ("effects: {air: 0.12}", "effects: {oxygen: 0.12}"),
            "places.Hydroponics.ticks.effects.oxygen is 'oxygen'; must be a meter of this level",
        ),
        (
            ("[Hydroponics, Airlock, Workshop]", "[Hydroponics, Pub]"),
            "deployed.1 is 'Pub'; must be a place of this level: Hydroponics,",
        ),
        (
            ("[Hydroponics, Airlock, Workshop]", "[Airlock, Airlock]"),
            "deployed.1 is 'Airlock'; must be named once: a place stands on one cell",
        ),
        (
            ("width: 5, height: 3", "width: 3, height: 1"),
            "deployed is '3 places'; must be fewer than the 3 cells of the 3 x 1 grid",
        ),
        (("retreat: 0.2", "retreat: 0.6"), "curriculum.retreat is 0.6; must be less than advance, which is 0.6"),
        (("USE: interact", "USE: wait"), "must hold exactly one action that does interact"),
        (("title: Space station", "title: []"), "station.yaml:3: title is []; must be text of 1 to 60 characters"),
        (
            ("name: station", "name: ../etc"),
            "station.yaml:2: name is '../etc'; must be a name: a letter, then letters, digits",
        ),
        (
            ("currency: credits\n", ""),
            "places.Hydroponics.use.cost is 0.05; must be 0: the level names no currency to pay with",
        ),
        (
            ("cascades:\n", "rules: 3\ncascades:\n"),
            "rules is an unknown key; allowed: name, title, summary, grid, sight,",
        ),
        (
            ("grid: {width: 5, height: 3}", "grid: 5"),
            "station.yaml:6: grid is 5; must be a mapping with the keys width, height",
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else part[1].strip().replace("\n", " ")[:30],
)
def test_a_problem_names_file_line_field_value_and_what_is_allowed(change, said):
    found = problems(change)
    assert any(said in line for line in found), found


def test_all_problems_are_told_at_once_in_the_order_of_the_file():
    found = problems(
        ("width: 5", "width: no"),
        ("start: 0.9", "start: 9"),
        ("source: suit, target: spirits", "source: soot, target: spirits"),
        ("count: 3", "count: 0"),
        ("deployed:", "deploid:"),
    )
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines)
    said = "\n".join(found)
    for field in (
        "grid.width",
        "meters.air.start",
        "cascades.0.source",
        "ticks.count",
        "deploid",
        "deployed is missing",
    ):
        assert field in said


def test_problems_are_data_too():
    with pytest.raises(LevelError) as caught:
        parse_level(STATION.replace("width: 5", "width: 0"), file="station.yaml")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field, problem.value) == ("station.yaml", 6, "grid.width", "0")
    assert problem.message == "must be a whole number from 1 to 64"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("- a\n- b", "must be a mapping with the keys name, title"),
        ("a: 1\na: 2", "x.yaml:2: has the key 'a' twice"),
        ("1: 2", "has the key 1; a key must be text"),
        ("? [a, b]\n: c", "has a mapping or list as a key"),
        ("a: [1,\nb", "is not valid YAML"),
        ("a: \x00", "is not valid YAML"),
        ("a: &x [1]\nb: *x", "uses a YAML anchor or alias"),
        ("a: !!python/object/apply:os.system ['true']", "has the tag"),
        ("a: !!binary '!'", "has the tag"),
        ("a: " + "9" * 5000, "cannot be read"),
        ("a: 2001-99-99", "cannot be read"),
        ("[" * 5000, "is nested deeper than 12"),
        ("a: [" + "1," * 60_000 + "1]", "holds more than 20000 values"),
        ("a: " + "x" * MAX_BYTES, "is larger than 256 KiB"),
    ],
    ids=lambda part: part[:24],
)
def test_yaml_that_is_no_level_or_a_bomb(text, said):
    with pytest.raises(LevelError) as caught:
        parse_level(text, file="x.yaml")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_billion_laughs_cost_next_to_nothing():
    bomb = "a0: &a0 ha\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    tracemalloc.start()
    try:
        with pytest.raises(LevelError, match="anchor or alias"):
            parse_level(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_a_huge_file_is_turned_away_without_reading_it(tmp_path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(LevelError, match="is larger than 256 KiB"):
            load_level(path)
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()


def test_what_is_no_readable_file_is_said_plainly(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    started = time.monotonic()
    for path, said in [
        (tmp_path / "nowhere.yaml", "No such file"),
        (tmp_path, "is not a file"),
        (pipe, "is not a file"),
        (tmp_path / "latin.yaml", "is not UTF-8 text: byte 9 is 0xe9"),
    ]:
        with pytest.raises(LevelError, match=said):
            load_level(path)
    assert time.monotonic() - started < 60  # a pipe would have waited for ever


@pytest.mark.parametrize("name", ["L9", "", "L1_full_observability\x00", "x" * 10_000, 3, None])
def test_an_unknown_level_is_answered_with_the_known_ones(name):
    with pytest.raises(LevelError) as caught:
        load_level(name)
    assert "L1_full_observability" in str(caught.value) or "is not a file" in str(caught.value)


def test_shipped_files_are_read_like_anybodys():
    for path in LEVELS.glob("*.yaml"):
        assert load_level(path) == load_level(path.stem)
