"""The real trainer in slices: the same weights however the run was cut or killed, and models that leave the house."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from django.test import Client

from hamlet import HamletModel
from hamlet.learning import Trainer
from hamlet.world import load_level
from lab.runs import services
from lab.runs.models import Run
from lab.store import files
from lab.training import worker
from tests.runs.apart import own_database

pytestmark = pytest.mark.once("which weights come out; tests/faults asks the same of both databases, with kills")

SMALL = {
    "level": "L0_0_minimal", "lanes": 32, "rollout": 16, "steps": 512 * 20, "evaluations": 3, "evaluation_lives": 4,
    "minibatches": 2, "epochs": 1, "seed": 11,
}  # fmt: skip


@pytest.fixture
def small(launch):
    return lambda **config: launch(**{**SMALL, **config})


def weights_of(model):
    with files.reading(model.file) as path:
        return HamletModel.load(path).weights


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def to_the_end(run, slice_of, seconds):
    while run.state == "queued":
        worker._kept = None  # each slice begins from its file
        run = slice_of(run, Trainer, seconds)
    return run


def test_sliced_or_whole_the_weights_are_the_same_to_the_bit(small, slice_of):
    whole = to_the_end(small(steps=512 * 8), slice_of, 60)
    sliced = to_the_end(small(steps=512 * 8), slice_of, 0)
    assert (whole.state, sliced.state) == ("finished", "finished")
    assert sliced.fence > whole.fence == 1
    assert same(weights_of(whole.model), weights_of(sliced.model))
    timeless = [
        "iteration",
        "steps",
        "episodes",
        "survival_mean",
        "return_mean",
        "loss",
        "td_error",
        "q_mean",
        "epsilon",
    ]
    assert list(whole.metrics.values_list(*timeless)) == list(sliced.metrics.values_list(*timeless))
    assert list(whole.recordings.values_list("episode", "steps", "return_sum", "reasons")) == list(
        sliced.recordings.values_list("episode", "steps", "return_sum", "reasons")
    )


TRAINS = """
import sys, uuid, django
django.setup()
from django.conf import settings
settings.HAMLET_SLICE_SECONDS = 600
from lab.training import worker
worker.slice_run(uuid.UUID(sys.argv[1]), int(sys.argv[2]), "worker that dies")
"""


def test_killed_in_mid_slice_it_goes_on_to_the_same_weights(small, slice_of, train_queue, polonius):
    undisturbed = to_the_end(small(), slice_of, 60)
    run = slice_of(small(), Trainer, 0)
    services.run_pace(run=run, by=polonius, pace=60)  # seconds from its first rows to its end: it is killed between
    kept = run.checkpoints.get().steps
    _, fence = train_queue.take()
    env = {**os.environ, "DATABASE_URL": own_database(), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", TRAINS, str(run.pk), str(fence)], env=env)
    while not run.metrics.filter(steps__gt=kept).exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    run.refresh_from_db()
    assert (run.state, run.fence) == ("training", fence + 1)
    Run.objects.filter(pk=run.pk).update(lease_until="2026-01-01T00:00Z")
    assert services.runs_reap() == 1
    services.run_pace(run=run, by=polonius, pace=None)
    run.refresh_from_db()
    run = to_the_end(run, slice_of, 60)
    assert run.state == "finished"
    assert same(weights_of(run.model), weights_of(undisturbed.model))
    assert list(run.metrics.values_list("iteration", "loss")) == list(
        undisturbed.metrics.values_list("iteration", "loss")
    )


@pytest.mark.parametrize("format", ["safetensors", "pt", "onnx"])
def test_a_model_of_any_checkpoint_in_any_format_is_the_same_mind(small, slice_of, ophelia, tmp_path, format):
    run = to_the_end(small(), slice_of, 60)
    client = Client()
    client.force_login(ophelia)
    made = client.post(f"/api/v1/runs/{run.pk}/models", json.dumps({"format": format}), content_type="application/json")
    assert made.status_code == (200 if format == "safetensors" else 201), made.content
    told = made.json()
    path = tmp_path / told["file"]
    path.write_bytes(client.get(f"/api/v1/models/{told['id']}/download").content)
    model = HamletModel.load(path)
    assert same(model.weights, weights_of(run.model))
    assert model.metadata["evaluation"]["mean"] == told["evaluation"]["mean"] == run.best
    assert model.metadata["name"] == run.name
    assert model.contract["level_digest"] == load_level(run.level).digest
    assert told["checkpoint_bytes"] > told["bytes"]


def test_the_web_process_never_imports_torch():
    looks = (
        "import sys, lab.asgi; from django.contrib import admin; from django.urls import get_resolver;"
        "get_resolver().url_patterns; import lab.runs.tasks, lab.watch.consumers; from lab.api import api;"
        "api.get_openapi_schema(); assert admin.site._registry;"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('torch', 'onnx')))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run([sys.executable, "-c", looks], env=env, capture_output=True, text=True, check=False)
    assert said.stdout == "[]\n", said.stderr
