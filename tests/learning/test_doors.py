"""The level in which memory is needed: that it is, before anything has learnt."""

import pytest

from hamlet.learning import Trainer
from hamlet.world import VectorWorld
from hamlet.world.floors import measure
from tests.benchmarks.bench_learning import ROWS, prepared
from tests.benchmarks.walkers import Rememberer, Sweeper, survival
from tests.learning.measured import bound
from tests.learning.runs import iterations


@pytest.fixture(scope="module")
def doors():
    return prepared(ROWS["doors"][0])[1]


def test_who_remembers_lives_it_out_and_who_does_not_dies_within_a_third(doors):
    assert survival(Rememberer, doors, 64, seed=1) > 0.95 * doors.lifespan
    assert survival(Sweeper, doors, 64, seed=1) < doors.lifespan / 3


def test_it_is_no_place_to_survive_by_luck(doors):
    floors = measure(doors, episodes=128)
    assert max(floors["random"], floors["wait"]) < doors.lifespan / 6


def test_one_door_looks_like_another_until_one_stands_on_its_threshold(doors):
    cells = dict(zip(doors.vocabulary, [(2, 1), (4, 3), (4, 0), (0, 3), (3, 2)], strict=True))
    other = {**cells, "Bed": cells["Attic"], "Attic": cells["Bed"]}

    def seen(layout, at):
        world = VectorWorld(doors, 1, seed=0)
        world.set_state(affordance_positions=layout, positions=[at])
        return world.observe()[0].tolist()

    assert seen(cells, (1, 1)) == seen(other, (1, 1))
    assert seen(cells, cells["Bed"]) != seen(other, cells["Bed"])


@pytest.mark.parametrize("network", ["recurrent", "simple"])
def test_both_networks_are_trained_there_in_a_new_house_every_life(network):
    config, level = prepared({**ROWS["doors"][0], "network": network})
    trainer = Trainer(config, level=level)
    iterations(trainer, 4)
    assert trainer.network.kind == network
    assert trainer.model("last").metadata["layouts"] == "episode"
    assert trainer.episodes > 0


def test_the_documented_bounds_are_those_of_the_level_as_it_is(doors):
    known = bound("doors")
    assert measure(doors)["random"] == known["random"]
    assert survival(Rememberer, doors, 256, seed=20_261_124) == known["remembering"]
