"""Files in a bucket, as several machines share them: everything that is done with files, against moto's S3 server."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from lab import environment
from lab.environment import Keep
from lab.runs.models import Run
from lab.store import files, retention, sweep
from tests.people.pages import Page


@pytest.fixture(scope="module")
def s3():
    """A running S3 server; gives its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def bucket(s3, settings, monkeypatch, tmp_path):
    """The storage that HAMLET_STORAGE=s3://… gives, on an empty bucket."""
    import boto3

    for name, value in {
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL_S3": s3,
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
