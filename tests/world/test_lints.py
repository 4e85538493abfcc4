"""Advice: a universe nobody can live in, a place nobody would use, a place that is enough for ever."""

from pathlib import Path

import pytest

from hamlet.world import VectorWorld, level_names, load_level, parse_level
from hamlet.world.lints import lint

STATION = (Path(__file__).parent / "levels" / "station.yaml").read_text()


def advice(*changes: tuple[str, str]) -> list[str]:
    text = STATION
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return [str(piece) for piece in lint(parse_level(text))]


def test_a_sound_universe_gets_no_advice():
    assert advice() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [
                ("deployed: [Hydroponics, Airlock, Workshop]", "deployed: [Airlock, Workshop]"),
                ("lifespan: 40", "lifespan: 400"),
            ],
            "meters.air: falls by 0.011 a step at least and no deployed place raises it: no life is longer than 81 of",
        ),
        (
            [
                ("deployed: [Hydroponics, Airlock, Workshop]", "deployed: [Hydroponics, Workshop]"),
                ("lifespan: 40", "lifespan: 4000"),
            ],
            "meters.air: falls by 0.011 a step at least and nothing earns credits, and what there is buys 2.30 at best",
        ),
        (
            [("{credits: 0.08}", "{}"), ("completion: {credits: 0.05, suit: -0.1}", "completion: {suit: -0.1}")],
            "places.Airlock: raises no meter: nobody would use it",
        ),
        (
            [
                ("use: {cost: 0.02, effects: {suit: 0.3}}", "use: {cost: 0.4, effects: {suit: 0.3}}"),
                ("[Hydroponics, Airlock, Workshop]", "[Hydroponics, Workshop]"),
            ],
            "places.Workshop: costs 0.4, more than the 0.3 one starts with; nothing earns more",
        ),
        (
            [("completion: {credits: 0.05, suit: -0.1}", "completion: {credits: 0.05}")],
            "places.Airlock: pays 0.21 credits and takes nothing: an endless purse",
        ),
        (
            [("use: {cost: 0.02, effects: {suit: 0.3}}", "use: {cost: 0.0, effects: {suit: 0.3, air: 0.3}}")],
            "places.Workshop: using it over and over keeps every lethal meter up: one place is enough for ever",
        ),
        (
            [
                ("product: [air, spirits]", "product: [air, spirits]"),
                ("  suit: {start: 0.8", "  dust: {start: 0.5, depletion: 0.0}\n  suit: {start: 0.8"),
            ],
            "meters.dust: nothing depends on it",
        ),
        ([("lethal: true, ", "")], "meters: no meter is lethal: every life lasts the whole lifespan"),
        ([("radius: 1", "radius: 4")], "sight.radius: 4 sees the whole 5 x 3 grid from anywhere"),
        (
            [
                ("  Workshop:", "  Booth:\n    use: {cost: 0.02, effects: {suit: 0.2}}\n  Workshop:"),
                ("Airlock, Workshop]", "Airlock, Booth, Workshop]"),
            ],
            "places.Booth: Workshop does all of it for no more time or money: nobody would use it",
        ),
    ],
    ids=lambda part: part.split(":")[0] + part[-20:] if isinstance(part, str) else "",
)
def test_bad_worlds_are_told_apart(changes, said):
    found = advice(*changes)
    assert any(said in piece for piece in found), found


def test_the_endless_place_really_is_endless():
    text = STATION.replace(
        "use: {cost: 0.02, effects: {suit: 0.3}}", "use: {cost: 0.0, effects: {suit: 0.3, air: 0.3}}"
    )
    world = VectorWorld(parse_level(text), 1, seed=0, lifespan=5000)
    world.set_state(positions=[world.affordance_positions["Workshop"]])
    use = world.level.action_names.index("USE")
    for _ in range(1000):
        assert not world.step([use])[2][0]


def test_a_place_open_at_other_hours_is_used_although_another_is_better():
    booth = "  Booth:\n    hours: [0, 4]\n    use: {cost: 0.02, effects: {suit: 0.2}}\n  Workshop:\n    hours: [2, 9]"
    assert advice(("  Workshop:", booth), ("Airlock, Workshop]", "Airlock, Booth, Workshop]")) == []


def test_what_the_shipped_levels_are_told():
    told = {name: [piece.field for piece in lint(load_level(name))] for name in level_names()}
    assert told == {
        "L0_0_minimal": ["meters.energy"],  # five nights' money and no job: the lesson is short
        "L0_5_dual_resource": [],
        "L1_full_observability": ["places.Labor"],  # Job pays more for less, as long as uses are instant
        "L2_partial_observability": ["places.Labor"],
        "L3_temporal_mechanics": [],
        "broken_reward": ["places.Labor"],
    }
