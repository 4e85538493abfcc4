"""How fast the loop on one device is, beside the numpy loop in the same run.

    python -m tests.benchmarks.bench_device [--device cuda] [--level L1_full_observability] [--lanes 256,4096]

For each number of lanes, lane-steps a second of the clock:

- world: random actions carried out, observations, masks, finished lanes begun anew;
- training: whole iterations of PQN with the default settings, learner included, examinations not.

`--device torch` is the same loop on the CPU, to try this out; on one thread.
"""

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from hamlet.learning import Trainer
from hamlet.learning.config import MOST_IN_A_ROLLOUT, TrainConfig
from hamlet.learning.events import Iteration
from hamlet.world import VectorWorld, load_level

UNTIL = 10**10
"""a budget so large that no examination comes due while this measures"""


def rate(step: Callable[[], None], wait: Callable[[], None], count: int, seconds: float) -> float:
    """`count` for each call of `step`, a second: the best of three stretches, each ended by waiting for the device."""
    step()
    wait()
    best = 0.0
    for _ in range(3):
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds / 3:
            for _ in range(8):
                step()
            wait()
            done += 8
        best = max(best, done * count / (time.perf_counter() - began))
    return best


def world_rate(level: str, lanes: int, device: str, wait: Callable[[], None], seconds: float) -> float:
    """Lane-steps a second of the world alone."""
    world = VectorWorld(load_level(level), lanes, seed=0, device=device)
    dice = np.random.default_rng(0)
    actions = [world.backend.asarray(dice.integers(0, world.level.num_actions, lanes)) for _ in range(64)]
    drain, turn = world.drain(1.0), iter(range(10**9))

    def step() -> None:
        _, terminated, _, _ = world.advance(actions[next(turn) % 64], drain)
        world.begin(terminated)
        world.observe()
        world.action_masks()

    return rate(step, wait, lanes, seconds)


def training_rate(level: str, lanes: int, device: str, wait: Callable[[], None], seconds: float) -> float:
    """Lane-steps a second of training."""
    config = TrainConfig(level=level, lanes=lanes, steps=UNTIL)
    trainer = Trainer(config, device=device)
    events = trainer.run()

    def iteration() -> None:
        for event in events:
            if isinstance(event, Iteration):
                return

    return rate(iteration, wait, lanes * config.rollout, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--level", default="L1_full_observability")
    parser.add_argument("--lanes", default="256,1024,4096,16384")
    parser.add_argument("--seconds", type=float, default=6.0, help="time for each figure")
    asked = parser.parse_args()
    on_gpu = asked.device.startswith("cuda")
    if on_gpu and not torch.cuda.is_available():
        print(f"{asked.device}: torch sees no CUDA device here")
        return
    wait = torch.cuda.synchronize if on_gpu else lambda: None
    print(f"{asked.level}, {torch.cuda.get_device_name() if on_gpu else 'one CPU thread'}, torch {torch.__version__}")
    print(f"{'lanes':>8}{'world, numpy':>16}{asked.device:>14}{'training, numpy':>20}{asked.device:>14}")
    for lanes in map(int, asked.lanes.split(",")):
        if lanes * TrainConfig().rollout > MOST_IN_A_ROLLOUT:
            print(f"{lanes:>8,}  more than a rollout may hold")
            continue
        speeds = [
            measure(asked.level, lanes, device, wait, asked.seconds)
            for measure in (world_rate, training_rate)
            for device in ("cpu", asked.device)
        ]
        print(f"{lanes:>8,}{speeds[0]:>16,.0f}{speeds[1]:>14,.0f}{speeds[2]:>20,.0f}{speeds[3]:>14,.0f}", flush=True)


if __name__ == "__main__":
    main()
