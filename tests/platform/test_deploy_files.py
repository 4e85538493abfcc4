"""What deploy/ gives for many machines is read as those programs read it, as far as that can be done without them."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from django.urls import resolve

from lab import environment, pages
from tests.product import ROOT, clean_environment

DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def variables(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


@pytest.fixture(scope="module")
def objects():
    """What Kubernetes is given, by kind and name."""
    documents = [
        one for path in KUBERNETES if path.name != "kustomization.yaml" for one in yaml.safe_load_all(path.read_text())
    ]
    return {(one["kind"], one["metadata"]["name"]): one for one in documents}


@pytest.fixture(scope="module")
def pods(objects):
    """Each part's pod."""
    return {name: one["spec"]["template"]["spec"] for (kind, name), one in objects.items() if kind == "Deployment"}


@pytest.fixture(scope="module")
def image():
    """The Dockerfile's stages, each a list of (instruction, words)."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    stages: list[list[tuple[str, list[str]]]] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            stages.append([])
        if instruction:
            stages[-1].append((instruction, shlex.split(rest)))
    return stages


def said(stage, instruction):
    return [words for each, words in stage if each == instruction]


def copied(stage):
    """(what, where to) of what comes from the clone."""
    found = [words for words in said(stage, "COPY") if not words[0].startswith("--from")]
    return [(what, words[-1]) for words in found for what in words[:-1]]


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


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
def test_kustomize_makes_one_set_of_them():
    done = subprocess.run(["kubectl", "kustomize", DEPLOY / "kubernetes"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = list(yaml.safe_load_all(done.stdout))
    assert len(made) == sum(len(list(yaml.safe_load_all(path.read_text()))) for path in KUBERNETES) - 1
    for one in made:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
        assert one["metadata"]["namespace"] == "hamlet"
    assert set(re.findall(r"image: (\S+)", done.stdout)) == {"hamlet:latest"}


def test_pods_are_counted_of_parts_that_exist(objects, pods):
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one for (kind, _), one in objects.items() if "Autoscaler" in kind}
    assert set(scaled) == {"web", "worker"}  # of the housekeeper there is always one
    assert not any("replicas" in objects["Deployment", name]["spec"] for name in scaled), (
        "applied anew it would undo the scaling"
    )
    # A share of what is requested can only be told where something is.
    assert pods["web"]["containers"][0]["resources"]["requests"]["cpu"]


def test_what_points_at_pods_finds_them(objects):
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for (kind, name), one in objects.items()
              if kind == "Deployment"}  # fmt: skip
    for name, found in labels.items():
        assert objects["Deployment", name]["spec"]["selector"]["matchLabels"] == found
    assert objects["Service", "web"]["spec"]["selector"] == labels["web"]
    assert objects["PodDisruptionBudget", "web"]["spec"]["selector"]["matchLabels"] == labels["web"]
    rules = [rule for (kind, _), one in objects.items() if kind == "Ingress" for rule in one["spec"]["rules"]]
    assert len({rule["host"] for rule in rules}) == 1
    for way in (way for rule in rules for way in rule["http"]["paths"]):
        service = way["backend"]["service"]
        ports = objects["Service", service["name"]]["spec"]["ports"]
        assert service["port"]["name"] in {port["name"] for port in ports}


def test_pods_are_asked_at_addresses_that_answer_and_under_a_name_that_is_ours(pods):
    (container,) = pods["web"]["containers"]
    asked = {name: probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")}
    views = {name: resolve(probe["path"]).func for name, probe in asked.items()}
    # One that lives is not ended because the database is away (tests/faults asks the page for that).
    assert views == {"startupProbe": pages.readyz, "readinessProbe": pages.readyz, "livenessProbe": pages.app}
    for probe in asked.values():
        assert probe["port"] in {port["name"] for port in container["ports"]}
        headers = {header["name"]: header["value"] for header in probe["httpHeaders"]}
        assert headers["Host"] in environment.LOOPBACK
        assert probe["path"] == "/readyz" or headers["X-Forwarded-Proto"] == "https", "it would be sent to TLS"


class TestTheImage:
    def test_all_that_it_copies_is_there_and_goes_where_it_is_looked_for(self, image):
        built, final = image
        assert [what for stage in image for what, _ in copied(stage) if not (ROOT / what).exists()] == []
        assert ["--from=pages", "/src/backend/lab/static/app", "backend/lab/static/app"] in said(final, "COPY")
        assert said(built, "WORKDIR") == [["/src/frontend"]], "the build leaves the pages at ../backend/lab/static/app"

    def test_what_the_pages_import_from_elsewhere_is_copied_and_counts_as_their_source(self, image):
        sys.path.insert(0, str(DEPLOY))
        try:
            import frontend
        finally:
            sys.path.remove(str(DEPLOY))
        sources = [path for path in (ROOT / "frontend" / "src").rglob("*.ts*") if ".test." not in path.name]
        outside = {
            found
            for path in sources
            for name in re.findall(r'"((?:\.\./)+[^"]+)"', path.read_text())
            if not (found := (path.parent / name).resolve()).is_relative_to(ROOT / "frontend")
        }
        assert outside, "the model in JavaScript is one"
        assert outside <= set(frontend.sources())
        places = {ROOT / what: Path("/src/frontend") / where for what, where in copied(image[0])}
        for path in outside:
            (folder,) = [place for place in places if path.is_relative_to(place)]
            assert (places[folder] / "x").resolve().parent == Path("/src") / folder.relative_to(ROOT)

    def test_it_installs_groups_that_exist_all_that_a_variable_may_ask_for(self, image):
        known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        (extras,) = re.findall(r"\.\[([\w,]+)\]", str(said(image[1], "RUN")))
        assert set(extras.split(",")) <= set(known)
        asked = re.findall(r"hamlet-lab\[(\w+)\]", Path(environment.__file__).read_text())
        assert set(asked) <= set(extras.split(","))

    def test_what_it_copies_is_enough_to_start(self, image, tmp_path):
        for what, where in copied(image[1]):
            target = tmp_path / where if where != "./" else tmp_path / what
            if (ROOT / what).is_dir():
                shutil.copytree(ROOT / what, target, ignore=shutil.ignore_patterns("static", "__pycache__"))
            else:
                shutil.copy(ROOT / what, target)
        env = {**clean_environment(), "PYTHONPATH": str(tmp_path / "backend"), "HAMLET_DATA": str(tmp_path / "data")}
        done = subprocess.run(
            [sys.executable, "manage.py", "check"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def test_ports_people_and_folders_are_the_same_wherever_they_are_said(self, image, objects, pods):
        final = image[1]
        environ = dict(pair.split("=", 1) for words in said(final, "ENV") for pair in words)
        assert set(environ) <= variables((DEPLOY / "env.example").read_text())
        port = int(environ["HAMLET_PORT"])
        assert said(final, "EXPOSE") == [[str(port)]]
        assert [one["containerPort"] for one in pods["web"]["containers"][0]["ports"]] == [port]
        compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["web"]
        assert [one.rpartition(":")[2] for one in compose["ports"]] == [str(port)]
        (health,) = re.findall(r"http://localhost:(\d+)(/\w+)", str(compose["healthcheck"]))
        assert (int(health[0]), resolve(health[1]).func) == (port, pages.healthz)
        (uid,) = re.findall(r"--uid (\d+)", (DEPLOY / "Dockerfile").read_text())
        for pod in pods.values():
            assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsNonRoot"]) == (int(uid), True)
            (container,) = pod["containers"]
            assert [mount["mountPath"] for mount in container["volumeMounts"]] == [environ["HAMLET_DATA"]]
            assert container["envFrom"] == [{"secretRef": {"name": "hamlet"}}]

    def test_it_runs_each_part(self, pods):
        from lab.management.commands.up import PARTS

        (entry,) = re.findall(r"^ENTRYPOINT (.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
        assert json.loads(entry) == ["python", "manage.py", "up"]
        assert {name: pod["containers"][0]["args"] for name, pod in pods.items()} == {
            part: ["--only", part] for part in PARTS
        }


def test_what_compose_sets_is_read_and_the_five_that_machines_share_are_marked():
    text = (DEPLOY / "env.example").read_text()
    shared = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["x-hamlet"]["environment"]
    marked = re.findall(r"^# \* (?:[^\n]*\n# )*[^\n]*\n(\w+)=", text, re.MULTILINE)
    assert set(marked) == set(shared)
    assert len(marked) == 5


def test_each_part_of_compose_runs_a_part_that_exists():
    from lab.management.commands.up import PARTS

    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = [service["command"] for service in services.values() if service.get("image") == "hamlet"]
    assert {command[1] for command in ours} == set(PARTS)
    assert all(command[0] == "--only" for command in ours)


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


@needs_systemd
@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.name)
def test_systemd_would_take_it(path: Path, tmp_path: Path):
    unit = tmp_path / path.name
    unit.write_text(path.read_text().replace("/opt/hamlet/.venv/bin/python", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if path.name in line]
    assert complaints == []


@needs_systemd
@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.name)
def test_systemd_finds_little_that_it_could_do_if_it_were_taken_over(path: Path):
    """Exposure from 0 to 10, by systemd's own reckoning: 1.4 here, 1.7 of the worker, which sees the GPUs; the network
    is the rest of it."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=18", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("needs systemd 250 or newer")
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_units_run_parts_that_exist_not_as_root_and_write_in_their_folder():
    from lab.management.commands.up import PARTS

    found = {}
    for path in UNITS:
        told = dict(re.findall(r"^(\w+)=(.*)$", path.read_text(), re.MULTILINE))
        assert (told["User"], f"/var/lib/{told['StateDirectory']}") == ("hamlet", "/var/lib/hamlet")
        found[path.stem.removeprefix("hamlet-")] = told["ExecStart"].partition("manage.py ")[2]
    assert found == {part: f"up --only {part}" for part in PARTS}
    assert "\nHAMLET_DATA=/var/lib/hamlet\n" in (DEPLOY / "env.example").read_text()
