"""Mutates golden files and loads them. Every one must end in a typed error or in a model that answers.

    python -m tests.model.fuzz 100000 [seed]

Half of the mutants are sealed again (zip CRCs, checksums), so that they reach the code behind the locks.
"""

import copy
import io
import json
import random
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from hamlet.model import HamletModel, ModelError

GOLDEN = Path(__file__).parent / "golden"
SEEDS = [
    "model1_simple.safetensors", "model1_recurrent.safetensors", "model1_simple_float16.safetensors",
    "model1_simple.pt", "model1_recurrent.pt", "checkpoint1_simple.pt", "checkpoint1_recurrent_best.pt",
    "model1_simple.onnx", "model1_recurrent.onnx",
]  # fmt: skip
INTERESTING = [0, 1, 2, 127, 128, 255, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1, 10 * 2**30]
JSON_VALUES = [None, True, -1, 0, 2**70, 1e308, float("nan"), float("inf"), "", "é" * 300, [], {}, [[[]]], "recurrent"]


def run(count: int, seed: int = 0) -> Counter[str]:
    """Load `count` mutants; count how they ended. Any other exception than ModelError ends the run."""
    rng = random.Random(seed)
    contents = {name: (GOLDEN / name).read_bytes() for name in SEEDS}
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
        path = Path(folder) / "mutant"
        for number in range(count):
            name = rng.choice(SEEDS)
            data = mutant(rng, name, contents[name])
            path.write_bytes(data)
            try:
                model = HamletModel.load(path)
                model.predict(np.zeros((2, model.obs_dim), np.float32))
                model.fits(model)
                outcomes["model"] += 1
            except ModelError as error:
                outcomes[type(error).__name__] += 1
                if len(str(error)) > 2000:
                    raise AssertionError(
                        f"mutant {number} of seed {seed}: a message of {len(str(error))} letters"
                    ) from error
            except BaseException:
                print(f"mutant {number} of seed {seed}, from {name}", flush=True)
                raise
    return outcomes


def mutant(rng: random.Random, name: str, data: bytes) -> bytes:
    """One damaged copy."""
    if rng.random() < 0.5:
        return damaged(rng, data)
    if name.endswith(".pt"):
        return resealed_zip(rng, data)
    if name.endswith(".safetensors"):
        return resealed_safetensors(rng, data)
    return damaged(rng, data, times=1)


def damaged(rng: random.Random, data: bytes, times: int | None = None) -> bytes:
    """Bits flipped, bytes cut, doubled, or replaced by numbers that break things."""
    out = bytearray(data)
    for _ in range(times or rng.choice([1, 1, 1, 2, 5, 20])):
        if not out:
            break
        # The front of a file says what the rest is: mutate it more often.
        at = rng.randrange(len(out)) if rng.random() < 0.5 else rng.randrange(min(len(out), 2000))
        match rng.randrange(6):
            case 0:
                out[at] ^= 1 << rng.randrange(8)
            case 1:
                out[at] = rng.randrange(256)
            case 2:
                del out[at : at + rng.choice([1, 4, 8, 100])]
            case 3:
                out[at:at] = out[at : at + rng.choice([1, 4, 8, 100])]
            case 4:
                size = rng.choice([1, 2, 4, 8])
                out[at : at + size] = (rng.choice(INTERESTING) % 2 ** (8 * size)).to_bytes(size, "little")
            case _:
                del out[at:]
    return bytes(out)


def resealed_zip(rng: random.Random, data: bytes) -> bytes:
    """The pickle or a storage damaged inside, the zip around it whole."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        chosen = next(n for n in old.namelist() if n.endswith("data.pkl")) if rng.random() < 0.8 else None
        for name in old.namelist():
            content = old.read(name)
            if name == chosen or (chosen is None and rng.random() < 0.2):
                content = damaged(rng, content)
            new.writestr(name, content)
    return target.getvalue()


def resealed_safetensors(rng: random.Random, data: bytes) -> bytes:
    """A value of the contract, the metadata or the header replaced, and the checksum made to fit again."""
    import hashlib

    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    known = header["__metadata__"]
    part = rng.choice(["contract", "metadata", "header"])
    if part == "header":
        replace(rng, header)
        known = header.get("__metadata__")
    else:
        tree = json.loads(known[part])
        for _ in range(rng.choice([1, 1, 2])):
            replace(rng, tree)
        known[part] = json.dumps(tree)
    if isinstance(known, dict) and all(isinstance(value, str) for value in known.values()):
        label = "\n".join([*(known.get(key, "") for key in ("format", "network", "contract", "metadata")), ""])
        known["sha256"] = hashlib.sha256(label.encode() + body).hexdigest()
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def replace(rng: random.Random, tree: object) -> None:
    """Walk down at random, then change or drop what is there."""
    while isinstance(tree, (dict, list)) and tree:
        key = rng.choice(list(tree)) if isinstance(tree, dict) else rng.randrange(len(tree))
        below = tree[key]
        if isinstance(below, (dict, list)) and below and rng.random() < 0.8:
            tree = below
        elif rng.random() < 0.2:
            del tree[key]
            return
        else:
            tree[key] = copy.deepcopy(rng.choice(JSON_VALUES))
            return


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    ends = run(total, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"{sum(ends.values())} files: " + ", ".join(f"{count} {name}" for name, count in ends.most_common()))
