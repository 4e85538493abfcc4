"""Training checkpoints of version 2, the older HAMLET's (world.md, sections 13 and 14).

They hold no contract: what the network sees follows from their configuration and is written out here.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from numpy.typing import NDArray

from hamlet.model.core import HamletModel
from hamlet.model.errors import ContractError
from hamlet.model.networks import network_of, obs_dims

METERS = ("energy", "hygiene", "satiation", "money", "mood", "social", "health", "fitness")
ACTIONS = ("UP", "DOWN", "LEFT", "RIGHT", "INTERACT", "WAIT")


def recognises(root: Mapping[str, Any]) -> bool:
    """True for the top level of a version 2 checkpoint."""
    return root.get("version") == 2 and isinstance(root.get("population_state"), dict)


def model(root: Mapping[str, Any], weights: Mapping[str, NDArray[Any]]) -> HamletModel:
    """The acting network of a version 2 checkpoint, with what the file knows about it."""
    config = root.get("training_config")
    config = config if isinstance(config, dict) else {}
    layout = root.get("affordance_layout")
    layout = layout if isinstance(layout, dict) else {}
    population = root["population_state"]
    network = network_of(weights)
    places = layout.get("ordering")
    if not isinstance(places, list) or not all(isinstance(name, str) for name in places):
        raise ContractError("this version 2 checkpoint does not name its places (affordance_layout.ordering)")
    contract = {
        "level": _level_name(root, config),
        "level_digest": None,
        "observation": _observation(network, weights, places),
        "actions": list(ACTIONS),
    }
    known = {
        "source": "version 2 training checkpoint",
        "episode": root.get("episode"),
        "steps": population.get("total_steps"),
        "updates": population.get("training_step_counter"),
        "epsilon": root.get("epsilon"),
        "created_at": root.get("timestamp"),
        "layout": layout.get("positions"),
        "config": config,
    }
    return HamletModel(network, weights, contract, {key: value for key, value in known.items() if value is not None})


def _observation(network: str, weights: Mapping[str, NDArray[Any]], places: list[str]) -> list[dict[str, Any]]:
    tail = len(METERS) + len(places) + 1 + 4
    reads, _ = obs_dims(network, weights)
    if network == "simple":
        side = round((reads - tail) ** 0.5) if reads > tail else 0
        cells = [f"{x},{y}" for y in range(side) for x in range(side)]
        blocks: list[tuple[str, list[str], float, float]] = [("grid", cells, 0.0, 2.0)]
    else:
        side = round((reads + 4 - tail - 2) ** 0.5) if reads + 4 - tail > 2 else 0
        reach = range(-(side // 2), side // 2 + 1)
        cells = [f"{dx:+d},{dy:+d}" for dy in reach for dx in reach]
        blocks = [("window", cells, 0.0, 1.0), ("position", ["x", "y"], 0.0, 1.0)]
    blocks += [
        ("meters", list(METERS), 0.0, 1.0),
        ("affordance_here", [*places, "none"], 0.0, 1.0),
        ("time_sin", ["time_sin"], -1.0, 1.0),
        ("time_cos", ["time_cos"], -1.0, 1.0),
        ("progress", ["progress"], 0.0, 0.5),
        ("lifetime", ["lifetime"], 0.0, 1.0),
    ]
    fields, at = [], 0
    for name, labels, low, high in blocks:
        fields.append({"name": name, "start": at, "stop": at + len(labels), "low": low, "high": high, "labels": labels})
        at += len(labels)
    return fields


def _level_name(root: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    folder = root.get("config_dir")
    if isinstance(folder, str) and PurePosixPath(folder).name:
        return PurePosixPath(folder).name
    run = config.get("run_metadata")
    return str(run.get("output_subdir", "unknown")) if isinstance(run, dict) else "unknown"
