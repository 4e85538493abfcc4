"""The drill: saved, wiped, restored, and everything is as it was."""

import shutil
from pathlib import Path

import pytest
from django.apps import apps
from django.core import serializers
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from hamlet.learning import Trainer
from lab.backup import BackupError, backup, restore
from lab.people.models import Person
from lab.runs.models import Run
from tests.faults.twin import SMALL


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A storage of this test's own."""
    place = tmp_path / "files"
    place.mkdir()
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return place


@pytest.fixture
def kept(launch, slice_of, ophelia, tmp_path):
    """A trained run, and a backup of it."""
    run = slice_of(launch(**{**SMALL, "steps": 512 * 12}), Trainer, 60)
    assert run.state == "finished"
    backup(tmp_path / "hamlet.tar")
    return run


def rows():
    models = [model for model in apps.get_models() if model._meta.app_label in ("people", "runs")]
    return {model.__name__: serializers.serialize("json", model._base_manager.order_by("pk")) for model in models}


def pages(run):
    client = Client()
    assert client.login(username="ophelia", password="ophelia-of-elsinore")
    paths = [f"/runs/{run.pk}", f"/runs/{run.pk}/metrics", f"/runs/{run.pk}/episodes", f"/runs/{run.pk}/checkpoints"]
    answers = [client.get(f"/api/v1{path}") for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    told = [answer.json() for answer in answers]
    told[0]["model"].pop("downloads")  # looking counts
    return told, client.get(f"/api/v1/models/{run.model.pk}/download").getvalue()


def wipe():
    call_command("flush", interactive=False, verbosity=0)
    place = Path(default_storage.path(""))
    shutil.rmtree(place)
    place.mkdir()
    assert not Person.objects.exists()


def test_saved_wiped_and_restored_it_is_the_same_to_the_byte(kept, folder, tmp_path):
    shown = pages(kept)
    before = rows()
    backup(tmp_path / "hamlet.tar")
    content = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    wipe()
    told = restore(tmp_path / "hamlet.tar")
    assert (told["people"], told["runs"], len(told["files"])) == (2, 1, len(content))
    assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == content
    assert rows() == before
    assert pages(Run.objects.get()) == shown


def test_it_does_not_mix_with_what_is_there(kept, tmp_path):
    before = rows()
    with pytest.raises(BackupError, match="There are people or runs already"):
        restore(tmp_path / "hamlet.tar")
    assert rows() == before


def test_a_damaged_archive_is_refused_before_anything_is_written(kept, folder, tmp_path):
    archive = tmp_path / "hamlet.tar"
    content = bytearray(archive.read_bytes())
    at = content.index((folder / kept.model.file).read_bytes()[200:400])
    content[at] ^= 1
    archive.write_bytes(content)
    wipe()
    with pytest.raises(BackupError, match=r"is damaged: files/runs/.*model_ep.*is not what its checksum says"):
        restore(archive)
    archive.write_bytes(content[:1000])
    with pytest.raises(BackupError, match="cannot be read as a backup"):
        restore(archive)
    assert not Person.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_row_without_its_file_is_told_and_leaves_no_archive(kept, folder, tmp_path):
    (folder / kept.model.file).unlink()
    with pytest.raises(BackupError, match=r"model_ep.* is named by a row and is not there"):
        backup(tmp_path / "second.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "hamlet.tar"]
