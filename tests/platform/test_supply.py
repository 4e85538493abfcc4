"""What HAMLET is made of is pinned, checked, told and licensed: deploy/lock and deploy/supply.py."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.product import ROOT

LOCKS = {"server-video": ("server", "video"), "test": ("test",)}


def supply(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "deploy/supply.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def locked(name: str) -> dict[str, str]:
    """Each package's lines in a lock."""
    blocks = re.split(r"\n(?=\S)", (ROOT / "deploy" / "lock" / f"{name}.txt").read_text().strip())
    return {re.split("==", block)[0]: block for block in blocks}


def wanted(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with the extras that it names itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found, todo = [Requirement(one) for one in project["dependencies"]], list(extras)
    for extra in todo:
        for one in map(Requirement, project["optional-dependencies"][extra]):
            if one.name == "hamlet-lab":
                todo += sorted(one.extras - set(todo))
            else:
                found.append(one)
    return found


@pytest.mark.parametrize("name", LOCKS)
class TestLock:
    def test_each_package_has_one_version_a_system_and_checksums(self, name):
        for block in locked(name).values():
            assert re.match(r"[\w.-]+==[^\s;]+", block)
            assert "--hash=sha256:" in block

    def test_it_holds_what_pyproject_asks_for_in_a_version_that_fits_and_leaves_torch_to_the_machine(self, name):
        lock = locked(name)
        assert not [one for one in lock if re.match("torch$|triton|nvidia-|cuda-", one)]
        for asked in wanted(*LOCKS[name]):
            if asked.name != "torch":
                version = re.match(r"[\w.-]+==([^\s;]+)", lock[asked.name.lower()])[1]
                assert asked.specifier.contains(version, prereleases=True), asked

    def test_the_names_are_those_that_the_commands_look_for(self, name):
        commands = {(ROOT / "deploy" / command).read_text() for command in ("run", "test")}
        assert any(f"EXTRAS={','.join(LOCKS[name])}\n" in command for command in commands)


def test_the_bill_of_materials_names_every_package_of_both_sides():
    told = json.loads(supply("bill").stdout)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    parts = told["components"]
    refs = [part["bom-ref"] for part in parts]
    assert len(set(refs)) == len(refs)
    names = {part["purl"].partition("@")[0] for part in parts}
    assert {"pkg:pypi/django", "pkg:pypi/torch", "pkg:pypi/numpy", "pkg:npm/react", "pkg:npm/zustand"} <= names
    assert all(part["licenses"][0]["license"]["name"] != "not said" for part in parts)
    assert all(len(one["content"]) == 64 for part in parts for one in part.get("hashes", []) if one["alg"] == "SHA-256")


def test_the_workflows_run_what_is_run_here():
    told = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    steps = {name: [step for job in one["jobs"].values() for step in job["steps"]] for name, one in told.items()}
    runs = {name: [step["run"] for step in found if "run" in step] for name, found in steps.items()}
    assert runs["test"] == [".ci/run"]
    assert "deploy/test" in (ROOT / ".ci" / "run").read_text()
    assert "python deploy/supply.py audit" in runs["audit"]
    files = re.findall(r"(?:deploy|\.ci)/[\w./-]+", " ".join(run for found in runs.values() for run in found))
    assert [name for name in files if not (ROOT / name).is_file()] == []
    versions = [step.get("with", {}) for found in steps.values() for step in found]
    python = {one["python-version"] for one in versions if "python-version" in one}
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert all(version in SpecifierSet(asked) for version in python)
    assert all(one["permissions"] == {"contents": "read"} for one in told.values())


def test_no_licence_binds_who_teaches_with_it():
    done = supply("licences")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "GNU Affero General Public License v3", "BUSL-1.1", "not said"])
def test_a_licence_that_would_is_found(licence, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "deploy"))
    import supply as module

    part = {"purl": "pkg:npm/thing@1", "licenses": [{"license": {"name": licence}}]}
    monkeypatch.setattr(module, "bill", lambda: {"components": [part]})
    assert module.licences() == [f"pkg:npm/thing@1: {licence}"]


def test_the_audit_says_what_it_could_not_ask():
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0", "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        [sys.executable, "deploy/supply.py", "audit"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, **nowhere},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "npm packages: skipped, " in done.stdout
