"""Learning is tested by learning: what chance would give stands beside it."""

import pytest

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.evaluate import evaluate
from tests.learning.runs import to_the_end


@pytest.mark.learns
def test_it_learns_to_live_in_the_full_world():
    """Random play lives 113 steps, one who only waits 164, at multiplier 1.0. Three times random is no chance."""
    config = TrainConfig(steps=700_000, seed=5)
    trainer = to_the_end(Trainer(config))
    result = evaluate(trainer.model("best"), trainer.level, episodes=64, seed=99)
    assert trainer.level.floors["wait"] < 170
    assert result.mean > 333


@pytest.mark.learns
def test_the_textbook_learner_learns_too():
    """Four places: random play lives 106 steps, one who only waits 102. Measured: 305."""
    settings = {"learner": "dqn", "lanes": 32, "batch": 256, "steps_per_update": 16, "target_every": 200, "n_step": 5}
    config = TrainConfig(level="L0_5_dual_resource", steps=60_000, learning_rate=1e-3, evaluations=6, **settings)
    trainer = to_the_end(Trainer(config))
    assert trainer.best.mean > 170
