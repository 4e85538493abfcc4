"""Checkpoint files: one zip as torch writes it, loadable with weights_only, with its own SHA-256 inside.

The digest stands in the zip's archive comment, so the file stays one file that every zip and torch reader understands:
`sha256:` and 64 hex digits, of the bytes torch wrote. Written to a temporary file beside the target, flushed to disk,
then renamed: a reader sees the old file or the new one, never half of one.
"""

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hamlet.learning.errors import TrainingError

FORMAT = "hamlet-checkpoint-1"
_MARK = b"sha256:"
_COMMENT = len(_MARK) + 64
_ARRAY = "__ndarray__"


def write_checkpoint(path: str | Path, content: dict[str, Any]) -> None:
    """Write `content` (dicts, lists, tuples, numbers, strings, bytes, tensors, numpy arrays) to `path`, atomically."""
    buffer = io.BytesIO()
    torch.save(_packed({"format": FORMAT, **content}), buffer)
    data = buffer.getvalue()
    comment = _MARK + hashlib.sha256(data).hexdigest().encode()
    # The last two bytes of a zip without a comment are the comment's length, zero.
    write_atomically(path, data[:-2] + len(comment).to_bytes(2, "little") + comment)


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """The content of a checkpoint. Raises TrainingError, naming the file: missing, damaged, or not one of these."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror or error}") from error
    head, comment = data[: -_COMMENT - 2] + b"\0\0", data[-_COMMENT:]
    if not comment.startswith(_MARK):
        raise TrainingError(f"{path} is not a whole HAMLET checkpoint: its checksum is missing")
    if hashlib.sha256(head).hexdigest().encode() != comment[len(_MARK) :]:
        raise TrainingError(f"{path} is damaged: its content does not match its checksum; use the checkpoint before it")
    try:
        content = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    except Exception as error:
        raise TrainingError(f"{path} cannot be loaded: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise TrainingError(f"{path} is not a checkpoint of this HAMLET; its format should be {FORMAT}")
    unpacked: dict[str, Any] = _unpacked(content)
    return unpacked


def write_atomically(path: str | Path, data: bytes) -> None:
    """All of `data` at `path`, or nothing new there."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _packed(value: Any) -> Any:
    """numpy arrays as marked tensors, since a weights_only reader knows no numpy."""
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_packed(item) for item in value)
    if isinstance(value, np.ndarray):
        return {_ARRAY: torch.from_numpy(np.ascontiguousarray(value).copy()).reshape(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, torch.Tensor):
        # A view would drag its whole storage into the file.
        return value.detach().cpu().clone()
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if _ARRAY in value:
            return value[_ARRAY].numpy()
        return {key: _unpacked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_unpacked(item) for item in value)
    return value
