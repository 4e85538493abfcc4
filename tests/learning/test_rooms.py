"""The level in which memory is needed, and nothing else helps: why that is so, and what was measured there."""

from itertools import permutations, product

import numpy as np
import pytest

from hamlet.learning import Trainer
from hamlet.world import VectorWorld
from hamlet.world.floors import measure
from tests.benchmarks.bench_learning import ROWS, prepared
from tests.benchmarks.walkers import Rememberer, Sweeper, survival
from tests.learning.measured import bound, runs
from tests.learning.runs import iterations

CORNERS = [(0, 0), (1, 0), (0, 1), (1, 1)]
HOUSES = list(permutations(CORNERS, 2))
"""where kitchen and workshop are, in each of twelve houses"""
OLD = 40
"""age at which youth is gone"""
MOST_FORGETFUL = 4 / 12 * 200 + 8 / 12 * 48
"""steps: what no policy without memory can live longer than on average, as the tests here show"""


@pytest.fixture(scope="module")
def rooms():
    return prepared(ROWS["rooms"][0])[1]


def after_a_meal(level, house, age):
    """A world in which all ways to act for five steps begin at the same moment: at `age`, a meal just eaten."""
    ways = np.array(list(product(range(level.num_actions), repeat=5)))
    world = VectorWorld(level, len(ways), seed=0)
    youth = max(0.0, 1.0 - age * level.meters[2].depletion)
    world.set_state(
        affordance_positions=dict(zip(("Kitchen", "Workshop"), house, strict=True)),
        positions=np.tile(house[0], (len(ways), 1)), meters=np.tile([0.12, 1.0, youth], (len(ways), 1)),
    )  # fmt: skip
    world.step(np.full(len(ways), level.action_names.index("INTERACT")))
    return world, ways


def ways_to_the_next_meal(level, house, age):
    """step -> the ways that lead to the next meal just then; and whether anybody still lives who has not had one."""
    world, ways = after_a_meal(level, house, age)
    alive, found = np.ones(len(ways), dtype=bool), {}
    for step in range(5):
        money, actions = world.meters[:, 1], ways[:, step]
        _, _, ended, _, _ = world.step(actions)
        alive &= ~ended
        eaten = alive & (world.meters[:, 1] < money)
        found[step + 1] = {tuple(way[: step + 1].tolist()) for way in ways[eaten]}
        alive &= ~eaten
    return found, alive.any()


@pytest.mark.parametrize("age", [35, OLD])
def test_for_the_old_one_wasted_step_is_death(rooms, age):
    """The one way to another meal: to the workshop at once, work, back at once, and eat."""
    names = rooms.action_names
    found, others_live = ways_to_the_next_meal(rooms, ((0, 0), (1, 1)), age)
    assert not others_live
    assert [step for step, ways in found.items() if ways] == [4]
    told = {tuple(names[action] for action in way) for way in found[4]}
    assert told == {("DOWN_RIGHT", "INTERACT", "UP_LEFT", "INTERACT")}


def test_a_full_meter_tells_nothing_of_the_way_that_one_came(rooms):
    """In each house the same meters after a meal, and after work: where the other room is they do not say."""
    after_meal, after_work = set(), set()
    for kitchen, workshop in HOUSES:
        world = VectorWorld(rooms, 1, seed=0)
        world.set_state(
            affordance_positions={"Kitchen": kitchen, "Workshop": workshop}, positions=[kitchen],
            meters=[[0.12, 1.0, 0.0]],
        )  # fmt: skip
        go = {(a.dx, a.dy): i for i, a in enumerate(rooms.actions) if a.kind == "move"}
        there = workshop[0] - kitchen[0], workshop[1] - kitchen[1]
        for _ in range(2):
            world.step([rooms.action_names.index("INTERACT")])
            after_meal.add(tuple(world.meters[0].tolist()))
            world.step([go[there]])
            world.step([rooms.action_names.index("INTERACT")])
            after_work.add(tuple(world.meters[0].tolist()))
            world.step([go[-there[0], -there[1]]])
    assert len(after_meal) == len(after_work) == 1


def test_without_memory_four_houses_of_twelve_are_all_that_any_habit_fits():
    """A habit: from the kitchen at p go to there[p], from the workshop at q to back[q]. Both must be right."""
    habits = list(product(range(4), repeat=4))
    fits = max(sum(back[there[p]] == p != there[p] for p in range(4)) for there in habits for back in habits)
    assert fits == 4


def test_who_remembers_lives_it_out_twice_as_long_as_anybody_can_who_does_not(rooms):
    remembering = survival(Rememberer, rooms, 64, seed=1)
    assert remembering == rooms.lifespan > 2 * MOST_FORGETFUL
    assert survival(Sweeper, rooms, 64, seed=1) < MOST_FORGETFUL


def test_it_is_no_place_to_survive_by_luck(rooms):
    floors = measure(rooms, episodes=128)
    assert max(floors["random"], floors["wait"]) < rooms.lifespan / 10


@pytest.mark.parametrize("network", ["recurrent", "simple"])
def test_both_networks_are_trained_there_in_a_new_house_every_life(network):
    config, level = prepared({**ROWS["rooms"][0], "network": network})
    trainer = Trainer(config, level=level)
    iterations(trainer, 2)
    assert trainer.network.kind == network
    assert trainer.model("last").metadata["layouts"] == "episode"


def test_the_documented_bounds_are_those_of_the_level_as_it_is(rooms):
    known = bound("rooms")
    assert measure(rooms)["random"] == known["random"]
    assert survival(Rememberer, rooms, 256, seed=20_261_124) == known["remembering"]


def test_every_measured_run_with_memory_outlived_what_is_possible_without():
    remembering, simple = runs("rooms"), runs("rooms", {"network": "simple"})
    assert len(remembering) == len(simple) == 3
    assert min(run["mean"] for run in remembering) > MOST_FORGETFUL
    assert min(run["mean"] for run in remembering) > 2 * max(run["mean"] for run in simple)
    assert max(run["wiped"] for run in remembering) < MOST_FORGETFUL / 2
