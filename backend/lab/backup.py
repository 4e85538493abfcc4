"""One archive of all that HAMLET keeps, and the way back: rows as JSON, files as they are, each with its checksum.

It depends on neither database nor storage: what was saved on SQLite may be restored into PostgreSQL, and a folder into
a bucket. Sessions are left out (everyone signs in anew), and so is what waits in the broker (runs are sent again).
"""

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from lab.people.models import Person
from lab.runs.models import Run
from lab.store import files, sweep

ROWS, MANIFEST, FILES = "rows.jsonl", "manifest.json", "files/"
LEFT_OUT = ["contenttypes", "auth.permission", "sessions"]
"""made anew by the tables' own making, or not worth keeping"""


class BackupError(Exception):
    """The message is one line for the operator."""


def backup(path: Path) -> dict[str, Any]:
    """Write an archive to `path`, whole or not at all; gives its manifest. HAMLET may run meanwhile.

    Raises:
        BackupError: a file went away while it was read, or one that a row names is missing
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        rows, fresh = Path(folder) / ROWS, Path(folder) / "archive"
        with _still():
            told = {"format": "jsonl", "output": str(rows), "verbosity": 0}
            call_command("dumpdata", exclude=LEFT_OUT, use_natural_foreign_keys=True, **told)
            named = sweep.named()
        manifest: dict[str, Any] = {
            "format": 1, "created": timezone.now().isoformat(), "migrations": _migrations(), "people":
            Person.objects.count(), "runs": Run.objects.count(), "rows": _sha256(rows.open("rb")), "files": {},
        }  # fmt: skip
        with tarfile.open(fresh, "w") as archive:
            archive.add(rows, ROWS)
            for name in sweep.walk(""):
                if "/.writing-" not in name:
                    manifest["files"][name] = _packed(archive, name, Path(folder))
            if missing := sorted(name for name in named if name and name not in manifest["files"]):
                raise BackupError(f"{missing[0]} is named by a row and is not there; if HAMLET runs, try again.")
            text = Path(folder) / MANIFEST
            text.write_text(json.dumps(manifest, indent=1))
            archive.add(text, MANIFEST)
        fresh.replace(path)
    return manifest


def restore(path: Path) -> dict[str, Any]:
    """Bring back what `backup` wrote, into an empty HAMLET of the same version; gives the manifest.

    Everything is checked before anything is written. Files come first: if it ends half way, no row names a file that is
    not there, and it can be done again.

    Raises:
        BackupError: the archive is damaged or another version's, or there are people or runs already
    """
    with tempfile.TemporaryDirectory(prefix="hamlet-") as folder:
        try:
            with tarfile.open(path) as archive:
                archive.extractall(folder, filter="data")
            manifest: dict[str, Any] = json.loads((Path(folder) / MANIFEST).read_text())
        except (tarfile.TarError, OSError, KeyError, ValueError) as error:
            raise BackupError(f"{path} cannot be read as a backup: {error}") from None
        if Person.objects.exists() or Run.objects.exists():
            raise BackupError("There are people or runs already: restore into an empty data folder and database.")
        if manifest["migrations"] != _migrations():
            raise BackupError("The backup is of another version of HAMLET: restore with that one, then update.")
        for name, digest in {ROWS: manifest["rows"], **{FILES + n: d for n, d in manifest["files"].items()}}.items():
            place = Path(folder) / name
            if not place.is_file() or _sha256(place.open("rb")) != digest:
                raise BackupError(f"{path} is damaged: {name} is not what its checksum says.")
        for name in manifest["files"]:
            with files.writing(name) as (target, _):
                shutil.copyfile(Path(folder) / FILES / name, target)
        with transaction.atomic():
            call_command("loaddata", str(Path(folder) / ROWS), verbosity=0)
    return manifest


@contextmanager
def _still() -> Iterator[None]:
    """All that is read in the block is of one moment."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _packed(archive: tarfile.TarFile, name: str, folder: Path) -> str:
    """Put a file of the storage into the archive; gives its SHA-256."""
    copy = folder / "copy"
    try:
        with files.open_file(name) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target, files.CHUNK)
    except FileNotFoundError:
        raise BackupError(f"{name} went away while it was read; try again.") from None
    archive.add(copy, FILES + name)
    return _sha256(copy.open("rb"))


def _sha256(file: IO[bytes]) -> str:
    with file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _migrations() -> list[list[str]]:
    ours = {config.label for config in apps.get_app_configs()}
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations() if app in ours)
