"""All lanes at once: the picture, its golden copy, what it weighs, and bytes that are none."""

import json
from pathlib import Path

import msgpack
import numpy as np
import pytest

from hamlet.tape.lanes import MOST, decode_lanes, encode_lanes
from hamlet.tape.wire import WireError
from tests.wire import make

GOLDEN = Path(make.__file__).parent


def picture(lanes):
    positions = np.stack([np.arange(lanes) % 8, np.arange(lanes) // 8 % 8], axis=1)
    return encode_lanes("0f8fad5b-d9cb-469f-a165-70867728950e", 1_790_000_000_000.0, 10**9, positions, np.arange(lanes))


def test_python_still_writes_the_golden_picture():
    assert make.lanes() == (GOLDEN / "lanes.msgpack").read_bytes()
    assert json.loads(make.lanes_twin(make.lanes())) == json.loads((GOLDEN / "lanes.json").read_text())


def test_positions_and_ages_arrive_as_they_were():
    shown = decode_lanes(picture(64))
    assert (shown["of"], shown["steps"]) == (64, 10**9)
    assert shown["x"].tolist() == [i % 8 for i in range(64)]
    assert shown["age"].tolist() == list(range(64))


def test_of_more_lanes_than_fit_the_first_are_shown_and_all_are_counted():
    shown = decode_lanes(picture(1000))
    assert (len(shown["x"]), shown["of"]) == (MOST, 1000)


def test_256_lanes_six_times_a_second_weigh_less_than_ten_kilobytes():
    assert 6 * (len(picture(256)) + 4) < 10_000  # with a WebSocket's own head


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not msgpack"),
        (msgpack.packb({"v": 1}), "not a picture"),
        (msgpack.packb({"lanes": 2}), "not a picture"),
        (msgpack.packb({"lanes": 1, "x": [1], "y": b"1", "age": b"11"}), "must be bytes"),
        (msgpack.packb({"lanes": 1, "x": b"12", "y": b"1", "age": b"11"}), "differ in length"),
        (bytes(100_000), "at most"),
    ],
)
def test_bytes_that_are_no_picture_are_refused_by_name(data, says):
    with pytest.raises(WireError, match=says):
        decode_lanes(data)
