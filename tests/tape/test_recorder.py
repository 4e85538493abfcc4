"""Which lives are kept, one test a reason."""

import pytest

from hamlet.learning.events import EpisodeEnd, StageChange
from hamlet.tape.episode import Tape
from hamlet.tape.recorder import Recorder, periodic
from tests.tape.lives import life

PLACES = tuple(f"place {i}" for i in range(14))


def kept(lives, recorder=None, between=None):
    """[(number of the life, reasons)] of what is kept; `between` maps a life's number to an event after it."""
    recorder, tape, found = recorder or Recorder(PLACES), Tape("run", "level", "00"), []
    for number, events in enumerate(lives):
        for event in events:
            found += recorder.take(tape.take(event), event)
        if between and number in between:
            found += recorder.take(None, between[number])
    return [(recording.life.number, recording.reasons) for recording in found]


def reasons_of(number, found):
    return next((reasons for n, reasons in found if n == number), ())


def moved(before, after):
    return StageChange(0, 0, before, after, "advance", 0.8, 0.1, 0.2)


def test_periodic_lives_are_dense_at_first():
    assert [n for n in range(3001) if periodic(n)] == [0, 1, 8, 27, 64, 125, 216, 343, 512, 729, 1000, 2000, 3000]


def test_the_longest_life_so_far_is_kept():
    found = kept(life(n, steps) for n, steps in enumerate([10, 9, 9, 12, 11, 13]))
    assert [n for n, reasons in found if "best" in reasons] == [0, 3, 5]


def test_the_shortest_life_is_kept_once_chance_had_its_say():
    lengths = [30] * 20 + [12, 25, 11]
    found = kept(life(n, steps) for n, steps in enumerate(lengths))
    assert [n for n, reasons in found if "worst" in reasons] == [20, 22]


def test_the_first_use_of_each_place_is_kept():
    found = kept(
        [life(0, 10), life(1, 9), life(2, 9, used={3: 1}), life(3, 9, used={1: 1, 5: 2}), life(4, 9, used={2: 2})]
    )
    assert "first:place 1" in reasons_of(2, found)
    assert reasons_of(3, found) == ("first:place 2",)
    assert reasons_of(4, found) == ()


def test_the_first_death_of_each_root_and_the_first_retirement_are_kept():
    found = kept([life(0, 10), life(1, 9), life(2, 9), life(3, 10, cause="retired"), life(4, 9, cause="retired")])
    assert "death:social" in reasons_of(0, found)
    assert "retired" in reasons_of(3, found)
    assert reasons_of(4, found) == ()


def test_each_cause_of_death_has_its_own_first_life():
    def died_by(number, root):
        return [event._replace(root=root) if isinstance(event, EpisodeEnd) else event for event in life(number, 9)]

    roots = ["social", "energy", "social", "hygiene", "money", "energy"]
    found = kept(died_by(number, root) for number, root in enumerate(roots))
    assert [n for n, reasons in found if any(reason.startswith("death:") for reason in reasons)] == [0, 1, 3, 4]
    assert "death:hygiene" in reasons_of(3, found)


def test_the_lives_around_a_stage_change_are_kept():
    found = kept((life(n, 9) for n in range(6)), between={3: moved(1, 2)})
    assert reasons_of(3, found) == ("before stage 2",)
    assert reasons_of(4, found) == ("after stage 2",)


def test_a_life_cut_short_by_the_trainer_is_not_kept():
    assert kept([life(0, 10, cause="cut")]) == []


def test_beyond_its_limit_only_records_and_stage_moves_are_kept():
    recorder = Recorder(PLACES, limit=1)
    found = kept((life(n, steps) for n, steps in enumerate([10, 9, 11])), recorder)
    assert [n for n, _ in found] == [0, 2]
    assert found[1][1] == ("best",)


def test_stage_moves_are_kept_beyond_the_limit():
    found = kept((life(n, 9) for n in range(5)), Recorder(PLACES, limit=1), between={2: moved(1, 2)})
    assert found[1:] == [(2, ("before stage 2",)), (3, ("after stage 2",))]


@pytest.mark.parametrize("cut", range(1, 12))
def test_the_same_lives_are_kept_however_the_run_was_sliced(cut):
    lengths = [10, 9, 9, 12, 9, 9, 9, 9, 9, 30, 9, 9]

    def run(cut):
        recorder, tape, found = Recorder(PLACES), Tape("run", "level", "00"), []
        for number, steps in enumerate(lengths):
            if number == cut:
                state, recorder = recorder.state(), Recorder(PLACES)
                recorder.restore(state)
            if number == 6:
                found += recorder.take(None, moved(1, 2))
            for event in life(number, steps, used={2: number % 5}):
                found += recorder.take(tape.take(event), event)
        return [(r.life.number, r.reasons, r.life.links[-1]) for r in found]

    assert run(cut) == run(None)
