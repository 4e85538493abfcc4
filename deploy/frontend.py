"""Builds the pages into backend/lab/static/app, and only when their sources changed. Used by deploy/run and the wheel.

python deploy/frontend.py             build if needed
python deploy/frontend.py --check     say in one line what stands in the way, without building
python deploy/frontend.py --install   only put the packages of package-lock.json in place
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "backend" / "lab" / "static" / "app"
PACKAGES = FRONTEND / "node_modules"
MODEL = ROOT / "docs" / "examples" / "javascript" / "hamlet_model.mjs"
"""the model in JavaScript, an example to take home that the pages use too"""
STAMP = ".sources.sha256"
NODE = (20, 19)
"""The oldest node that the build tools run on."""


class BuildError(Exception):
    """The pages cannot be built; the message is for the person who asked."""


def sources() -> list[Path]:
    """All files that the built pages depend on."""
    folders = [FRONTEND / "src", FRONTEND / "public"]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    beside = [path for path in FRONTEND.iterdir() if path.is_file() and not path.name.startswith(".")]
    return sorted([*inside, *beside, MODEL])


def digest(files: list[Path]) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for path in files:
        total.update(f"{os.path.relpath(path, FRONTEND)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def fresh(stamp: Path, files: list[Path]) -> bool:
    return stamp.is_file() and stamp.read_text().strip() == digest(files)


def problem() -> str | None:
    """Why this machine cannot build the pages, in one line; None if it can."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is missing: install Node.js {NODE[0]} or newer (with npm)."
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = tuple(int(part) for part in text.lstrip("v").split(".")[:2] if part.isdigit())
    if version < NODE:
        return f"node is too old ({text}): the pages need {NODE[0]}.{NODE[1]} or newer."
    return None


def current() -> bool:
    """Whether the built pages are those of the present sources."""
    return (BUILT / "index.html").is_file() and fresh(BUILT / STAMP, sources())


def install() -> None:
    """Bring node_modules to what package-lock.json says, if it is not there already."""
    lock = [FRONTEND / "package-lock.json"]
    stamp = PACKAGES / ".hamlet-lock.sha256"
    if fresh(stamp, lock):
        return
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(digest(lock))


def build() -> bool:
    """Build the pages if their sources changed. Returns whether it did."""
    if current():
        return False
    files = sources()
    if reason := problem():
        raise BuildError(reason)
    install()
    npm("exec", "--", "vite", "build", "--logLevel", "error")
    (BUILT / STAMP).write_text(digest(files))
    return True


def npm(*arguments: str) -> None:
    """Run npm in the frontend's folder; its output is shown only when it fails."""
    done = subprocess.run(["npm", *arguments], cwd=FRONTEND, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"npm {arguments[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    try:
        if "--check" in sys.argv[1:]:
            if not current() and (reason := problem()):
                raise BuildError(reason)
        elif "--current" in sys.argv[1:]:
            sys.exit(not current())
        elif "--install" in sys.argv[1:]:
            install()
        else:
            build()
    except BuildError as error:
        sys.exit(str(error))
