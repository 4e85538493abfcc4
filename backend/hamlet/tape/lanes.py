"""All lanes of a run at one moment, as they travel (docs/wire.md, "All lives at once").

A picture, not a record: whoever misses one sees the next, a sixth of a second later.
"""

from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from hamlet.tape.wire import WireError

VERSION = 1
MOST = 256
"""lanes in one picture: the first so many; `of` says how many the run has"""
OLDEST = 65_535
MOST_BYTES = 64 * 1024


def encode_lanes(
    run: str, at: float, steps: int, positions: NDArray[np.integer[Any]], ages: NDArray[np.integer[Any]]
) -> bytes:
    """The picture as bytes.

    Args:
        run: id of the run
        at: trainer's clock, ms since 1970
        steps: lane-steps of the run so far
        positions: (lanes, 2), x and y of every lane's agent, 0 to 255; the watched lane is the first
        ages: (lanes,) steps that each life has lasted
    """
    shown = positions[:MOST].astype(np.uint8)
    picture = {
        "lanes": VERSION,
        "run": run,
        "at": round(at),
        "steps": steps,
        "of": len(positions),
        "x": shown[:, 0].tobytes(),
        "y": shown[:, 1].tobytes(),
        "age": np.minimum(ages[:MOST], OLDEST).astype("<u2").tobytes(),
    }
    return bytes(msgpack.packb(picture))


def decode_lanes(data: bytes) -> dict[str, Any]:
    """The picture, with `x`, `y` and `age` as arrays. WireError if the bytes are none."""
    if len(data) > MOST_BYTES:
        raise WireError(f"a picture of {len(data)} bytes; at most {MOST_BYTES} are allowed")
    try:
        picture = msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException) as error:
        raise WireError(f"not msgpack: {error}") from None
    if not isinstance(picture, dict) or picture.get("lanes") != VERSION:
        raise WireError(f"not a picture of all lanes of version {VERSION}")
    columns = [picture.get(name) for name in ("x", "y", "age")]
    if not all(isinstance(column, bytes) for column in columns) or len(picture["age"]) % 2:
        raise WireError("x, y and age must be bytes, two an age")
    x, y, age = (np.frombuffer(picture[name], dtype) for name, dtype in (("x", "u1"), ("y", "u1"), ("age", "<u2")))
    if not len(x) == len(y) == len(age):
        raise WireError("x, y and age differ in length")
    return picture | {"x": x, "y": y, "age": age}
