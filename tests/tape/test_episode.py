"""A life on tape: rows in order, a chain that proves them, and a state that carries it over a slice's end."""

import numpy as np
import pytest

from hamlet.tape.episode import Episode, Tape
from tests.tape.lives import life


def taped(events, run="run") -> Episode:
    tape = Tape(run, "L1_full_observability", "ab" * 32)
    for event in events:
        tape.take(event)
    assert tape.life is not None
    return tape.life


def test_a_row_holds_what_was_seen_done_and_got():
    written = taped(life(0, 10))
    assert len(written) == 10
    assert [written.columns[name][5] for name in ("x", "y", "action", "greedy", "random", "hour")] == [5, 0, 5, 0, 0, 5]
    assert written.columns["mask"][5] == 0b110101
    assert written.columns["meters"][5].dtype == np.float32
    assert written.columns["reward"][5] == 5 / 8


def test_the_end_tells_cause_root_and_last_state():
    end = taped(life(0, 10)).end
    assert end["cause"] == "death"
    assert (end["died_of"], end["root"], end["steps"]) == ("energy", "social", 10)
    assert end["final"]["meters"] == [0.0] * 8


def test_a_row_out_of_order_is_refused():
    events = list(life(0, 5))
    tape = Tape("run", "level", "00")
    tape.take(events[0])
    with pytest.raises(ValueError, match="step 1 of life 0 does not follow row -1"):
        tape.take(events[2])


def test_a_tape_that_begins_in_mid_life_waits_for_the_next():
    tape = Tape("run", "level", "00")
    assert tape.take(list(life(0, 5))[2]) is None


def test_the_chain_depends_on_every_row_and_on_whose_life_it_is():
    same, other = taped(life(0, 10)).links[-1], taped(life(0, 10), run="other").links[-1]
    assert same == taped(life(0, 10)).links[-1]
    assert len({same, other, taped(life(1, 10)).links[-1], taped(life(0, 10, used={3: 1})).links[-1]}) == 4


@pytest.mark.parametrize("cut", [1, 2, 7, 11])
def test_a_life_cut_by_a_slice_goes_on_as_if_it_had_not_been(cut):
    events = list(life(0, 10))
    before = Tape("run", "L1_full_observability", "ab" * 32)
    for event in events[:cut]:
        before.take(event)
    after = Tape("run", "L1_full_observability", "ab" * 32)
    after.restore(before.state())
    for event in events[cut:]:
        after.take(event)
    whole = taped(events)
    assert after.life.links == whole.links
    assert after.life.end == whole.end
    assert after.life.stamps == whole.stamps
