"""The web process and the housekeeper of the whole product are killed again and again while a run trains: to the
training that is nothing."""

import os
import signal
import time
from contextlib import suppress

import httpx
import numpy as np
import pytest

from hamlet import HamletModel
from hamlet.learning import Trainer
from hamlet.learning.config import TrainConfig
from tests.faults.twin import SMALL
from tests.platform.test_up import sign_in
from tests.product import HamletUp

LONGER = {**SMALL, "steps": 512 * 500}
EVERY = 1.0
"""seconds between two kills"""


@pytest.mark.learns
def test_web_and_beat_are_killed_and_the_weights_are_those_of_an_undisturbed_run(tmp_path):
    product, kills = HamletUp(tmp_path / "data"), 0
    try:
        with httpx.Client(base_url=product.url, timeout=60) as client:
            assert sign_in(client, product.password).status_code == 200
            body = {"name": "struck", "config": LONGER}
            token = client.get("/api/v1/me").json()["csrf"]
            address = (
                f"/api/v1/runs/{client.post('/api/v1/runs', json=body, headers={'X-CSRFToken': token}).json()['id']}"
            )
            worker, end = product.pids["worker"], time.monotonic() + 180
            while (run := told(client, address))["state"] != "finished":
                assert time.monotonic() < end, run
                if run["state"] == "training" or kills:
                    with suppress(ProcessLookupError):
                        os.kill(product.pids[("web", "beat")[kills % 2]], signal.SIGKILL)
                        kills += 1
                time.sleep(EVERY)
            model = client.get(f"/api/v1/models/{run['model']['id']}/download").content
            rows = client.get(f"{address}/metrics?points=10000").json()["columns"]["steps"]
        assert product.pids["worker"] == worker, "the worker was not to be touched"
        assert kills >= 2
        print(f"{kills} kills of web and beat in turn")
    finally:
        product.stop()
    undisturbed = Trainer(TrainConfig.model_validate(LONGER), device="cpu")
    for _ in undisturbed.run():
        pass
    assert rows == sorted(set(rows))
    (tmp_path / "model.safetensors").write_bytes(model)
    ours, weights = HamletModel.load(tmp_path / "model.safetensors").weights, undisturbed.model("best").weights
    assert ours.keys() == weights.keys()
    assert all(np.array_equal(ours[name], weights[name]) for name in weights)


def told(client, address):
    """The run, as soon as a web process is there to tell."""
    for _ in range(100):
        with suppress(httpx.TransportError):
            return client.get(address).json()
        time.sleep(0.2)
    raise AssertionError("no web process came back")
