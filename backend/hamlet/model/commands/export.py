"""`hamlet export FILE --out MODEL`: any model or checkpoint becomes a model of another kind, or a take-home ZIP."""

import argparse
import sys
from pathlib import Path

from hamlet.model.core import HamletModel
from hamlet.model.errors import ModelError
from hamlet.model.files import SUFFIXES, write_whole
from hamlet.model.pack import pack

ERRORS = (ModelError, OSError)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked."""
    parser.add_argument("source", type=Path, metavar="FILE", help="a model or a training checkpoint")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help=f"the suffix says what: {', '.join(SUFFIXES)}, or .zip for model, card, play.py and README",
    )  # fmt: skip
    parser.add_argument("--which", choices=["best", "last"], help="of a checkpoint: which weights")
    parser.add_argument("--precision", choices=["float32", "float16"], default="float32", help="default: float32")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


def run(asked: argparse.Namespace) -> int:
    """Read, prove, write."""
    if asked.out.exists() and not asked.force:
        sys.stderr.write(f"hamlet export: {asked.out} is there already; choose another --out, or --force\n")
        return 1
    if asked.which:
        model = HamletModel.load_from_training_checkpoint(asked.source, asked.which)
    else:
        model = HamletModel.load(asked.source)
    if asked.out.suffix == ".zip":
        write_whole(asked.out, pack(model, asked.out.stem, precision=asked.precision))
    else:
        model.save_inference_checkpoint(asked.out, precision=asked.precision)
    sys.stdout.write(f"{asked.out}: {model}, {asked.out.stat().st_size:,} bytes\n")
    return 0
