"""The part of the API for models: those that runs left, those that people brought along, and their files."""

from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import File, Form, Query, Router, UploadedFile
from ninja.responses import Status

from lab.people.problems import PROBLEMS, RefusalError
from lab.registry import exports, thinking, uploads
from lab.registry.schemas import PredictIn, PredictionOut, UploadOut, Uploads, life_out
from lab.runs.doors import left_by_run, run_of
from lab.runs.errors import NotAllowedError
from lab.runs.models import Checkpoint, ExportedModel, UploadedModel
from lab.runs.schemas import CardOut, Episodes, ModelIn, ModelOut, Models
from lab.store import downloads

FILE = downloads.described("application/octet-stream", "The file", parts=True)
FRAME = downloads.described("application/msgpack", "One frame (docs/wire.md)")

router = Router(tags=["models"])


# ------------------------------------------------------------------------------------------ models of runs


@router.get("/runs/{id}/models", response={200: Models, **PROBLEMS}, operation_id="models")
def models(request: HttpRequest, id: str) -> Models:
    """Models that can be taken home, newest first."""
    rows = ExportedModel.objects.filter(run=run_of(request, id)).order_by("-steps", "format", "-precision")
    return Models(items=[ModelOut.of(row) for row in rows])


@router.post("/runs/{id}/models", response={200: ModelOut, 201: ModelOut, **PROBLEMS}, operation_id="export_model")
def model_export(request: HttpRequest, id: str, payload: ModelIn) -> Any:
    """The best mind of a checkpoint in a format. 201 if it had to be made, 200 if it was there."""
    run = run_of(request, id)
    try:
        checkpoint = UUID(payload.checkpoint) if payload.checkpoint is not None else None
    except ValueError:
        error = {"field": "checkpoint", "message": "is none of this run's", "value": payload.checkpoint[:100]}
        raise RefusalError(422, "There is no such checkpoint.", [error]) from None
    model, made = exports.model_export(
        run=run, checkpoint=checkpoint, format=payload.format, precision=payload.precision
    )
    return Status(201 if made else 200, ModelOut.of(model))


@router.get("/checkpoints/{id}/download", response=PROBLEMS, operation_id="download_checkpoint", openapi_extra=FILE)
def checkpoint_download(request: HttpRequest, id: str) -> HttpResponseBase:
    """A checkpoint's file (instructors)."""
    row = left_by_run(request, Checkpoint.objects.all(), id, "file")
    if not request.user.is_instructor:
        raise NotAllowedError("Only instructors download checkpoints; the model is for everyone.")
    return _sent(request, row.file, row.sha256, row.bytes, row.file_name)


# ---------------------------------------------------------------------------------------- uploaded models


@router.get("/models", response={200: Uploads, **PROBLEMS}, operation_id="uploads")
def upload_list(request: HttpRequest) -> Uploads:
    """The models that this person has brought along, newest first."""
    rows = uploads.uploads_for(request.user).order_by("-created_at", "-id")
    return Uploads(items=[UploadOut.of(row) for row in rows], largest=uploads.LARGEST)


@router.post("/models", response={201: UploadOut, **PROBLEMS}, operation_id="upload_model")
def upload_add(request: HttpRequest, file: File[UploadedFile], name: Form[str] = "") -> Any:
    """Bring a model along: a HamletModel (.safetensors, .pt, .onnx) or a training checkpoint, also of version 2.

    Only its weights are read; nothing in it can run. It is examined by a worker after this answer.
    """
    if (file.size or 0) > uploads.LARGEST:
        raise uploads.too_large(file.size or 0, file.name or "")
    row = uploads.upload_add(owner=request.user, content=file.file, file_name=file.name or "", name=name)
    return Status(201, UploadOut.of(row))


@router.get("/models/{id}", response={200: UploadOut, **PROBLEMS}, operation_id="upload")
def upload_detail(request: HttpRequest, id: str) -> UploadOut:
    """One uploaded model as it is now."""
    return UploadOut.of(_upload(request, id))


@router.delete("/models/{id}", response={204: None, **PROBLEMS}, operation_id="remove_upload")
def upload_remove(request: HttpRequest, id: str) -> Any:
    """Delete an uploaded model with all its files."""
    uploads.upload_remove(_upload(request, id))
    return Status(204, None)


@router.get("/models/{id}/episodes", response={200: Episodes, **PROBLEMS}, by_alias=True, operation_id="upload_lives")
def upload_lives(request: HttpRequest, id: str) -> Episodes:
    """The lives of an uploaded model that can be watched: the first ones of its examination."""
    return Episodes(items=[life_out(life) for life in _upload(request, id).lives])


@router.get("/models/{id}/episodes/{number}", response=PROBLEMS, operation_id="upload_life", openapi_extra=FRAME)
def upload_life(request: HttpRequest, id: str, number: str) -> HttpResponseBase:
    """One of these lives: a frame that holds all of it."""
    life = next((life for life in _upload(request, id).lives if str(life["episode"]) == number), None)
    if life is None:
        raise Http404("This life was not kept.")
    return downloads.file_response(
        request, name=life["file"], sha256=life["sha256"], size=life["bytes"], content_type="application/msgpack"
    )


# ------------------------------------------------------------------------------------------ of either kind


@router.get("/models/{id}/download", response=PROBLEMS, operation_id="download_model", openapi_extra=FILE)
def model_download(request: HttpRequest, id: str, kind: Annotated[str, Query(alias="as")] = "") -> HttpResponseBase:
    """A model's file, to take home; with `as=zip` the ZIP with its card, play.py and README.

    A download that broke off goes on with `Range` (and `If-Range`: the ETag, which is the file's SHA-256).
    """
    if kind not in ("", "zip"):
        error = {"field": "as", "message": "must be zip, or left out", "value": kind[:100]}
        raise RefusalError(422, "as must be zip, or left out.", [error])
    row = _model(request, id)
    if isinstance(row, UploadedModel):
        if kind == "":
            return _sent(request, row.file, row.sha256, row.bytes, row.file_name)
        if row.pack is None:
            raise Http404("There is no ZIP of this model; it was not examined.")
        pack = row.pack
        return _sent(request, pack["file"], pack["sha256"], pack["bytes"], pack["file"].rpartition("/")[2])
    if kind:
        row, _ = exports.model_pack(row)
    response = _sent(request, row.file, row.sha256, row.bytes, row.file_name)
    if downloads.begins(response):
        exports.download_counted(row)
    return response


@router.post("/models/{id}/predict", response={200: PredictionOut, **PROBLEMS}, operation_id="predict")
def model_predict(request: HttpRequest, id: str, payload: PredictIn) -> PredictionOut:
    """What a model would do, without exploring: for each observation its action and what it expects of every action.

    A recurrent model remembers by `hidden`: send back what came with the answer before. What an observation is made of,
    the model's contract says, which lies in its file.
    """
    hidden = (payload.hidden.h, payload.hidden.c) if payload.hidden else None
    return PredictionOut.of(*thinking.model_predict(_model(request, id), payload.obs, hidden, payload.mask))


@router.get("/models/{id}/card", response={200: CardOut, **PROBLEMS}, operation_id="model_card")
def model_card(request: HttpRequest, id: str) -> CardOut:
    """The model card as Markdown: what it sees, how long it lives and how that was measured, how it was trained."""
    row = _model(request, id)
    file, text = exports.upload_card(row) if isinstance(row, UploadedModel) else exports.model_card(row)
    return CardOut(file=file, markdown=text)


def _upload(request: HttpRequest, id: str) -> UploadedModel:
    try:
        return uploads.uploads_for(request.user).get(pk=UUID(id))
    except (ValueError, UploadedModel.DoesNotExist):
        raise Http404("There is no such model.") from None


def _model(request: HttpRequest, id: str) -> ExportedModel | UploadedModel:
    """The model of either kind, if this person may see it."""
    try:
        return uploads.uploads_for(request.user).get(pk=UUID(id))
    except (ValueError, UploadedModel.DoesNotExist):
        return left_by_run(request, ExportedModel.objects.select_related("run", "checkpoint"), id, "file")


def _sent(request: HttpRequest, name: str, sha256: str, size: int, save_as: str) -> HttpResponseBase:
    return downloads.file_response(
        request, name=name, sha256=sha256, size=size, content_type="application/octet-stream", save_as=save_as
    )
