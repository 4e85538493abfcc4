"""How fast the world is: lane-steps a second for each level, lane count and backend.

    python tests/benchmarks/bench_world.py [--seconds 0.5] [--backends cpu,torch,cuda] [--levels NAME,NAME]

A step is all a learner needs of it: random allowed actions carried out, observations, masks, finished lanes begun anew.
Choosing the actions is not counted. On the CPU the seconds are those of one core that the thread had to itself (its CPU
time), on a GPU those of the clock. Each figure is the best of five stretches. Behind it, the time of a step against the
same of level 1.
"""

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from hamlet.world import AutoReset, VectorWorld, level_names, load_level

LANES = (1, 16, 256, 4096)


def lane_steps_per_second(name: str, lanes: int, device: str, seconds: float) -> float:
    world = VectorWorld(load_level(name), lanes, seed=0, device=device)
    auto, dice = AutoReset(world), np.random.default_rng(0)
    masks, best = world.action_masks(), 0.0
    on_gpu = device.startswith("cuda")
    clock = time.perf_counter if on_gpu else time.thread_time
    for _ in range(5):
        spent, steps = 0.0, 0
        while spent < seconds / 5:
            allowed = np.asarray(masks.cpu() if hasattr(masks, "cpu") else masks)
            actions = world.backend.asarray((dice.random(allowed.shape, dtype=np.float32) * allowed).argmax(axis=1))
            started = clock()
            auto.step(actions)
            masks = world.action_masks()
            if on_gpu:
                world.backend.torch.cuda.synchronize()  # type: ignore[union-attr]
            spent += clock() - started
            steps += 1
        best = max(best, steps * lanes / spent)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="time for each figure")
    parser.add_argument("--backends", default="cpu,torch")
    parser.add_argument("--levels", default=",".join(level_names()))
    asked = parser.parse_args()
    for device in asked.backends.split(","):
        if device != "cpu":
            import torch

            torch.set_num_threads(1)
            if device.startswith("cuda") and not torch.cuda.is_available():
                print(f"{device}: torch sees no CUDA device here")
                continue
        print(f"{'numpy' if device == 'cpu' else device:<28}{''.join(f'{n:>13,} lanes' for n in LANES)}")
        yardstick: dict[int, float] = {}
        for name in sorted(asked.levels.split(","), key=lambda name: name != "L1_full_observability"):
            speeds = [lane_steps_per_second(name, lanes, device, asked.seconds) for lanes in LANES]
            yardstick = yardstick or dict(zip(LANES, speeds, strict=True))
            cells = [f"{speed:>12,.0f} {yardstick[n] / speed:>5.2f}x" for n, speed in zip(LANES, speeds, strict=True)]
            print(f"{name:<28}{''.join(cells)}")


if __name__ == "__main__":
    main()
