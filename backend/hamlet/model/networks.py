"""The two networks of HAMLET, forward only, in numpy.

Shapes and keys are those of the training networks' `state_dict` (world.md, section 13). Sizes are read off the
weights, so a level with another grid, other meters or more places needs no other code.

Two rearrangements, made once in float64, keep a single step cheap. A linear layer followed by LayerNorm has its
output centred inside the weights, so the mean is never computed. The second convolution is one matrix product over
gathered patches. Neither changes an answer by more than float32 rounding.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hamlet.model.errors import ContractError, short

Array = NDArray[np.float32]
Hidden = tuple[Array, Array]

NETWORKS = ("simple", "recurrent")
# LayerNorm's epsilon, torch's default.
EPS = np.float32(1e-5)


class Simple:
    """Observation → 128 → 128 → actions, LayerNorm and ReLU between (DQN's multilayer perceptron)."""

    hidden_size = 0

    def __init__(self, weights: Mapping[str, Array]) -> None:
        w = {name: array.astype(np.float64) for name, array in weights.items()}
        self.first = _centred(w["net.0.weight"], w["net.0.bias"])
        self.first_norm = _norm(w["net.1.weight"], w["net.1.bias"])
        self.second = _centred(w["net.3.weight"], w["net.3.bias"])
        self.second_norm = _norm(w["net.4.weight"], w["net.4.bias"])
        self.last = _linear(w["net.6.weight"], w["net.6.bias"])

    def forward(self, obs: Array, hidden: Hidden | None) -> tuple[Array, Hidden | None]:
        """Q-values (batch, actions) of obs (batch, obs_dim)."""
        y = _normed(obs.dot(self.first[0]) + self.first[1], self.first_norm)
        y = _normed(y.dot(self.second[0]) + self.second[1], self.second_norm)
        return y.dot(self.last[0]) + self.last[1], None


class Recurrent:
    """Window, position, meters and place, each encoded, into an LSTM, into a Q-head (DRQN's shape)."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        w = {name: array.astype(np.float64) for name, array in weights.items()}
        side = _side(w["vision_encoder.5.weight"].shape[1], w["vision_encoder.2.weight"].shape[0])
        self.side = side
        cells = side * side
        position = w["position_encoder.0.weight"].shape[1]
        meters = w["meter_encoder.0.weight"].shape[1]
        place = w["affordance_encoder.0.weight"].shape[1]
        self.cuts = tuple(np.cumsum([cells, position, meters, place]).tolist())
        self.hidden_size = int(w["lstm.weight_hh_l0"].shape[1])

        self.conv1 = _dense_conv(w["vision_encoder.0.weight"], w["vision_encoder.0.bias"], side)
        kernel = w["vision_encoder.2.weight"]
        out_channels, in_channels = kernel.shape[:2]
        self.patches = _patches(side, in_channels)
        self.conv2 = (
            _f32(kernel.transpose(2, 3, 1, 0).reshape(9 * in_channels, out_channels)),
            _f32(w["vision_encoder.2.bias"]),
        )
        # The product below yields (cell, channel); torch flattens (channel, cell). Reorder the weights, not the data.
        flat = w["vision_encoder.5.weight"].reshape(-1, out_channels, cells).transpose(0, 2, 1)
        self.vision = _centred(flat.reshape(flat.shape[0], -1), w["vision_encoder.5.bias"])
        self.vision_norm = _norm(w["vision_encoder.6.weight"], w["vision_encoder.6.bias"])
        self.position = _linear(w["position_encoder.0.weight"], w["position_encoder.0.bias"])
        self.meters = _linear(w["meter_encoder.0.weight"], w["meter_encoder.0.bias"])
        self.place = _linear(w["affordance_encoder.0.weight"], w["affordance_encoder.0.bias"])

        H = self.hidden_size
        lstm = np.concatenate([w["lstm.weight_ih_l0"], w["lstm.weight_hh_l0"]], axis=1)
        bias = w["lstm.bias_ih_l0"] + w["lstm.bias_hh_l0"]
        # sigmoid(x) = tanh(x / 2) / 2 + 1/2: one tanh over all four gates, and no exp that could overflow.
        half = np.where((np.arange(4 * H) >= 2 * H) & (np.arange(4 * H) < 3 * H), 1.0, 0.5)
        self.lstm = _linear(lstm * half[:, None], bias * half)
        self.lstm_norm = _norm(w["lstm_norm.weight"], w["lstm_norm.bias"])
        self.head = _centred(w["q_head.0.weight"], w["q_head.0.bias"])
        self.head_norm = _norm(w["q_head.1.weight"], w["q_head.1.bias"])
        self.last = _linear(w["q_head.3.weight"], w["q_head.3.bias"])

    def forward(self, obs: Array, hidden: Hidden | None) -> tuple[Array, Hidden]:
        """Q-values (batch, actions) and the next hidden state of obs (batch, obs_dim); None starts from zero."""
        batch = obs.shape[0]
        H = self.hidden_size
        if hidden is None:
            hidden = (np.zeros((batch, H), np.float32), np.zeros((batch, H), np.float32))
        a, b, c, d = self.cuts
        image = _relu(obs[:, :a].dot(self.conv1[0]) + self.conv1[1])
        seen = _relu(image.take(self.patches, axis=1).dot(self.conv2[0]) + self.conv2[1])
        seen = seen.reshape(batch, self.vision[0].shape[0])
        joined = np.concatenate(
            [
                _normed(seen.dot(self.vision[0]) + self.vision[1], self.vision_norm),
                _relu(obs[:, a:b].dot(self.position[0]) + self.position[1]),
                _relu(obs[:, b:c].dot(self.meters[0]) + self.meters[1]),
                _relu(obs[:, c:d].dot(self.place[0]) + self.place[1]),
                hidden[0],
            ],
            axis=1,
        )
        gates = np.tanh(joined.dot(self.lstm[0]) + self.lstm[1])
        cell = 0.5 * ((gates[:, H : 2 * H] + 1) * hidden[1] + (gates[:, :H] + 1) * gates[:, 2 * H : 3 * H])
        out = 0.5 * (gates[:, 3 * H :] + 1) * np.tanh(cell)
        centred = out - out.mean(axis=1, keepdims=True)
        y = _scaled(centred, self.lstm_norm)
        y = _normed(y.dot(self.head[0]) + self.head[1], self.head_norm)
        return y.dot(self.last[0]) + self.last[1], (out, cell)


def network_of(weights: Mapping[str, Any]) -> str:
    """ "simple" or "recurrent", told by the keys. Raises ContractError for anything else."""
    if "net.0.weight" in weights:
        return "simple"
    if "lstm.weight_ih_l0" in weights:
        return "recurrent"
    raise ContractError(f"these are not a HAMLET network's weights: found {_some(weights)}")


def build(network: str, weights: Mapping[str, Array]) -> Simple | Recurrent:
    """The forward pass of checked weights."""
    return Simple(weights) if network == "simple" else Recurrent(weights)


def expected_shapes(network: str, weights: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Every key and its shape, the free sizes taken from the weights themselves.

    Raises ContractError if a size that the others hang on is missing or has the wrong number of dimensions.
    """
    if network == "simple":
        (hidden, obs), (actions, _) = _dims(weights, "net.0.weight", 2), _dims(weights, "net.6.weight", 2)
        return {
            **_pair("net.0", hidden, obs),
            **_pair("net.1", hidden),
            **_pair("net.3", hidden, hidden),
            **_pair("net.4", hidden),
            **_pair("net.6", actions, hidden),
        }
    c1 = _dims(weights, "vision_encoder.0.weight", 4)[0]
    c2 = _dims(weights, "vision_encoder.2.weight", 4)[0]
    vision, flat = _dims(weights, "vision_encoder.5.weight", 2)
    position, position_in = _dims(weights, "position_encoder.0.weight", 2)
    meters, meters_in = _dims(weights, "meter_encoder.0.weight", 2)
    place, place_in = _dims(weights, "affordance_encoder.0.weight", 2)
    hidden = _dims(weights, "lstm.weight_hh_l0", 2)[1]
    head = _dims(weights, "q_head.0.weight", 2)[0]
    actions = _dims(weights, "q_head.3.weight", 2)[0]
    side = _side(flat, c2)
    _checked_window(side, c1)
    return {
        **_pair("vision_encoder.0", c1, 1, 3, 3),
        **_pair("vision_encoder.2", c2, c1, 3, 3),
        **_pair("vision_encoder.5", vision, c2 * side * side),
        **_pair("vision_encoder.6", vision),
        **_pair("position_encoder.0", position, position_in),
        **_pair("meter_encoder.0", meters, meters_in),
        **_pair("affordance_encoder.0", place, place_in),
        "lstm.weight_ih_l0": (4 * hidden, vision + position + meters + place),
        "lstm.weight_hh_l0": (4 * hidden, hidden),
        "lstm.bias_ih_l0": (4 * hidden,),
        "lstm.bias_hh_l0": (4 * hidden,),
        **_pair("lstm_norm", hidden),
        **_pair("q_head.0", head, hidden),
        **_pair("q_head.1", head),
        **_pair("q_head.3", actions, head),
    }


def obs_dims(network: str, weights: Mapping[str, Any]) -> tuple[int, bool]:
    """(values the network reads, whether an observation may be longer).

    The recurrent network reads the front of the observation and ignores what follows (world.md, section 13).
    """
    if network == "simple":
        return int(weights["net.0.weight"].shape[1]), False
    side = _side(weights["vision_encoder.5.weight"].shape[1], weights["vision_encoder.2.weight"].shape[0])
    rest = ("position_encoder.0.weight", "meter_encoder.0.weight", "affordance_encoder.0.weight")
    return side * side + sum(int(weights[key].shape[1]) for key in rest), True


def _f32(array: NDArray[np.float64]) -> Array:
    return np.ascontiguousarray(array, dtype=np.float32)


def _linear(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> tuple[Array, Array]:
    return _f32(weight.T), _f32(bias)


def _centred(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> tuple[Array, Array]:
    return _linear(weight - weight.mean(axis=0), bias - bias.mean())


def _norm(gain: NDArray[np.float64], bias: NDArray[np.float64]) -> tuple[Array, Array, np.float32]:
    return _f32(gain), _f32(bias), np.float32(1.0 / len(gain))


def _scaled(y: Array, norm: tuple[Array, Array, np.float32]) -> Array:
    """LayerNorm of rows whose mean is zero already."""
    gain, bias, share = norm
    scale: Array = 1 / np.sqrt(np.vecdot(y, y) * share + EPS)
    return y * scale[:, None] * gain + bias


def _normed(y: Array, norm: tuple[Array, Array, np.float32]) -> Array:
    return _relu(_scaled(y, norm))


def _relu(y: Array) -> Array:
    return np.maximum(y, 0, out=y)


def _checked_window(side: int, channels: int) -> None:
    # The first convolution becomes a matrix of this many numbers; a file must not be able to ask for any amount.
    if side**2 * (side + 2) ** 2 * channels > 2**22:
        raise ContractError(f"a window of {side} x {side} cells with {channels} channels is too large")


def _dense_conv(kernel: NDArray[np.float64], bias: NDArray[np.float64], side: int) -> tuple[Array, Array]:
    """A 3x3 convolution of one side x side image as a matrix; its output is (row, column, channel) with a ring of
    zeros around, ready for the next convolution's padding."""
    channels = kernel.shape[0]
    wide = side + 2
    matrix = np.zeros((side, side, wide, wide, channels))
    offset = np.zeros((wide, wide, channels))
    offset[1:-1, 1:-1] = bias
    for y in range(side):
        for x in range(side):
            for dy in range(3):
                for dx in range(3):
                    to_y, to_x = y - dy + 1, x - dx + 1
                    if 0 <= to_y < side and 0 <= to_x < side:
                        matrix[y, x, to_y + 1, to_x + 1] = kernel[:, 0, dy, dx]
    return _f32(matrix.reshape(side * side, -1)), _f32(offset.reshape(-1))


def _patches(side: int, channels: int) -> NDArray[np.intp]:
    """(cells, 9 * channels): where each cell's 3x3 neighbourhood lies in the padded, flattened image."""
    wide = side + 2
    y, x, dy, dx, c = np.ogrid[:side, :side, :3, :3, :channels]
    index = ((y + dy) * wide + (x + dx)) * channels + c
    return np.ascontiguousarray(index.reshape(side * side, 9 * channels), dtype=np.intp)


def _side(flat: int, channels: int) -> int:
    side: int = round((flat / max(channels, 1)) ** 0.5)
    if side < 1 or side * side * channels != flat:
        raise ContractError(f"vision_encoder.5.weight reads {flat} values, not a square window times {channels}")
    return side


def _dims(weights: Mapping[str, Any], key: str, count: int) -> tuple[int, ...]:
    if key not in weights:
        raise ContractError(f"weight {key!r} is missing")
    shape = tuple(int(n) for n in weights[key].shape)
    if len(shape) != count or 0 in shape:
        raise ContractError(f"weight {key!r} has shape {shape}; {count} dimensions, none of them 0, are wanted")
    return shape


def _pair(name: str, *shape: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


def _some(keys: Mapping[str, Any]) -> str:
    names = sorted(map(short, keys))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "") if names else "nothing"
