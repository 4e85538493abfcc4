"""Files of runs and of uploaded models that no row names: what a worker wrote and could not commit before it was
killed, or its half of one.

A file is an orphan only when it has been lying there for a day. A slice commits within minutes, so nobody will name it
any more; and the clocks of a storage and of the housekeeper may be hours apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.files.storage import default_storage
from django.utils import timezone

from lab.runs.models import UploadedModel
from lab.store import files

ROOMS = ("runs", files.UPLOADS)
"""the folders in the storage that are swept"""
SETTLED = timedelta(days=1)


@dataclass(frozen=True)
class Orphan:
    """A file that no row names."""

    name: str
    bytes: int
    modified: datetime


def orphans(now: datetime | None = None) -> Iterator[Orphan]:
    """Every settled file in `ROOMS` that no row of any table names."""
    limit = (now or timezone.now()) - SETTLED
    # Files first, then rows: a file that is committed meanwhile has its row by then.
    found = [name for room in ROOMS for name in walk(room)]
    known = named()
    for name in found:
        if name in known:
            continue
        try:
            modified, size = default_storage.get_modified_time(name), default_storage.size(name)
        except FileNotFoundError:
            continue
        if modified < limit:
            yield Orphan(name, size, modified)


def sweep(now: datetime | None = None) -> list[Orphan]:
    """Delete all orphans; gives what was deleted."""
    gone = list(orphans(now))
    files.remove(orphan.name for orphan in gone)
    return gone


def walk(folder: str) -> Iterator[str]:
    """Names of all files under a folder of the storage; "" is the whole of it."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    start = f"{folder}/" if folder else ""
    for name in names:
        yield f"{start}{name}"
    for name in folders:
        yield from walk(f"{start}{name}")


def named() -> set[str]:
    """The names in the column `file` of every table that has one: a new kind of file is safe from its first day. And
    those of uploaded models' ZIPs and lives, which have no rows of their own."""
    found = {name for upload in UploadedModel.objects.all() for name in upload.files()}
    for model in apps.get_models():
        try:
            model._meta.get_field("file")
        except FieldDoesNotExist:
            continue
        found.update(map(str, model._default_manager.values_list("file", flat=True)))
    return found
