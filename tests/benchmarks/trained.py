"""Trains the same fixed steps again and again, as a worker does: with tape, recorder and the life on the air.

A line on standard input names the run whose viewers see it; the answer is a line of JSON: CPU and wall seconds, and the
hash of the weights afterwards.
"""

import hashlib
import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
django.setup()

import torch  # noqa: E402

from hamlet.learning import Trainer  # noqa: E402
from hamlet.learning.config import TrainConfig  # noqa: E402
from hamlet.tape.episode import Tape  # noqa: E402
from hamlet.tape.recorder import Recorder  # noqa: E402
from hamlet.tape.wire import Framer  # noqa: E402
from lab.outbox import outbox  # noqa: E402
from lab.watch.live import LivePublisher  # noqa: E402


def train(run: str, steps: int) -> dict[str, object]:
    trainer = Trainer(TrainConfig(level="L1_full_observability", seed=5, steps=10_000_000))
    tape = Tape(run, trainer.level.name, trainer.level.digest)
    recorder, air = Recorder(trainer.level.vocabulary), LivePublisher(run, Framer())
    cpu, wall = time.process_time(), time.monotonic()
    for event in trainer.run():
        life = tape.take(event)
        recorder.take(life, event)
        air.take(life)
        if type(event).__name__ == "Iteration" and trainer.steps >= steps:
            break
    spent = {"cpu": time.process_time() - cpu, "wall": time.monotonic() - wall}
    outbox().flush(2)
    weights = trainer.model("last").weights
    digest = hashlib.sha256(b"".join(weights[name].tobytes() for name in sorted(weights)))
    return {**spent, "steps": trainer.steps, "weights": digest.hexdigest()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in sys.stdin:
        print(json.dumps(train(line.split()[0], int(line.split()[1]))), flush=True)
