"""Files of runs in Django's default storage: a folder here, or a bucket elsewhere.

A file is written whole under another name and then put in its place, so nobody ever reads half of one. Each worker
writes under its own fence number (`runs/<run>/<fence>/…`), so two workers never write the same file.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage, storages

CHUNK = 1 << 20
UPLOADS = "uploads"
"""folder of the models that were brought along; each has one of its own there"""


@dataclass
class Written:
    """A file that is in its place."""

    name: str
    """in the storage"""
    bytes: int = 0
    sha256: str = ""
    """hex"""


def checkpoint_name(run: UUID, fence: int, episode: int) -> str:
    return f"runs/{run}/{fence}/checkpoint_ep{episode:07d}.pt"


def model_name(run: UUID, fence: int | str, episode: int, suffix: str) -> str:
    return f"runs/{run}/{fence}/model_ep{episode:07d}.{suffix}"


def recording_name(run: UUID, fence: int, episode: int) -> str:
    return f"runs/{run}/{fence}/recording_ep{episode:07d}.msgpack"


class StorageAwayError(OSError):
    """The bucket does not answer, or says that it cannot at present."""


@contextmanager
def _asked() -> Iterator[None]:
    """Around each question to a bucket: tells one that is away from one that says no."""
    if _is_local():
        yield
        return
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # optional: the group s3

    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        raise StorageAwayError(f"the storage does not answer: {error}") from error
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            raise
        raise StorageAwayError(f"the storage cannot answer: {error}") from error


@contextmanager
def writing(name: str) -> Iterator[tuple[Path, Written]]:
    """A path to write to; when the block ends well, what is there becomes the file `name`, and `Written` is filled in.

    The path has the name's own suffix. Nothing of it is left when the block fails.
    """
    written = Written(name)
    target = Path(default_storage.path(name)) if _is_local() else None
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    # Beside its target, so that the last move is a rename.
    folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=target.parent if target is not None else None))
    try:
        path = folder / name.rpartition("/")[2]
        yield path, written
        written.bytes, written.sha256 = path.stat().st_size, _flushed_sha256(path)
        if target is not None:
            path.replace(target)
        else:
            with path.open("rb") as file, _asked():
                written.name = default_storage.save(name, File(file))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(name: str, data: bytes) -> Written:
    """These bytes as the file `name`."""
    with writing(name) as (path, written):
        path.write_bytes(data)
    return written


def open_file(name: str) -> IO[bytes]:
    """The file, to be read. Raises FileNotFoundError, StorageAwayError."""
    with _asked():
        return default_storage.open(name, "rb")


def exists(name: str) -> bool:
    """Whether the file is in its place."""
    with _asked():
        return bool(default_storage.exists(name))


def size(name: str) -> int:
    """Bytes that the file takes; 0 if it is not there."""
    try:
        with _asked():
            return int(default_storage.size(name))
    except FileNotFoundError:
        return 0


@contextmanager
def reading(name: str) -> Iterator[Path]:
    """The file at a local path, for those who need one; must not be changed. Raises FileNotFoundError,
    StorageAwayError."""
    if _is_local():
        path = Path(default_storage.path(name))
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="hamlet-") as folder:
        path = Path(folder) / name.rpartition("/")[2]
        with _asked(), open_file(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
        yield path


def remove(names: Iterable[str]) -> None:
    """Delete files; one that is gone already is fine. An empty folder goes with its last file."""
    for name in names:
        with _asked():
            default_storage.delete(name)
        if _is_local():
            folder = Path(default_storage.path(name)).parent
            with suppress(OSError):  # it has other files
                folder.rmdir()


def remove_folder(name: str) -> None:
    """Delete everything under a name, and the folder itself; one that is not there is fine."""
    if _is_local():
        shutil.rmtree(default_storage.path(name), ignore_errors=True)
        return
    with _asked():
        folders, found = default_storage.listdir(name)
        for file in found:
            default_storage.delete(f"{name}/{file}")
    for folder in folders:
        remove_folder(f"{name}/{folder}")


def _is_local() -> bool:
    # `default_storage` itself is a lazy object: ask what stands behind it.
    return isinstance(storages["default"], FileSystemStorage)


def _flushed_sha256(path: Path) -> str:
    """SHA-256 of a file that is on the disk, not only on its way there."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
    return digest.hexdigest()
