"""Disks that fill up, really: small ones of their own, mounted for the test."""

import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from django.core.files.storage import default_storage

from tests.faults.stage import sound
from tests.faults.twin import SMALL
from tests.platform.test_up import eventually, sign_in
from tests.product import HamletUp


@contextmanager
def small_disk(folder: Path, size: str):
    """The folder is a disk of its own."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def small_storage():
    """The storage is a disk of its own with room for two checkpoints or three."""
    with small_disk(Path(default_storage.path("")), "1600k") as folder:
        yield folder


def test_the_disk_is_full_during_a_checkpoint(stage, launch, small_storage, monkeypatch):
    """disk full while a checkpoint is written"""
    # Else the reaper ends the run in time, at 95 %; a disk that something else fills does not wait for it.
    monkeypatch.setattr("lab.store.disk.FULL", 1.1)
    run = launch(**SMALL)
    stage.told.times = 1
    stage.ends(run, "failed")
    assert run.message == "The disk is full. What was learnt is kept as of the last checkpoint."
    run.metrics.filter(steps__gt=run.checkpoints.order_by("-steps").first().steps).delete()
    sound(run, whole=False)
    stage.told.outcome = "failed and says so; its last checkpoint and model are whole"


@pytest.fixture
def product(tmp_path):
    """A product whose whole data folder, database and queue included, is on a small disk."""
    with small_disk(tmp_path / "disk", "240m") as disk:
        product = HamletUp(disk / "data")
        try:
            yield product
        finally:
            product.stop()


def fill(disk: Path, share: float = 1.0) -> None:
    """Let something else take the disk's room, up to this share of it."""
    used = shutil.disk_usage(disk)
    with (disk / "something_else").open("ab", buffering=0) as file, suppress(OSError):
        for _ in range(0, int(share * used.total) - used.used, 4096):
            file.write(bytes(4096))


def empty(disk: Path) -> None:
    (disk / "something_else").unlink()


def test_the_disk_of_the_whole_product_fills_up(product):
    """At 95 % runs stop with their models and none begins. At 100 % not even the database can write: training goes on,
    people are told, and all is as before when there is room again."""
    disk = product.data.parent
    body = {"name": "x", "config": {**SMALL, "steps": 512 * 4000}}
    with httpx.Client(base_url=product.url, timeout=60) as client:
        assert sign_in(client, product.password).status_code == 200
        client.headers["X-CSRFToken"] = client.get("/api/v1/me").json()["csrf"]

        def launch():
            return client.post("/api/v1/runs", json=body)

        def run(id):
            return client.get(f"/api/v1/runs/{id}").json()

        first = launch().json()["id"]
        eventually(lambda: run(first)["steps"] > 0)
        fill(disk, 0.96)
        eventually(lambda: run(first)["state"] == "stopped")
        assert run(first)["message"] == "The disk is nearly full; kept as it was then."
        assert client.get(f"/api/v1/models/{run(first)['model']['id']}/download").status_code == 200
        refused = launch()
        assert (refused.status_code, "disk is nearly full" in refused.json()["detail"]) == (409, True)

        empty(disk)
        second = launch().json()["id"]
        eventually(lambda: run(second)["steps"] > 0)
        fill(disk)
        product.wait_for("trains on without the database: database or disk is full")
        product.wait_for(r"life \d+ of run .* could not be kept: .* No space left on device")
        told = client.patch(f"/api/v1/runs/{second}", json={"notes": "n" * 2000})
        assert (told.status_code, told.json()["detail"][:17]) == (503, "The disk is full:")
        assert run(second)["state"] == "training"
        before = run(second)["steps"]
        empty(disk)
        eventually(lambda: run(second)["steps"] > before)
        steps = client.get(f"/api/v1/runs/{second}/metrics?points=10000").json()["columns"]["steps"]
        assert len({b - a for a, b in pairwise(steps)}) == 1, "the curve has no hole"
        assert client.patch(f"/api/v1/runs/{second}", json={"notes": "n" * 2000}).status_code == 200
    assert "Traceback" not in product.output
