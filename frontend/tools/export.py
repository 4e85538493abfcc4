"""What the pages are built and tested against, written by the backend itself: run it after a change to either.

    python frontend/tools/export.py     # needs the server's packages; then: npm --prefix frontend run types

Writes openapi.json (the API's own document), src/words/said.json (what the server says, tools/said.py) and
src/testing/fixtures/*.json (real levels, one not shipped, the number of weights of each network, the real settings,
moments of real worlds as their agents see them, and a mind's answers).
tests/frontend/test_contract.py compares all of them.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

FRONTEND = Path(__file__).parents[1]
LEVELS = ("L0_5_dual_resource", "L1_full_observability", "L3_temporal_mechanics")
OWN = FRONTEND.parent / "tests" / "world" / "levels" / "harbour.yaml"
"""a level that is not shipped and shares no size, meter or place with those that are"""
MOMENTS = 8
MIND = FRONTEND.parent / "tests/model/golden/model1_recurrent.safetensors"


def documents() -> dict[str, Any]:
    """File under frontend/ → its content."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
    import django

    django.setup()
    from hamlet import HamletModel
    from hamlet.learning.config import PRESETS, TrainConfig
    from hamlet.learning.networks import build_network
    from hamlet.world import VectorWorld, load_level
    from lab.api import api

    sys.path.insert(0, str(Path(__file__).parent))
    import said

    def fixture(name: str) -> dict[str, Any]:
        level = load_level(name)
        kinds = ("simple",) if level.sight is None else ("simple", "recurrent")
        weights = {kind: sum(p.numel() for p in build_network(kind, level, seed=0).parameters()) for kind in kinds}
        return {"level": level.describe(), "weights": weights}

    def moments(name: str) -> dict[str, Any]:
        """Moments of a world, drawn at random, with what the agent sees there and what it may do."""
        level, dice = load_level(name), np.random.default_rng(7)
        world = VectorWorld(level, lanes=MOMENTS, seed=3)
        cells = np.array(list(world.affordance_positions.values()))
        xy = dice.integers(0, [level.width, level.height], (MOMENTS, 2))
        xy[: MOMENTS // 2] = cells[dice.integers(0, len(cells), MOMENTS // 2)]
        meters = dice.random((MOMENTS, level.num_meters), dtype=np.float32)
        meters[0] = 0.0  # nobody lives there
        hours = dice.integers(0, level.hours_per_day, MOMENTS) if level.temporal else np.zeros(MOMENTS, dtype=int)
        progress = dice.integers(0, 4, MOMENTS) if level.temporal else np.zeros(MOMENTS, dtype=int)
        steps = dice.integers(0, level.lifespan + 10, MOMENTS)
        world.set_state(positions=xy, meters=meters, hour=hours, step_counts=steps, interaction_progress=progress)
        obs, masks = world.observe(), world.action_masks()
        return {
            "layout": world.affordance_positions,
            "moments": [
                {
                    "x": int(xy[i, 0]), "y": int(xy[i, 1]), "meters": meters[i].tolist(), "hour": int(hours[i]),
                    "progress": int(progress[i]), "step": int(steps[i]), "obs": obs[i].tolist(),
                    "mask": masks[i].astype(int).tolist(),
                }
                for i in range(MOMENTS)
            ],
        }  # fmt: skip

    def answers(name: str) -> list[dict[str, list[float]]]:
        """What a mind with memory says to these moments, one after the other: with its memory of them, and wiped."""
        model = HamletModel.load(MIND)
        hidden, told = None, []
        for moment in moments(name)["moments"]:
            obs = np.asarray(moment["obs"], dtype=np.float32)
            wiped = model.predict(obs)
            kept = model.predict(obs, hidden=hidden)
            hidden = kept["hidden"]
            told.append({"q": kept["q_values"][0].tolist(), "wiped": wiped["q_values"][0].tolist()})
        return told

    return {
        "openapi.json": api.get_openapi_schema(),
        "src/words/said.json": {
            kind: {one: re.findall(r"\{(\w+)\}", one) for one in some}
            for kind, some in zip(("sentences", "parts"), said.templates(), strict=True)
        },
        "src/testing/fixtures/levels.json": {name: fixture(name) for name in LEVELS},
        "src/testing/fixtures/own.json": load_level(OWN).describe(),
        "src/testing/fixtures/moments.json": {name: moments(name) for name in LEVELS},
        "src/testing/fixtures/answers.json": answers("L3_temporal_mechanics"),
        "src/testing/fixtures/settings.json": {"schema": TrainConfig.model_json_schema(), "presets": PRESETS},
    }


def text(document: Any) -> str:
    """As it stands in the file: the same on every machine."""
    return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(FRONTEND.parent / "backend"))
    for name, document in documents().items():
        path = FRONTEND / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(document), encoding="utf-8")
