"""Files in a bucket, as several machines share them: everything that is done with files, against moto's S3 server."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from lab import environment
from lab.environment import Keep
from lab.runs import services, tasks
from lab.runs.models import Run
from lab.store import files, retention, sweep
from lab.training import worker
from tests.people.pages import Page
from tests.runs.stand_in import Lives


class Server:
    """A running S3 server, which tests may stop and start again with what it has."""

    def __init__(self):
        self._port = 0
        self.start()

    def start(self):
        from moto.server import ThreadedMotoServer

        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self._port, verbose=False)
        self._server.start()
        self._port = self._server.get_host_and_port()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    def stop(self):
        self._server.stop()


@pytest.fixture(scope="module")
def s3():
    server = Server()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def bucket(s3, settings, monkeypatch, tmp_path):
    """The storage that HAMLET_STORAGE=s3://… gives, on an empty bucket."""
    import boto3

    for name, value in {
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL_S3": s3.address,
        "AWS_DEFAULT_REGION": "us-east-1", "HAMLET_STORAGE": "s3://school/lab",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="school")
    settings.STORAGES = {**settings.STORAGES, "default": environment.storage(tmp_path)}
    yield client
    for one in client.list_objects_v2(Bucket="school").get("Contents", []):
        client.delete_object(Bucket="school", Key=one["Key"])
    client.delete_bucket(Bucket="school")


def keys(bucket):
    return {one["Key"]: one["Size"] for one in bucket.list_objects_v2(Bucket="school").get("Contents", [])}


def test_a_file_is_written_read_weighed_and_removed(bucket):
    written = files.put("runs/x/1/thing.bin", b"0123456789")
    assert (written.bytes, files.size("runs/x/1/thing.bin")) == (10, 10)
    assert keys(bucket) == {"lab/runs/x/1/thing.bin": 10}
    with files.reading("runs/x/1/thing.bin") as path:
        assert (path.read_bytes(), path.suffix) == (b"0123456789", ".bin")
    files.put("runs/x/1/thing.bin", b"again")  # a retry, not another file
    assert keys(bucket) == {"lab/runs/x/1/thing.bin": 5}
    files.remove(["runs/x/1/thing.bin", "runs/x/1/never.bin"])
    assert keys(bucket) == {}


def test_what_is_not_there_is_said(bucket):
    assert not files.exists("runs/x/gone")
    assert files.size("runs/x/gone") == 0
    with pytest.raises(FileNotFoundError), files.reading("runs/x/gone"):
        pass


def test_a_run_is_trained_taken_home_thinned_and_deleted(run, slice_of, polonius, bucket):
    while (now := slice_of(run, seconds=0)).state == "queued":
        pass
    assert now.state == "finished"
    named = {f"lab/{name}" for name in sweep.named()}
    assert set(keys(bucket)) == named
    page = Page(polonius)
    recording = now.recordings.first()
    answer = page.get(f"/api/v1/runs/{now.pk}/episodes/{recording.episode}")
    assert len(answer.content) == recording.bytes
    part = page.get(f"/api/v1/runs/{now.pk}/episodes/{recording.episode}", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, answer.content[2:6])

    Run.objects.filter(pk=now.pk).update(finished_at=timezone.now() - timedelta(days=30))
    before = sum(keys(bucket).values())
    policy = Keep(checkpoints=100, recordings=1)
    told = retention.thin(policy, dry=True)
    assert sum(keys(bucket).values()) == before
    assert retention.thin(policy) == told
    assert before - sum(keys(bucket).values()) == sum(file.bytes for file in told) > 0

    left = files.put(files.checkpoint_name(now.pk, 99, 1), b"of a killed worker")
    assert [orphan.name for orphan in sweep.sweep(timezone.now() + timedelta(hours=25))] == [left.name]
    with files.open_file(now.model.file) as file:
        assert hashlib.sha256(file.read()).hexdigest() == now.model.sha256
    assert page.say(f"/runs/{now.pk}", "DELETE").status_code == 204
    assert keys(bucket) == {}


class TestAway:
    """The bucket does not answer. The run does not pay for it."""

    def test_a_slice_waits_for_it_and_then_goes_on(self, run, slice_of, s3, bucket):
        run = slice_of(run, seconds=0)
        s3.stop()
        back = threading.Timer(1.0, s3.start)
        back.start()
        run = slice_of(run, seconds=0, name="another worker")
        back.join()
        assert (run.state, run.lost, run.checkpoints.count()) == ("queued", 0, 2)
        # A life that was to be kept meanwhile is left out; no row names a file that is not there.
        assert set(keys(bucket)) == {f"lab/{name}" for name in sweep.named()}

    def test_if_it_is_away_for_too_long_the_slice_is_lost_and_not_the_run(
        self, run, slice_of, train_queue, s3, monkeypatch
    ):
        run = slice_of(run, seconds=0)
        monkeypatch.setattr(worker, "COMMIT_PATIENCE", 0.0)
        monkeypatch.setattr(worker.slice_run, "__defaults__", (Lives,))
        s3.stop()
        try:
            tasks.train_slice.run(*train_queue.take())
        finally:
            s3.start()
        run.refresh_from_db()
        assert (run.state, run.message, run.checkpoints.count()) == ("training", "", 1)
        Run.objects.filter(pk=run.pk).update(lease_until="2026-01-01T00:00Z")
        assert services.runs_reap() == 1
        while (run := slice_of(run, seconds=0)).state == "queued":
            pass
        assert run.state == "finished"

    def test_who_asks_for_a_file_is_told(self, run, slice_of, polonius, s3):
        run = slice_of(run)
        s3.stop()
        try:
            answer = Page(polonius).get(f"/api/v1/models/{run.model.pk}/download")
        finally:
            s3.start()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["detail"] == "The storage of files does not answer. Try again in a moment."
