"""What a model sees and does: the fields of its observation, the names of its actions, the level it grew up in.

A contract is a plain dict, so that it travels as JSON inside every file:

    {"format": 1, "network": "simple", "level": "L1_full_observability", "level_digest": "9f…" or None,
     "obs_dim": 91, "actions": ["up", …],
     "observation": [{"name": "grid", "start": 0, "stop": 64, "low": 0.0, "high": 2.0, "labels": [...] or None}, …]}
"""

import json
from collections.abc import Mapping
from operator import index
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hamlet.model.errors import ContractError, InputError, short
from hamlet.model.networks import obs_dims

FORMAT = 1
MAX_OBS = 65_536
"""values in one observation; the levels that come with HAMLET have 91 at most"""


def contract_of(level: Mapping[str, Any], network: str | None = None) -> dict[str, Any]:
    """The contract of a level, from `level.describe()`: a plain dict in, so this room needs no world.

    network: "simple" or "recurrent"; None leaves it to HamletModel, which knows its own.
    Raises ContractError if the description lacks something.
    """
    try:
        fields: list[dict[str, Any]] = [
            {
                "name": str(field["name"]),
                "start": index(field["start"]),
                "stop": index(field["stop"]),
                "low": float(field["low"]),
                "high": float(field["high"]),
                "labels": None if not field.get("labels") else [str(label) for label in field["labels"]],
            }
            for field in level["observation"]
        ]
        contract: dict[str, Any] = {
            "format": FORMAT,
            "level": str(level["name"]),
            "level_digest": level.get("digest", level.get("level_digest")),
            "network": network,
            "observation": fields,
            "actions": [str(a["name"]) if isinstance(a, Mapping) else str(a) for a in level["actions"]],
            "obs_dim": max((field["stop"] for field in fields), default=0),
        }
    except KeyError as missing:
        raise ContractError(f"the level's description has no {missing.args[0]!r}") from None
    except (TypeError, ValueError, OverflowError, AttributeError) as wrong:
        raise ContractError(f"the level's description cannot be read: {short(str(wrong))}") from None
    _check_fields(contract)
    return contract


def checked(contract: Mapping[str, Any], network: str, weights: Mapping[str, Any]) -> dict[str, Any]:
    """The contract, completed and found to belong to these weights. Raises ContractError."""
    contract = as_json(contract, "contract")
    if not isinstance(contract, dict):
        raise ContractError(f"contract is {type(contract).__name__}; a dict is wanted")
    for key, kind in (("observation", dict), ("actions", str)):
        parts = contract.get(key)
        if not isinstance(parts, list) or not parts or not all(isinstance(part, kind) for part in parts):
            raise ContractError(f"contract[{key!r}] is {short(parts)}; a list of {kind.__name__} is wanted")
    version = contract.get("format", FORMAT)
    if version != FORMAT:
        raise ContractError(f"contract format is {short(version)}; this HAMLET reads {FORMAT}, a newer one may do")
    named = contract.get("network") or network
    if named != network:
        raise ContractError(f"the network is {network!r}, the contract says {short(named)}")
    full = contract_of({**contract, "name": contract.get("level", "")}, network)
    digest = full["level_digest"]
    if digest is not None and not isinstance(digest, str):
        raise ContractError(f"contract['level_digest'] is {short(digest)}; a string or null is wanted")
    if "obs_dim" in contract and contract["obs_dim"] != full["obs_dim"]:
        raise ContractError(
            f"contract['obs_dim'] is {short(contract['obs_dim'])}, but its fields end at {full['obs_dim']}"
        )
    reads, may_be_longer = obs_dims(network, weights)
    if full["obs_dim"] != reads and not (may_be_longer and full["obs_dim"] > reads):
        raise ContractError(
            f"the {network} network reads {reads} values, the contract has {full['obs_dim']}: {described(full)[:300]}"
        )
    outputs = int(weights["net.6.weight" if network == "simple" else "q_head.3.weight"].shape[0])
    if len(full["actions"]) != outputs:
        raise ContractError(f"the network answers {outputs} actions, the contract names {len(full['actions'])}")
    return full


def as_json(value: Any, name: str) -> Any:
    """The value as JSON gives it back. Raises ContractError if it does not survive."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as wrong:
        raise ContractError(f"{name} cannot be kept as JSON: {short(str(wrong))}") from None


def described(contract: Mapping[str, Any]) -> str:
    """One line that names every field and its slice, for messages."""
    return ", ".join(f"{f['name']} {_span(f)}" for f in contract["observation"])


def field_at(contract: Mapping[str, Any], index: int) -> str:
    """What the observation's value at `index` is, in words."""
    for field in contract["observation"]:
        if field["start"] <= index < field["stop"]:
            label = f" ({field['labels'][index - field['start']]})" if field["labels"] and _width(field) > 1 else ""
            return f"field {field['name']!r}{label}, index {index}"
    return f"index {index}"


def obs_from(contract: Mapping[str, Any], fields: Mapping[str, Any]) -> NDArray[np.float32]:
    """The observation vector from named fields.

    A field is given as its values, shape (width,) or (batch, width); a field of width 1 as a number; a field with
    labels also as {label: value}, or as one label, which stands for a one-hot. Every field must be there.
    Returns (obs_dim,) float32, or (batch, obs_dim) if any field came in a batch. Raises InputError naming the field.
    """
    known = [field["name"] for field in contract["observation"]]
    if missing := [name for name in known if name not in fields]:
        raise InputError(f"missing fields: {', '.join(missing)}. The model sees {described(contract)}")
    if extra := [str(name) for name in fields if name not in known]:
        raise InputError(f"unknown fields: {', '.join(extra)}. The model sees {described(contract)}")
    parts = [_field_values(field, fields[field["name"]]) for field in contract["observation"]]
    batches = {part.shape[0] for part in parts if part.ndim == 2}
    if len(batches) > 1:
        raise InputError(f"the fields come in batches of different sizes: {sorted(batches)}")
    if batches:
        size = batches.pop()
        parts = [part if part.ndim == 2 else np.broadcast_to(part, (size, part.shape[0])) for part in parts]
    return np.concatenate(parts, axis=-1)


class Fit(NamedTuple):
    """Whether a model can live in a level. Truthy unless the verdict is "no"."""

    verdict: str
    """"yes", "reordered" (the same values in another order: use `observation` and `actions`) or "no" """
    reasons: tuple[str, ...]
    """for "no": each thing that stands in the way; else what differs, if anything"""
    missing: tuple[str, ...]
    """values the model needs and the level does not show, such as "meters.social" """
    observation: NDArray[np.intp]
    """(model's obs_dim,) `level_obs[..., fit.observation]` is what the model wants; empty for "no" """
    actions: NDArray[np.intp]
    """(model's actions,) `fit.actions[action]` is the level's number of the model's action; empty for "no" """

    def __bool__(self) -> bool:
        return self.verdict != "no"


def fit(contract: Mapping[str, Any], level: Mapping[str, Any]) -> Fit:
    """Compare a model's contract with a level's (from `contract_of`). Values are matched by name, not by place."""
    reasons: list[str] = []
    missing: list[str] = []
    theirs = {field["name"]: field for field in level["observation"]}
    spots = {value: at for field in level["observation"] for value, at in _values(field)}
    order: list[int] = []
    for field in contract["observation"]:
        name, other = field["name"], theirs.get(field["name"])
        values = [value for value, _ in _values(field)]
        lacking = [value for value in values if value not in spots]
        if other is None and len(lacking) == len(values):
            missing.append(name)
            reasons.append(f"field {name!r} is missing")
        elif other is not None and _is_map(field) and field["labels"] != other["labels"]:
            missing.append(name)
            reasons.append(f"field {name!r} shows {_width(other)} cells here, the model wants its own {_width(field)}")
        elif other is not None and not (field["labels"] and other["labels"]) and _width(field) != _width(other):
            missing.append(name)
            reasons.append(f"field {name!r} has {_width(other)} values here, the model wants {_width(field)}")
        elif lacking:
            missing += lacking
            reasons += [f"field {value.removeprefix(f'{name}.')!r} of {name!r} is missing" for value in lacking]
        else:
            order += [spots[value] for value in values]
    lost = [name for name in contract["actions"] if name not in level["actions"]]
    reasons += [f"action {name!r} does not exist here" for name in lost]
    if reasons:
        return Fit("no", tuple(reasons), tuple(missing), np.empty(0, np.intp), np.empty(0, np.intp))
    observation = np.array(order, np.intp)
    actions = np.array([level["actions"].index(name) for name in contract["actions"]], np.intp)
    same = level["obs_dim"] == contract["obs_dim"] and bool((observation == np.arange(len(observation))).all())
    same = same and level["actions"] == contract["actions"]
    if contract["level_digest"] and level["level_digest"] and contract["level_digest"] != level["level_digest"]:
        reasons.append("the level's rules differ from those the model was trained in")
    return Fit("yes" if same else "reordered", tuple(reasons), (), observation, actions)


def _values(field: Mapping[str, Any]) -> list[tuple[str, int]]:
    """(name, index) of every single value of a field; without labels they are told apart by their place in it."""
    labels = field["labels"] or range(_width(field))
    return [(f"{field['name']}.{label}", field["start"] + i) for i, label in enumerate(labels)]


def _is_map(field: Mapping[str, Any]) -> bool:
    """True for a field of cells ("x,y"). A part of a map is no map: its cells cannot be picked out one by one."""
    return bool(field["labels"]) and all("," in label for label in field["labels"])


def _width(field: Mapping[str, Any]) -> int:
    return int(field["stop"] - field["start"])


def _span(field: Mapping[str, Any]) -> str:
    return f"{field['start']}" if _width(field) == 1 else f"{field['start']}-{field['stop'] - 1}"


def _field_values(field: Mapping[str, Any], given: Any) -> NDArray[np.float32]:
    name, labels, width = field["name"], field["labels"], _width(field)
    if isinstance(given, (str, Mapping)):
        if not labels:
            raise InputError(f"field {name!r} has no labels; give its {width} values")
        wanted = {given: 1.0, **{label: 0.0 for label in labels if label != given}} if isinstance(given, str) else given
        if wrong := [str(label) for label in wanted if label not in labels]:
            raise InputError(f"field {name!r} has no {', '.join(wrong)}; it has {', '.join(labels)}")
        if lacking := [label for label in labels if label not in wanted]:
            raise InputError(f"field {name!r} lacks {', '.join(lacking)}")
        given = [wanted[label] for label in labels]
    try:
        values = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError):
        raise InputError(f"field {name!r} is {short(given)}; numbers are wanted") from None
    values = values.reshape(1) if values.ndim == 0 else values
    if values.ndim > 2 or values.shape[-1] != width:
        raise InputError(f"field {name!r} has shape {values.shape}; ({width},) or (batch, {width}) is wanted")
    if not np.isfinite(values).all():
        raise InputError(f"field {name!r} holds a value that is not finite")
    return values


def _check_fields(contract: Mapping[str, Any]) -> None:
    at, seen = 0, set()
    for field in contract["observation"]:
        name = field["name"]
        if not name or name in seen:
            raise ContractError(f"the observation has two fields named {short(name)}, or one without a name")
        if field["start"] != at or field["stop"] <= at:
            raise ContractError(f"field {short(name)} is {field['start']} to {field['stop']}; it should start at {at}")
        if not np.isfinite([field["low"], field["high"]]).all() or field["low"] > field["high"]:
            raise ContractError(f"field {short(name)} ranges from {field['low']} to {field['high']}")
        if field["labels"] and len(field["labels"]) != field["stop"] - at:
            raise ContractError(
                f"field {short(name)} has {len(field['labels'])} labels for {field['stop'] - at} values"
            )
        seen.add(name)
        at = field["stop"]
    if at > MAX_OBS:
        raise ContractError(f"the observation has {at} values; {MAX_OBS} at most are allowed")
    actions = contract["actions"]
    if len(set(actions)) != len(actions):
        raise ContractError(f"two actions have the same name: {short(actions)}")
