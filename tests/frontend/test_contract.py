"""The pages are built against documents that the backend wrote of itself; these must be the backend's of today.

After a change: `python frontend/tools/export.py && npm --prefix frontend run types`.
"""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"
FIXTURES = ("levels", "moments", "own", "settings")
NAMES = ("openapi.json", "src/words/said.json", *(f"src/testing/fixtures/{name}.json" for name in FIXTURES))


@pytest.fixture(scope="module")
def export() -> ModuleType:
    spec = importlib.util.spec_from_file_location("frontend_export", FRONTEND / "tools" / "export.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def now(export: ModuleType) -> dict[str, Any]:
    return export.documents()


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_know_the_backend_as_it_is(name: str, now: dict[str, Any], export: ModuleType) -> None:
    written = json.loads((FRONTEND / name).read_text(encoding="utf-8"))
    told = json.loads(export.text(now[name]))
    if name == "openapi.json":
        # The version of a release is not part of the contract.
        written["info"].pop("version")
        told["info"].pop("version")
    assert written == told, f"{name} is old: python frontend/tools/export.py && npm --prefix frontend run types"


def test_every_address_of_the_api_is_in_the_document(now: dict[str, Any]) -> None:
    paths = set(now["openapi.json"]["paths"])
    assert {"/api/v1/me", "/api/v1/runs", "/api/v1/runs/{id}/models", "/api/v1/settings", "/api/v1/workers"} <= paths


def test_every_column_of_the_curve_can_be_compared() -> None:
    from lab.runs.curves import METRICS

    text = (FRONTEND / "src" / "features" / "compare" / "look.tsx").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w+): \{ title:", text, re.MULTILINE) == list(METRICS)
