"""What the API tells of uploaded models."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from lab.runs.models import UploadedModel
from lab.runs.schemas import EpisodeOut, ExamOut


class FileOut(Schema):
    """A file that can be downloaded."""

    file: str
    bytes: int
    sha256: str


class FitOut(Schema):
    """Whether a model can live in a level."""

    level: str
    title: str
    verdict: Literal["yes", "reordered", "no"]
    reasons: list[str] = Field(description="For no: what stands in the way; else what differs, if anything")


class UploadOut(Schema):
    """A model that someone brought along."""

    id: str
    name: str
    state: Literal["pending", "done", "failed"]
    message: str
    source: Literal["safetensors", "pt", "onnx", "checkpoint", "version 2"] = Field(description="What was sent")
    source_bytes: int
    source_sha256: str
    level: str = Field(description="The level that the model names")
    played: str | None = Field(description="The level it is examined in; null if it fits none")
    network: Literal["simple", "recurrent"]
    weights: int
    fits: list[FitOut]
    evaluation: ExamOut | None
    lives: int = Field(description="How many of its lives can be watched")
    model: FileOut
    pack: FileOut | None = Field(description="The ZIP: model, card, play.py and README; null until it was examined")
    total_bytes: int = Field(description="Of all its files: model, ZIP and recorded lives, as they count in fair use")
    created_at: datetime

    @classmethod
    def of(cls, upload: UploadedModel) -> "UploadOut":
        same: dict[str, Any] = {
            name: getattr(upload, name)
            for name in (
                "name", "state", "message", "source", "source_bytes", "source_sha256", "level", "network", "weights",
                "fits", "evaluation", "total_bytes", "created_at",
            )
        }  # fmt: skip
        pack = upload.pack and FileOut(**{**upload.pack, "file": upload.pack["file"].rpartition("/")[2]})
        return cls(
            id=str(upload.pk), played=upload.played or None, lives=len(upload.lives), pack=pack,
            model=FileOut(file=upload.file_name, bytes=upload.bytes, sha256=upload.sha256), **same,
        )  # fmt: skip


class Uploads(Schema):
    items: list[UploadOut]
    largest: int = Field(description="Bytes of the largest file that is taken")


def life_out(life: dict[str, Any]) -> EpisodeOut:
    """One recorded life of an uploaded model."""
    return EpisodeOut(**{name: life[name] for name in EpisodeOut.model_fields})
