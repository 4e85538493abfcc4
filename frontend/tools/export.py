"""What the pages are built and tested against, written by the backend itself: run it after a change to either.

    python frontend/tools/export.py     # needs the server's packages; then: npm --prefix frontend run types

Writes openapi.json (the API's own document) and src/testing/fixtures/*.json (real levels with the true number of
weights of each network, and the real settings). tests/frontend/test_contract.py compares all of them.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

FRONTEND = Path(__file__).parents[1]
LEVELS = ("L0_5_dual_resource", "L1_full_observability", "L3_temporal_mechanics")


def documents() -> dict[str, Any]:
    """File under frontend/ → its content."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")
    import django

    django.setup()
    from hamlet.learning.config import PRESETS, TrainConfig
    from hamlet.learning.networks import build_network
    from hamlet.world import load_level
    from lab.runs.api import api

    def fixture(name: str) -> dict[str, Any]:
        level = load_level(name)
        kinds = ("simple",) if level.sight is None else ("simple", "recurrent")
        weights = {kind: sum(p.numel() for p in build_network(kind, level, seed=0).parameters()) for kind in kinds}
        return {"level": level.describe(), "weights": weights}

    return {
        "openapi.json": api.get_openapi_schema(),
        "src/testing/fixtures/levels.json": {name: fixture(name) for name in LEVELS},
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
