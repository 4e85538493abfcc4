""".onnx, for every runtime that is not Python: C#, JavaScript, C++, phones.

Inputs  `obs` (batch, obs_dim) float32; with memory also `h` and `c` (batch, hidden), zeros when a life begins.
Outputs `q_values` (batch, actions); with memory also `h_next` and `c_next`, to be given back at the next step.
Contract, metadata and checksum are in the model's metadata_props. Weights keep their names, so the file can be read
back; that needs numpy alone, writing needs the onnx package.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.model import parity, seal
from hamlet.model.core import HamletModel
from hamlet.model.errors import DamagedFileError, MissingPackageError, UnknownFormatError
from hamlet.model.networks import Hidden

OPSET = 17
IR_VERSION = 8
"""the oldest that knows LayerNormalization, so that old runtimes read the file too"""


def encode(model: HamletModel, metadata: dict[str, Any], precision: str) -> bytes:
    """The file's bytes, asked and found true. Raises MissingPackageError without onnx, ParityError."""
    try:
        import onnx
    except ImportError:
        raise MissingPackageError("writing .onnx needs the package onnx: pip install onnx") from None
    from onnx import TensorProto, helper, numpy_helper

    weights = seal.stored(model, precision)
    graph = _Graph(helper)
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    if precision == "float16":
        for name in weights:
            graph.rename[name] = graph.node("Cast", [name], f"{name}.float32", to=TensorProto.FLOAT)

    def value(name: str, width: int) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])

    inputs, outputs = [value("obs", model.obs_dim)], [value("q_values", model.num_actions)]
    if model.network == "simple":
        _simple(graph)
    else:
        tensors += [numpy_helper.from_array(array, name) for name, array in _recurrent(graph, model).items()]
        inputs += [value("h", model.hidden_size), value("c", model.hidden_size)]
        outputs += [value("h_next", model.hidden_size), value("c_next", model.hidden_size)]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "hamlet", inputs, outputs, tensors),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="hamlet",
    )
    contract, known = seal.canonical(model.contract), seal.canonical(metadata)
    label = {
        "format": seal.FORMAT,
        "network": model.network,
        "contract": contract,
        "metadata": known,
        "sha256": seal.checksum(model.network, contract, known, weights),
    }
    helper.set_model_props(made, label)
    onnx.checker.check_model(made, full_check=True)
    data: bytes = made.SerializeToString(deterministic=True)
    parity.prove(decode(data, "the new file"), _runtime(data, bool(model.hidden_size)), "the .onnx file")
    return data


def decode(data: bytes, where: str) -> HamletModel:
    """The model in a file's bytes. Raises UnknownFormatError, DamagedFileError, ContractError."""
    label: dict[str, Any] = {}
    weights: dict[str, NDArray[Any]] = {}
    try:
        for field, value in _fields(data):
            if field == 14:
                entry = dict(_fields(value))
                label[_text(entry[1])] = _text(entry.get(2, memoryview(b"")))
            elif field == 7:
                for part, tensor in _fields(value):
                    if part == 5:
                        name, array = _tensor(tensor)
                        if array is not None:
                            weights[name] = array
    except (ValueError, TypeError, LookupError, OverflowError):
        raise DamagedFileError(f"{where} is damaged, or no ONNX file") from None
    if not str(label.get("format", "")).startswith(seal.PREFIX):
        raise UnknownFormatError(
            f"{where} looks like an ONNX file, but not like a HAMLET model: it carries no contract"
        )
    return seal.opened(where, label, weights)


class _Graph:
    """Collects nodes; every step's output is named after what it computes."""

    def __init__(self, helper: Any) -> None:
        self.helper = helper
        self.nodes: list[Any] = []
        self.rename: dict[str, str] = {}

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add one node, give back its output's name."""
        named = [self.rename.get(name, name) for name in inputs]
        self.nodes.append(self.helper.make_node(op, named, [output], **attributes))
        return output

    def linear(self, x: str, name: str, output: str | None = None) -> str:
        """x @ weight.T + bias"""
        return self.node("Gemm", [x, f"{name}.weight", f"{name}.bias"], output or f"{name}.out", transB=1)

    def norm(self, x: str, name: str) -> str:
        """LayerNorm over the last axis"""
        parts = [x, f"{name}.weight", f"{name}.bias"]
        return self.node("LayerNormalization", parts, f"{name}.out", axis=-1, epsilon=1e-5)

    def relu(self, x: str) -> str:
        """max(x, 0)"""
        return self.node("Relu", [x], f"{x}.relu")


def _simple(g: _Graph) -> None:
    y = g.relu(g.norm(g.linear("obs", "net.0"), "net.1"))
    y = g.relu(g.norm(g.linear(y, "net.3"), "net.4"))
    g.linear(y, "net.6", "q_values")


def _recurrent(g: _Graph, model: HamletModel) -> dict[str, NDArray[np.int64]]:
    """Adds the nodes, gives back the constants they use."""
    names = ("position_encoder.0", "meter_encoder.0", "affordance_encoder.0")
    widths = [model.weights[f"{name}.weight"].shape[1] for name in names]
    cells = model.weights["vision_encoder.5.weight"].shape[1] // model.weights["vision_encoder.2.weight"].shape[0]
    side = round(cells**0.5)
    ends = np.cumsum([0, cells, *widths])
    constants = {f"at.{end}": np.array([end], np.int64) for end in ends.tolist()}
    constants |= {"axis.1": np.array([1], np.int64), "image": np.array([-1, 1, side, side], np.int64)}

    def part(index: int, name: str) -> str:
        start, stop = int(ends[index]), int(ends[index + 1])
        return g.node("Slice", ["obs", f"at.{start}", f"at.{stop}", "axis.1"], name)

    y = g.node("Reshape", [part(0, "window"), "image"], "window.image")
    for conv in ("vision_encoder.0", "vision_encoder.2"):
        parts = [y, f"{conv}.weight", f"{conv}.bias"]
        y = g.relu(g.node("Conv", parts, f"{conv}.out", kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    y = g.node("Flatten", [y], "vision.flat", axis=1)
    seen = [g.relu(g.norm(g.linear(y, "vision_encoder.5"), "vision_encoder.6"))]
    seen += [g.relu(g.linear(part(i, f"{name}.in"), name)) for i, name in enumerate(names, 1)]
    x = g.node("Concat", seen, "lstm.in", axis=1)
    ih = g.node("Gemm", [x, "lstm.weight_ih_l0", "lstm.bias_ih_l0"], "lstm.ih", transB=1)
    hh = g.node("Gemm", ["h", "lstm.weight_hh_l0", "lstm.bias_hh_l0"], "lstm.hh", transB=1)
    gates = g.node("Add", [ih, hh], "lstm.gates")
    split = [f"lstm.{gate}" for gate in ("input", "forget", "cell", "output")]
    g.nodes.append(g.helper.make_node("Split", [gates], split, axis=1))
    i, f, o = (g.node("Sigmoid", [split[n]], f"{split[n]}.gate") for n in (0, 1, 3))
    kept = g.node("Mul", [f, "c"], "lstm.kept")
    added = g.node("Mul", [i, g.node("Tanh", [split[2]], "lstm.cell.new")], "lstm.added")
    c = g.node("Add", [kept, added], "c_next")
    h = g.node("Mul", [o, g.node("Tanh", [c], "lstm.cell.seen")], "h_next")
    y = g.relu(g.norm(g.linear(g.norm(h, "lstm_norm"), "q_head.0"), "q_head.1"))
    g.linear(y, "q_head.3", "q_values")
    return constants


def _runtime(data: bytes, memory: bool) -> parity.Runtime:
    """onnxruntime where it is installed, else the onnx package's own evaluator."""
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session: Any = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except ImportError:
        from onnx.reference import ReferenceEvaluator

        session = ReferenceEvaluator(data)

    def run(obs: NDArray[np.float32], hidden: Hidden | None) -> parity.Answer:
        if not memory or hidden is None:
            return session.run(None, {"obs": obs})[0], None
        q, h, c = session.run(None, {"obs": obs, "h": hidden[0], "c": hidden[1]})
        return q, (h, c)

    return run


def _fields(data: Any) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field of a protobuf message; bytes as views, so nothing is copied or allocated."""
    view, at = memoryview(data), 0
    while at < len(view):
        key, at = _varint(view, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(view, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = _varint(view, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"protobuf wire type {kind}")
        if size > len(view) - at:
            raise ValueError("a field is longer than its message")
        yield key >> 3, view[at : at + size]
        at += size


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for n in range(10):
        byte = view[at + n]
        value |= (byte & 127) << (7 * n)
        if byte < 128:
            return value, at + n + 1
    raise ValueError("a number without an end")


def _text(value: Any) -> str:
    # bytes() of a number would allocate as many zeros.
    if not isinstance(value, memoryview):
        raise ValueError("a number where a text is wanted")
    return bytes(value).decode()


def _tensor(message: Any) -> tuple[str, NDArray[Any] | None]:
    """Name and values of a TensorProto; None for the graph's own whole numbers."""
    shape: list[int] = []
    name, kind, raw = "", 0, memoryview(b"")
    for field, value in _fields(message):
        if field == 1 and isinstance(value, int):
            shape.append(value)
        elif field == 1:
            at = 0
            while at < len(value):
                size, at = _varint(value, at)
                shape.append(size)
        elif field == 2:
            kind = value
        elif field == 8:
            name = _text(value)
        elif field == 9:
            raw = value
    if kind == 7:
        return name, None
    # TensorProto.FLOAT is 1, FLOAT16 is 10.
    return name, np.frombuffer(raw, {1: "<f4", 10: "<f2"}[kind]).reshape(shape)
