"""What DQN remembers and how it draws. Data is made so that a mix-up shows: every number names its row and lane."""

import numpy as np
import pytest
import torch

from hamlet.learning.dqn import n_step_targets
from hamlet.learning.replay import Prioritised, Rows, SumTree, Uniform
from hamlet.learning.rollout import Rollout

LANES = 3


def rows_written(count, rows=8, at_once=2):
    """`count` rows in a ring of `rows`; the observation of row t in lane l is (t, l)."""
    store = Rows(rows=rows, lanes=LANES, obs_dim=2, actions=2, device=torch.device("cpu"))
    for first in range(0, count, at_once):
        t = torch.arange(first, first + at_once)
        number = t.unsqueeze(1) * 10 + torch.arange(LANES)
        where = torch.stack([t.unsqueeze(1).expand(-1, LANES), torch.arange(LANES).expand(at_once, -1)], dim=2)
        rollout = Rollout(
            obs=where.float(), mask=torch.ones(at_once, LANES, 2, dtype=torch.bool), best=torch.empty(0), action=number,
            greedy=torch.empty(0),
            reward=number.float() * 100, terminated=torch.zeros(at_once, LANES), keep=torch.ones(at_once, LANES),
            hidden=None,
        )  # fmt: skip
        store.add(rollout)
    return store


def test_a_row_is_found_again_under_its_number_after_the_ring_has_turned():
    store = rows_written(14)
    row, lane = torch.tensor([6, 9, 13]), torch.tensor([0, 2, 1])
    assert store.oldest == 6
    assert store.take("obs", row, lane).tolist() == [[6, 0], [9, 2], [13, 1]]
    assert store.take("action", row, lane).tolist() == [60, 92, 131]
    assert store.take("reward", row, lane).tolist() == [6000, 9200, 13100]


def test_it_counts_what_it_holds():
    assert [rows_written(n).stored for n in (0, 2, 8, 20)] == [0, 2 * LANES, 8 * LANES, 8 * LANES]


def test_even_drawing_reaches_every_row_and_lane_and_nothing_else():
    replay = Uniform(stride=1, rows=8, lanes=LANES)
    draw = replay.draw(3000, oldest=6, newest=11, beta=1.0, rng=np.random.default_rng(0))
    assert set(draw.row) == set(range(6, 12))
    assert set(draw.lane) == set(range(LANES))
    assert (draw.weight == 1.0).all()
    assert np.bincount(draw.row)[6:].min() > 3000 / 6 * 0.8


def test_sequences_begin_only_where_a_memory_was_kept():
    replay = Uniform(stride=4, rows=16, lanes=LANES)
    draw = replay.draw(200, oldest=5, newest=14, beta=1.0, rng=np.random.default_rng(0))
    assert set(draw.row) == {8, 12}


class TestSumTree:
    def test_draws_in_proportion(self):
        tree = SumTree(5)
        tree.set(np.arange(5), np.array([1.0, 0.0, 2.0, 3.0, 4.0]))
        drawn = np.bincount(tree.draw(10_000, np.random.default_rng(0)), minlength=5) / 10_000
        np.testing.assert_allclose(drawn, [0.1, 0.0, 0.2, 0.3, 0.4], atol=0.01)

    def test_knows_its_total_after_changes(self):
        tree = SumTree(6)
        tree.set(np.arange(6), 1.0)
        tree.set(np.array([2, 5]), np.array([3.0, 0.0]))
        assert tree.total == 7.0
        assert tree.get(np.array([2, 5])).tolist() == [3.0, 0.0]

    def test_never_draws_what_has_no_priority(self):
        tree = SumTree(64)
        tree.set(np.array([63]), 1e-12)
        assert set(tree.draw(1000, np.random.default_rng(0))) == {63}


class TestPrioritised:
    def test_what_was_wrong_comes_back_more_often(self):
        replay = Prioritised(stride=1, rows=8, lanes=LANES, alpha=1.0)
        replay.ready(0, 4)
        rng = np.random.default_rng(0)
        first = replay.draw(12, 0, 3, 1.0, rng)
        replay.learnt(first, np.where(first.row == 2, 9.0, 1.0))
        again = replay.draw(6000, 0, 3, 1.0, rng)
        assert (again.row == 2).mean() == pytest.approx(9 / 12, abs=0.03)
        # Its weight makes up for that: nine times rarer counting, at beta 1.
        assert again.weight[again.row == 2].max() == pytest.approx(1 / 9, rel=1e-3)
        assert again.weight[again.row != 2].min() == pytest.approx(1.0, rel=1e-3)

    def test_new_rows_have_the_largest_priority_so_far(self):
        replay = Prioritised(stride=1, rows=8, lanes=1, alpha=1.0)
        replay.ready(0, 2)
        replay.learnt(replay.draw(2, 0, 1, 1.0, np.random.default_rng(0)), np.array([5.0, 0.0]))
        replay.ready(2, 3)
        assert replay.tree.get(np.array([2]))[0] == pytest.approx(5.0, rel=1e-5)

    def test_a_row_that_is_overwritten_or_not_complete_is_not_drawn(self):
        replay = Prioritised(stride=1, rows=8, lanes=LANES, alpha=0.6)
        for first in range(0, 12, 2):
            replay.overwritten(first, first + 2)
            replay.ready(first - 3, first - 1)
        draw = replay.draw(500, oldest=4, newest=8, beta=0.5, rng=np.random.default_rng(0))
        assert set(draw.row) == {4, 5, 6, 7, 8}


class TestNStep:
    def test_sums_and_then_trusts_the_value(self):
        reward, alive = torch.tensor([[1.0], [2.0], [4.0]]), torch.zeros(3, 1)
        out = n_step_targets(reward, alive, torch.tensor([8.0]), gamma=0.5)
        assert out.item() == 1 + 0.5 * 2 + 0.25 * 4 + 0.125 * 8

    def test_stops_where_a_life_ends(self):
        reward, ended = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[0.0], [1.0], [0.0]])
        assert n_step_targets(reward, ended, torch.tensor([8.0]), gamma=0.5).item() == 1 + 0.5 * 2
