"""Hatchling's hook: a wheel carries the built pages, so that installing it needs no node."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface):
    """Builds the frontend before a wheel is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # A clone that is installed in place builds its pages itself (deploy/run).
        if self.target_name != "wheel" or version == "editable":
            return
        pages = _load("frontend")
        if not (Path(self.root) / "frontend" / "src").is_dir() or pages.problem():
            if not (pages.BUILT / "index.html").is_file():
                self.app.display_warning("Made without node: this wheel has the learner and no pages.")
            return
        pages.build()


def _load(name: str) -> Any:
    """The script beside this one; hatchling loads hooks by path, so an import would not find it."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
