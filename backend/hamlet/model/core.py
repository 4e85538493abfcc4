"""HamletModel: a trained mind that fits in a pocket. numpy alone runs it."""

import json
import math
from collections.abc import Mapping
from os import PathLike
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hamlet.model.contract import Fit, as_json, checked, contract_of, described, field_at, fit, obs_from
from hamlet.model.errors import ContractError, InputError, ModelError, short
from hamlet.model.networks import NETWORKS, Hidden, build, expected_shapes, network_of

# Annotations with np.random are quoted: naming it imports it, and a cold start needs no dice.
Path = str | PathLike[str]
# Rows worked on at once, so that a million rows need no more memory, and stay in the cache.
BLOCK = 256


class Prediction(TypedDict):
    """What `predict` answers; batch is 1 for a single observation."""

    actions: NDArray[np.int64]
    """(batch,)"""
    q_values: NDArray[np.float32]
    """(batch, actions), of all actions, the forbidden ones too"""
    hidden: Hidden | None
    """(h, c), each (batch, hidden_size) float32, to be given back at the next step; None for the simple network"""


class HamletModel:
    """A network, its weights, and what they mean.

    network: "simple" or "recurrent". weights: the training network's state_dict as numpy arrays (world.md, section 13),
    float32 or float16. contract: see `hamlet.model.contract`. metadata: anything JSON can hold.

    The model never changes: weights are copied and locked, `predict` keeps nothing.
    Raises ContractError if the parts do not belong together or a weight is not a finite number.
    """

    def __init__(
        self,
        network: str,
        weights: Mapping[str, Any],
        contract: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        if network not in NETWORKS:
            raise ContractError(f"network is {short(network)}; it can be {' or '.join(map(repr, NETWORKS))}")
        self.network = network
        self.weights = _checked_weights(network, weights)
        self._contract = checked(contract, network, self.weights)
        self._metadata = json.dumps(_checked_metadata(metadata))
        self._net = build(network, self.weights)
        self.obs_dim: int = self._contract["obs_dim"]
        self.action_names: tuple[str, ...] = tuple(self._contract["actions"])
        self.hidden_size: int = self._net.hidden_size

    # ------------------------------------------------------------------ files

    @classmethod
    def load(cls, path: Path) -> "HamletModel":
        """The same as `load_from_checkpoint`."""
        return cls.load_from_checkpoint(path)

    @classmethod
    def load_from_checkpoint(cls, path: Path) -> "HamletModel":
        """Read any file HAMLET ever wrote: a model (.safetensors, .pt, .onnx) or a training checkpoint.

        The kind is told by the content, not by the name. No file can run code.
        Raises FileNotFoundError, UnknownFormatError, DamagedFileError, ContractError.
        """
        from hamlet.model import files

        return files.load(path)

    @classmethod
    def load_from_inference_checkpoint(cls, path: Path) -> "HamletModel":
        """Read a model file; refuse a training checkpoint. Raises as `load_from_checkpoint`."""
        from hamlet.model import files

        return files.load(path, kind="inference")

    @classmethod
    def load_from_training_checkpoint(cls, path: Path, which: str | None = None) -> "HamletModel":
        """Read the mind out of a training checkpoint, of this HAMLET or of version 2.

        which: "best" (the weights of the best held-out examination) or "last"; None takes the best where there is one.
        Raises as `load_from_checkpoint`, and ModelError if there is no such mind in the file.
        """
        from hamlet.model import files

        return files.load(path, kind="training", which=which)

    def save_inference_checkpoint(
        self, path: Path, metadata: Mapping[str, Any] | None = None, precision: str = "float32"
    ) -> None:
        """Write the model; the suffix says how: .safetensors, .pt (needs torch) or .onnx (needs onnx).

        metadata: added to the model's own. precision: "float32", or "float16" for half the size and rounded weights.
        What is written is read back first, and a .pt or .onnx asked 10,000 questions in its own runtime; if it answers
        otherwise, ParityError is raised. The file appears whole or not at all. With float16 the metadata say what the
        rounding changed.
        """
        from hamlet.model import files

        files.save(self, path, {**self.metadata, **(metadata or {})}, precision)

    # --------------------------------------------------------------- knowledge

    @property
    def contract(self) -> dict[str, Any]:
        """What it sees and does, as a plain dict (a copy)."""
        return dict(json.loads(json.dumps(self._contract)))

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known about it, as a plain dict (a copy)."""
        return dict(json.loads(self._metadata))

    @property
    def num_actions(self) -> int:
        """How many actions it chooses from."""
        return len(self.action_names)

    def fits(self, level: Any) -> Fit:
        """Whether it can live in a level: yes, yes after re-ordering, or no because something is missing.

        level: a `hamlet.world.Level`, its `describe()`, or another model's contract.
        """
        described_level = level.describe() if hasattr(level, "describe") else level
        if isinstance(described_level, HamletModel):
            described_level = described_level._contract
        if not isinstance(described_level, Mapping):
            raise ContractError(f"level is {type(level).__name__}; a Level or its description is wanted")
        name = described_level.get("name", described_level.get("level", ""))
        return fit(self._contract, contract_of({**described_level, "name": name}))

    def obs_from(self, fields: Mapping[str, Any]) -> NDArray[np.float32]:
        """The observation vector from named fields; see `hamlet.model.contract.obs_from`."""
        return obs_from(self._contract, fields)

    def __repr__(self) -> str:
        return f"HamletModel({self.network}, {self._contract['level']}, {self.obs_dim} → {self.num_actions})"

    # -------------------------------------------------------------------- acting

    def predict(
        self,
        obs: ArrayLike,
        hidden: Hidden | None = None,
        epsilon: float = 0.0,
        mask: ArrayLike | None = None,
        rng: "np.random.Generator | None" = None,
    ) -> Prediction:
        """Choose actions. Pure: nothing is kept, no argument is changed, the same question has the same answer.

        obs: (obs_dim,) or (batch, obs_dim), finite numbers. hidden: `hidden` of the step before, or None to begin.
        mask: (actions,) or (batch, actions), true = allowed; where all is forbidden the action is 0 (world.md, 11).
        epsilon: 0..1, the chance to choose evenly among the allowed actions instead; needs `rng`.
        Ties go to the first action. Raises InputError naming the field that is wrong.
        """
        x = self._observation(obs)
        q, after = self._forward(x, self._hidden(hidden, x.shape[0]))
        allowed = None if mask is None else self._mask(mask, x.shape[0])
        greedy = q if allowed is None else np.where(allowed, q, -np.inf)
        actions: NDArray[np.int64] = greedy.argmax(axis=1)
        if epsilon != 0.0:
            actions = _explore(actions, allowed, epsilon, rng, self.num_actions)
        return {"actions": actions, "q_values": q, "hidden": after}

    def _forward(self, x: NDArray[np.float32], hidden: Hidden | None) -> tuple[NDArray[np.float32], Hidden | None]:
        batch = x.shape[0]
        if batch <= BLOCK:
            q, after = self._net.forward(x, hidden)
        else:
            blocks = [slice(i, i + BLOCK) for i in range(0, batch, BLOCK)]
            parts = [self._net.forward(x[b], None if hidden is None else (hidden[0][b], hidden[1][b])) for b in blocks]
            q = np.concatenate([part for part, _ in parts])
            states = [state for _, state in parts if state is not None]
            after = (np.concatenate([h for h, _ in states]), np.concatenate([c for _, c in states])) if states else None
        if not math.isfinite(np.vdot(q, q)) and not np.isfinite(q).all():
            raise ModelError("the network's answer is not a finite number: its weights are too large for float32")
        return q, after

    def _observation(self, obs: ArrayLike) -> NDArray[np.float32]:
        try:
            given = np.asarray(obs)
            if given.dtype.kind not in "fiub":
                raise TypeError
            x = given.astype(np.float32, copy=False)
        except (TypeError, ValueError):
            raise InputError(f"obs is {type(obs).__name__} without plain numbers; {self._wanted()}") from None
        if x.ndim == 1:
            x = x.reshape(1, -1)
        if x.ndim != 2 or x.shape[1] != self.obs_dim:
            raise InputError(f"obs has shape {given.shape}; {self._wanted()}")
        # A sum of squares is finite only if every value is; only a doubtful one is looked at value by value.
        if not math.isfinite(np.vdot(x, x)) and not (finite := np.isfinite(x)).all():
            row, index = np.argwhere(~finite)[0]
            where = f" in row {row}" if given.ndim == 2 else ""
            place = field_at(self._contract, int(index))
            raise InputError(f"obs is {x[row, index]} at {place}{where}; a finite number is wanted")
        return x

    def _wanted(self) -> str:
        fields = described(self._contract)
        return f"({self.obs_dim},) or (batch, {self.obs_dim}) is wanted: {fields}"

    def _hidden(self, hidden: Hidden | None, batch: int) -> Hidden | None:
        if hidden is None:
            return None
        if not self.hidden_size:
            raise InputError("hidden was given, but the simple network has no memory; leave it None")
        wanted = f"(h, c), each ({batch}, {self.hidden_size}), is wanted"
        try:
            h, c = (np.asarray(part, dtype=np.float32) for part in hidden)
        except (TypeError, ValueError):
            raise InputError(f"hidden is {type(hidden).__name__}; {wanted}") from None
        # torch's shape (1, batch, size) is taken as well.
        parts = [part[0] if part.ndim == 3 and part.shape[0] == 1 else part for part in (h, c)]
        for name, part in zip("hc", parts, strict=True):
            if part.shape != (batch, self.hidden_size):
                raise InputError(f"hidden {name} has shape {part.shape}; {wanted}")
            if not math.isfinite(np.vdot(part, part)) and not np.isfinite(part).all():
                raise InputError(f"hidden {name} holds a value that is not finite")
        return parts[0], parts[1]

    def _mask(self, mask: ArrayLike, batch: int) -> NDArray[np.bool_]:
        given = np.asarray(mask)
        if given.dtype.kind not in "biuf" or given.shape not in ((self.num_actions,), (batch, self.num_actions)):
            raise InputError(
                f"mask has shape {given.shape} of {given.dtype}; booleans of shape ({self.num_actions},) or "
                f"({batch}, {self.num_actions}) are wanted, for {', '.join(self.action_names)}"
            )
        return np.broadcast_to(given.astype(bool), (batch, self.num_actions))


class StatefulModel:
    """A model that remembers by itself: for loops over one world, or over a batch of lanes.

    `reset()` at the start of a life; `reset(where)` with (lanes,) booleans forgets those lanes only.
    """

    def __init__(self, model: HamletModel, epsilon: float = 0.0, rng: "np.random.Generator | None" = None) -> None:
        self.model = model
        self.epsilon = epsilon
        self.rng = rng
        self.hidden: Hidden | None = None

    def reset(self, where: ArrayLike | None = None) -> None:
        """Forget everything, or only the lanes where `where` is true."""
        if where is None or self.hidden is None:
            self.hidden = None
            return
        lanes = np.asarray(where, dtype=bool)
        if lanes.shape != (self.hidden[0].shape[0],):
            raise InputError(f"where has shape {lanes.shape}; ({self.hidden[0].shape[0]},) is wanted")
        h, c = (np.where(lanes[:, None], np.float32(0), part) for part in self.hidden)
        self.hidden = (h, c)

    def predict(self, obs: ArrayLike, mask: ArrayLike | None = None) -> Prediction:
        """`HamletModel.predict` with the memory of the step before."""
        out = self.model.predict(obs, self.hidden, self.epsilon, mask, self.rng)
        self.hidden = out["hidden"]
        return out

    def act(self, obs: ArrayLike, mask: ArrayLike | None = None) -> Any:
        """The action for one observation (int), or (batch,) actions for a batch."""
        actions = self.predict(obs, mask)["actions"]
        return int(actions[0]) if np.ndim(obs) == 1 else actions


def _checked_metadata(metadata: Any) -> dict[str, Any]:
    known = as_json({} if metadata is None else metadata, "metadata")
    if not isinstance(known, dict):
        raise ContractError(f"metadata is {type(metadata).__name__}; a dict is wanted")
    return known


def _checked_weights(network: str, weights: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    if not isinstance(weights, Mapping):
        raise ContractError(f"weights are {type(weights).__name__}; a dict of arrays is wanted")
    if network_of(weights) != network:
        raise ContractError(f"the network is {network!r}, these are the weights of a {network_of(weights)} one")
    arrays: dict[str, NDArray[np.float32]] = {}
    for name, given in weights.items():
        array = np.asarray(given)
        if array.dtype not in (np.float32, np.float16, np.float64):
            raise ContractError(f"weight {short(name)} is of {array.dtype}; float32 or float16 is wanted")
        with np.errstate(over="ignore"):
            arrays[name] = np.array(array, dtype=np.float32, order="C")
    expected = expected_shapes(network, arrays)
    if extra := sorted(set(arrays) - set(expected)):
        raise ContractError(f"the {network} network has no weight {', '.join(map(short, extra[:4]))}")
    for name, shape in expected.items():
        if name not in arrays:
            raise ContractError(f"weight {name!r} is missing")
        if arrays[name].shape != shape:
            raise ContractError(f"weight {name!r} has shape {arrays[name].shape}; {shape} is wanted")
        if not np.isfinite(arrays[name]).all():
            raise ContractError(f"weight {name!r} holds a value that is not finite")
        arrays[name].setflags(write=False)
    return {name: arrays[name] for name in expected}


def _explore(
    greedy: NDArray[np.int64],
    allowed: NDArray[np.bool_] | None,
    epsilon: float,
    rng: "np.random.Generator | None",
    actions: int,
) -> NDArray[np.int64]:
    if not (isinstance(epsilon, (int, float, np.floating)) and 0.0 <= epsilon <= 1.0):
        raise InputError(f"epsilon is {short(epsilon)}; 0 to 1 is wanted")
    if not isinstance(rng, np.random.Generator):
        raise InputError(f"epsilon is {epsilon}, which needs rng=numpy.random.default_rng(seed); rng is {short(rng)}")
    dice = rng.random((len(greedy), 2))
    free = np.ones((len(greedy), actions), bool) if allowed is None else allowed
    count = free.sum(axis=1)
    # The n-th allowed action is where the running count first reaches n + 1; with none allowed it is action 0.
    nth = np.minimum((dice[:, 1] * count).astype(np.int64), np.maximum(count - 1, 0))
    drawn = (free.cumsum(axis=1) > nth[:, None]).argmax(axis=1)
    return np.where(dice[:, 0] < epsilon, drawn, greedy)
