"""What HAMLET is made of: a bill of materials, its licences, and known weaknesses. Needs what deploy/test installs.

python deploy/supply.py bill       CycloneDX 1.6 as JSON: the locked Python packages, torch, and the pages' npm packages
python deploy/supply.py licences   fails where one is not of those that may be used beside our own (MIT)
python deploy/supply.py audit      asks pip-audit and npm audit; says why where one cannot be asked
"""

import base64
import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "deploy" / "lock" / "test.txt"
FINE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python|MPL|Mozilla Public|LGPL-3\.0|Zlib|CC0|CC-BY-4\.0|BlueOak|OFL|ZPL|BSL-1\.0|TCL"
)
"""Permissive, or (MPL, LGPL) binding only for changes to the package itself, which we use as it is."""
NOT_FINE = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public|SSPL|Commons Clause|BUSL|NonCommercial|CC-BY-NC")


def locked() -> dict[str, tuple[str, list[str]]]:
    """Version and SHA-256 sums of each Python package of the lock that is for this system's Python."""
    found: dict[str, tuple[str, list[str]]] = {}
    for block in re.split(r"\n(?=\S)", LOCK.read_text()):
        if named := re.match(r"([\w.-]+)==(\S+)", block):
            found.setdefault(named[1], (named[2], re.findall(r"sha256:(\w+)", block)))
    return found


def python_parts() -> Iterator[dict[str, Any]]:
    for name, (version, sums) in {"torch": ("", list[str]()), **locked()}.items():
        try:
            told = metadata(name)
        except PackageNotFoundError:
            continue  # for another system or Python
        version = told["Version"]
        hashes = [{"alg": "SHA-256", "content": one} for one in sums]
        yield {
            "type": "library", "bom-ref": f"pkg:pypi/{name}@{version}", "name": name, "version": version,
            "purl": f"pkg:pypi/{name}@{version}", "licenses": [{"license": {"name": python_licence(told)}}],
            **({"hashes": hashes} if hashes and version == locked()[name][0] else {}),
        }  # fmt: skip


def python_licence(told: Any) -> str:
    """As the package says it: the expression, else the classifiers, else the first line of its field."""
    classifiers = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License")]
    said = told.get("License-Expression") or " AND ".join(classifiers) or (told.get("License") or "").strip()
    return str(said.splitlines()[0] if said else "not said")


def npm_parts() -> Iterator[dict[str, Any]]:
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    for path, told in packages.items():
        name = path.rpartition("node_modules/")[2]
        if not path or told.get("link"):
            continue
        purl = f"pkg:npm/{name.replace('@', '%40')}@{told['version']}"
        algorithm, _, text = told.get("integrity", "").partition("-")
        sums = [{"alg": "SHA-512", "content": base64.b64decode(text).hex()}] if algorithm == "sha512" else []
        yield {
            "type": "library", "bom-ref": f"{purl}#{path}", "name": name, "version": told["version"], "purl": purl,
            # What only builds the pages is not in what is served.
            "scope": "excluded" if told.get("dev") else "required", "hashes": sums,
            "licenses": [{"license": {"name": told.get("license") or "not said"}}],
        }  # fmt: skip


def bill() -> dict[str, Any]:
    ours = metadata("hamlet-lab")
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{uuid.uuid4()}", "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": "hamlet-lab", "version": ours["Version"]},
        },
        "components": [*python_parts(), *npm_parts()],
    }  # fmt: skip


def licences() -> list[str]:
    """A line for each package whose licence is not of those that may be used."""
    found = []
    for part in bill()["components"]:
        licence = part["licenses"][0]["license"]["name"]
        if NOT_FINE.search(licence.replace("LGPL", "")) or not FINE.search(licence):
            found.append(f"{part['purl']}: {licence}")
    return found


def audit() -> list[str]:
    """A line for each known weakness; says on the way what could not be asked."""
    return [*python_audit(), *npm_audit()]


def python_audit() -> list[str]:
    if find_spec("pip_audit") is None:
        print("Python packages: skipped, pip-audit is not installed (pip install pip-audit).")
        return []
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=False)
    try:
        answered = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"Python packages: skipped, {(done.stderr.strip() or 'no answer').splitlines()[-1]}")
        return []
    asked = [one for one in answered if "skip_reason" not in one]
    unknown = f"; {len(answered) - len(asked)} skipped, unknown there" if len(asked) < len(answered) else ""
    print(f"Python packages: {len(asked)} asked about{unknown}.")
    return [f"{one['name']} {one['version']}: {bad['id']}" for one in asked for bad in one["vulns"]]


def npm_audit() -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        print("npm packages: skipped, there is no npm.")
        return []
    command = [npm, "audit", "--package-lock-only", "--json"]
    done = subprocess.run(command, cwd=ROOT / "frontend", capture_output=True, text=True, check=False)
    told = json.loads(done.stdout or "{}")
    if "vulnerabilities" not in told:
        print(f"npm packages: skipped, {re.sub(r'https?://[^ ]+', 'the registry', told.get('message', 'no answer'))}")
        return []
    print(f"npm packages: {told['metadata']['dependencies']['total']} asked about.")
    return [f"{name}: {bad['severity']}" for name, bad in told["vulnerabilities"].items()]


def main() -> None:
    deeds = {"licences": licences, "audit": audit}
    if sys.argv[1:] == ["bill"]:
        json.dump(bill(), sys.stdout, indent=1)
        return
    if len(sys.argv) != 2 or sys.argv[1] not in deeds:
        sys.exit(__doc__)
    if found := deeds[sys.argv[1]]():
        sys.exit("\n".join(found))
    print("Nothing found among what could be asked." if sys.argv[1] == "audit" else "All licences are fine.")


if __name__ == "__main__":
    main()
