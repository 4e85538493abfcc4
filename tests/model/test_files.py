"""A model goes into a file of any kind and comes out the same."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from hamlet.model import (
    ContractError,
    HamletModel,
    MissingPackageError,
    ModelError,
    ParityError,
    UnknownFormatError,
    parity,
    seal,
)
from tests.model.minds import mind

BACKEND = str(Path(__file__).parents[2] / "backend")
SUFFIXES = [".safetensors", ".pt", ".onnx"]


@pytest.mark.parametrize("suffix", SUFFIXES)
class TestEverySuffix:
    def test_the_same_mind_comes_back(self, either, suffix, tmp_path):
        path = tmp_path / f"model_ep00012{suffix}"
        either.save_inference_checkpoint(path, {"episode": 12})
        for load in (HamletModel.load, HamletModel.load_from_checkpoint, HamletModel.load_from_inference_checkpoint):
            again = load(path)
            assert again.contract == either.contract
            assert again.metadata == {**either.metadata, "episode": 12}
            for name, array in either.weights.items():
                np.testing.assert_array_equal(again.weights[name], array)

    def test_the_same_mind_gives_the_same_bytes(self, simple, suffix, tmp_path):
        for name in ("a", "b"):
            simple.save_inference_checkpoint(tmp_path / (name + suffix))
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()

    def test_saving_what_was_loaded_changes_nothing(self, simple, suffix, tmp_path):
        simple.save_inference_checkpoint(tmp_path / f"a{suffix}", {"x": [1.5, None, "é"]})
        HamletModel.load(tmp_path / f"a{suffix}").save_inference_checkpoint(tmp_path / f"b{suffix}")
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()

    def test_a_renamed_file_is_known_by_its_content(self, simple, suffix, tmp_path):
        simple.save_inference_checkpoint(tmp_path / f"a{suffix}")
        renamed = (tmp_path / f"a{suffix}").rename(tmp_path / "homework.txt")
        assert HamletModel.load(renamed).contract == simple.contract

    def test_float16_halves_the_file_and_says_what_it_cost(self, either, suffix, tmp_path):
        either.save_inference_checkpoint(tmp_path / f"full{suffix}")
        either.save_inference_checkpoint(tmp_path / f"half{suffix}", precision="float16")
        full, half = (tmp_path / f"{name}{suffix}" for name in ("full", "half"))
        assert half.stat().st_size < 0.56 * full.stat().st_size
        cost = HamletModel.load(half).metadata["float16"]
        obs = parity.questions(either.contract, 1000, seed=5)
        rounded, exact = (HamletModel.load(path).predict(obs)["q_values"] for path in (half, full))
        assert 0 < np.abs(rounded - exact).max() < 4 * cost["largest_change"]
        assert 0.9 < cost["same_actions"] <= 1

    def test_a_model_is_no_training_checkpoint(self, simple, suffix, tmp_path):
        simple.save_inference_checkpoint(tmp_path / f"a{suffix}")
        with pytest.raises(UnknownFormatError, match="training checkpoint"):
            HamletModel.load_from_training_checkpoint(tmp_path / f"a{suffix}")

    def test_the_files_are_as_small_as_promised(self, simple, recurrent, suffix, tmp_path):
        known = {"curve": [[i, i * 1.5] for i in range(300)]}
        limits = ((simple, "float32", 150_000), (recurrent, "float32", 2_600_000), (recurrent, "float16", 1_400_000))
        for model, precision, limit in limits:
            model.save_inference_checkpoint(tmp_path / f"a{suffix}", known, precision)
            assert (tmp_path / f"a{suffix}").stat().st_size <= limit

    def test_a_failed_write_leaves_nothing_behind_and_the_old_file_whole(self, simple, suffix, tmp_path):
        path = tmp_path / f"a{suffix}"
        simple.save_inference_checkpoint(path)
        before = path.read_bytes()
        with pytest.raises(ContractError, match="metadata"):
            simple.save_inference_checkpoint(path, {"loss": float("inf")})
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def test_safetensors_can_be_read_by_its_own_library(simple, tmp_path):
    from safetensors import safe_open
    from safetensors.numpy import load_file

    path = tmp_path / "a.safetensors"
    simple.save_inference_checkpoint(path, {"seed": 3})
    for name, array in load_file(path).items():
        np.testing.assert_array_equal(array, simple.weights[name])
    with safe_open(path, framework="np") as file:
        known = file.metadata()
    assert json.loads(known["contract"]) == simple.contract
    assert json.loads(known["metadata"])["seed"] == 3


def test_the_checksum_is_the_documented_one(simple, tmp_path):
    path = tmp_path / "a.safetensors"
    simple.save_inference_checkpoint(path)
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    known = json.loads(data[8 : 8 + length])["__metadata__"]
    label = "\n".join((known["format"], known["network"], known["contract"], known["metadata"], ""))
    assert known["sha256"] == hashlib.sha256(label.encode() + data[8 + length :]).hexdigest()


def test_pt_is_plain_data_for_torch(recurrent, tmp_path):
    path = tmp_path / "model_ep00001.pt"
    recurrent.save_inference_checkpoint(path)
    content = torch.load(path, weights_only=True)
    assert content["format"] == "hamlet-model-1"
    assert content["contract"] == recurrent.contract
    assert list(content["weights"]) == list(recurrent.weights)


def test_an_unknown_suffix_or_precision_names_the_known_ones(simple, tmp_path):
    with pytest.raises(ModelError, match=r"'\.h5'.*\.safetensors, \.pt, \.onnx"):
        simple.save_inference_checkpoint(tmp_path / "a.h5")
    with pytest.raises(ModelError, match=r"'int4'.*'float32' or 'float16'"):
        simple.save_inference_checkpoint(tmp_path / "a.pt", precision="int4")
    assert list(tmp_path.iterdir()) == []


def test_float16_refuses_a_weight_it_cannot_hold(simple, tmp_path):
    weights = dict(simple.weights)
    weights["net.6.bias"] = np.full(6, 1e5, np.float32)
    loud = HamletModel("simple", weights, simple.contract)
    with pytest.raises(ContractError, match=r"net\.6\.bias.*65504"):
        loud.save_inference_checkpoint(tmp_path / "a.safetensors", precision="float16")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".pt", ".onnx"])
def test_an_export_that_answers_otherwise_is_refused(simple, suffix, tmp_path, monkeypatch):
    from hamlet.model import onnx_file, torch_net

    # The runtime of the export loses its way: it forgets the output's bias.
    def forgetful(*arguments, **named):
        return lambda obs, hidden: (simple.predict(obs)["q_values"] - simple.weights["net.6.bias"], None)

    monkeypatch.setattr(torch_net, "runtime", forgetful)
    monkeypatch.setattr(onnx_file, "_runtime", forgetful)
    with pytest.raises(ParityError, match="answers otherwise"):
        simple.save_inference_checkpoint(tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("suffix", "package"), [(".pt", "torch"), (".onnx", "onnx")])
def test_without_the_package_the_message_says_what_to_install(simple, suffix, package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=f"pip install {package}"):
        simple.save_inference_checkpoint(tmp_path / f"a{suffix}")


def test_reading_needs_neither_torch_nor_onnx(tmp_path):
    for suffix in SUFFIXES:
        mind("simple").save_inference_checkpoint(tmp_path / f"a{suffix}")
    script = (
        "import sys; from hamlet import HamletModel\n"
        f"for s in {SUFFIXES!r}: HamletModel.load(rf'{tmp_path}/a' + s)\n"
        "assert not {'torch', 'onnx', 'pydantic', 'yaml', 'django'} & set(sys.modules), sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": BACKEND}, check=True)


def test_a_cold_start_imports_no_more_than_it_needs(tmp_path):
    mind("simple").save_inference_checkpoint(tmp_path / "a.safetensors")
    script = (
        f"import sys; from hamlet import HamletModel; m = HamletModel.load(r'{tmp_path}/a.safetensors')\n"
        "m.predict([0.0] * m.obs_dim)\n"
        "unneeded = {'numpy.random', 'zipfile', 'pickletools', 'dataclasses', 'hamlet.world', 'safetensors.numpy'}\n"
        "assert not unneeded & set(sys.modules), unneeded & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": BACKEND}, check=True)


def test_the_checksum_is_the_same_in_every_suffix(simple, tmp_path):
    import onnx

    for suffix in SUFFIXES:
        simple.save_inference_checkpoint(tmp_path / f"a{suffix}", {"x": 1})
    contract, known = seal.canonical(simple.contract), seal.canonical({"x": 1})
    expected = seal.checksum("simple", contract, known, simple.weights)
    assert torch.load(tmp_path / "a.pt", weights_only=True)["sha256"] == expected
    assert {p.key: p.value for p in onnx.load(tmp_path / "a.onnx").metadata_props}["sha256"] == expected
    assert expected.encode() in (tmp_path / "a.safetensors").read_bytes()
