"""`hamlet migrate FILE|FOLDER`: training checkpoints, also the older HAMLET's, become models."""

import argparse
import sys
from pathlib import Path

from hamlet.model.errors import ModelError
from hamlet.model.files import SUFFIXES
from hamlet.model.migrate import Moved, checkpoints_in, migrate

ERRORS = (ModelError, OSError)
WIDTH = 24


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked."""
    parser.add_argument("source", type=Path, metavar="FILE|FOLDER", help="a checkpoint, or a folder with many")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where the models go (default: beside each checkpoint)"
    )
    parser.add_argument(
        "--format", choices=[s[1:] for s in SUFFIXES], default="safetensors", help="default: safetensors"
    )
    parser.add_argument(
        "--which", choices=["best", "last"], help="which weights (default: the best, where there are some)"
    )
    parser.add_argument("--force", action="store_true", help="replace models that are there already")


def run(asked: argparse.Namespace) -> int:
    """Migrate; a line for each file, a bar while it goes on if there is someone to see it."""
    total = len(checkpoints_in(asked.source))
    if not total:
        sys.stderr.write(f"hamlet migrate: no checkpoint (*.pt) in {asked.source}\n")
        return 1
    counts = {"written": 0, "there already": 0, "failed": 0}
    shows = sys.stderr.isatty() and total > 1
    if shows:
        _bar(0, total)
    for done, moved in enumerate(migrate(asked.source, asked.out, f".{asked.format}", asked.which, asked.force), 1):
        counts[moved.outcome] += 1
        if shows:
            sys.stderr.write("\r\x1b[K")
        _tell(moved)
        if shows:
            _bar(done, total)
    if shows:
        sys.stderr.write("\n")
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    sys.stdout.write(f"{total} checkpoint{'' if total == 1 else 's'}: {summary}\n")
    return 1 if counts["failed"] else 0


def _tell(moved: Moved) -> None:
    if moved.outcome == "failed":
        sys.stderr.write(f"{moved.source}: {moved.message}\n")
    else:
        sys.stdout.write(f"{moved.source} → {moved.target}{'' if moved.outcome == 'written' else ' (there already)'}\n")
        sys.stdout.flush()


def _bar(done: int, total: int) -> None:
    full = WIDTH * done // total
    sys.stderr.write(f"[{'#' * full}{'.' * (WIDTH - full)}] {done}/{total}")
    sys.stderr.flush()
