"""Training checkpoints, old and new, turned into models: one, or a folder of them, picked up where it was left."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from hamlet.model import files
from hamlet.model.core import HamletModel
from hamlet.model.errors import ModelError


class Moved(NamedTuple):
    """What became of one checkpoint."""

    source: Path
    target: Path
    outcome: Literal["written", "there already", "failed"]
    message: str = ""
    """why it failed"""


def checkpoints_in(source: Path) -> list[Path]:
    """The file itself, or every .pt file below the folder that is not a model's name. Raises FileNotFoundError."""
    if not source.exists():
        raise FileNotFoundError(f"{source} does not exist")
    if source.is_file():
        return [source]
    found = sorted(path for path in source.rglob("*.pt") if path.is_file() and not path.name.startswith("."))
    return [path for path in found if not path.name.startswith("model_")]


def target_of(source: Path, root: Path, out: Path | None, suffix: str) -> Path:
    """`checkpoint_ep00060.pt` becomes `model_ep00060.safetensors`, beside it or at the same place below `out`."""
    stem = source.stem
    name = f"model_{stem.removeprefix('checkpoint_')}{suffix}"
    if out is None:
        return source.with_name(name)
    return out / (source.parent.relative_to(root) if root.is_dir() else Path()) / name


def migrate(
    source: Path, out: Path | None = None, suffix: str = ".safetensors", which: str | None = None, force: bool = False
) -> Iterator[Moved]:
    """Turn each checkpoint at `source` into a model; tells what became of it before it goes on to the next.

    The originals are only read. A target that was made of the same file before is left as it is, so a run that was cut
    short goes on where it ended. A target of other origin is never replaced, unless `force`. One bad file does not
    stop the others.
    """
    for path in checkpoints_in(source):
        target = target_of(path, source, out, suffix)
        try:
            data = path.read_bytes()
            origin = {"file": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "which": which}
            if target.exists() and not force:
                if _origin(target) == origin:
                    yield Moved(path, target, "there already")
                else:
                    yield Moved(path, target, "failed", f"{target} is there already, and not of this checkpoint")
                continue
            model = HamletModel.load_from_training_checkpoint(path, which)
            target.parent.mkdir(parents=True, exist_ok=True)
            files.save(model, target, {**model.metadata, "migrated_from": origin}, "float32")
            yield Moved(path, target, "written")
        except (ModelError, OSError) as error:
            yield Moved(path, target, "failed", str(error))


def _origin(target: Path) -> object:
    try:
        return HamletModel.load_from_inference_checkpoint(target).metadata.get("migrated_from")
    except ModelError:
        return None
