"""How well and how fast learning works, on one core: the table of docs/learning.md.

    python tests/benchmarks/bench_learning.py [--levels L1,L2] [--seeds 5] [--throughput] [--curves FILE] [NAME=VALUE]

Each run is the preset that `ROWS` names. Seconds are CPU seconds of the training process, examinations included. Skill
is that of the exported model on 256 fresh lives, greedily, at multiplier 1.0 and the level's whole lifespan. Beside it
stand the floors (random play, waiting only) and what can be reached: a scripted expert that knows the rules and the
map, and for the smallest level the exact optimum.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from hamlet.learning import Trainer
from hamlet.learning.config import PRESETS, TrainConfig
from hamlet.learning.evaluate import evaluate
from hamlet.learning.events import Evaluation, Iteration
from hamlet.model import HamletModel, Prediction
from hamlet.world import load_level
from tests.benchmarks.experts import expert_survival, longest_life

ROWS: dict[str, tuple[dict[str, Any], float]] = {
    "L0_0": ({"level": "L0_0_minimal", "steps": 1_400_000}, 15.0),
    "L0_5": ({"level": "L0_5_dual_resource", "steps": 1_400_000}, 15.0),
    "L1": ({}, 30.0),
    "L2": (next(p["config"] for p in PRESETS if p["name"] == "memory"), 600.0),
    "L3": (next(p["config"] for p in PRESETS if p["name"] == "day-and-night"), 900.0),
}
"""row -> (settings, CPU seconds it should keep within)"""
FRESH = 20_261_124
"""seed of the fresh lives; no run trains or is examined on it"""


def train(settings: dict[str, Any], target: float) -> dict[str, Any]:
    """One run: the model it exports, on fresh lives; CPU seconds in all, and to the first examination at `target`."""
    trainer = Trainer(TrainConfig(**settings))
    began, exams = time.process_time(), []
    for event in trainer.run():
        if isinstance(event, Evaluation):
            exams.append((event.steps, round(time.process_time() - began, 2), event.mean))
    seconds = time.process_time() - began
    model, fresh = trainer.model("best"), FRESH + trainer.config.seed
    result = evaluate(model, trainer.level, episodes=256, seed=fresh)
    # The same model with its memory wiped before every step: what memory is worth.
    wiped = evaluate(Forgetful(model), trainer.level, 256, fresh).mean if model.network == "recurrent" else None
    return {
        "seconds": seconds, "reached": next((at for _, at, mean in exams if mean >= target), None), "mean": result.mean,
        "p10": result.p10, "retired": result.share_retired, "wiped": wiped, "exams": exams,
    }  # fmt: skip


class Forgetful(HamletModel):
    """A model that is never given its memory back."""

    def __init__(self, model: HamletModel) -> None:
        super().__init__(model.network, model.weights, model.contract, model.metadata)

    def predict(self, *args: Any, **kwargs: Any) -> Prediction:
        return super().predict(*args, **{**kwargs, "hidden": None})


def throughput(settings: dict[str, Any], seconds: float = 10.0) -> float:
    """Lane-steps a CPU second, learner included, examinations not; after a short start."""
    trainer = Trainer(TrainConfig(**{**settings, "evaluations": 1, "steps": 10**10}))
    marks = []
    for event in trainer.run():
        if isinstance(event, Iteration):
            marks.append((time.process_time(), trainer.steps))
            if len(marks) > 10 and marks[-1][0] - marks[9][0] > seconds:
                break
    (t0, s0), (t1, s1) = marks[9], marks[-1]
    return (s1 - s0) / (t1 - t0)


def beside(name: str, seeds: int) -> str:
    """What can be reached."""
    level = load_level(name)
    if name == "L0_0_minimal":
        longest = [longest_life(level, seed) for seed in range(seeds)]
        return f"optimum {np.mean([n for n, _ in longest]):.0f}"
    lived = [expert_survival(level, 16, FRESH, layout_seed=seed).mean() for seed in range(seeds)]
    return f"expert {np.mean(lived):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", default=",".join(ROWS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--target", type=float, default=990.0, help="mean survival whose first time is noted")
    parser.add_argument("--curves", type=Path, help="JSON-lines file to append every run to")
    parser.add_argument("--throughput", action="store_true", help="only steps a second")
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="changed settings, for an ablation")
    asked = parser.parse_args()
    changed = {name: _plain(value) for name, _, value in (s.partition("=") for s in asked.settings)}
    for row in asked.levels.split(","):
        settings, limit = ROWS[row]
        settings = {**settings, **changed}
        if asked.throughput:
            print(f"{row}: {throughput(settings):,.0f} lane-steps per CPU second")
            continue
        runs = []
        for seed in range(asked.seeds):
            runs.append(train({**settings, "seed": seed}, asked.target))
            if asked.curves:
                with asked.curves.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"row": row, "changed": changed, "seed": seed, **runs[-1]}) + "\n")
            told = ", ".join(f"{name} {value:.4g}" for name, value in runs[-1].items() if isinstance(value, float))
            print(f"  {row} seed {seed}: {told}", flush=True)
        level = load_level(TrainConfig(**settings).level)
        means, seconds = [r["mean"] for r in runs], [r["seconds"] for r in runs]
        floors = ", ".join(f"{name} {value:.0f}" for name, value in level.floors.items() if value is not None)
        print(
            f"{row}: median {np.median(means):.0f}, worst {min(means):.0f}, best {max(means):.0f} of {level.lifespan} "
            f"steps; {np.median(seconds):.1f} CPU s (aim {limit:.0f}); floors {floors}; "
            f"{beside(level.name, asked.seeds)}",
            flush=True,
        )


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
