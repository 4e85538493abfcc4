"""The download: one ZIP with the model, its card, a script that plays it, and a page that says how."""

import hashlib
import io
import zipfile
from pathlib import Path

from hamlet.model import files, seal
from hamlet.model.card import card
from hamlet.model.core import HamletModel

_TAKE_HOME = Path(__file__).parent / "take_home"


def pack(
    model: HamletModel,
    stem: str,
    suffix: str = ".safetensors",
    precision: str = "float32",
    title: str | None = None,
    level: str | None = None,
) -> bytes:
    """The ZIP's bytes; the same model gives the same bytes.

    stem: names the folder in it and the model, such as "model_ep00012". suffix, precision: as in a model file. title:
    of the card; the file's name if you give none. level: the text of the model's
    level, if it does not come with HAMLET.
    Raises as HamletModel.save_inference_checkpoint.
    """
    name = f"{stem}{suffix}"
    known = files.facts(model, model.metadata, precision)
    as_stored = HamletModel(model.network, seal.stored(model, precision), model.contract, known)
    contents = {
        name: files.encode(model, suffix, known, precision),
        "MODEL_CARD.md": card(as_stored, name, title).encode(),
        "play.py": (_TAKE_HOME / "play.py").read_bytes(),
        "README.md": (_TAKE_HOME / "README.md").read_bytes(),
        **({"level.yaml": level.encode()} if level is not None else {}),
    }
    sums = [f"{hashlib.sha256(data).hexdigest()}  {file}\n" for file, data in sorted(contents.items())]
    contents["SHA256SUMS"] = "".join(sums).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for file, data in contents.items():
            # A fixed date, so that the same model is the same download.
            entry = zipfile.ZipInfo(f"{stem}/{file}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            # Weights do not shrink; texts do.
            entry.compress_type = zipfile.ZIP_STORED if file == name else zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return buffer.getvalue()
