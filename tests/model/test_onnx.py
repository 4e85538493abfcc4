"""The .onnx file for runtimes that are not Python: explicit memory, a batch of any size, readable by onnxruntime."""

import sys

import numpy as np
import onnx
import onnxruntime
import pytest

from hamlet.model import HamletModel, parity


@pytest.fixture
def session(either: HamletModel, tmp_path) -> onnxruntime.InferenceSession:
    either.save_inference_checkpoint(tmp_path / "a.onnx")
    return onnxruntime.InferenceSession(tmp_path / "a.onnx", providers=["CPUExecutionProvider"])


def test_memory_is_an_explicit_input_and_output(either, session):
    inputs = {i.name: i.shape for i in session.get_inputs()}
    outputs = {o.name: o.shape for o in session.get_outputs()}
    if either.network == "simple":
        assert inputs == {"obs": ["batch", 91]}
        assert outputs == {"q_values": ["batch", 6]}
    else:
        assert inputs == {"obs": ["batch", 54], "h": ["batch", 256], "c": ["batch", 256]}
        assert outputs == {"q_values": ["batch", 6], "h_next": ["batch", 256], "c_next": ["batch", 256]}


def test_a_life_in_onnxruntime_is_a_life_in_numpy(either, session):
    obs = parity.questions(either.contract, 300)
    hidden = None
    memory = {name: np.zeros((1, 256), np.float32) for name in "hc"} if either.hidden_size else {}
    for moment in obs:
        out = either.predict(moment, hidden)
        hidden = out["hidden"]
        q, *after = session.run(None, {"obs": moment[None], **memory})
        memory = dict(zip("hc", after, strict=False))
        np.testing.assert_allclose(q, out["q_values"], atol=1e-5)


def test_onnxruntime_agrees_on_10000_observations(either, tmp_path):
    from hamlet.model.onnx_file import _runtime

    either.save_inference_checkpoint(tmp_path / "a.onnx")
    data = (tmp_path / "a.onnx").read_bytes()
    largest, same = parity.distance(either, _runtime(data, bool(either.hidden_size)), 10_000)
    assert largest <= 1e-5
    assert same == 1


def test_where_onnxruntime_is_missing_onnx_judges_itself(either, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    either.save_inference_checkpoint(tmp_path / "a.onnx")
    assert HamletModel.load(tmp_path / "a.onnx").contract == either.contract


def test_old_runtimes_read_it_too(either, tmp_path):
    either.save_inference_checkpoint(tmp_path / "a.onnx")
    model = onnx.load(tmp_path / "a.onnx")
    assert model.ir_version <= 8
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
