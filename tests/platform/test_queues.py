"""The queues, with real workers started as `manage.py up` starts them."""

import os
import signal
import time

import psutil
import pytest
from django.conf import settings

from lab.management.commands import up
from lab.processes import spawn
from tests.platform.slow_task import quick, slow
from tests.product import ROOT


@pytest.fixture
def start(valkey, monkeypatch):
    """Starts one of the children of `up`, with the test's tasks added."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    running = []

    def start(child):
        process = spawn([*child.command, "--include", "tests.platform.slow_task"], env=child.env)
        running.append(process)
        return process

    yield start
    for process in running:
        for each in [*psutil.Process(process.pid).children(recursive=True), process] if process.poll() is None else []:
            each.kill()
        process.wait()


def begin(folder, seconds):
    """Send a slice's worth of work to where slices go."""
    slow.apply_async((str(folder), seconds), queue="train")


def appears(path, seconds=60):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not appear"
        time.sleep(0.02)


def test_a_worker_told_to_stop_lets_its_slice_end_in_good_order(start, tmp_path):
    worker = start(up.worker_child("worker", "cpu"))
    begin(tmp_path, 300)
    appears(tmp_path / "began")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert (tmp_path / "stopped").exists()
    assert not (tmp_path / "finished").exists()


def test_housekeeping_does_not_wait_behind_a_slice(start, tmp_path):
    start(up.worker_child("worker", "cpu"))
    start(up.beat_child())
    begin(tmp_path, 300)
    appears(tmp_path / "began")
    quick.delay(str(tmp_path))
    appears(tmp_path / "quick")
    assert not (tmp_path / "finished").exists()


def test_a_worker_takes_no_slice_that_it_cannot_begin(start, tmp_path):
    """Else the second would wait behind the first, although another worker is free."""
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    start(up.worker_child("worker 0", "one"))
    begin(tmp_path / "first", 300)
    appears(tmp_path / "first" / "began")
    begin(tmp_path / "second", 300)
    begin(tmp_path / "third", 0)
    time.sleep(1)  # the busy worker has had its chance to reserve them
    start(up.worker_child("worker 1", "two"))
    appears(tmp_path / "second" / "began")


def test_the_child_that_trains_dies_with_its_worker(start, tmp_path):
    worker = start(up.worker_child("worker", "cpu"))
    begin(tmp_path, 300)
    appears(tmp_path / "began")
    (child,) = psutil.Process(worker.pid).children()
    os.kill(worker.pid, signal.SIGKILL)
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_housekeeper_ends_with_its_beat_and_so_is_started_anew(start, tmp_path):
    """Else it would wait for orders that nobody gives, and no lost run would ever be found."""
    housekeeper = start(up.beat_child())
    quick.delay(str(tmp_path))
    appears(tmp_path / "quick")
    (beat,) = psutil.Process(housekeeper.pid).children()
    beat.kill()
    assert housekeeper.wait(20) == 0


def test_slices_exams_and_the_reaper_have_queues_of_their_own():
    router = slow.app.amqp.router
    assert router.route({}, "lab.runs.tasks.train_slice")["queue"].name == "train"
    assert router.route({}, "lab.runs.tasks.take_home")["queue"].name == "exams"
    assert router.route({}, "lab.runs.tasks.examine_upload")["queue"].name == "exams"
    assert router.route({}, "lab.runs.tasks.reap")["queue"].name == "housekeeping"
    reap = settings.CELERY_BEAT_SCHEDULE["runs.reap"]
    assert reap["task"] == "lab.runs.tasks.reap"


class TestOneWorkerForEachGPU:
    def test_each_sees_its_own_card_only(self, monkeypatch):
        monkeypatch.setattr(up, "visible_gpus", lambda: ["0", "2"])
        workers = up.worker_children()
        assert [worker.name for worker in workers] == ["worker 0", "worker 1"]
        assert [worker.env["CUDA_VISIBLE_DEVICES"] for worker in workers] == ["0", "2"]
        assert {worker.role for worker in workers} == {"worker"}

    def test_a_driver_without_a_torch_that_can_use_it_means_the_cpu(self, monkeypatch, tmp_path):
        import torch

        if torch.cuda.is_available():
            pytest.skip("torch can use the GPU here")
        driver = tmp_path / "nvidia-smi"
        driver.write_text("#!/bin/sh\n")
        driver.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        (worker,) = up.worker_children()
        assert (worker.name, worker.nice) == ("worker", 5)
        assert "cpu@%h" in worker.command
