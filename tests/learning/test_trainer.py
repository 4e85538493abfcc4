"""The loop and what it tells: real rows of the very batch, in order, and nothing made up."""

import numpy as np
import pytest

from hamlet.learning import Trainer, TrainingError
from hamlet.learning.events import EpisodeEnd, EpisodeStart, Evaluation, Iteration, Metrics, Step
from hamlet.learning.metrics import COLUMNS
from hamlet.world import VectorWorld, load_level
from hamlet.world.causes import root_cause
from tests.learning.runs import L3, iterations, small, to_the_end


def events_of(**changes):
    return list(Trainer(small(**changes)).run())


def lives(events):
    """Events of the watched lane, cut into lives."""
    out = []
    for event in events:
        if isinstance(event, EpisodeStart):
            out.append([])
        if isinstance(event, EpisodeStart | Step | EpisodeEnd):
            out[-1].append(event)
    return out


def test_a_life_is_told_from_its_start_over_its_steps_to_its_end():
    for number, life in enumerate(lives(events_of(steps=16 * 8 * 60))):
        start, *steps, end = life
        assert isinstance(start, EpisodeStart)
        assert isinstance(end, EpisodeEnd)
        assert {start.episode, end.episode, *(s.episode for s in steps)} == {number}
        assert [s.step for s in steps] == list(range(end.steps))
        assert end.return_ == pytest.approx(sum(s.reward for s in steps))


@pytest.mark.parametrize("level", ["L1_full_observability", "L3_temporal_mechanics"])
def test_the_watched_rows_are_a_life_in_the_world(level):
    """Replayed in a world of one lane, from the same seed: every position, meter, mask, hour and reward is the same."""
    events = events_of(level=level, steps=16 * 8 * 40, multiplier=0.9)
    world = VectorWorld(load_level(level), 1, seed=0)
    world.reset()
    for start, *steps, end in lives(events):
        assert start.layout == world.affordance_positions
        for row in steps:
            assert (row.x, row.y) == tuple(world.positions[0])
            assert (row.meters == world.meters[0]).all()
            assert (row.mask == world.action_masks()[0]).all()
            assert (row.hour, row.progress) == (world.hours[0], world.progress[0])
            assert row.mask[row.action]
            assert row.greedy == np.where(row.mask, row.q, -np.inf).argmax()
            assert row.random or row.action == row.greedy
            _, reward, _, _, info = world.step([row.action], 0.9)
            assert row.reward == reward[0]
            assert row.used == info["used"][0]
        assert (end.final["meters"] == world.meters[0]).all()
        assert (end.final["x"], end.final["y"]) == tuple(world.positions[0])
        world.reset()


def test_a_death_names_the_meter_and_its_root():
    level = load_level("L1_full_observability")
    deaths = [life for life in lives(events_of(steps=16 * 8 * 60)) if life[-1].cause == "death"]
    assert deaths
    for _, *steps, end in deaths:
        meters = np.stack([*(s.meters for s in steps), end.final["meters"]])
        assert meters[-1][level.meter_names.index(end.died_of)] == 0.0
        assert end.root == root_cause(level, meters, [s.action for s in steps], end.died_of)


def test_the_last_life_is_cut_and_the_last_words_are_an_examination_and_an_iteration():
    events = events_of()
    assert isinstance(events[-1], Iteration)
    assert isinstance(events[-2], Evaluation)
    end = [e for e in events if isinstance(e, EpisodeEnd)][-1]
    assert (end.cause, end.died_of, end.root) == ("cut", None, None)


def test_it_ends_when_the_steps_are_used():
    trainer = to_the_end(Trainer(small(steps=16 * 8 * 5)))
    assert (trainer.finished, trainer.progress, trainer.iteration, trainer.steps) == (True, 1.0, 5, 640)
    assert list(trainer.run()) == []


def test_it_ends_when_the_lives_are_lived():
    trainer = to_the_end(Trainer(small(episodes=5, steps=10**6)))
    assert trainer.finished
    assert 5 <= trainer.episodes < 5 + 16
    assert trainer.steps < 10**6


def test_nothing_happens_beyond_an_iteration_that_nobody_asks_for():
    trainer = Trainer(small())
    events = iterations(trainer, 2)
    assert isinstance(events[-1], Iteration)
    assert (trainer.iteration, trainer.steps) == (2, 2 * 16 * 8)


def test_every_row_has_every_column():
    rows = [e.values for e in events_of() if isinstance(e, Metrics)]
    assert rows
    assert all(list(row) == list(COLUMNS) for row in rows)
    last = rows[-1]
    assert last["steps"] == 16 * 8 * 12
    assert last["loss"] > 0
    assert last["multiplier"] == 1.0
    assert last["stage"] is None


def test_the_reward_of_a_row_is_the_mean_over_every_step_since_the_row_before():
    events = events_of(lanes=1, steps=8 * 600, exploring_starts=0.0)
    rewards, rows = [], 0
    for event in events:
        if isinstance(event, Step):
            rewards.append(event.reward)
        elif isinstance(event, Metrics):
            assert event.values["extrinsic_mean"] == pytest.approx(np.mean(rewards))
            rewards, rows = [], rows + 1
    assert rows > 10


def test_survival_is_that_of_whole_lives():
    """Lives that begin in the middle are not counted: with nothing else but those, there is no number."""
    rows = [e.values for e in events_of(exploring_starts=1.0, steps=16 * 8 * 8) if isinstance(e, Metrics)]
    assert rows[-1]["episodes"] > 0
    assert all(row["survival_mean"] is None for row in rows)


def test_survival_is_measured_over_all_lanes():
    events = events_of(lanes=1, minibatches=2, steps=8 * 120, exploring_starts=0.0)
    ends = [e.steps for e in events if isinstance(e, EpisodeEnd) and e.cause != "cut"]
    best = max(e.values["survival_max"] or 0 for e in events if isinstance(e, Metrics))
    assert best == max(ends)


def test_the_watched_lane_always_begins_at_the_beginning():
    level = load_level("L1_full_observability")
    for life in lives(events_of(exploring_starts=1.0, steps=16 * 8 * 30)):
        assert life[1].meters.tolist() == pytest.approx([m.start for m in level.meters])


@pytest.mark.parametrize("device", ["cpu", "torch"])
def test_a_life_that_begins_in_the_middle_has_no_more_than_a_life_can_have_at_that_age(device):
    """In L0_0 nobody earns and nothing cleans: $25 at most, and hygiene falls from birth. The bed fills energy."""
    config = small(level="L0_0_minimal", lanes=512, rollout=4, steps=512 * 4 * 4, exploring_starts=1.0)
    trainer = Trainer(config, device=device)
    moved = trainer._book.lives.partial
    meters = dict(zip(trainer.level.meter_names, np.asarray(trainer.world.meters)[moved].T, strict=True))
    ages = trainer.ages[moved]
    assert 0.2 < meters["money"].max() <= 0.25
    assert (meters["hygiene"] <= np.clip(1.0 - 0.003 * ages, 0.0, 1.0) + 1e-6).all()
    assert meters["hygiene"][ages < 200].max() > 0.6
    assert meters["energy"][ages > 500].max() > 0.95
    assert meters["energy"].min() >= 0.1


def test_examinations_are_spread_over_the_run_dense_at_first_and_the_best_is_kept():
    trainer = Trainer(small(evaluations=4, steps=16 * 8 * 200))
    exams = []
    to_the_end(trainer, lambda e: exams.append(e) if isinstance(e, Evaluation) else None)
    early = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16]
    assert [e.steps / trainer.config.steps for e in exams] == pytest.approx([*early, 0.25, 0.5, 0.75, 1.0], abs=0.005)
    assert trainer.best.mean == max(e.mean for e in exams)
    assert [e.best for e in exams] == [e.mean >= max(x.mean for x in exams[: i + 1]) for i, e in enumerate(exams)]
    assert all(len(e.survived) == e.lives == 4 for e in exams)


def test_examining_changes_nothing_of_what_is_learnt():
    one, other = Trainer(small(evaluations=1)), Trainer(small(evaluations=12))
    to_the_end(one)
    to_the_end(other)
    assert (one.learner.optimiser._flat == other.learner.optimiser._flat).all()


def test_layouts_are_dealt_anew_for_every_life_where_asked():
    starts = [e for e in events_of(layouts="episode", steps=16 * 8 * 60) if isinstance(e, EpisodeStart)]
    assert len({str(s.layout) for s in starts}) == len(starts) > 1
    starts = [e for e in events_of(steps=16 * 8 * 60) if isinstance(e, EpisodeStart)]
    assert len({str(s.layout) for s in starts}) == 1


def test_the_clock_of_a_temporal_level_runs():
    steps = [e for e in events_of(**L3) if isinstance(e, Step)]
    assert len({s.hour for s in steps}) == 24


def test_a_run_that_diverges_stops_with_the_cause_and_keeps_its_model():
    trainer = Trainer(small(steps=16 * 8 * 20))
    iterations(trainer, 8)
    trainer.lanes.scale = np.float32(np.nan)
    with pytest.raises(TrainingError, match=r"diverged after .* learning rate"):
        list(trainer.run())
    for which in ("best", "last"):
        assert all(np.isfinite(w).all() for w in trainer.model(which).weights.values())


@pytest.mark.parametrize("device", ["cuda:77", "abacus"])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(TrainingError, match=device):
        Trainer(small(), device=device)
