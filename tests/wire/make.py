"""Makes the golden frames beside this file: `python -m tests.wire.make` (from the repository's root).

They pin the wire: pytest asks whether Python still writes these bytes, vitest whether the page still reads them.
Make them anew only with a new version of the frame.
"""

import json
from pathlib import Path

import numpy as np

from hamlet.tape.episode import Tape
from hamlet.tape.lanes import decode_lanes, encode_lanes
from hamlet.tape.wire import Framer, decode_frame, encode_recording
from tests.tape.lives import life

HERE = Path(__file__).parent


def frames() -> dict[str, bytes]:
    """Name → bytes of each golden frame."""
    tape, framer, sent = Tape("golden", "L1_full_observability", "00" * 32), Framer(), []
    for event in life(3, 40, used={4: 0, 17: 10}):
        written = tape.take(event)
        assert written is not None
        if frame := framer.take(written):
            sent.append(frame)
    assert tape.life is not None
    return {"first": sent[0], "middle": sent[1], "last": sent[-1], "recording": encode_recording(tape.life)}


def lanes() -> bytes:
    """A picture of five lanes."""
    positions = np.array([[0, 7], [3, 4], [3, 4], [255, 0], [1, 2]])
    return encode_lanes("golden", 1_790_000_000_123.4, 99_000, positions, np.array([0, 1, 499, 65_535, 70_000]))


def lanes_twin(data: bytes) -> str:
    """The picture as JSON, for readers without msgpack."""
    picture = decode_lanes(data)
    return json.dumps(picture | {name: picture[name].tolist() for name in ("x", "y", "age")}, indent=1) + "\n"


def twin(data: bytes) -> str:
    """The frame as JSON, its hash in hex, for readers without msgpack."""
    frame = decode_frame(data)
    return json.dumps(frame | {"hash": frame["hash"].hex()}, indent=1) + "\n"


if __name__ == "__main__":
    for name, data in frames().items():
        (HERE / f"{name}.msgpack").write_bytes(data)
        (HERE / f"{name}.json").write_text(twin(data))
    (HERE / "lanes.msgpack").write_bytes(lanes())
    (HERE / "lanes.json").write_text(lanes_twin(lanes()))
