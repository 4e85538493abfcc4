"""The curriculum really moves: on survival, progress and entropy, with the reason. Lives keep the stage they have."""

import numpy as np
import pytest

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.curriculum import WINDOW, Curriculum, policy_entropy
from hamlet.learning.events import EpisodeStart, Metrics, StageChange
from hamlet.world import load_level
from tests.learning.runs import small

LEVEL = load_level("L1_full_observability")
GOOD, BAD = 900, 100


def curriculum(stage=1, **changes):
    settings = {"curriculum": "stages", "first_stage": stage, "stage_steps": 1000, **changes}
    return Curriculum(TrainConfig(**settings), LEVEL)


def lived(c, older, newer=None, stage=None):
    """A full window of lives: an older and a newer half."""
    half = WINDOW // 2
    survived = np.repeat([older, older if newer is None else newer], half)
    c.finished(np.full(WINDOW, stage or c.stage), survived)


def test_there_are_five_stages_from_slow_meters_to_the_whole_world():
    assert [s.multiplier for s in curriculum().stages] == [0.2, 0.5, 0.8, 1.0, 1.0]
    assert [s.sparse for s in curriculum().stages] == [False] * 4 + [True]


def test_it_advances_when_lives_are_long_and_decided():
    c = curriculum()
    lived(c, GOOD)
    move = c.decide(1000, entropy=0.1)
    assert (move.before, move.after, move.reason) == (1, 2, "advance")
    assert (move.survival, move.progress, move.entropy) == (pytest.approx(0.9), 0.0, 0.1)
    assert c.multiplier == 0.5


def test_it_retreats_when_lives_are_short_and_get_no_longer():
    c = curriculum(stage=3)
    lived(c, BAD)
    move = c.decide(1000, entropy=0.1)
    assert (move.before, move.after, move.reason) == (3, 2, "retreat")


@pytest.mark.parametrize(
    ("why", "older", "newer", "steps", "entropy"),
    [
        ("too soon", GOOD, GOOD, 999, 0.1),
        ("not decided", GOOD, GOOD, 1000, 0.6),
        ("falling", 1000, 800, 1000, 0.1),
        ("in between", 500, 500, 1000, 0.1),
        ("short but rising", BAD, BAD + 50, 1000, 0.1),
    ],
)
def test_it_stays(why, older, newer, steps, entropy):
    c = curriculum(stage=2)
    lived(c, older, newer)
    assert c.decide(steps, entropy) is None


def test_it_waits_for_enough_lives():
    c = curriculum()
    c.finished(np.full(WINDOW - 1, 1), np.full(WINDOW - 1, GOOD))
    assert c.decide(10**6, 0.1) is None


def test_lives_born_in_another_stage_say_nothing_about_this_one():
    c = curriculum(stage=2)
    lived(c, GOOD, stage=1)
    assert c.decide(10**6, 0.1) is None


def test_after_a_move_it_counts_anew():
    c = curriculum()
    lived(c, GOOD)
    assert c.decide(1000, 0.1)
    assert c.decide(10**6, 0.1) is None
    lived(c, GOOD)
    assert c.decide(1999, 0.1) is None
    assert c.decide(2000, 0.1).after == 3


def test_it_does_not_climb_past_the_last_stage_nor_fall_below_the_first():
    top, bottom = curriculum(stage=5), curriculum(stage=1)
    lived(top, GOOD)
    lived(bottom, BAD)
    assert top.decide(10**6, 0.1) is None
    assert bottom.decide(10**6, 0.1) is None


def test_thresholds_are_the_levels_own_unless_chosen():
    c = curriculum(advance_at=0.5, entropy_gate=0.9)
    lived(c, 600)
    assert c.decide(1000, 0.8).reason == "advance"
    assert curriculum().advance_at == LEVEL.curriculum.advance


def test_static_difficulty_has_no_stage_and_the_multiplier_chosen():
    c = Curriculum(TrainConfig(multiplier=0.7), LEVEL)
    c.finished(np.full(WINDOW, 0), np.full(WINDOW, GOOD))
    assert (c.stage, c.multiplier, c.decide(10**6, 0.0)) == (None, 0.7, None)


class TestEntropy:
    def test_is_one_where_all_allowed_actions_are_equal(self):
        mask = np.array([[True, True, False, True]])
        assert policy_entropy(np.array([[1, 1, 9, 1]], np.float32), mask, 0.99) == pytest.approx(1.0)

    def test_is_near_zero_where_one_stands_out(self):
        """0.1 of normalised Q at gamma 0.99 is ten of the world's own rewards."""
        assert policy_entropy(np.array([[0.1, 0, 0]], np.float32), np.ones((1, 3), bool), 0.99) < 0.01


def test_a_run_climbs_and_says_so():
    """Random lives at multiplier 0.2 last about 180 of 1000 steps; a bar under that is passed by anyone."""
    settings = {"curriculum": "stages", "advance_at": 0.1, "retreat_under": 0.01, "entropy_gate": 1.0, "stage_steps": 1}
    dice = {"epsilon_end": 1.0, "exploring_starts": 0.0}
    trainer = Trainer(small(**settings, **dice, lanes=128, steps=128 * 8 * 70, evaluations=1))
    starts, moves, rows = [], [], []
    for event in trainer.run():
        if isinstance(event, EpisodeStart):
            starts.append(event)
        if isinstance(event, StageChange):
            moves.append(event)
        if isinstance(event, Metrics):
            rows.append(event.values)
    assert (moves[0].before, moves[0].after, moves[0].reason) == (1, 2, "advance")
    assert moves[0].survival > 0.1
    assert starts[0].stage == 1
    assert starts[0].multiplier == 0.2
    assert starts[-1].stage > 1
    assert starts[-1].multiplier > 0.2
    assert rows[0]["stage"] == 1
    assert rows[-1]["stage"] == trainer.stage == moves[-1].after


def test_the_sparse_stage_learns_from_being_alive_and_shows_the_worlds_reward():
    trainer = Trainer(small(curriculum="stages", first_stage=5, exploring_starts=0.0))
    shown = []
    for event in trainer.run():
        if hasattr(event, "reward"):
            shown.append(event.reward)
        if len(shown) == trainer.config.rollout:
            break
    scale = np.float32(1.0 - trainer.config.gamma)
    assert (trainer.lanes._row_reward[: len(shown) - 1] == scale).all()
    assert min(shown) < 1.0
