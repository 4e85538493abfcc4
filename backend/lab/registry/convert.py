"""Models written, examined and packed in a process of their own: .pt and .onnx need torch, which the web never imports.

`python -m lab.registry.convert` reads an Order as JSON from its input, and prints the model's examination as JSON.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from hamlet.learning.evaluate import evaluate
from hamlet.model import HamletModel, ModelError
from hamlet.model.pack import pack
from hamlet.world import load_level, own_text
from lab.runs.errors import LimitError, RunError

logger = logging.getLogger(__name__)

LIVES = 128
"""lives in the examination that a card reports"""
SEED = 2**31
"""of their starts: beyond every seed that a training can have"""
PATIENCE = 60.0
"""seconds to wait for one's turn, and again for the work itself"""
REFUSED = 3
"""exit status: the model cannot be read or written; the reason is on the error output"""

# One at a time: each takes a second core and 300 MB for some seconds, and training needs them too.
_one = threading.Semaphore(1)


@dataclass(frozen=True)
class Order:
    """What to make of a model or checkpoint."""

    source: str = ""
    """path of a model or a training checkpoint"""
    target: str = ""
    """path to write to; the suffix says what, .zip is the whole to take home"""
    metadata: dict[str, Any] = field(default_factory=dict)
    """added to the model's own"""
    which: str | None = None
    """of a training checkpoint: its best or its last weights"""
    precision: str = "float32"
    title: str | None = None
    """of the card"""
    level: str = ""
    """where it is examined, for a .zip"""
    steps: int = 0
    """of training behind these weights, and `episodes`; told where no examination tells it"""
    episodes: int = 0

    def between(self, source: Path, target: Path) -> "Order":
        """The same from one path to another."""
        return replace(self, source=str(source), target=str(target))


def carry_out(order: Order) -> dict[str, Any] | None:
    """Have it done by another process; gives the model's examination, where there is one.

    Raises:
        ModelError: the source is no model, or damaged
        RunError: it could not be written
        LimitError: others are being made, or it took too long
    """
    if not _one.acquire(timeout=PATIENCE):
        raise LimitError("Other models are being written; try again in a minute.")
    try:
        env = {**os.environ, "PYTHONPATH": str(Path(settings.LAB).parent), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "lab.registry.convert"]
        asked = json.dumps(asdict(order)).encode()
        done = subprocess.run(command, input=asked, env=env, check=True, capture_output=True, timeout=PATIENCE)
        told: dict[str, Any] | None = json.loads(done.stdout)
        return told
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace")
        if error.returncode == REFUSED:
            raise ModelError(said.strip()) from None
        logger.error("%s could not be written: %s", Path(order.target).name, said[-2000:])
        raise RunError(f"The {Path(order.target).suffix} file could not be written.") from error
    except subprocess.TimeoutExpired:
        raise LimitError("Writing the model took too long; try again when the machine is less busy.") from None
    finally:
        _one.release()


def convert(order: Order) -> dict[str, Any] | None:
    """Do it; gives the model's examination, where there is one. Raises ModelError."""
    target = Path(order.target)
    if order.which is None:
        model = HamletModel.load(order.source)
    else:
        model = HamletModel.load_from_training_checkpoint(Path(order.source), order.which)
    if target.suffix != ".zip":
        model.save_inference_checkpoint(target, order.metadata, order.precision)
        return order.metadata.get("evaluation")
    known = {**model.metadata, **order.metadata}
    level = load_level(order.level)
    evaluation: dict[str, Any] = known.get("evaluation") or {
        "steps": order.steps, "episodes": order.episodes, "best": False
    }  # fmt: skip
    if evaluation.get("lives", 0) < LIVES:
        result = evaluate(model, level, LIVES, seed=SEED).as_dict()
        evaluation = {**evaluation, **result, "seed": SEED, "multiplier": 1.0}
    known |= {"evaluation": evaluation, "floors": level.floors}
    whole = HamletModel(model.network, model.weights, model.contract, known)
    own = own_text(order.level)
    target.write_bytes(pack(whole, target.stem, precision=order.precision, title=order.title, level=own))
    return evaluation


if __name__ == "__main__":
    try:
        answer = convert(Order(**json.load(sys.stdin)))
    except ModelError as wrong:
        sys.stderr.write(str(wrong))
        raise SystemExit(REFUSED) from None
    sys.stdout.write(json.dumps(answer))
