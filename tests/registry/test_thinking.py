"""A model is asked by the API: it answers as the file would at home, and what it cannot be asked is named."""

import numpy as np
import pytest

from hamlet import HamletModel
from lab.registry import thinking
from lab.runs.models import ExportedModel
from lab.store import files
from tests.model.minds import mind
from tests.people.pages import Page, refused
from tests.registry.test_uploads import anyone, as_file, exams, send  # noqa: F401
from tests.runs.test_api import student  # noqa: F401


@pytest.fixture
def brought(anyone, ophelia, tmp_path):  # noqa: F811
    """`brought(kind)`: a model of ophelia's that she asks here, and the same at home."""

    def bring(kind, suffix=".safetensors"):
        model = mind(kind)
        id = send(anyone, as_file(model, tmp_path, suffix)).json()["id"]
        return f"/models/{id}/predict", model

    return bring


@pytest.fixture
def page(ophelia, db):
    return Page(ophelia)


def seen(model, rows, seed=0):
    return np.random.default_rng(seed).random((rows, model.obs_dim), dtype=np.float32)


def test_it_answers_as_at_home(brought, page):
    address, model = brought("simple")
    obs = seen(model, 5)
    mask = np.ones((5, model.num_actions), bool)
    mask[:, 0] = False
    told = page.say(address, obs=obs.tolist(), mask=mask.tolist()).json()
    home = model.predict(obs, mask=mask)
    assert told["actions"] == home["actions"].tolist()
    assert told["names"] == [model.action_names[action] for action in told["actions"]]
    assert np.array_equal(np.float32(told["q_values"]), home["q_values"])
    assert told["hidden"] is None


def test_one_that_remembers_gives_its_memory_and_takes_it_back(brought, page):
    address, model = brought("recurrent")
    hidden = told = None
    for step in range(3):
        obs = seen(model, 2, seed=step)
        more = {"hidden": told["hidden"]} if told else {}
        told = page.say(address, obs=obs.tolist(), **more).json()
        home = model.predict(obs, hidden)
        hidden = home["hidden"]
        assert np.array_equal(np.float32(told["q_values"]), home["q_values"])
    assert np.array_equal(np.float32(told["hidden"]["c"]), hidden[1])


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("simple", {"obs": []}, "obs"),
        ("simple", {"obs": [[0.0]]}, "obs"),
        ("simple", {"obs": "all"}, "obs"),
        ("simple", {"hidden": "all"}, "hidden.h"),
        ("simple", {"obs": [[0.0]] * 33}, "obs"),
        ("simple", {"far": 1e300}, "obs"),
        ("simple", {"far": 10**400}, "obs.0.3"),
        ("simple", {"far": "nan"}, "obs"),
        ("simple", {"mask": [[True]]}, "mask"),
        ("simple", {"hidden": {"h": [[0.0]], "c": [[0.0]]}}, "hidden"),
        ("recurrent", {"hidden": {"h": [[0.0]], "c": [[0.0]]}}, "hidden.h"),
        ("simple", {"epsilon": 0.5}, "epsilon"),
    ],
)  # fmt: skip
def test_what_it_cannot_be_asked_is_named(brought, page, kind, changes, field):
    address, model = brought(kind)
    obs = seen(model, 1).tolist()
    if far := changes.pop("far", None):
        obs[0][3] = far
    refused(page.say(address, **{"obs": obs, **changes}), 422, field)


def test_a_run_s_model_is_asked_in_each_format_but_the_zip(launch, slice_of, page, tmp_path, monkeypatch):
    run = slice_of(launch())
    model = mind("simple")
    row = run.model
    for suffix in ("safetensors", "pt", "onnx"):
        model.save_inference_checkpoint(tmp_path / f"m.{suffix}")
        kept = files.put(f"runs/{run.pk}/x/m.{suffix}", (tmp_path / f"m.{suffix}").read_bytes())
        ExportedModel.objects.filter(pk=row.pk).update(
            format=suffix, file=kept.name, bytes=kept.bytes, sha256=kept.sha256
        )
        obs = seen(model, 1)
        told = page.say(f"/models/{row.pk}/predict", obs=obs.tolist()).json()
        assert told["actions"] == model.predict(obs)["actions"].tolist(), suffix
    ExportedModel.objects.filter(pk=row.pk).update(format="zip")
    assert "A ZIP is not asked" in refused(page.say(f"/models/{row.pk}/predict", obs=[[0.0]]), 422)["detail"]
    ExportedModel.objects.filter(pk=row.pk).update(format="pt", sha256="another")
    files.remove([kept.name])
    ExportedModel.objects.filter(pk=row.pk).update(file=kept.name)
    assert "no longer there" in refused(page.say(f"/models/{row.pk}/predict", obs=[[0.0]]), 410)["detail"]
    monkeypatch.setattr(thinking, "LARGEST", 10)
    assert "too large to be asked" in refused(page.say(f"/models/{row.pk}/predict", obs=[[0.0]]), 422)["detail"]


@pytest.mark.filterwarnings("ignore:(overflow|invalid)")
def test_weights_beyond_reckoning_give_no_answer_and_no_fault(anyone, page, tmp_path):  # noqa: F811
    model = mind("simple")
    vast = HamletModel("simple", {k: w * np.float32(1e30) for k, w in model.weights.items()}, model.contract)
    id = send(anyone, as_file(vast, tmp_path)).json()["id"]
    assert "too large" in refused(page.say(f"/models/{id}/predict", obs=seen(model, 1).tolist()), 422)["detail"]
