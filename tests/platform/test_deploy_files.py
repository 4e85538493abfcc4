"""What deploy/ gives for many machines is read as those programs read it, as far as that can be done without them."""

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tests.product import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def variables(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def test_the_example_names_exactly_the_variables_that_are_read():
    source = (ROOT / "backend" / "lab" / "environment.py").read_text()
    read = set(re.findall(r"""environ\.get\("(\w+)\"""", source))
    assert variables((DEPLOY / "env.example").read_text()) == read


def test_the_manual_tells_of_each_variable():
    told = (ROOT / "docs" / "running.md").read_text()
    assert [name for name in variables((DEPLOY / "env.example").read_text()) if f"| `{name}` |" not in told] == []


@pytest.mark.parametrize(
    "path", [path for path in KUBERNETES if path.name != "kustomization.yaml"], ids=lambda p: p.name
)
def test_kubernetes_would_take_it(path: Path):
    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def test_the_kustomization_names_all_files():
    named = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    assert sorted([*named, "kustomization.yaml"]) == [path.name for path in KUBERNETES]


def test_pods_are_counted_by_figures_that_exist_and_of_parts_that_do():
    documents = [one for path in KUBERNETES for one in yaml.safe_load_all(path.read_text())]
    parts = {one["metadata"]["name"]: one for one in documents if one["kind"] == "Deployment"}
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one for one in documents if "Autoscaler" in one["kind"]}
    assert set(scaled) == {"web", "worker"}  # of the housekeeper there is always one
    assert all("replicas" not in parts[name]["spec"] for name in scaled), "applied anew it would undo the scaling"
    figures = (ROOT / "backend" / "lab" / "figures.py").read_text()
    (metric,) = scaled["worker"]["spec"]["metrics"]
    assert f'"{metric["external"]["metric"]["name"]}"' in figures
    # A share of what is requested can only be told where something is.
    assert parts["web"]["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"]


def test_each_part_of_compose_runs_a_part_that_exists():
    from lab.management.commands.up import PARTS

    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = [service["command"] for service in services.values() if service.get("image") == "hamlet"]
    assert {command[1] for command in ours} == set(PARTS)
    assert all(command[0] == "--only" for command in ours)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda p: p.name)
def test_systemd_would_take_it(path: Path, tmp_path: Path):
    unit = tmp_path / path.name
    unit.write_text(path.read_text().replace("/opt/hamlet/.venv/bin/python", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if path.name in line]
    assert complaints == []
