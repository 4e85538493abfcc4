"""A fork goes on from a checkpoint with other settings: what may differ, what is taken over, and that it can be told
again bit for bit."""

import numpy as np
import pytest
from pydantic import ValidationError

from hamlet.learning import Trainer
from hamlet.learning.fork import forkable, forked
from hamlet.world import load_level
from tests.learning.runs import iterations, small


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A run in its middle, and its file."""
    trainer = Trainer(small())
    iterations(trainer, 7)
    path = tmp_path_factory.mktemp("fork") / "checkpoint.pt"
    trainer.save(path)
    return trainer, path


def fork(saved, **changes):
    trainer, path = saved
    config = forked(trainer.config, trainer.level, changes, trainer.steps, trainer.episodes)
    return Trainer.restore(path, config=config)


def weights_after(trainer, updates=5):
    iterations(trainer, updates)
    return np.concatenate([array.ravel() for array in trainer.model("last").weights.values()])


def test_the_same_fork_learns_the_same_and_another_something_else(saved):
    one, same, other, own = (
        weights_after(trainer) for trainer in (
            fork(saved, learning_rate=0.01), fork(saved, learning_rate=0.01), fork(saved, learning_rate=0.02),
            Trainer.restore(saved[1]),
        )
    )  # fmt: skip
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, own)


def test_a_fork_that_was_kept_and_taken_up_again_goes_on_as_one_that_was_not(saved, tmp_path):
    whole, halved = fork(saved, epsilon_end=0.5), fork(saved, epsilon_end=0.5)
    iterations(halved, 2)
    halved.save(tmp_path / "fork.pt")
    halved = Trainer.restore(tmp_path / "fork.pt", config=halved.config)
    assert np.array_equal(weights_after(whole, 5), weights_after(halved, 3))


def test_it_begins_where_the_other_stood_and_with_no_examination_of_its_own(saved):
    trainer, _ = saved
    trainer = Trainer.restore(saved[1])
    trainer.examine()
    taken = fork(saved, steps=trainer.config.steps * 2)
    assert (taken.steps, taken.episodes, taken.iteration) == (trainer.steps, trainer.episodes, trainer.iteration)
    assert taken.progress == pytest.approx(trainer.progress / 2)
    assert taken.best is None
    assert np.array_equal(
        *(np.concatenate([a.ravel() for a in t.model("last").weights.values()]) for t in (trainer, taken))
    )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("level", "L0_5_dual_resource", "a fork may change"),
        ("lanes", 3, "a fork may change"),
        ("gamma", 0.9, "a fork may change"),
        ("seed", 99, "a fork may change"),
        ("learner", "dqn", "a fork may change"),
        ("target_every", 7, "no effect"),
        ("advance_at", 0.5, "no effect"),
        ("steps", 1, ""),
        ("learning_rate", 5.0, ""),
    ],
)
def test_what_a_checkpoint_does_not_allow_is_refused_by_name(saved, field, value, says):
    with pytest.raises(ValidationError) as refused:
        fork(saved, **{field: value})
    errors = {".".join(map(str, error["loc"])): error["msg"] for error in refused.value.errors()}
    assert says in errors[field]


def test_a_budget_that_is_used_already_is_no_budget(saved):
    trainer, _ = saved
    with pytest.raises(ValidationError, match="has taken already"):
        forked(trainer.config, trainer.level, {"steps": trainer.steps}, trainer.steps, trainer.episodes)


def test_a_curriculum_that_begins_at_the_fork_begins_at_its_first_stage(saved):
    taken = fork(saved, curriculum="stages", first_stage=2)
    assert taken.stage == 2
    iterations(taken, 2)


CHANGED = {
    "multiplier": 0.5, "learning_rate": 0.01, "learning_rate_end": 0.5, "gradient_clip": 0.001, "averaging": 0.5,
    "trace": 0.0, "trace_cut": True, "epochs": 2, "minibatches": 1, "double": False, "batch": 8, "target_every": 2,
    "priority_beta": 0.9,
    "epsilon_start": 0.9, "epsilon_end": 0.5, "epsilon_fraction": 1.0, "epsilon_ladder": True, "exploring_starts": 0.0,
}  # fmt: skip
LATER = {
    "curiosity_variance", "curiosity_decay", "curriculum", "first_stage", "advance_at", "retreat_under",
    "entropy_gate", "stage_steps", "steps", "episodes", "evaluations", "evaluation_lives",
}  # fmt: skip
"""decide only now and then"""


def test_every_setting_that_may_differ_is_known_here():
    assert set(forkable()) == set(CHANGED) | LATER


@pytest.mark.parametrize("field", CHANGED)
def test_a_setting_that_may_differ_makes_a_difference(field, tmp_path):
    dqn = {"learner": "dqn", "replay_start": 16, "replay_capacity": 4096, "replay": "prioritised"}
    needs_dqn = field in ("double", "batch", "target_every", "priority_beta")
    base = small(epsilon_start=0.6, **(dqn if needs_dqn else {}))
    trainer = Trainer(base)
    iterations(trainer, 12 if needs_dqn else 3)
    path = tmp_path / "checkpoint.pt"
    trainer.save(path)
    changes = {field: CHANGED[field]}
    config = forked(base, load_level(base.level), changes, trainer.steps, trainer.episodes)
    changed, own = Trainer.restore(path, config=config), Trainer.restore(path)
    count = 12 if needs_dqn else 6
    assert not np.array_equal(weights_after(changed, count), weights_after(own, count))
