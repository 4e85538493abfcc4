"""RND: the bonus is weighted once, normalised, fades with knowing, and is turned down where survival is calm."""

import numpy as np
import pytest
import torch

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.curiosity import WINDOW, Curiosity
from hamlet.learning.events import Metrics, Step
from tests.learning.runs import iterations, small

CPU = torch.device("cpu")


def curious(**changes):
    return Curiosity(TrainConfig(curiosity=True, **changes), obs_dim=10, device=CPU)


def test_nothing_is_paid_before_the_spread_is_known():
    assert (curious().bonus(np.ones(4, np.float32)) == 0).all()


def test_the_bonus_is_weight_times_novelty_over_its_spread():
    one, double = curious(curiosity_weight=0.1), curious(curiosity_weight=0.2)
    obs, novelty = torch.rand(64, 10), np.random.default_rng(0).random(64).astype(np.float32)
    for c in (one, double):
        c.learn(obs, novelty, np.random.default_rng(0).permutation)
    assert one.sigma == pytest.approx(novelty.std(), rel=1e-5)
    np.testing.assert_allclose(one.bonus(novelty), 0.1 * novelty / novelty.std(), rtol=1e-5)
    np.testing.assert_allclose(double.bonus(novelty), 2 * one.bonus(novelty), rtol=1e-6)


def test_the_spread_is_that_of_all_rollouts_so_far():
    c, rng = curious(), np.random.default_rng(0)
    parts = [rng.random(32).astype(np.float32) * k for k in (1, 3, 2)]
    for part in parts:
        c.learn(torch.rand(32, 10), part, rng.permutation)
    assert c.sigma == pytest.approx(np.concatenate(parts).std(), rel=1e-5)


def test_what_is_seen_again_and_again_stops_being_new():
    c, rng = curious(), np.random.default_rng(0)
    known, unknown = torch.rand(64, 10), torch.rand(64, 10) + 3.0
    before = c.novelty(known).mean()
    for _ in range(600):
        c.learn(known, c.novelty(known).numpy(), rng.permutation)
    assert c.novelty(known).mean() < 0.2 * before
    assert c.novelty(unknown).mean() > 5 * c.novelty(known).mean()


@pytest.mark.parametrize(
    ("lives", "turned_down"),
    [
        (np.full(WINDOW, 300), True),
        (np.full(WINDOW, 40), False),  # no calm: everybody dies at once
        (np.tile([100, 900], WINDOW // 2), False),
        (np.full(WINDOW - 1, 300), False),
    ],
)
def test_it_is_turned_down_only_where_survival_is_calm(lives, turned_down):
    c = curious(curiosity_weight=1.0, curiosity_decay=0.5)
    c.finished(lives)
    c.anneal()
    assert c.weight == (0.5 if turned_down else 1.0)


def test_the_bonus_told_is_the_one_learnt_from():
    trainer = Trainer(small(curiosity=True, steps=16 * 8 * 4, multiplier=0.5))
    events = iterations(trainer, 2)
    steps = [e for e in events if isinstance(e, Step)][-8:]
    world = np.array([e.reward for e in steps], dtype=np.float32)
    bonus = np.array([e.intrinsic for e in steps], dtype=np.float32)
    assert (bonus > 0).all()
    scale = np.float32(1.0 - trainer.config.gamma)
    np.testing.assert_allclose(trainer.lanes._row_reward[:, 0], (world + bonus) * scale, rtol=1e-5)


def test_without_curiosity_there_is_no_bonus_and_no_number_for_it():
    events = iterations(Trainer(small()), 3)
    assert all(e.intrinsic == 0.0 for e in events if isinstance(e, Step))
    assert all(e.values["intrinsic_mean"] is None for e in events if isinstance(e, Metrics))
