"""Two minds with random weights, of the real size, and the bare environment of a student who installed the wheel."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hamlet.model import HamletModel
from hamlet.world import VectorWorld, load_level
from tests.model.minds import mind


@pytest.fixture(scope="session")
def simple() -> HamletModel:
    return mind("simple")


@pytest.fixture(scope="session")
def recurrent() -> HamletModel:
    return mind("recurrent")


@pytest.fixture(params=["simple", "recurrent"])
def either(request: pytest.FixtureRequest) -> HamletModel:
    chosen: HamletModel = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="session")
def student(student_python: Path) -> Path:
    """The bin folder of a fresh virtual environment: the built wheel, and nothing that the wheel does not ask for."""
    return student_python.parent


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two models that the manual speaks of."""
    folder = tmp_path_factory.mktemp("desk")
    for network, name in (("simple", "model_ep00012"), ("recurrent", "model_ep00040")):
        model = mind(network)
        world = VectorWorld(load_level(model.contract["level"]), lanes=1, seed=0)
        layout = {place: [int(x), int(y)] for place, (x, y) in world.affordance_positions.items()}
        model.save_inference_checkpoint(folder / f"{name}.safetensors", {"layout": layout})
        model.save_inference_checkpoint(folder / f"{name}.onnx", {"layout": layout})
    return folder


@pytest.fixture(scope="session")
def at_the_desk(student: Path, desk: Path) -> Callable[..., str]:
    """Run a program in the student's environment, in that folder; gives what it printed, fails with what went wrong."""

    def run(*words: object, cwd: Path = desk) -> str:
        env = {"PATH": f"{student}:{os.defpath}", "HOME": str(cwd), "OMP_NUM_THREADS": "1"}
        done = subprocess.run([str(w) for w in words], cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
