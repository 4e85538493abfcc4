"""What a model would do: asked here, for programs that do not take it home."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hamlet.model import HamletModel, ModelError
from hamlet.model.core import Prediction
from lab.errors import FieldError
from lab.runs.errors import GoneError, RunError
from lab.runs.models import ExportedModel, UploadedModel
from lab.store import files

MOST = 32
"""observations at once; so many fit into a request (`lab.people.problems.LARGEST_BODY`), fewer with a memory each"""
FARTHEST = 1e6
"""from nought that a number of an observation or a memory may be; those of the worlds here lie within 0 and 1"""
LARGEST = 32_000_000
"""bytes of a model's file that a web process keeps in mind"""
KEPT = 4
"""models that it keeps so"""

Rows = Sequence[Sequence[float]]
Memory = tuple[Rows, Rows]


def model_predict(
    row: ExportedModel | UploadedModel, obs: Rows, hidden: Memory | None, mask: Sequence[Sequence[bool]] | None
) -> tuple[HamletModel, Prediction]:
    """The model, and its greedy answer to each observation (`hamlet.HamletModel.predict`). Nothing is kept.

    Raises:
        RunError: a part has not the shape that this model wants; it is a ZIP, or too large to be asked here
        GoneError: its file is gone or damaged
    """
    if isinstance(row, ExportedModel) and row.format == ExportedModel.Format.ZIP:
        raise RunError("A ZIP is not asked; ask the model that lies in it.")
    if row.bytes > LARGEST:
        raise RunError(f"The model is too large to be asked here: at most {LARGEST} bytes. Take it home.")
    try:
        model = _model(row.file, row.sha256)
    except FileNotFoundError:
        raise GoneError(f"{row} is no longer there.") from None
    except ModelError as error:
        raise GoneError(f"{row} cannot be read: it is damaged.") from error
    seen = _rows("obs", obs, len(obs), model.obs_dim)
    memory = None
    if hidden is not None:
        if not model.hidden_size:
            message = "must be left out: this model has no memory"
            raise RunError(f"hidden {message}.", [FieldError("hidden", message)])
        h, c = hidden
        size = model.hidden_size
        memory = (_rows("hidden.h", h, len(obs), size), _rows("hidden.c", c, len(obs), size))
    allowed = None if mask is None else _rows("mask", mask, len(obs), model.num_actions).astype(bool)
    try:
        return model, model.predict(seen, memory, mask=allowed)
    except ModelError as error:  # weights that someone brought along, beyond what float32 can reckon with
        raise RunError("The model has no answer to this: its weights are too large.") from error


@lru_cache(maxsize=KEPT)
def _model(name: str, sha256: str) -> HamletModel:
    with files.reading(name) as path:
        return HamletModel.load_from_inference_checkpoint(path)


def _rows(field: str, given: Rows, number: int, width: int) -> NDArray[np.float32]:
    """As an array. RunError names the field, and what is wanted."""
    if len(given) != number or any(len(row) != width for row in given):
        message = f"must be {number} rows of {width} values each"
        raise RunError(f"{field} {message}.", [FieldError(field, message)])
    rows = np.array(given, dtype=np.float64)
    if not (np.abs(rows) <= FARTHEST).all():  # nor what is no number
        message = f"must be numbers from -{FARTHEST:.0f} to {FARTHEST:.0f}"
        raise RunError(f"{field} {message}.", [FieldError(field, message)])
    return rows.astype(np.float32)
