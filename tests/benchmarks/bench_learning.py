"""How well and how fast learning works, on one core: the table of docs/learning.md.

    python -m tests.benchmarks.bench_learning [--rows L1,L2] [--seeds 5] [--only throughput|bounds] [NAME=VALUE ...]

Each run is the preset that `ROWS` names. Seconds are CPU seconds of the training process, examinations included. Skill
is that of the exported model on 256 fresh lives, greedily, at multiplier 1.0 and the level's whole lifespan. Beside it
stand the floors (random play, waiting only) and what can be reached: a scripted expert that knows the rules and the
map; for the smallest level the exact optimum, and the life that the reward prefers.

`--out FILE` appends everything measured as JSON lines. docs/learning.md is made of such a file, measured.jsonl.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from hamlet.learning import Trainer
from hamlet.learning.config import PRESETS, TrainConfig
from hamlet.learning.evaluate import evaluate, exam_world
from hamlet.learning.events import Evaluation, Iteration
from hamlet.learning.exploration import greedy_actions
from hamlet.model import HamletModel, Prediction
from hamlet.world import Level, load_level
from hamlet.world.floors import measure
from tests.benchmarks.experts import expert_survival, longest_life, richest_life
from tests.benchmarks.walkers import Rememberer, Sweeper, survival

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "levels"

ROWS: dict[str, tuple[dict[str, Any], float]] = {
    "L0_0": (next(p["config"] for p in PRESETS if p["name"] == "one-bed"), 15.0),
    "L0_5": ({"level": "L0_5_dual_resource", "steps": 1_400_000}, 15.0),
    "L1": ({}, 30.0),
    "L2": (next(p["config"] for p in PRESETS if p["name"] == "memory"), 600.0),
    "L3": (next(p["config"] for p in PRESETS if p["name"] == "day-and-night"), 900.0),
    "doors": (
        {
            "level": str(EXAMPLES / "five_doors.yaml"), "layouts": "episode", "steps": 1_200_000, "lanes": 64,
            "minibatches": 4, "gamma": 0.99, "learning_rate": 0.001, "epsilon_end": 0.05, "exploring_starts": 0.0,
        },
        0.0,
    ),
    "rooms": (
        {
            "level": str(EXAMPLES / "four_rooms.yaml"), "layouts": "episode", "steps": 1_400_000, "lanes": 128,
            "gamma": 0.9, "learning_rate": 0.002, "averaging": 0.99, "trace": 0.9, "trace_cut": True,
            "epsilon_fraction": 0.7, "exploring_starts": 0.0,
        },
        0.0,
    ),
    "DQN": (next(p["config"] for p in PRESETS if p["name"] == "textbook-dqn"), 0.0),
}  # fmt: skip
"""row -> (settings, CPU seconds it should keep within, 0 where nothing is asked)"""
FRESH = 20_261_124
"""seed of the fresh lives; no run trains or is examined on it"""


def prepared(settings: dict[str, Any]) -> tuple[TrainConfig, Level]:
    """The settings of a run and its level, which may be a file of the examples."""
    level = load_level(settings.get("level", TrainConfig().level))
    return TrainConfig.model_validate({**settings, "level": level.name}, context={"level": level}), level


def train(settings: dict[str, Any], target: float) -> dict[str, Any]:
    """One run: the model it exports, on fresh lives; CPU seconds in all, and to the first examination at `target`."""
    config, level = prepared(settings)
    trainer = Trainer(config, level=level)
    began, exams = time.process_time(), []
    for event in trainer.run():
        if isinstance(event, Evaluation):
            exams.append((event.steps, round(time.process_time() - began, 2), round(event.mean, 1)))
    seconds = time.process_time() - began
    model, fresh = trainer.model("best"), FRESH + trainer.config.seed
    result = evaluate(model, trainer.level, episodes=256, seed=fresh)
    # The same model with its memory wiped before every step: what memory is worth.
    wiped = evaluate(Forgetful(model), trainer.level, 256, fresh).mean if model.network == "recurrent" else None
    return {
        "seconds": round(seconds, 1), "load": round(os.getloadavg()[1], 1), "mean": round(result.mean, 1),
        "p10": result.p10, "wiped": wiped and round(wiped, 1),
        "return": round(discounted(model, trainer.level, trainer.config.gamma, fresh), 1),
        "reached": next((at for _, at, mean in exams if mean >= target), None), "exams": exams,
    }  # fmt: skip


def discounted(model: HamletModel, level: Level, gamma: float, seed: int, lives: int = 64) -> float:
    """Mean discounted sum of the world's rewards over fresh greedy lives."""
    world = exam_world(level, lives, seed, model.metadata["layout"])
    alive, total, hidden = np.ones(lives, dtype=bool), np.zeros(lives), None
    for step in range(level.lifespan):
        seen = model.predict(world.observe(), hidden=hidden)
        hidden = seen["hidden"]
        _, reward, ended, _, _ = world.step(greedy_actions(seen["q_values"], world.action_masks()))
        total += np.where(alive, gamma**step * reward, 0.0)
        alive &= ~ended
    return float(total.mean())


class Forgetful(HamletModel):
    """A model that is never given its memory back."""

    def __init__(self, model: HamletModel) -> None:
        super().__init__(model.network, model.weights, model.contract, model.metadata)

    def predict(self, *args: Any, **kwargs: Any) -> Prediction:
        return super().predict(*args, **{**kwargs, "hidden": None})


def throughput(settings: dict[str, Any], seconds: float = 10.0) -> float:
    """Lane-steps a CPU second, learner included, examinations not; after a short start."""
    config, level = prepared({**settings, "evaluations": 1, "steps": 10**10})
    trainer = Trainer(config, level=level)
    marks = []
    for event in trainer.run():
        if isinstance(event, Iteration):
            marks.append((time.process_time(), trainer.steps))
            if len(marks) > 10 and marks[-1][0] - marks[9][0] > seconds:
                break
    (t0, s0), (t1, s1) = marks[9], marks[-1]
    return (s1 - s0) / (t1 - t0)


def bounds(level: Level, gamma: float, seeds: int) -> dict[str, float]:
    """What can be reached, mean over the layouts and starts of `seeds` runs, in steps and discounted reward."""
    if level.name in ("five_doors", "four_rooms"):
        scripts = {"remembering": Rememberer, "sweeping": Sweeper}
        floors = {name: value for name, value in measure(level).items() if name != "digest"}
        return floors | {name: round(survival(who, level, 256, FRESH), 1) for name, who in scripts.items()}
    if level.name == "L0_0_minimal":
        longest = [longest_life(level, seed)[0] for seed in range(seeds)]
        richest = np.array([richest_life(level, seed, gamma) for seed in range(seeds)])
        return {
            "optimum": float(np.mean(longest)), "richest": float(richest[:, 1].mean()),
            "return": round(float(richest[:, 0].mean()), 1),
        }  # fmt: skip
    lived = [expert_survival(level, 16, FRESH, layout_seed=seed).mean() for seed in range(seeds)]
    return {"expert": float(np.mean(lived))}


def measured(row: str, asked: argparse.Namespace, changed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What was asked for, as lines of the file."""
    settings = {**ROWS[row][0], **changed}
    config, level = prepared(settings)
    if asked.only == "throughput":
        yield {"row": row, "changed": changed, "steps_per_second": round(throughput(settings))}
    elif asked.only == "bounds":
        yield {"row": row, "bounds": bounds(level, config.gamma, asked.seeds)}
    else:
        for seed in range(asked.first, asked.first + asked.seeds):
            yield {"row": row, "changed": changed, "seed": seed, **train({**settings, "seed": seed}, asked.target)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="L0_0,L0_5,L1,L2,L3")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--target", type=float, default=990.0, help="mean survival whose first time is noted")
    parser.add_argument("--only", choices=("throughput", "bounds"), help="train nothing to the end")
    parser.add_argument("--out", type=Path, help="JSON-lines file to append to")
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="changed settings, for an ablation")
    asked = parser.parse_args()
    changed = {name: _plain(value) for name, _, value in (s.partition("=") for s in asked.settings)}
    for row in asked.rows.split(","):
        lines = []
        for line in measured(row, asked, changed):
            lines.append(line)
            print("  ", {name: value for name, value in line.items() if name != "exams"}, flush=True)
            if asked.out:
                with asked.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
        if asked.only is None:
            means, seconds = [line["mean"] for line in lines], [line["seconds"] for line in lines]
            _, level = prepared(ROWS[row][0])
            floors = ", ".join(f"{name} {value:.0f}" for name, value in level.floors.items() if value is not None)
            print(
                f"{row}: median {np.median(means):.0f}, worst {min(means):.0f}, best {max(means):.0f} of "
                f"{level.lifespan} steps; {np.median(seconds):.1f} CPU s; floors {floors}",
                flush=True,
            )


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
