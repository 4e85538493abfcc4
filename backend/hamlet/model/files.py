"""Which file is which, and how one is written whole or not at all."""

import os
from os import PathLike
from pathlib import Path
from typing import Any

from hamlet.model import seal
from hamlet.model.contract import as_json
from hamlet.model.core import HamletModel
from hamlet.model.errors import ContractError, DamagedFileError, UnknownFormatError, short

SUFFIXES = (".safetensors", ".pt", ".onnx")


def load(path: str | PathLike[str], kind: str | None = None, which: str | None = None) -> HamletModel:
    """The mind in a file, whatever its name: the first bytes tell what it is.

    kind: "inference", "training" or None for either; which: see HamletModel.load_from_training_checkpoint.
    """
    file = Path(path)
    where = f"{file.name!r}"
    with file.open("rb") as source:
        head = source.read(9)
        size = os.fstat(source.fileno()).st_size
        if head[:4] == b"PK\x03\x04":
            from hamlet.model import torch_file

            return torch_file.read(file, where, kind, which)
        if kind == "training":
            raise UnknownFormatError(f"{where} is no training checkpoint: those are torch files, zip archives inside")
        if size > seal.MAX_BYTES:
            raise UnknownFormatError(f"{where} has {size} bytes; a HAMLET model has {seal.MAX_BYTES} at most")
        data = head + source.read(seal.MAX_BYTES)
    if len(data) >= 9 and data[8:9] == b"{":
        from hamlet.model import safetensors_file

        return safetensors_file.decode(data, where)
    if data[:1] == b"\x08":
        from hamlet.model import onnx_file

        return onnx_file.decode(data, where)
    if data[:1] == b"\x80":
        raise UnknownFormatError(f"{where} is a bare pickle, which could run code; it was not read")
    if len(data) < 9:
        raise DamagedFileError(f"{where} has {len(data)} bytes; that is no model")
    raise UnknownFormatError(f"{where} is no HAMLET file: it is neither {', '.join(SUFFIXES)} nor a checkpoint")


def save(model: HamletModel, path: str | PathLike[str], metadata: dict[str, Any], precision: str) -> None:
    """Write a model by suffix, checked, and in one piece. See HamletModel.save_inference_checkpoint."""
    file = Path(path)
    write_whole(file, encode(model, file.suffix, metadata, precision))


def encode(model: HamletModel, suffix: str, metadata: dict[str, Any], precision: str) -> bytes:
    """A model file's bytes, proved to answer as the model does.

    Raises ParityError, MissingPackageError, ContractError.
    """
    if suffix not in SUFFIXES:
        raise ContractError(f"suffix is {short(suffix)}; a model can be {', '.join(SUFFIXES)}")
    known = facts(model, metadata, precision)
    if suffix == ".safetensors":
        from hamlet.model import safetensors_file

        return safetensors_file.encode(model, known, precision)
    if suffix == ".pt":
        from hamlet.model import torch_file

        return torch_file.encode(model, known, precision)
    from hamlet.model import onnx_file

    return onnx_file.encode(model, known, precision)


def facts(model: HamletModel, metadata: dict[str, Any], precision: str) -> dict[str, Any]:
    """The metadata as the file will have them: for float16 with what the rounding costs this model, measured.

    `float16` is then {"largest_change": of an answer, relative as in `parity`; "same_actions": share, 0..1}.
    """
    known: dict[str, Any] = as_json(metadata, "metadata")
    if precision == "float16":
        from hamlet.model import parity

        rounded = HamletModel(model.network, seal.stored(model, precision), model.contract)
        largest, same = parity.distance(model, parity.own(rounded))
        known["float16"] = {"largest_change": largest, "same_actions": same}
    return known


def write_whole(file: Path, data: bytes) -> None:
    """Write beside, flush to disk, then rename: a reader sees the old file or the new one, never half of one."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
