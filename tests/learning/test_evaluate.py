"""Held-out examinations: the numbers are what the lives really were."""

import numpy as np
import pytest

from hamlet.learning import Trainer
from hamlet.learning.evaluate import evaluate, exam_world, examine
from hamlet.learning.events import Evaluation
from hamlet.model.card import card
from hamlet.world import VectorWorld, load_level
from tests.learning.runs import L3, iterations, small, to_the_end

LEVEL = load_level("L1_full_observability")


def waiting(obs):
    """Q-values of an agent that only ever waits."""
    q = np.zeros((len(obs), LEVEL.num_actions), dtype=np.float32)
    q[:, LEVEL.action_names.index("WAIT")] = 1.0
    return q


def test_an_agent_that_only_waits_reaches_the_measured_floor():
    result = examine(waiting, LEVEL, exam_world(LEVEL, 8, 0, None))
    assert result.mean == result.median == result.p10 == LEVEL.floors["wait"]
    assert result.share_retired == 0.0
    assert sum(result.causes.values()) == result.lives == 8


def test_slower_meters_make_longer_lives():
    slow = examine(waiting, LEVEL, exam_world(LEVEL, 4, 0, None), multiplier=0.2)
    assert slow.mean == 501


def test_who_lives_the_whole_lifespan_has_no_cause_of_death():
    result = examine(waiting, LEVEL, exam_world(LEVEL, 4, 0, None), multiplier=0.0)
    assert result.survived == [1000] * 4
    assert result.share_retired == 1.0
    assert result.causes == {}


def test_a_life_ends_at_its_first_death():
    """The world steps the dead on (they may even revive); the examination must not."""
    world = VectorWorld(LEVEL, 2, 0)
    world.set_state(meters=np.array([[0.02] + [1.0] * 7, [1.0] * 8]))
    result = examine(waiting, LEVEL, world)
    assert result.survived[0] < 6
    assert result.survived[1] > 100


def test_the_model_alone_lives_as_long_as_the_trainer_says():
    """The same lives with numpy and with torch. Rounding may tip a choice between equals, so one life may differ."""
    trainer = Trainer(small(evaluation_lives=8))
    iterations(trainer, 6)
    result = evaluate(trainer.model("best"), trainer.level, episodes=8, seed=trainer.config.seed)
    assert sum(a == b for a, b in zip(result.survived, trainer.best.survived, strict=True)) >= 7


@pytest.mark.parametrize("layouts", ["run", "episode"])
def test_a_model_is_examined_among_the_places_it_knows(layouts):
    trainer = Trainer(small(layouts=layouts))
    model = trainer.model("last")
    assert model.metadata["layouts"] == layouts
    if layouts == "run":
        assert {k: tuple(v) for k, v in model.metadata["layout"].items()} == trainer.world.affordance_positions
    else:
        assert model.metadata["layout"] is None


def test_a_model_tells_what_its_card_says_of_the_training():
    """Floors, the examinations so far, and only settings that mattered."""
    trainer, exams = Trainer(small(evaluations=4)), []
    to_the_end(trainer, lambda e: exams.append(e) if isinstance(e, Evaluation) else None)
    model = trainer.model("best")
    assert model.metadata["floors"] == trainer.level.floors
    assert model.metadata["curve"] == {"steps": [e.steps for e in exams], "examined": [e.mean for e in exams]}
    told = card(model, "model.safetensors")
    assert f"from {exams[0].mean:.0f} to {exams[-1].mean:.0f} steps" in told
    assert "random play" in told
    assert r"| rollout | 8 |" in told
    assert "replay" not in told


def test_the_examinations_so_far_are_in_a_checkpoint(tmp_path):
    trainer = Trainer(small(evaluations=4))
    iterations(trainer, 4)
    trainer.save(tmp_path / "c.pt")
    curve = trainer.model("last").metadata["curve"]
    assert curve["examined"]
    assert Trainer.restore(tmp_path / "c.pt").model("last").metadata["curve"] == curve


def test_many_lives_are_examined_in_parts(monkeypatch):
    """In parts of 4: the first four lives are those of an examination of four."""
    model = Trainer(small()).model("last")
    four = evaluate(model, LEVEL, episodes=4, seed=5)
    monkeypatch.setattr("hamlet.learning.evaluate.AT_ONCE", 4)
    ten = evaluate(model, LEVEL, episodes=10, seed=5)
    assert ten.lives == len(ten.survived) == 10
    assert ten.survived[:4] == four.survived
    assert sum(ten.causes.values()) == round(10 * (1 - ten.share_retired))


def test_starts_are_held_out():
    trainer, held_out = VectorWorld(LEVEL, 64, 3), exam_world(LEVEL, 64, 3, None)
    assert not np.array_equal(trainer.positions, held_out.positions)


def test_memory_is_carried_through_an_examination():
    trainer = Trainer(small(**L3))
    model = trainer.model("last")
    seen = []

    class Spy:
        metadata = model.metadata
        fits = staticmethod(model.fits)

        def predict(self, obs, hidden=None):
            seen.append(hidden)
            return model.predict(obs, hidden=hidden)

    evaluate(Spy(), trainer.level, episodes=2)
    assert seen[0] is None
    assert all(h is not None for h in seen[1:])
    assert np.abs(seen[5][0] - seen[1][0]).max() > 0
