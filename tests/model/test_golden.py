"""Every format version ever released loads for ever. See golden/README.md."""

from pathlib import Path

import numpy as np
import pytest

from hamlet.model import HamletModel

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(
    p.name for p in GOLDEN.iterdir() if p.name.startswith(("model1_", "checkpoint1_")) and p.suffix != ".npz"
)


def test_none_is_missing():
    assert len(FILES) == 16


@pytest.mark.parametrize("name", FILES)
def test_it_loads_and_answers_as_it_did_when_it_was_made(name):
    model = HamletModel.load(GOLDEN / name)
    answers = np.load(GOLDEN / f"model1_{model.network}.npz")
    hidden = None
    for obs, expected in zip(answers["obs"], answers["q_values"], strict=True):
        out = model.predict(obs, hidden)
        hidden = out["hidden"]
        np.testing.assert_allclose(out["q_values"], expected, atol=5e-3 if "float16" in name else 1e-5)
    assert model.metadata["note"] == "né à Elsinore"
