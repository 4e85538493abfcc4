"""The numbers of docs/teaching.md's lesson on rewards: what each examination of a run saw, and how its minds live.

    python -m tests.benchmarks.lessons L1_full_observability broken_reward --seeds 3

Each run is the standard preset on that level. `last` is the mind at the end of training, `best` the exported one.
"""

import argparse
import json
import time
from typing import Any

import numpy as np

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.evaluate import Mind, exam_world
from hamlet.learning.events import Evaluation
from hamlet.learning.exploration import greedy_actions
from hamlet.model import HamletModel
from hamlet.world import Level

LIVES = 64
SEED = 12_345
"""of the lives that are looked at; no run trains on their starts"""


def look(model: HamletModel, level: Level) -> dict[str, Any]:
    """How a mind lives, greedily, among the places it was trained among: mean steps, share that retires, mean height of
    each meter over all steps, uses of each place in a life."""
    world = exam_world(level, LIVES, SEED, {name: (x, y) for name, (x, y) in model.metadata["layout"].items()})
    mind, obs = Mind(model, level), world.observe()
    alive, steps = np.ones(LIVES, dtype=bool), np.zeros(LIVES, dtype=np.int64)
    lethal, died = [i for i, meter in enumerate(level.meters) if meter.lethal], np.zeros(LIVES, dtype=bool)
    heights, uses = np.zeros(level.num_meters), np.zeros(len(level.vocabulary))
    while alive.any():
        obs, _, ended, _, info = world.step(greedy_actions(mind(obs), world.action_masks()))
        steps += alive
        heights += world.meters[alive].sum(axis=0)
        uses += np.bincount(info["used"][alive & (info["used"] >= 0)], minlength=len(uses))
        died |= alive & (world.meters[:, lethal] <= 0).any(axis=1)
        alive &= ~ended
    return {
        "steps": round(float(steps.mean()), 1),
        "retired": round(float(1 - died.mean()), 3),
        "meters": {m.name: round(float(h), 2) for m, h in zip(level.meters, heights / steps.sum(), strict=True)},
        "uses": {name: round(float(n) / LIVES, 1) for name, n in zip(level.vocabulary, uses, strict=True) if n},
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lessons", description=__doc__)
    parser.add_argument("levels", nargs="+")
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    for name in asked.levels:
        for seed in range(asked.seeds):
            began, trainer = time.process_time(), Trainer(TrainConfig(level=name, seed=seed))
            exams = [event for event in trainer.run() if isinstance(event, Evaluation)]
            told = {
                "level": name, "seed": seed, "cpu_s": round(time.process_time() - began, 1),
                "exams": [(e.steps, round(e.mean), round(e.share_retired, 2)) for e in exams],
                **{which: look(trainer.model(which), trainer.level) for which in ("last", "best")},
            }  # fmt: skip
            print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
