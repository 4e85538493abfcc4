"""Makes the golden frames beside this file: `python -m tests.wire.make` (from the repository's root).

They pin the wire: pytest asks whether Python still writes these bytes, vitest whether the page still reads them.
Make them anew only with a new version of the frame.
"""

import json
from pathlib import Path

from hamlet.tape.episode import Tape
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


def twin(data: bytes) -> str:
    """The frame as JSON, its hash in hex, for readers without msgpack."""
    frame = decode_frame(data)
    return json.dumps(frame | {"hash": frame["hash"].hex()}, indent=1) + "\n"


if __name__ == "__main__":
    for name, data in frames().items():
        (HERE / f"{name}.msgpack").write_bytes(data)
        (HERE / f"{name}.json").write_text(twin(data))
