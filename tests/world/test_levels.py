"""Levels are data: what the shipped ones say, what a level tells of itself, and what every key of a file does."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from hamlet.world import Level, VectorWorld, level_names, load_level, parse_level
from hamlet.world.floors import measure
from hamlet.world.spec import LevelSpec
from hamlet.world.writing import level_text

STATION = Path(__file__).parent / "levels" / "station.yaml"


def test_the_five_levels_are_there_from_the_easiest_on_and_one_that_is_wrong():
    assert level_names() == (
        "L0_0_minimal",
        "L0_5_dual_resource",
        "L1_full_observability",
        "L2_partial_observability",
        "L3_temporal_mechanics",
        "broken_reward",
    )


@pytest.mark.parametrize(
    ("name", "dim", "deployed", "sight", "temporal", "money"),
    [
        ("L0_0_minimal", 36, 1, None, False, 0.25),
        ("L0_5_dual_resource", 76, 4, None, False, 1.0),
        ("L1_full_observability", 91, 14, None, False, 0.5),
        ("L2_partial_observability", 54, 14, 2, False, 0.5),
        ("L3_temporal_mechanics", 54, 14, 2, True, 0.5),
    ],
)
def test_shipped_levels_are_those_of_the_rule_book(name, dim, deployed, sight, temporal, money):
    level = load_level(name)
    assert (level.name, level.obs_dim, len(level.deployed)) == (name, dim, deployed)
    assert (level.sight, level.temporal, level.lifespan, level.hours_per_day) == (sight, temporal, 1000, 24)
    assert level.action_names == ("UP", "DOWN", "LEFT", "RIGHT", "INTERACT", "WAIT")
    assert level.meter_names == ("energy", "hygiene", "satiation", "money", "mood", "social", "health", "fitness")
    assert level.meters[3].start == money
    assert len(level.vocabulary) == 14
    assert level.curriculum.multipliers == (0.2, 0.5, 0.8, 1.0)


def test_the_broken_reward_is_the_whole_town_with_one_number_wrong():
    town, broken = load_level("L1_full_observability").describe(), load_level("broken_reward").describe()
    differs = {key for key in town if town[key] != broken[key]}
    assert differs == {"name", "title", "summary", "reward", "digest"}
    assert broken["reward"] == town["reward"] | {"retirement": -1000.0}


def test_fields_tile_the_observation():
    for name in [*level_names(), STATION]:
        level = load_level(name)
        stops = [0, *(field.stop for field in level.observation)]
        assert [field.start for field in level.observation] == stops[:-1]
        assert all(len(field.labels) == field.stop - field.start for field in level.observation)
        assert stops[-1] == level.obs_dim
    assert [f.name for f in level.observation][:3] == ["window", "position", "meters"]


def test_observations_stay_in_the_ranges_of_their_fields():
    for name in [*level_names(), STATION]:
        level = load_level(name)
        world = VectorWorld(level, 64, seed=0, lifespan=50)
        dice = np.random.default_rng(0)
        for _ in range(80):
            obs, *_ = world.step(dice.integers(0, level.num_actions, 64))
            for field in level.observation:
                part = obs[:, field.start : field.stop]
                assert part.min() >= field.low, field.name
                assert part.max() <= np.float32(field.high), field.name


def test_a_level_tells_an_interface_all_it_needs_as_plain_json():
    told = load_level("L3_temporal_mechanics").describe()
    assert json.loads(json.dumps(told)) == told
    assert told["meters"][0] == {
        "name": "energy",
        "start": 1.0,
        "depletion": 0.005,
        "lethal": True,
        "title": "Energy",
        "icon": "lightning",
        "hue": "energy",
        "tier": "vital",
        "unit": None,
    }
    bar = told["places"][9]
    assert (bar["name"], bar["icon"], bar["serves"], bar["hours"]) == ("Bar", "beer-stein", "social", [18, 28])
    assert (bar["cost"], bar["ticks"], bar["tick_cost"]) == (0.15, 2, 0.075)
    assert told["places"][0]["hours"] is None
    assert told["costs"] == {
        "move": {"energy": 0.005, "hygiene": 0.003, "satiation": 0.004},
        "wait": {"energy": 0.001},
        "interact": {},
    }
    assert len(told["cascades"]) == 10
    assert told["actions"][4] == {"name": "INTERACT", "dx": 0, "dy": 0, "kind": "interact"}


def test_what_a_file_leaves_out_gets_a_name_an_icon_and_a_hue():
    level = load_level(STATION)
    workshop = level.places[3]
    assert (workshop.title, workshop.icon, workshop.serves, workshop.hours) == ("Workshop", "cube", "suit", None)
    # without `ticks`, one tick does all of it
    assert (workshop.ticks, workshop.tick_cost, workshop.tick_effects, workshop.completion) == (
        1,
        0.02,
        {},
        {"suit": 0.3},
    )


def test_levels_travel_by_pickle():
    for name in level_names():
        level = load_level(name)
        assert pickle.loads(pickle.dumps(level)) == level


# ------------------------------------------------------------------------------------------------------------- digest


def test_the_digest_names_the_rules_and_nothing_else():
    text = STATION.read_text()
    digest = load_level(STATION).digest
    same = [
        ("title: Space station", "title: Orbit"),
        ("icon: wind", "icon: cloud"),
        ("name: station", "name: orbit"),
        ("advance: 0.6", "advance: 0.9"),
        ("radius: 1}", "radius: 1}   # a comment"),
    ]
    for old, new in same:
        assert parse_level(text.replace(old, new)).digest == digest, new
    assert parse_level(text.replace("start: 0.9", "start: 0.91")).digest != digest
    assert len(digest) == 64
    # Two seeds, two machines, two releases: a model names this digest for as long as the rules stand.
    assert load_level("L1_full_observability").digest.startswith("9645276bdbb92f81")


def test_floors_were_measured_on_these_very_rules():
    for name in level_names():
        assert None not in load_level(name).floors.values()
    assert load_level("L1_full_observability").floors["wait"] == 164  # world.md section 16, number 25
    assert load_level(STATION).floors == {"random": None, "wait": None}


def test_floors_are_measured_again_alike():
    entry = measure(load_level("L0_0_minimal"))
    assert {key: entry[key] for key in ("random", "wait")} == load_level("L0_0_minimal").floors


# -------------------------------------------------------------------------------------------- every key has an effect


def keys_of(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every key a level file may have; * stands for a name or a place in a list."""
    for key, field in model.model_fields.items():
        inner = _models(field.annotation)
        here = f"{path}{key}"
        yield here
        many = get_origin(field.annotation) in (dict, list)
        for part in inner:
            yield from keys_of(part, f"{here}.*." if many else f"{here}.")


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, UnionType) or get_origin(annotation) is not None:
        return [model for part in get_args(annotation) for model in _models(part)]
    return []


PLAYED = {
    "grid.width": ("grid.width", 6),
    "grid.height": ("grid.height", 4),
    "grid": ("grid", {"width": 4, "height": 4}),
    "sight": ("sight", "full"),
    "sight.radius": ("sight.radius", 2),
    "temporal": ("temporal", False),
    "hours_per_day": ("hours_per_day", 12),
    "lifespan": ("lifespan", 30),
    "actions": ("actions.JUMP", [1, 0]),
    "meters": ("meters.dust", {"start": 0.5, "depletion": 0.01}),
    "meters.*.start": ("meters.spirits.start", 0.7),
    "meters.*.depletion": ("meters.warmth.depletion", -0.03),
    "meters.*.lethal": ("meters.spirits.lethal", True),
    "currency": ("currency", "warmth"),
    "reward": ("reward", {"product": ["air"], "retirement": 2.5}),
    "reward.product": ("reward.product", ["suit"]),
    "reward.retirement": ("reward.retirement", 3.0),
    "costs": ("costs", {}),
    "costs.move": ("costs.move.suit", 0.007),
    "costs.wait": ("costs.wait.suit", 0.002),
    "costs.interact": ("costs.interact.spirits", 0.004),
    "modulation": ("modulation", []),
    "modulation.*.source": ("modulation.0.source", "air"),
    "modulation.*.target": ("modulation.0.target", "air"),
    "modulation.*.amount": ("modulation.0.amount", 0.003),
    "modulation.*.base": ("modulation.0.base", 0.5),
    "modulation.*.range": ("modulation.0.range", 2.0),
    "cascades": ("cascades", []),
    "cascades.*.source": ("cascades.0.source", "air"),
    "cascades.*.target": ("cascades.0.target", "air"),
    "cascades.*.threshold": ("cascades.0.threshold", 0.6),
    "cascades.*.strength": ("cascades.0.strength", 0.03),
    "places": ("places.Garden", {"use": {"cost": 0.0, "effects": {}}}),
    "places.*.use": ("places.Workshop.use", {"cost": 0.02, "effects": {}}),
    "places.*.use.cost": ("places.Workshop.use.cost", 0.1),
    "places.*.use.effects": ("places.Workshop.use.effects.suit", 0.1),
    "places.*.ticks": ("places.Workshop.ticks", {"count": 2, "cost": 0.0}),
    "places.*.ticks.count": ("places.Airlock.ticks.count", 3),
    "places.*.ticks.cost": ("places.Airlock.ticks.cost", 0.05),
    "places.*.ticks.effects": ("places.Airlock.ticks.effects.credits", 0.1),
    "places.*.ticks.completion": ("places.Airlock.ticks.completion.suit", -0.2),
    "places.*.hours": ("places.Airlock.hours", [0, 5]),
    "deployed": ("deployed", "all"),
}
"""key -> a change that must show in what the agents live through"""

SHOWN = {
    "name": ("name", "orbit"),
    "title": ("title", "Orbit"),
    "summary": ("summary", "Something else."),
    "meters.*.title": ("meters.air.title", "Oxygen"),
    "meters.*.icon": ("meters.air.icon", "cloud"),
    "meters.*.hue": ("meters.air.hue", "money"),
    "meters.*.tier": ("meters.air.tier", "need"),
    "meters.*.unit": ("meters.air.unit", {"symbol": "%", "full": 100.0}),
    "meters.*.unit.symbol": ("meters.credits.unit.symbol", "$"),
    "meters.*.unit.full": ("meters.credits.unit.full", 100.0),
    "places.*.title": ("places.Airlock.title", "Lock"),
    "places.*.icon": ("places.Airlock.icon", "lock"),
    "places.*.badge": ("places.Airlock.badge", "star"),
    "places.*.serves": ("places.Airlock.serves", "air"),
    "curriculum": ("curriculum", {"multipliers": [1.0], "advance": 0.6, "retreat": 0.2, "entropy_gate": 0.4}),
    "curriculum.multipliers": ("curriculum.multipliers", [0.5, 1.0]),
    "curriculum.advance": ("curriculum.advance", 0.7),
    "curriculum.retreat": ("curriculum.retreat", 0.3),
    "curriculum.entropy_gate": ("curriculum.entropy_gate", 0.5),
}
"""key -> a change that must show in what interface and learner are told, and leave the lives as they are"""


def changed(path: str, value: Any) -> Level:
    data = yaml.safe_load(STATION.read_text())
    at = data
    *parents, last = path.split(".")
    for key in parents:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[last] = value
    return parse_level(level_text(data), file=f"station with another {path}")


def lives(level: Level) -> list[Any]:
    """Everything that happens in some lives of the level, under its own clock and under the other."""
    happened: list[Any] = []
    for temporal in (None, not level.temporal):
        world = VectorWorld(level, 32, seed=1, temporal=temporal)
        dice = np.random.default_rng(1)
        use = next(i for i, action in enumerate(level.actions) if action.kind == "interact")
        happened.append(world.observe().tolist())
        for _ in range(60):
            actions = np.where(dice.random(32) < 0.6, use, dice.integers(0, level.num_actions, 32))
            happened.append(world.action_masks().tolist())
            obs, reward, terminated, _, info = world.step(actions)
            happened += [
                obs.tolist(),
                reward.tolist(),
                terminated.tolist(),
                info["used"].tolist(),
                world.hours.tolist(),
            ]
    return happened


@pytest.fixture(scope="module")
def station() -> tuple[Level, list[Any]]:
    level = load_level(STATION)
    return level, lives(level)


def test_the_two_tables_name_every_key_a_file_may_have():
    assert sorted([*PLAYED, *SHOWN]) == sorted(keys_of(LevelSpec))


@pytest.mark.parametrize("key", PLAYED)
def test_a_key_of_the_rules_changes_lives_and_digest(key, station):
    level, happened = station
    other = changed(*PLAYED[key])
    assert other.digest != level.digest
    assert lives(other) != happened


@pytest.mark.parametrize("key", SHOWN)
def test_a_key_for_people_or_learners_changes_what_is_told_and_no_life(key, station):
    level, happened = station
    other = changed(*SHOWN[key])
    assert other.describe() != level.describe()
    assert other.digest == level.digest
    assert lives(other) == happened
