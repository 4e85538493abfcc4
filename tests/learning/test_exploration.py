"""The dice: how often they roll, and that they never roll what is forbidden."""

import numpy as np
import pytest

from hamlet.learning.config import TrainConfig
from hamlet.learning.exploration import choose, epsilon_at, lane_epsilons


def test_epsilon_falls_in_a_straight_line_and_stays():
    config = TrainConfig(epsilon_start=1.0, epsilon_end=0.2, epsilon_fraction=0.5)
    assert [round(epsilon_at(config, p), 6) for p in (0.0, 0.25, 0.5, 0.75, 1.0)] == [1.0, 0.6, 0.2, 0.2, 0.2]


def test_a_fraction_of_zero_starts_at_the_end():
    assert epsilon_at(TrainConfig(epsilon_fraction=0.0), 0.0) == TrainConfig().epsilon_end


def test_all_lanes_roll_alike_unless_they_stand_on_a_ladder():
    assert np.unique(lane_epsilons(TrainConfig(lanes=8, steps=1000), 0.5)).size == 1


def test_the_ladder_goes_from_the_schedule_down_to_its_eighth_power():
    config = TrainConfig(lanes=8, steps=1000, epsilon_ladder=True, epsilon_end=0.4)
    epsilons = lane_epsilons(config, 1.0)
    assert epsilons[0] == pytest.approx(0.4)
    assert epsilons[-1] == pytest.approx(0.4**8)
    assert (np.diff(epsilons) < 0).all()


def test_the_greedy_action_is_the_largest_allowed_value():
    q = np.array([[5, 1, 2], [5, 1, 2]], dtype=np.float32)
    mask = np.array([[True, True, True], [False, True, True]])
    choice = choose(q, mask, np.zeros(2), np.random.default_rng(0))
    assert choice.action.tolist() == choice.greedy.tolist() == [0, 2]
    assert choice.best.tolist() == [5, 2]
    assert not choice.random.any()


def test_the_dice_roll_every_allowed_action_evenly_and_no_other():
    lanes = 6000
    mask = np.tile([True, False, True, True], (lanes, 1))
    choice = choose(np.zeros((lanes, 4), np.float32), mask, np.ones(lanes), np.random.default_rng(0))
    counts = np.bincount(choice.action, minlength=4) / lanes
    assert choice.random.all()
    np.testing.assert_allclose(counts, [1 / 3, 0, 1 / 3, 1 / 3], atol=0.02)


def test_the_dice_roll_as_often_as_epsilon_says():
    lanes = 20_000
    epsilon = np.repeat([0.1, 0.7], lanes // 2)
    choice = choose(np.zeros((lanes, 4), np.float32), np.ones((lanes, 4), bool), epsilon, np.random.default_rng(1))
    assert choice.random[: lanes // 2].mean() == pytest.approx(0.1, abs=0.01)
    assert choice.random[lanes // 2 :].mean() == pytest.approx(0.7, abs=0.015)


def test_chance_drawn_does_not_depend_on_what_came_of_it():
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    q, mask = np.zeros((5, 4), np.float32), np.ones((5, 4), bool)
    choose(q, mask, np.zeros(5), one)
    choose(q + 1, mask, np.ones(5), other)
    assert one.random() == other.random()
