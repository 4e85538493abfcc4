"""Models on request, and files on their way out."""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from hamlet.model import HamletModel, ModelError
from lab.runs import files
from lab.runs.errors import GoneError, LimitError, RunError
from lab.runs.minds import checkpoint_of
from lab.runs.models import EvaluationRow, ExportedModel, Run
from lab.runs.schemas import EvaluationOut

logger = logging.getLogger(__name__)

Format = ExportedModel.Format

# One at a time: each takes a second core and 300 MB for some seconds, and training needs them too.
_one = threading.Semaphore(1)
PATIENCE = 60.0
"""seconds to wait for one's turn, and again for the conversion itself"""


def model_export(*, run: Run, checkpoint: UUID | None, format: str) -> tuple[ExportedModel, bool]:
    """The best mind of a checkpoint (the newest, if None) in a format, and whether it had to be made.

    Asking again gives the same model.

    Raises:
        WrongStateError: the run has no checkpoint yet
        RunError: there is no such checkpoint
        LimitError: others are being made
        GoneError: the checkpoint's file is gone or damaged
    """
    origin = checkpoint_of(run, checkpoint)
    found = ExportedModel.objects.filter(checkpoint=origin, format=format)
    # Asked for, it outlives its checkpoint.
    if found.update(requested=True):
        return found.get(), False
    exam = EvaluationRow.objects.filter(run=run, best=True, steps__lte=origin.steps).order_by("-steps").first()
    evaluation = EvaluationOut.of(exam).model_dump() if exam else None
    metadata = {"run": str(run.pk), "name": run.name, "which": "best" if exam else "last", "evaluation": evaluation}
    name = files.model_name(run.pk, f"exports/{uuid4()}", origin.episode, format)
    try:
        with files.reading(origin.file) as source, files.writing(name) as (target, written):
            mind = HamletModel.load_from_training_checkpoint(source)
            if format == Format.SAFETENSORS:
                mind.save_inference_checkpoint(target, metadata)
            else:
                _convert(source, target, metadata)
    except FileNotFoundError:
        raise GoneError(f"{origin} is no longer there.") from None
    except ModelError as error:
        logger.error("checkpoint %s cannot be exported: %s", origin.pk, error)
        raise GoneError(f"{origin} cannot be read: it is damaged.") from error
    try:
        with transaction.atomic():
            return ExportedModel.objects.create(
                run=run, checkpoint=origin, checkpoint_bytes=origin.bytes, episode=origin.episode, steps=origin.steps,
                format=format, file=written.name, bytes=written.bytes, sha256=written.sha256,
                evaluation=evaluation, requested=True,
            ), True  # fmt: skip
    except IntegrityError:
        files.remove([written.name])  # someone else asked for the same at the same time
        return found.get(), False


def download_counted(model: ExportedModel) -> None:
    """Someone took it home."""
    ExportedModel.objects.filter(pk=model.pk).update(downloads=F("downloads") + 1)


def _convert(source: Path, target: Path, metadata: dict[str, Any]) -> None:
    if not _one.acquire(timeout=PATIENCE):
        raise LimitError("Other models are being written; try again in a minute.")
    try:
        env = {**os.environ, "PYTHONPATH": str(Path(settings.LAB).parent), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "lab.runs.convert", str(source), str(target), json.dumps(metadata)]
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=PATIENCE)
    except subprocess.CalledProcessError as error:
        logger.error("%s could not be written: %s", target.name, error.stderr.decode(errors="replace")[-2000:])
        raise RunError(f"The {target.suffix} file could not be written.") from error
    except subprocess.TimeoutExpired:
        raise LimitError("Writing the model took too long; try again when the machine is less busy.") from None
    finally:
        _one.release()
