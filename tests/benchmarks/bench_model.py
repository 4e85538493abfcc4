"""How small and how quick a model is. Prints figures and ratios; asserts nothing.

PYTHONPATH=backend OMP_NUM_THREADS=1 python -m tests.benchmarks.bench_model
"""

import subprocess
import sys
import tempfile
import timeit
from pathlib import Path

import numpy as np

from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from hamlet.learning.events import Iteration
from hamlet.model import HamletModel, parity
from tests.model.minds import LEVELS, mind

COLD = """
from hamlet import HamletModel
model = HamletModel.load({path!r})
model.predict([0.0] * model.obs_dim)
"""
# The least that torch needs for the same: import, read, build, one answer.
COLD_TORCH = """
import torch
from hamlet.learning.networks import build_network
from hamlet.world import load_level
torch.set_num_threads(1)
content = torch.load({path!r}, weights_only=True)
network = build_network({network!r}, load_level({level!r}), 0)
network.load_state_dict(content["weights"])
with torch.inference_mode():
    network.step(torch.zeros(1, content["contract"]["obs_dim"]), network.initial(1))
"""


def seconds(code: str, times: int = 5) -> float:
    """The quickest of a few cold starts of python running `code`."""
    return min(timeit.repeat(lambda: subprocess.run([sys.executable, "-c", code], check=True), number=1, repeat=times))


def sizes(folder: Path) -> None:
    """A model beside the training checkpoint of the same moment."""
    print("\nsize in bytes")
    for network, level in LEVELS.items():
        trainer = Trainer(TrainConfig(level=level, seed=0, steps=1_000_000))
        for event in trainer.run():
            if isinstance(event, Iteration) and event.iteration >= 3:
                break
        trainer.save(folder / "checkpoint.pt")
        checkpoint = (folder / "checkpoint.pt").stat().st_size
        print(f"  {network:10} checkpoint {checkpoint:>10,}")
        model = trainer.model("last")
        for suffix in (".safetensors", ".pt", ".onnx"):
            for precision in ("float32", "float16"):
                model.save_inference_checkpoint(folder / f"m{suffix}", precision=precision)
                size = (folder / f"m{suffix}").stat().st_size
                print(f"  {network:10} {suffix:12} {precision} {size:>10,}   {checkpoint / size:4.1f} times smaller")


def cold_starts(folder: Path) -> None:
    """python to the first action, through numpy and through torch, side by side."""
    print("\ncold start, seconds from `python` to the first action (best of 5)")
    for network, level in LEVELS.items():
        model = mind(network)
        for suffix in (".safetensors", ".pt", ".onnx"):
            model.save_inference_checkpoint(folder / f"m{suffix}")
        through_torch = seconds(COLD_TORCH.format(path=str(folder / "m.pt"), network=network, level=level))
        for suffix in (".safetensors", ".pt", ".onnx"):
            own = seconds(COLD.format(path=str(folder / f"m{suffix}")))
            ratio = through_torch / own
            print(f"  {network:10} {suffix:12} {own:.3f}   torch {through_torch:.3f}   {ratio:.1f} times quicker")
    print(f"  of this, python and numpy alone: {seconds('import numpy'):.3f}")


def predictions() -> None:
    """Single and batched predictions a second on one core."""
    print("\npredictions a second, one core (best of 5)")
    for network in LEVELS:
        model = mind(network)
        for batch, number in ((1, 2000), (64, 100), (1024, 5)):
            obs = parity.questions(model.contract, batch)
            hidden = model.predict(obs)["hidden"]
            mask = np.ones((batch, 6), bool)
            took = min(timeit.repeat(lambda: model.predict(obs, hidden, mask=mask), number=number, repeat=5))  # noqa: B023
            print(f"  {network:10} batch {batch:5}   {batch * number / took:>10,.0f}")


def loads(folder: Path) -> None:
    """Reading a file, in a process that is warm."""
    print("\nload, milliseconds (best of 20)")
    for network in LEVELS:
        model = mind(network)
        for suffix in (".safetensors", ".pt", ".onnx"):
            path = folder / f"m{suffix}"
            model.save_inference_checkpoint(path)
            took = min(timeit.repeat(lambda: HamletModel.load(path), number=1, repeat=20))  # noqa: B023
            print(f"  {network:10} {suffix:12} {1000 * took:6.1f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        predictions()
        cold_starts(Path(made))
        loads(Path(made))
        sizes(Path(made))
