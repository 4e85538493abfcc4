"""A run at one of its checkpoints, as pages look into it: the mind it had, and what its lanes had done until then.

Both are read out of the checkpoint's file when somebody asks, and the last few answers are kept: a class looks at the
same checkpoint at once.
"""

import logging
import tempfile
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from hamlet.learning.census import census_in
from hamlet.model import HamletModel, ModelError
from hamlet.world import LevelError, load_level
from lab.errors import FieldError
from lab.runs.errors import GoneError, RunError, WrongStateError
from lab.runs.models import Checkpoint, Run
from lab.store import files

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

KEPT = 8
"""answers of each kind that a process keeps; a mind with memory has 3 MB"""


def checkpoint_of(run: Run, id: UUID | None) -> Checkpoint:
    """The run's checkpoint of this id, the newest if None.

    Raises:
        WrongStateError: the run has no checkpoint yet
        RunError: there is no such checkpoint
    """
    if id is None:
        newest = Checkpoint.objects.filter(run=run).order_by("-steps").first()
        if newest is None:
            raise WrongStateError(
                "The run has no checkpoint yet; the first is written some seconds after training begins."
            )
        return newest
    found = Checkpoint.objects.filter(run=run, pk=id).first()
    if found is None:
        raise RunError("There is no such checkpoint.", [FieldError("checkpoint", "is none of this run's", str(id))])
    return found


def mind_at(checkpoint: Checkpoint) -> bytes:
    """The weights as they were then (not the best ones so far), a .safetensors model. GoneError if they are gone."""
    return _whole(checkpoint, lambda: _mind(checkpoint.file, checkpoint.sha256))


def census_at(checkpoint: Checkpoint, level: str) -> dict[str, Any]:
    """What all lanes had done by then (`hamlet.learning.census`). GoneError if the file is gone or damaged."""
    return _whole(checkpoint, lambda: _census(checkpoint.file, checkpoint.sha256, level))


# A class asks at once: the first reads the file, the others wait for what it kept.
_one_reads = threading.Lock()


def _whole(checkpoint: Checkpoint, read: Callable[[], Answer]) -> Answer:
    try:
        with _one_reads:
            return read()
    except FileNotFoundError:
        raise GoneError(f"{checkpoint} is no longer there.") from None
    except (ModelError, LevelError) as error:
        logger.error("checkpoint %s cannot be looked into: %s", checkpoint.pk, error)
        raise GoneError(
            f"{checkpoint} cannot be read: it is damaged, of another version, or of a level that is gone."
        ) from error


# A file is named together with its checksum: after a lost slice another may stand under the same name.
@lru_cache(maxsize=KEPT)
def _mind(name: str, sha256: str) -> bytes:
    with files.reading(name) as source, tempfile.TemporaryDirectory(prefix="hamlet-") as folder:
        target = Path(folder) / "mind.safetensors"
        HamletModel.load_from_training_checkpoint(source, "last").save_inference_checkpoint(target)
        return target.read_bytes()


@lru_cache(maxsize=KEPT)
def _census(name: str, sha256: str, level: str) -> dict[str, Any]:
    with files.reading(name) as source:
        return census_in(source, load_level(level))
