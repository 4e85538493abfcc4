"""Models on request: single files, and the ZIP to take home."""

import logging
import zipfile
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from hamlet.model import HamletModel, ModelError
from hamlet.model.card import card
from lab.errors import FieldError
from lab.registry import convert
from lab.registry.convert import Order
from lab.runs import levels
from lab.runs.errors import GoneError, RunError
from lab.runs.minds import checkpoint_of
from lab.runs.models import EvaluationRow, ExportedModel, Run, UploadedModel
from lab.runs.schemas import EvaluationOut
from lab.store import files
from lab.store.files import Written

logger = logging.getLogger(__name__)

Format = ExportedModel.Format
Precision = ExportedModel.Precision


def model_export(
    *, run: Run, checkpoint: UUID | None, format: str, precision: str = Precision.FLOAT32
) -> tuple[ExportedModel, bool]:
    """The best mind of a checkpoint (the newest, if None) in a format, and whether it had to be made.

    Asking again gives the same model.

    Raises:
        WrongStateError: the run has no checkpoint yet
        RunError: there is no such checkpoint, or no such precision of this format
        LimitError: others are being made
        GoneError: the checkpoint's file is gone or damaged
    """
    origin = checkpoint_of(run, checkpoint)
    if format == Format.ZIP:
        if precision != Precision.FLOAT32:
            raise RunError(
                "The ZIP holds the model in float32.", [FieldError("precision", "must be float32 for a zip", precision)]
            )
        model, _ = model_export(run=run, checkpoint=origin.pk, format=Format.SAFETENSORS)
        return model_pack(model)
    found = ExportedModel.objects.filter(checkpoint=origin, format=format, precision=precision)
    # Asked for, it outlives its checkpoint.
    if found.update(requested=True):
        return found.get(), False
    exam = EvaluationRow.objects.filter(run=run, best=True, steps__lte=origin.steps).order_by("-steps").first()
    evaluation = EvaluationOut.of(exam).model_dump() if exam else None
    # The best weights in the checkpoint that a fork begins with are another run's.
    which = "best" if exam else "last"
    metadata = {"run": str(run.pk), "name": run.name, "which": which, "evaluation": evaluation}
    suffix = format if precision == Precision.FLOAT32 else f"{precision}.{format}"
    name = files.model_name(run.pk, f"exports/{uuid4()}", origin.episode, suffix)
    try:
        with files.reading(origin.file) as source, files.writing(name) as (target, written):
            if format == Format.SAFETENSORS and precision == Precision.FLOAT32:
                HamletModel.load_from_training_checkpoint(source, which).save_inference_checkpoint(target, metadata)
            else:
                order = Order(metadata=metadata, which=which, precision=precision)
                convert.carry_out(order.between(source, target))
    except FileNotFoundError:
        raise GoneError(f"{origin} is no longer there.") from None
    except ModelError as error:
        logger.error("checkpoint %s cannot be exported: %s", origin.pk, error)
        raise GoneError(f"{origin} cannot be read: it is damaged.") from error
    model = ExportedModel(
        run=run, checkpoint=origin, checkpoint_bytes=origin.bytes, episode=origin.episode, steps=origin.steps,
        format=format, precision=precision, evaluation=evaluation, requested=True,
    )  # fmt: skip
    return _kept(model, written)


def model_pack(model: ExportedModel) -> tuple[ExportedModel, bool]:
    """The ZIP to take home of a model: its file, its card, play.py and a README; and whether it had to be made.

    A mind that was examined on fewer lives than a card needs (`convert.LIVES`) is examined first; its model's row then
    tells of that examination too.

    Raises:
        LimitError: others are being made
        GoneError: the model's file is gone or damaged
    """
    if model.format == Format.ZIP:
        return model, False
    found = ExportedModel.objects.filter(
        run=model.run, checkpoint=model.checkpoint, steps=model.steps, format=Format.ZIP, precision=model.precision
    )
    if found.update(requested=True):
        return found[0], False
    run = model.run
    order = Order(
        metadata=_facts(model), precision=model.precision, title=run.name, level=run.level, steps=model.steps,
        episodes=model.episode,
    )  # fmt: skip
    name = files.model_name(run.pk, f"exports/{uuid4()}", model.episode, Format.ZIP)
    try:
        with files.reading(model.file) as source, files.writing(name) as (target, written):
            evaluation = convert.carry_out(order.between(source, target))
    except FileNotFoundError:
        raise GoneError(f"{model} is no longer there.") from None
    except ModelError as error:
        logger.error("model %s cannot be packed: %s", model.pk, error)
        raise GoneError(f"{model} cannot be read: it is damaged.") from error
    ExportedModel.objects.filter(pk=model.pk).update(evaluation=evaluation)
    pack = ExportedModel(
        run=run, checkpoint=model.checkpoint, checkpoint_bytes=model.checkpoint_bytes, episode=model.episode,
        steps=model.steps, format=Format.ZIP, precision=model.precision, evaluation=evaluation, requested=True,
    )  # fmt: skip
    return _kept(pack, written)


def model_card(model: ExportedModel) -> tuple[str, str]:
    """The name of the model's file, and its card as Markdown: what lies in its ZIP.

    Raises GoneError: the model's file is gone or damaged.
    """
    stem = model.file_name.partition(".")[0]
    name = f"{stem}.safetensors"
    try:
        if model.format == Format.ZIP:
            with files.open_file(model.file) as file, zipfile.ZipFile(file) as archive:
                return name, archive.read(f"{stem}/MODEL_CARD.md").decode()
        with files.reading(model.file) as path:
            mind = HamletModel.load_from_inference_checkpoint(path)
    except FileNotFoundError:
        raise GoneError(f"{model} is no longer there.") from None
    except (ModelError, zipfile.BadZipFile, KeyError) as error:
        logger.error("model %s cannot be read: %s", model.pk, error)
        raise GoneError(f"{model} cannot be read: it is damaged.") from error
    try:
        floors = levels.describe(model.run.level)["floors"]
    except KeyError:
        floors = {}
    known = {**mind.metadata, **_facts(model), "floors": floors}
    return name, card(HamletModel(mind.network, mind.weights, mind.contract, known), name, model.run.name)


def upload_card(upload: UploadedModel) -> tuple[str, str]:
    """The same of an uploaded model, whose file carries all that is known. Raises GoneError."""
    try:
        with files.reading(upload.file) as path:
            mind = HamletModel.load_from_inference_checkpoint(path)
    except FileNotFoundError:
        raise GoneError(f"{upload} is no longer there.") from None
    return upload.file_name, card(mind, upload.file_name, upload.name)


def _facts(model: ExportedModel) -> dict[str, Any]:
    """What is known about a model beyond what its file says."""
    return {"run": str(model.run_id), "name": model.run.name, "evaluation": model.evaluation}


def download_counted(model: ExportedModel) -> None:
    """Someone took it home."""
    ExportedModel.objects.filter(pk=model.pk).update(downloads=F("downloads") + 1)


def _kept(model: ExportedModel, written: Written) -> tuple[ExportedModel, bool]:
    """The row of a file that was written; the other's, if someone else made the same at the same time.

    Raises GoneError: its checkpoint was deleted meanwhile.
    """
    model.file, model.bytes, model.sha256 = written.name, written.bytes, written.sha256
    try:
        with transaction.atomic():
            model.save(force_insert=True)
    except IntegrityError:
        files.remove([written.name])
        other = ExportedModel.objects.filter(
            checkpoint=model.checkpoint, format=model.format, precision=model.precision
        ).first()
        if other is None:
            raise GoneError(f"{model.checkpoint} is no longer there.") from None
        return other, False
    return model, True
