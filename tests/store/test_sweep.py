"""Room on the disk: files that no row names are swept, and a disk that is nearly full ends runs while it has room."""

import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from lab.runs import services, tasks
from lab.runs.errors import LimitError
from lab.runs.models import Checkpoint, Run, UploadedModel
from lab.store import disk, files, sweep
from lab.training import slices
from tests.people.stage import brought
from tests.runs.stand_in import STEPS

pytestmark = pytest.mark.usefixtures("own_folder")


def old(name, hours=25):
    """A file that has been lying there."""
    files.put(name, b"left behind")
    then = time.time() - hours * 3600
    os.utime(default_storage.path(name), (then, then))
    return name


@pytest.fixture
def full(monkeypatch):
    usage = shutil.disk_usage("/")._replace(total=1000, used=951, free=49)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)


class TestSweep:
    def test_what_a_killed_worker_left_goes_and_what_a_row_names_stays(self, run, slice_of):
        slice_of(run)
        named = set(sweep.walk("runs"))
        assert Checkpoint.objects.get(run=run).file in named
        for name in named:
            os.utime(default_storage.path(name), (0, 0))
        left = [old(files.checkpoint_name(run.pk, 7, 12)), old(f"runs/{uuid4()}/1/.writing-x/model_ep1.safetensors")]
        assert {orphan.name for orphan in sweep.sweep()} == set(left)
        assert set(sweep.walk("runs")) == named

    def test_of_an_uploaded_model_every_file_stays_and_a_lost_try_s_goes(self, ophelia):
        upload = UploadedModel.objects.get(pk=brought(ophelia, b"mind"))
        for name in upload.files():
            os.utime(default_storage.path(name), (0, 0))
        left = old(f"uploads/{upload.pk}/7/life_0.msgpack")
        assert [orphan.name for orphan in sweep.sweep()] == [left]
        assert len(upload.files()) == 2
        assert all(files.exists(name) for name in upload.files())

    def test_what_may_still_be_committed_is_left_alone(self, run):
        fresh = old(files.checkpoint_name(run.pk, 7, 12), hours=23)
        assert sweep.sweep() == []
        assert files.exists(fresh)

    def test_what_lies_elsewhere_is_none_of_its_business(self, db):
        assert files.exists(old("other/thing.bin"))
        assert sweep.sweep() == []

    def test_a_dry_run_shows_the_bytes_and_deletes_nothing(self, run, capsys):
        name = old(files.checkpoint_name(run.pk, 7, 12))
        call_command("sweep", "--dry-run")
        told = capsys.readouterr().out.splitlines()
        assert name in told[0]
        assert told[-1] == "1 files, 11 bytes would be deleted."
        assert files.exists(name)
        call_command("sweep")
        assert capsys.readouterr().out.splitlines()[-1] == "1 files, 11 bytes deleted."
        assert not files.exists(name)

    def test_an_empty_storage_is_fine(self, db):
        assert sweep.sweep() == []

    def test_a_folder_that_is_not_there_yet_is_fine(self, db):
        Path(default_storage.path("")).rmdir()
        assert sweep.sweep() == []
        assert not disk.is_full()


class TestFullDisk:
    def test_no_run_begins(self, full, launch):
        with pytest.raises(LimitError, match="The disk is nearly full"):
            launch()
        assert not Run.objects.exists()

    def test_those_that_wait_or_train_stop_and_say_why(self, launch, train_queue, monkeypatch):
        training, waiting = launch("training"), launch("waiting")
        slices.slice_claim(training.pk, 0, "worker one")
        monkeypatch.setattr(disk, "share_used", lambda: 0.96)
        tasks.reap()
        states = {run.name: (run.state, run.message) for run in Run.objects.all()}
        why = "The disk is nearly full; kept as it was then."
        assert states == {"training": ("stopping", why), "waiting": ("stopped", why)}
        assert waiting.pk != training.pk

    def test_the_model_is_there_afterwards(self, run, slice_of, monkeypatch):
        assert slice_of(run, seconds=0).state == "queued"
        monkeypatch.setattr(disk, "share_used", lambda: 0.96)
        assert services.runs_spare_the_disk() == 1
        run.refresh_from_db()
        assert run.state == "stopped"
        assert run.model is not None
        assert files.exists(run.model.file)
        assert run.steps < 4 * STEPS

    def test_a_bucket_is_never_full(self, settings):
        memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        settings.STORAGES = {**settings.STORAGES, "default": memory}
        assert disk.share_used() is None
        assert not disk.is_full()
