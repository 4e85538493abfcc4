"""What a film of a recorded life costs: seconds of a worker and bytes, for every 100 steps. Not a test: prints.

    python -m tests.benchmarks.film [recording.msgpack]     without a recording a mind is trained for some seconds first

1280 x 720, eight steps a second; pictures by the pages' own drawing code in node, files by PyAV (lab/lives/film.py).

On two cores that other jobs kept busy (load 4.0), a life of 216 steps in the town with day and night: MP4 8.4 s and
0.57 MB, GIF 6.8 s and 1.48 MB for 100 steps; painting is three quarters of it.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

LEVEL, STEPS = "L3_temporal_mechanics", 120_000


def main(recording: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="hamlet-") as folder:
        os.environ["HAMLET_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "lab.settings"
        import django

        django.setup()
        from hamlet.tape.wire import decode_frame
        from lab.lives import film
        from lab.runs import levels

        data = recording.read_bytes() if recording else longest_life()
        frame = decode_frame(data)
        steps, level = len(frame["cols"]["x"]), levels.describe(frame["meta"]["level"])
        print(f"a life of {steps} steps on {level['title']}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for format in film.FORMATS:
            target = Path(folder) / f"life.{format}"
            began = time.perf_counter()
            film.make(target, recording=data, level=level, name="measured", format=format, theme="light")
            share = (time.perf_counter() - began) * 100 / steps, target.stat().st_size * 100 / steps / 1e6
            print(f"{format}: {share[0]:.1f} s and {share[1]:.2f} MB for 100 steps")


def longest_life() -> bytes:
    """The longest life of the watched lane of a short training, as a recording."""
    import torch

    from hamlet.learning import Trainer
    from hamlet.learning.config import TrainConfig
    from hamlet.tape.episode import Episode, Tape
    from hamlet.tape.wire import encode_recording

    torch.set_num_threads(1)
    trainer = Trainer(TrainConfig(level=LEVEL, steps=STEPS, seed=3))
    tape = Tape("measured", trainer.level.name, trainer.level.digest)
    best: Episode | None = None
    for event in trainer.run():
        life = tape.take(event)
        if life is not None and life.end is not None and (best is None or len(life) > len(best)):
            best = life
    assert best is not None
    return encode_recording(best, {"passed": 0, "pace": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
