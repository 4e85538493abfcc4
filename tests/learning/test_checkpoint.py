"""Checkpoint files: whole or not at all, checked, safe to load, and honest about their size."""

import zipfile

import numpy as np
import pytest
import torch

from hamlet import HamletModel
from hamlet.learning import Trainer, TrainingError
from hamlet.learning.checkpoint import FORMAT, read_checkpoint, write_atomically, write_checkpoint
from tests.learning.runs import L2, iterations, small


@pytest.fixture
def saved(tmp_path):
    trainer = Trainer(small())
    iterations(trainer, 7)
    path = tmp_path / "checkpoint_ep0000001.pt"
    trainer.save(path, extra={"tape": b"\0\1", "tensor": torch.arange(3), "counts": [1, 2.5, None, "x"]})
    return trainer, path


def test_any_torch_can_load_it_safely(saved):
    trainer, path = saved
    content = torch.load(path, weights_only=True)
    assert content["format"] == FORMAT
    model = content["model"]
    assert set(model) == {"network", "weights", "best_weights", "contract", "metadata"}
    assert model["network"] == "simple"
    assert model["contract"]["level_digest"] == trainer.level.digest


def test_it_is_a_proper_zip(saved):
    with zipfile.ZipFile(saved[1]) as archive:
        assert archive.testzip() is None
        assert archive.comment.startswith(b"sha256:")


@pytest.mark.parametrize("which", ["best", "last"])
def test_the_model_inside_is_the_trainers(saved, which):
    trainer, path = saved
    loaded = HamletModel.load_from_training_checkpoint(path, which)
    own = trainer.model(which)
    assert all(np.array_equal(loaded.weights[name], own.weights[name]) for name in own.weights)


def test_what_the_caller_gave_comes_back(saved):
    extra = Trainer.restore(saved[1]).extra
    assert extra["tape"] == b"\0\1"
    assert extra["tensor"].tolist() == [0, 1, 2]
    assert extra["counts"] == [1, 2.5, None, "x"]


def test_where_it_stands_comes_back(saved):
    trainer, path = saved
    again = Trainer.restore(path)
    for name in ("steps", "episodes", "iteration", "updates", "progress", "epsilon", "stage", "best", "config"):
        assert getattr(again, name) == getattr(trainer, name), name


@pytest.mark.parametrize("where", [0.001, 0.3, 0.6, 0.97, 0.9999])
def test_a_single_wrong_byte_is_found(saved, where):
    data = bytearray(saved[1].read_bytes())
    data[int(len(data) * where)] ^= 0x10
    saved[1].write_bytes(bytes(data))
    with pytest.raises(TrainingError, match=saved[1].name):
        Trainer.restore(saved[1])


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.999])
def test_half_a_file_is_refused(saved, kept):
    data = saved[1].read_bytes()
    saved[1].write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])
    with pytest.raises(TrainingError, match=saved[1].name):
        Trainer.restore(saved[1])


def test_another_torch_file_is_refused(tmp_path):
    torch.save({"format": FORMAT}, tmp_path / "other.pt")
    with pytest.raises(TrainingError, match=r"other\.pt"):
        read_checkpoint(tmp_path / "other.pt")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"nowhere\.pt cannot be read"):
        read_checkpoint(tmp_path / "nowhere.pt")


def test_rules_that_changed_are_refused(saved):
    content = read_checkpoint(saved[1])
    content.pop("format")
    write_checkpoint(saved[1], content | {"level_digest": "0" * 64})
    with pytest.raises(TrainingError, match="other rules"):
        Trainer.restore(saved[1])


def test_a_file_of_another_version_is_refused(saved):
    content = read_checkpoint(saved[1])
    content.pop("format")
    content.pop("lives")
    write_checkpoint(saved[1], content)
    with pytest.raises(TrainingError, match="another version"):
        Trainer.restore(saved[1])


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "c.pt"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["c.pt"]


@pytest.mark.parametrize("changes", [{}, L2], ids=["simple", "recurrent"])
def test_the_model_is_at_least_five_times_smaller(tmp_path, changes):
    """At the size of the shipped settings, after an examination. All of it is needed to go on: acting, averaged and
    best weights, Adam's two moments, and the lanes."""
    lanes = 256 if not changes else 64
    trainer = Trainer(small(**changes, lanes=lanes, rollout=16 if lanes == 256 else 4, steps=lanes * 16, evaluations=4))
    iterations(trainer, 1)
    trainer.save(tmp_path / "checkpoint.pt")
    trainer.export(tmp_path / "model.safetensors")
    ratio = (tmp_path / "checkpoint.pt").stat().st_size / (tmp_path / "model.safetensors").stat().st_size
    assert ratio >= 5.0
