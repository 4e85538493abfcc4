""".pt files: HAMLET's own models and training checkpoints, and the training checkpoints of version 2.

Reading needs no torch (see `torch_zip`). Writing does; what it writes loads with `torch.load(path, weights_only=True)`.
"""

import io
from collections.abc import Mapping
from os import PathLike
from typing import Any

from numpy.typing import NDArray

from hamlet.model import legacy, seal
from hamlet.model.core import HamletModel
from hamlet.model.errors import (
    ContractError,
    DamagedFileError,
    MissingPackageError,
    ModelError,
    UnknownFormatError,
    short,
)
from hamlet.model.torch_zip import Tensor, TorchZip

CHECKPOINT = "hamlet-checkpoint-1"


def encode(model: HamletModel, metadata: dict[str, Any], precision: str) -> bytes:
    """The file's bytes, asked and found true. Raises MissingPackageError without torch, ParityError."""
    try:
        import torch
    except ImportError:
        raise MissingPackageError("writing .pt needs torch: pip install torch; or save as .safetensors") from None
    weights = seal.stored(model, precision)
    digest = seal.checksum(model.network, seal.canonical(model.contract), seal.canonical(metadata), weights)
    content = {
        "format": seal.FORMAT,
        "network": model.network,
        "contract": model.contract,
        "metadata": metadata,
        "sha256": digest,
        "weights": {name: torch.from_numpy(array.copy()) for name, array in weights.items()},
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    buffer.seek(0)
    from hamlet.model import parity, torch_net

    again = torch.load(buffer, weights_only=True)["weights"]
    mind = HamletModel(model.network, weights, model.contract)
    parity.prove(mind, torch_net.runtime(model.network, again), "the .pt file")
    return buffer.getvalue()


def read(path: str | PathLike[str], where: str, kind: str | None, which: str | None) -> HamletModel:
    """The mind in a torch file of any HAMLET. kind: "inference", "training" or None for either."""
    with TorchZip(path, where) as archive:
        root = archive.root
        if not isinstance(root, dict):
            raise UnknownFormatError(f"{where} is a torch file, but not HAMLET's: it holds a {type(root).__name__}")
        fmt = root.get("format")
        if isinstance(fmt, str) and fmt.startswith(seal.PREFIX):
            if kind == "training":
                raise UnknownFormatError(f"{where} is a model, no training checkpoint: load_from_inference_checkpoint")
            return _model(archive, root, where)
        is_legacy = legacy.recognises(root)
        if fmt != CHECKPOINT and not is_legacy:
            found = ", ".join(sorted(short(key) for key in root)[:6]) or "nothing"
            raise UnknownFormatError(f"{where} is a torch file, but neither a model nor a checkpoint: it holds {found}")
        if kind == "inference":
            raise UnknownFormatError(f"{where} is a training checkpoint, not a model: load_from_training_checkpoint")
        if which not in (None, "best", "last"):
            raise ModelError(f"which is {short(which)}; it can be 'best' or 'last'")
        try:
            return _legacy(archive, root, where, which) if is_legacy else _checkpoint(archive, root, where, which)
        except ContractError as wrong:
            raise ContractError(f"{where}: {wrong}") from None


def _model(archive: TorchZip, root: Mapping[str, Any], where: str) -> HamletModel:
    try:
        contract, metadata = seal.canonical(root.get("contract")), seal.canonical(root.get("metadata"))
    except (TypeError, ValueError, RecursionError):
        raise DamagedFileError(f"{where} is damaged: its contract or metadata is no JSON") from None
    weights = _arrays(archive, root.get("weights"), where)
    return seal.opened(where, {**root, "contract": contract, "metadata": metadata}, weights)


def _checkpoint(archive: TorchZip, root: Mapping[str, Any], where: str, which: str | None) -> HamletModel:
    mind = root.get("model")
    if not isinstance(mind, dict):
        raise DamagedFileError(f"{where} is damaged: this checkpoint has no model in it")
    best = mind.get("best_weights")
    if which == "best" and best is None:
        raise ModelError(f"{where} has no best weights yet: no examination had taken place; which='last' has some")
    weights = _arrays(archive, mind.get("weights") if which == "last" or best is None else best, where)
    return HamletModel(mind.get("network", ""), weights, mind.get("contract", {}), mind.get("metadata"))


def _legacy(archive: TorchZip, root: Mapping[str, Any], where: str, which: str | None) -> HamletModel:
    if which == "best":
        raise ModelError(f"{where} is a version 2 checkpoint; it has the last weights only: which='last'")
    weights = _arrays(archive, root["population_state"].get("q_network"), where)
    return legacy.model(root, weights)


def _arrays(archive: TorchZip, tensors: Any, where: str) -> dict[str, NDArray[Any]]:
    if not isinstance(tensors, dict) or not all(isinstance(t, Tensor) for t in tensors.values()):
        raise DamagedFileError(f"{where} is damaged: it has no weights")
    left = seal.MAX_BYTES
    arrays: dict[str, NDArray[Any]] = {}
    for name, tensor in tensors.items():
        if tensor.kind not in ("f2", "f4", "f8"):
            raise DamagedFileError(f"{where} is damaged: weight {name!r} is not made of floating-point numbers")
        arrays[str(name)] = archive.array(tensor, left)
        left -= arrays[str(name)].nbytes
    return arrays
