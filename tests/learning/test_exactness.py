"""The same settings give the same weights, bit for bit, however the run was sliced, watched, stopped and resumed."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamlet.learning import Trainer
from tests.learning.runs import L2, MEMORY, iterations, same_weights, small, to_the_end, told

RUNS: dict[str, dict[str, Any]] = {
    "pqn simple": {},
    "pqn recurrent": {**L2, "steps": 16 * 8 * 6, "layouts": "episode"},
    "dqn simple": {"learner": "dqn", "replay": "prioritised"},
    "dqn recurrent": {"learner": "dqn", **L2, **MEMORY},
    "curiosity and stages": {
        "curiosity": True, "curriculum": "stages", "stage_steps": 1, "advance_at": 0.01, "retreat_under": 0.0,
        "entropy_gate": 1.0, "epsilon_ladder": True, "lanes": 64, "rollout": 16, "steps": 64 * 16 * 14,
    },
}  # fmt: skip
WHOLE: dict[str, tuple[list[str], Trainer]] = {}


def whole(name: str) -> tuple[list[str], Trainer]:
    """The run in one go: what it told, and the trainer at its end."""
    if name not in WHOLE:
        trainer, events = Trainer(small(**RUNS[name])), []
        to_the_end(trainer, lambda e: events.append(told(e)))
        WHOLE[name] = events, trainer
    return WHOLE[name]


@pytest.mark.parametrize("name", RUNS)
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=3))
def test_a_run_in_slices_is_the_run_in_one_go(name, cuts):
    """Cut after so many iterations; True: the trainer is thrown away and taken up again from its checkpoint."""
    expected, reference = whole(name)
    trainer, events = Trainer(small(**RUNS[name])), []
    with TemporaryDirectory() as folder:
        for number, (count, killed) in enumerate(cuts):
            events += iterations(trainer, count)
            if killed:
                path = Path(folder) / f"{number}.pt"
                trainer.save(path)
                trainer = Trainer.restore(path)
    events += trainer.run()
    assert [told(e) for e in events] == expected
    assert same_weights(trainer, reference)


@pytest.mark.parametrize("name", RUNS)
def test_the_same_settings_give_the_same_run_and_another_seed_another(name):
    _, reference = whole(name)
    assert same_weights(to_the_end(Trainer(small(**RUNS[name]))), reference)
    assert not same_weights(to_the_end(Trainer(small(**RUNS[name], seed=1))), reference)


def test_what_is_done_between_iterations_does_not_matter():
    """Examined, exported, saved: none of it touches the run."""
    expected, reference = whole("pqn simple")
    trainer = Trainer(small(**RUNS["pqn simple"]))
    events = iterations(trainer, 3)
    before = trainer._exams, trainer.best, trainer._best_weights
    with TemporaryDirectory() as folder:
        trainer.examine()
        trainer.export(Path(folder) / "model.safetensors")
        trainer.save(Path(folder) / "checkpoint.pt")
    trainer._exams, trainer.best, trainer._best_weights = before
    events += trainer.run()
    assert [told(e) for e in events] == expected
    assert same_weights(trainer, reference)
