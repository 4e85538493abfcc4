"""What the API tells of uploaded models, and what models answer."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from hamlet.model import HamletModel
from hamlet.model.core import Prediction
from lab.registry.thinking import MOST
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


Row = list[float]


class HiddenState(Schema):
    """What a recurrent model remembers, a row for each observation."""

    h: list[Row] = Field(max_length=MOST)
    c: list[Row] = Field(max_length=MOST)


class PredictIn(Schema):
    model_config = ConfigDict(extra="forbid")
    obs: list[Row] = Field(min_length=1, max_length=MOST, description="Observations, one in a row")
    hidden: HiddenState | None = Field(None, description="As the answer before gave it; left out at a life's beginning")
    mask: list[list[bool]] | None = Field(
        None, max_length=MOST, description="Which actions are allowed; all, if left out"
    )


class PredictionOut(Schema):
    """A row or a number for each observation."""

    actions: list[int] = Field(description="The greedy action; 0 where none is allowed")
    names: list[str] = Field(description="What these actions are called")
    q_values: list[Row] = Field(description="Expected return of every action, the forbidden ones too")
    hidden: HiddenState | None = Field(description="To be sent back with the next observations; null: it has no memory")

    @classmethod
    def of(cls, model: HamletModel, answer: Prediction) -> "PredictionOut":
        actions, hidden = answer["actions"].tolist(), answer["hidden"]
        memory = None if hidden is None else HiddenState(h=hidden[0].tolist(), c=hidden[1].tolist())
        names = [model.action_names[action] for action in actions]
        return cls(actions=actions, names=names, q_values=answer["q_values"].tolist(), hidden=memory)


def life_out(life: dict[str, Any]) -> EpisodeOut:
    """One recorded life of an uploaded model."""
    return EpisodeOut(**{name: life[name] for name in EpisodeOut.model_fields})
