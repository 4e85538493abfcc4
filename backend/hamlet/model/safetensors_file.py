""".safetensors, the default: weights with names and shapes, and in the header the contract and the metadata.

The header is written here, so that the same model always gives the same bytes; reading goes through the safetensors
library, which checks every offset before it touches a tensor.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.model import seal
from hamlet.model.core import HamletModel
from hamlet.model.errors import DamagedFileError, UnknownFormatError

_DTYPES = {"F32": np.float32, "F16": np.float16}
_NAMES = {"float32": "F32", "float16": "F16"}


def encode(model: HamletModel, metadata: dict[str, Any], precision: str) -> bytes:
    """The file's bytes."""
    weights = seal.stored(model, precision)
    contract, known = seal.canonical(model.contract), seal.canonical(metadata)
    header: dict[str, Any] = {
        "__metadata__": {
            "format": seal.FORMAT,
            "network": model.network,
            "contract": contract,
            "metadata": known,
            "sha256": seal.checksum(model.network, contract, known, weights),
        }
    }
    at = 0
    for name in sorted(weights):
        array = weights[name]
        offsets = [at, at + array.nbytes]
        header[name] = {"dtype": _NAMES[str(array.dtype)], "shape": list(array.shape), "data_offsets": offsets}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % 8)
    body = [seal.little_endian(weights[name]) for name in sorted(weights)]
    data = b"".join([len(text).to_bytes(8, "little"), text, *body])
    # The checksum covers every weight, so reading it back proves that the file answers as the model does.
    decode(data, "the new file")
    return data


def decode(data: bytes, where: str) -> HamletModel:
    """The model in a file's bytes. Raises UnknownFormatError, DamagedFileError, ContractError."""
    from safetensors import SafetensorError, deserialize

    if int.from_bytes(data[:8], "little") > seal.MAX_TEXT:
        raise DamagedFileError(
            f"{where} is damaged, or no HAMLET model: its header claims more than {seal.MAX_TEXT} bytes"
        )
    try:
        tensors = deserialize(data)  # type: ignore[no-untyped-call]
    except (SafetensorError, ValueError, OverflowError) as wrong:
        raise DamagedFileError(f"{where} is damaged, or no safetensors file: {wrong}") from None
    known = _metadata(data, where)
    if "format" not in known or not str(known["format"]).startswith(seal.PREFIX):
        raise UnknownFormatError(
            f"{where} is a safetensors file, but not a HAMLET model: it names no {seal.PREFIX}* format in its header"
        )
    weights: dict[str, NDArray[Any]] = {}
    for name, tensor in tensors:
        if tensor["dtype"] not in _DTYPES:
            raise DamagedFileError(f"{where} is damaged: {name!r} is of {tensor['dtype']}; F32 or F16 is wanted")
        kind = np.dtype(_DTYPES[tensor["dtype"]]).newbyteorder("<")
        weights[name] = np.frombuffer(tensor["data"], kind).reshape(tensor["shape"])
    return seal.opened(where, known, weights)


def _metadata(data: bytes, where: str) -> dict[str, Any]:
    length = int.from_bytes(data[:8], "little")
    try:
        known = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (ValueError, RecursionError, AttributeError):
        raise DamagedFileError(f"{where} is damaged: its header is no JSON object") from None
    return known if isinstance(known, dict) else {}
