"""DQN on real steps: what it aims at, when it updates, and that its refinements do something."""

import numpy as np
import pytest
import torch

from hamlet.learning import Trainer
from hamlet.learning.dqn import DQN
from tests.learning.runs import L2, MEMORY, iterations, small, to_the_end


def test_it_makes_one_update_for_so_many_steps_once_enough_is_remembered():
    trainer = to_the_end(Trainer(small(learner="dqn", replay_start=512, steps_per_update=16, steps=2048)))
    assert trainer.updates == pytest.approx((2048 - 512) / 16, abs=1)


def test_nothing_is_reported_before_anything_is_learnt():
    rows = [e.values for e in iterations(Trainer(small(learner="dqn", replay_start=1000)), 3) if hasattr(e, "values")]
    assert rows
    assert rows[0]["loss"] is None
    assert rows[0]["steps"] > 0


def test_the_target_network_is_a_copy_that_lags_behind():
    learner = to_the_end(Trainer(small(learner="dqn", target_every=10_000))).learner
    acting, target = learner.optimiser.weights(), learner.target.state_dict()
    assert not torch.equal(acting["net.6.bias"], target["net.6.bias"])
    learner = to_the_end(Trainer(small(learner="dqn", target_every=1))).learner
    acting, target = learner.optimiser.weights(), learner.target.state_dict()
    assert all(torch.equal(acting[name], target[name]) for name in acting)


@pytest.mark.parametrize("change", [{"double": False}, {"n_step": 1}, {"replay": "prioritised"}, {"target_every": 3}])
def test_every_refinement_changes_what_is_learnt(change):
    plain, changed = (to_the_end(Trainer(small(learner="dqn", **c))) for c in ({}, change))
    weights = plain.learner.optimiser.weights(), changed.learner.optimiser.weights()
    assert any(not torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_sequence_is_valued_from_the_memory_the_agent_had():
    """With a burn-in of 0 and weights that have not moved, the values along a stored sequence are the ones acted on."""
    settings = {**MEMORY, "burn_in": 0, "steps": 800, "replay_start": 800, "epsilon_start": 1.0}
    trainer = Trainer(small(learner="dqn", **L2, **settings))
    acted = []
    look = trainer.lanes._look
    trainer.lanes._look = lambda t, remember=True: acted.append(look(t, remember)) or acted[-1]
    iterations(trainer, 5)
    learner = trainer.learner
    assert isinstance(learner, DQN)
    per_rollout = trainer.config.sequence
    draw = learner.replay.draw(4, 0, 16, 1.0, np.random.default_rng(1))
    taken, _ = learner._sequences(trainer.network, torch.from_numpy(draw.row), torch.from_numpy(draw.lane))
    for b, (row, lane) in enumerate(zip(draw.row, draw.lane, strict=True)):
        group, rows = row // per_rollout, range(row, row + learner.config.sequence)
        for k, t in enumerate(rows):
            q, _ = acted[group * (per_rollout + 1) + (t - row)]
            action = learner.rows.take("action", torch.tensor([t]), torch.tensor([lane])).item()
            assert taken[k, b].item() == pytest.approx(float(q[lane, action]), abs=1e-4)


def test_burn_in_and_stored_memory_matter():
    one, other = (
        to_the_end(Trainer(small(learner="dqn", **L2, **{**MEMORY, "burn_in": b, "steps": 800}))) for b in (0, 4)
    )
    weights = one.learner.optimiser.weights(), other.learner.optimiser.weights()
    assert not torch.equal(weights[0]["lstm.weight_hh_l0"], weights[1]["lstm.weight_hh_l0"])


def test_where_an_update_wants_more_steps_than_a_rollout_has_some_rollouts_have_none():
    trainer = Trainer(small(learner="dqn", **L2, **{**MEMORY, "steps_per_update": 200}))
    to_the_end(trainer)
    learnt_from = trainer.steps - 256 + trainer.config.lanes * trainer.config.sequence
    assert trainer.updates == pytest.approx(learnt_from / 200, abs=1)
