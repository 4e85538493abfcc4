"""The frame: what travels, the golden copies both sides read, and bytes that are no frame."""

import hashlib
import json
import struct
from pathlib import Path

import msgpack
import numpy as np
import pytest

from hamlet.tape.episode import Tape
from hamlet.tape.wire import Framer, WireError, decode_frame, encode_frame, encode_recording, verify
from tests.tape.lives import life
from tests.wire import make

GOLDEN = Path(make.__file__).parent


def on_air(events, framer=None, run="run"):
    """(frames sent, the last life)"""
    tape, framer, sent = Tape(run, "L1_full_observability", "ab" * 32), framer or Framer(), []
    for event in events:
        if frame := framer.take(tape.take(event)):
            sent.append(decode_frame(frame))
    return sent, tape.life


@pytest.mark.parametrize("name", ["first", "middle", "last", "recording"])
def test_python_still_writes_the_golden_frames(name):
    assert make.frames()[name] == (GOLDEN / f"{name}.msgpack").read_bytes()
    assert json.loads(make.twin(make.frames()[name])) == json.loads((GOLDEN / f"{name}.json").read_text())


def test_frames_are_gapless_and_together_are_the_life():
    frames, lived = on_air(life(0, 100))
    assert [frame["seq"] for frame in frames] == list(range(len(frames)))
    assert [frame["first"] for frame in frames] == list(np.cumsum([0] + [len(f["cols"]["x"]) for f in frames[:-1]]))
    assert [x for frame in frames for x in frame["cols"]["x"]] == lived.columns["x"]
    assert [frame["end"] is None for frame in frames] == [True] * (len(frames) - 1) + [False]


def test_a_frame_covers_at_most_a_tenth_of_a_second_of_training():
    frames, lived = on_air(life(0, 100))
    spans = [lived.stamps[f["first"] + len(f["cols"]["x"]) - 1] - lived.stamps[f["first"]] for f in frames]
    assert max(spans[:-1]) <= 100 + 7
    assert len(frames) == 7


def test_a_life_that_ends_right_after_a_frame_ends_in_one_without_rows():
    frames, _ = on_air(life(0, 16), Framer(chunk_ms=7 * 15))
    assert [len(frame["cols"]["x"]) for frame in frames] == [16, 0]
    assert frames[-1]["end"]["steps"] == 16
    assert verify(frames[-1], frames[0]["hash"])


def test_numbers_arrive_to_the_bit():
    frames, lived = on_air(life(0, 12))
    for name in ("meters", "q", "reward", "intrinsic"):
        assert np.array_equal(np.asarray(frames[0]["cols"][name], np.float32), np.asarray(lived.columns[name]))


def test_each_hash_continues_the_one_before_and_a_flipped_bit_breaks_it():
    frames, lived = on_air(life(0, 60))
    link = None
    for frame in frames:
        assert verify(frame, link)
        link = frame["hash"]
    assert verify(decode_frame(encode_recording(lived)))
    assert link == decode_frame(encode_recording(lived))["hash"]
    frames[0]["cols"]["q"][3][2] = float(np.nextafter(np.float32(frames[0]["cols"]["q"][3][2]), np.float32(9)))
    assert not verify(frames[0])


def test_the_chain_is_the_one_that_the_docs_tell():
    """docs/wire.md, "The chain", written out again by hand."""
    frame = decode_frame((GOLDEN / "recording.msgpack").read_bytes())
    cols = frame["cols"]
    link = hashlib.sha256(b"hamlet life golden 3").digest()
    for i in range(len(cols["x"])):
        names = ("x", "y", "action", "greedy", "random", "mask", "hour", "progress", "used")
        row = struct.pack("<HHBBBHBBh", *(cols[name][i] for name in names))
        numbers = [*cols["meters"][i], *cols["q"][i], cols["reward"][i], cols["intrinsic"][i]]
        link = hashlib.sha256(link + row + struct.pack(f"<{len(numbers)}f", *numbers)).digest()
    assert link == frame["hash"]


def test_a_hundred_steps_weigh_less_than_ten_kilobytes():
    _, lived = on_air(life(0, 100))
    assert len(encode_recording(lived)) < 10_000


def test_at_full_speed_one_life_a_second_is_shown_and_the_others_are_counted():
    quick = Framer(life_ms=25_000.0)
    frames, _ = on_air((event for number in range(7) for event in life(number, 5)), quick)
    assert [(f["episode"], f["meta"]["passed"]) for f in frames] == [(0, 0), (3, 2), (6, 2)]


def test_a_life_that_could_not_be_sent_counts_as_gone_by():
    framer = Framer(life_ms=0.0)
    tape = Tape("run", "level", "00")
    for event in list(life(0, 30))[:20]:
        framer.take(tape.take(event))
    framer.drop()
    frames, _ = on_air(life(1, 5), framer)
    assert frames[0]["meta"]["passed"] == 1


@pytest.mark.parametrize("cut", [1, 5, 16, 40])
def test_a_slice_ends_in_mid_life_and_the_next_frame_follows_without_a_gap(cut):
    events = list(life(0, 50))
    tape, framer, sent = Tape("run", "level", "00"), Framer(), []
    for i, event in enumerate(events):
        if i == cut:
            tape_state, framer_state = tape.state(), framer.state()
            tape, framer = Tape("run", "level", "00"), Framer()
            tape.restore(tape_state)
            framer.restore(framer_state)
        if frame := framer.take(tape.take(event)):
            sent.append(frame)
    assert sent[-1] == encode_frame(tape.life, decode_frame(sent[-1])["first"], 50, len(sent) - 1)
    assert sum(len(decode_frame(frame)["cols"]["x"]) for frame in sent) == 50


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not msgpack"),
        (b"\xc1", "not msgpack"),
        (b"\xdd\xff\xff\xff\xff", "not msgpack"),
        (msgpack.packb([1, 2]), "not a frame of version 1"),
        (msgpack.packb({"v": 2}), "not a frame of version 1"),
        (msgpack.packb({"v": 1, "cols": {"x": [1]}}), "cols must be exactly"),
        (bytes(16 * 1024 * 1024 + 1), "at most"),
    ],
)
def test_bytes_that_are_no_frame_are_refused_by_name(data, says):
    with pytest.raises(WireError, match=says):
        decode_frame(data)


def test_columns_of_different_length_are_refused():
    frame = decode_frame((GOLDEN / "first.msgpack").read_bytes())
    frame["cols"]["x"].pop()
    with pytest.raises(WireError, match="differ in length"):
        decode_frame(msgpack.packb(frame))


def test_a_recording_of_an_unfinished_life_is_refused():
    tape = Tape("run", "level", "00")
    for event in list(life(0, 5))[:3]:
        tape.take(event)
    with pytest.raises(ValueError, match="life 0 has not ended"):
        encode_recording(tape.life)


def test_in_a_paced_run_each_step_goes_out_at_once_and_no_life_is_left_out():
    framer = Framer()
    framer.pace = 5.0
    frames, _ = on_air((event for number in range(3) for event in life(number, 4)), framer)
    assert [len(frame["cols"]["x"]) for frame in frames] == [1, 1, 1, 1, 0] * 3
    assert [frame["episode"] for frame in frames if frame["meta"]] == [0, 1, 2]
    assert {(frame["meta"]["pace"], frame["meta"]["passed"]) for frame in frames if frame["meta"]} == {(5.0, 0)}


def test_at_a_quick_pace_steps_still_share_frames():
    framer = Framer()
    framer.pace = 60.0
    frames, _ = on_air(life(0, 100), framer)
    assert len(frames) == 7


def on_air_with_pace(framer, steps, paces):
    """Frames of one life; `paces` maps a row to the pace that is chosen before it is taken."""
    tape, sent = Tape("run", "L1_full_observability", "ab" * 32), []
    for event in life(1, steps):
        written = tape.take(event)
        framer.pace = paces.get(len(written), framer.pace)
        if frame := framer.take(written):
            sent.append(decode_frame(frame))
    return sent


def test_a_pace_chosen_in_the_middle_puts_the_life_on_the_air_with_all_its_rows():
    framer = Framer(life_ms=60_000.0)
    on_air(life(0, 5), framer)
    frames = on_air_with_pace(framer, 20, {12: 2.0})
    assert [(frame["seq"], frame["first"], len(frame["cols"]["x"])) for frame in frames[:2]] == [(0, 0, 12), (1, 12, 1)]
    assert (frames[0]["meta"]["pace"], frames[0]["meta"]["passed"]) == (2.0, 0)
    assert verify(frames[0])
    assert frames[-1]["end"]["steps"] == 20


@pytest.mark.parametrize(("before", "after"), [(None, 2.0), (2.0, 4.0), (2.0, None)])
def test_a_change_of_pace_tells_the_life_on_the_air_again_under_its_new_pace(before, after):
    framer = Framer(chunk_ms=0.0 if before is None else 100.0)
    framer.pace = before
    frames = on_air_with_pace(framer, 40, {9: after})
    again = frames[[frame["seq"] for frame in frames].index(0, 1) :]
    assert again[0]["meta"]["pace"] == after
    assert [frame["seq"] for frame in again] == list(range(len(again)))
    assert sum(len(frame["cols"]["x"]) for frame in again) == 40


def test_a_paced_life_that_was_dropped_comes_back_whole():
    framer = Framer()
    framer.pace = 1.0
    tape, sent = Tape("run", "level", "00"), []
    for event in life(0, 10):
        written = tape.take(event)
        if len(written) == 4:
            framer.drop()
        if frame := framer.take(written):
            sent.append(decode_frame(frame))
    firsts = [frame for frame in sent if frame["seq"] == 0]
    assert [len(frame["cols"]["x"]) for frame in firsts] == [1, 4]
    assert framer.passed == 0
