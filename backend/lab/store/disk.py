"""How full the disk is on which runs keep their files. A bucket has no end: there nothing is asked."""

import shutil

from django.core.files.storage import FileSystemStorage, storages

FULL = 0.95
"""Share of the disk beyond which no run begins, and those that train stop while there is room for their models."""


def share_used() -> float | None:
    """Share of the disk that is used, 0 to 1; None where files lie in a bucket, or there is no folder yet."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return None
    try:
        usage = shutil.disk_usage(storage.location)
    except FileNotFoundError:
        return None
    # Of what this process may use, as `df` counts it: the root's reserve is no room.
    return usage.used / (usage.used + usage.free)


def is_full() -> bool:
    used = share_used()
    return used is not None and used >= FULL
