"""What every model file carries, whatever its suffix: format, network, contract, metadata, one checksum over all.

The checksum is SHA-256 over
`format \\n network \\n contract \\n metadata \\n`, contract and metadata as canonical JSON,
followed by the bytes of the weights, little-endian, in the order of their names. So it is the same for the same mind
in .safetensors, .pt and .onnx.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.model.core import HamletModel
from hamlet.model.errors import ContractError, DamagedFileError, UnknownFormatError, short

FORMAT = "hamlet-model-1"
PREFIX = "hamlet-model-"
MAX_BYTES = 64 * 2**20
"""no model file, and no weights inside a checkpoint, may be larger; the real ones have 2.6 MB at most"""
MAX_TEXT = 8 * 2**20
"""contract and metadata together"""

FloatArray = NDArray[np.float32] | NDArray[np.float16]


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def checksum(network: str, contract: str, metadata: str, weights: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 (hex) of everything in the file; contract and metadata are the canonical JSON texts."""
    digest = hashlib.sha256("\n".join((FORMAT, network, contract, metadata, "")).encode())
    for name in sorted(weights):
        digest.update(little_endian(weights[name]))
    return digest.hexdigest()


def little_endian(array: NDArray[Any]) -> bytes:
    """The array's bytes as they stand in a file."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def stored(model: HamletModel, precision: str) -> dict[str, FloatArray]:
    """The weights as they are written. Raises ContractError if float16 cannot hold one."""
    if precision == "float32":
        return dict(model.weights)
    if precision != "float16":
        raise ContractError(f"precision is {precision!r}; it can be 'float32' or 'float16'")
    half: dict[str, FloatArray] = {}
    for name, array in model.weights.items():
        with np.errstate(over="ignore"):
            half[name] = array.astype(np.float16)
        if not np.isfinite(half[name]).all():
            largest = float(np.abs(array).max())
            raise ContractError(f"weight {name!r} reaches {largest:g}, float16 ends at 65504; save as float32")
    return half


def opened(where: str, label: Mapping[str, Any], weights: Mapping[str, NDArray[Any]]) -> HamletModel:
    """The model of a file's parts, its checksum found true.

    label: format, network, contract, metadata, sha256, each a text; contract and metadata are JSON.
    Raises UnknownFormatError, DamagedFileError, ContractError, each with `where`.
    """
    fmt, *texts = (label.get(key) for key in ("format", "network", "contract", "metadata", "sha256"))
    if not isinstance(fmt, str) or not fmt.startswith(PREFIX):
        raise UnknownFormatError(f"{where} is not a HAMLET model: its format is {short(fmt)}")
    if fmt != FORMAT:
        raise UnknownFormatError(f"{where} has format {short(fmt)}; this HAMLET reads {FORMAT}; a newer one may do")
    if not all(isinstance(text, str) for text in texts):
        raise DamagedFileError(f"{where} is damaged: its network, contract, metadata or checksum is missing")
    network, contract, metadata, sha256 = map(str, texts)
    if len(contract) + len(metadata) > MAX_TEXT:
        raise DamagedFileError(f"{where} carries {len(contract) + len(metadata)} characters of text; too many")
    try:
        found = checksum(network, contract, metadata, weights)
    except UnicodeEncodeError:
        raise DamagedFileError(f"{where} is damaged: its texts are not valid Unicode") from None
    if found != sha256:
        raise DamagedFileError(f"{where} is damaged: checksum {found[:12]}… instead of {short(sha256)}")
    try:
        parts = json.loads(contract), json.loads(metadata)
    except (ValueError, RecursionError):
        raise DamagedFileError(f"{where} is damaged: its contract or metadata is no JSON") from None
    try:
        return HamletModel(network, weights, *parts)
    except ContractError as wrong:
        raise ContractError(f"{where}: {wrong}") from None
