"""`hamlet import-pack FOLDER`: a pack of the older HAMLET becomes a level file; what it could not carry is said."""

import argparse
import os
import sys
from pathlib import Path

from hamlet.world.commands.validate import told
from hamlet.world.load import LevelError
from hamlet.world.pack import import_pack

ERRORS = (LevelError, OSError)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="holds bars.yaml, affordances.yaml, cascades.yaml and training.yaml")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the level file to write (default: NAME.yaml here)")
    parser.add_argument("--name", help="the level's name (default: the folder's)")
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")


def run(asked: argparse.Namespace) -> int:
    imported = import_pack(asked.folder, asked.name)
    out = asked.out or Path(f"{imported.level.name}.yaml")
    if out.exists() and not asked.force:
        sys.stderr.write(f"hamlet import-pack: {out} is there already; choose another --out, or --force\n")
        return 1
    draft = out.with_name(f".{out.name}.{os.getpid()}")  # whole or not at all
    try:
        draft.write_text(imported.text, encoding="utf-8")
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    for sentence in imported.left_out:
        sys.stdout.write(f"not carried over: {sentence}\n")
    sys.stdout.write(f"{out}: {told(imported.level)}\n")
    return 0
