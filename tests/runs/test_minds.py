"""Looking into a run at its checkpoints: the mind it had then, and what its lanes had done."""

import numpy as np
import pytest
from django.test import Client

from hamlet import HamletModel
from hamlet.learning import Trainer
from lab.runs.models import Run
from lab.store import files
from lab.training import worker

SMALL = {
    "level": "L3_temporal_mechanics", "network": "simple", "lanes": 16, "rollout": 16, "steps": 256 * 3,
    "evaluations": 2, "evaluation_lives": 4, "minibatches": 2, "epochs": 1, "seed": 5,
}  # fmt: skip
pytestmark = pytest.mark.once("what a mind answers")


@pytest.fixture
def trained(launch, slice_of):
    """A run of several slices."""
    run = launch(**SMALL)
    while run.state == "queued":
        worker._kept = None
        run = slice_of(run, Trainer, 0)
    assert run.checkpoints.count() > 1
    return run


@pytest.fixture
def ask(ophelia):
    client = Client()
    client.force_login(ophelia)
    return lambda path, query=None, **headers: client.get(f"/api/v1/runs/{path}", query, headers=headers)


def test_the_mind_is_the_one_of_that_moment(trained, ask, tmp_path):
    for checkpoint in trained.checkpoints.all():
        answer = ask(f"{trained.pk}/mind", {"checkpoint": str(checkpoint.pk)})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        (tmp_path / "mind").write_bytes(answer.content)
        mind = HamletModel.load(tmp_path / "mind")
        with files.reading(checkpoint.file) as path:
            then = Trainer.restore(path).model("last")
        assert all(np.array_equal(mind.weights[name], then.weights[name]) for name in then.weights)
        assert mind.metadata["steps"] == checkpoint.steps


def test_the_newest_mind_is_asked_for_each_time_and_sent_once(trained, ask):
    newest = trained.checkpoints.order_by("-steps").first()
    answer = ask(f"{trained.pk}/mind")
    assert answer.content == ask(f"{trained.pk}/mind", {"checkpoint": str(newest.pk)}).content
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = ask(f"{trained.pk}/mind", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not trained.models.filter(requested=True).exists()


def test_the_census_is_the_trainers_own_and_grows(trained, ask):
    counted = []
    for checkpoint in trained.checkpoints.order_by("steps"):
        told = ask(f"{trained.pk}/census", {"checkpoint": str(checkpoint.pk)}).json()
        with files.reading(checkpoint.file) as path:
            census = Trainer.restore(path).census.told()
        assert {name: told[name] for name in census} == census
        assert (told["checkpoint"], told["steps"]) == (str(checkpoint.pk), checkpoint.steps)
        assert sum(map(sum, told["visits"])) == checkpoint.steps
        counted.append(told["steps"])
    assert counted == sorted(set(counted))
    assert ask(f"{trained.pk}/census").json()["steps"] == counted[-1]


@pytest.mark.parametrize("what", ["mind", "census"])
def test_what_cannot_be_looked_into(trained, launch, ask, what):
    other = launch()
    assert ask(f"{other.pk}/{what}").status_code == 409
    assert ask(f"{trained.pk}/{what}", {"checkpoint": "x"}).json()["errors"][0]["field"] == "checkpoint"
    checkpoint = trained.checkpoints.first()
    assert ask(f"{other.pk}/{what}", {"checkpoint": str(checkpoint.pk)}).status_code == 422
    if what == "census":  # drawn by the level's places, which are gone with it
        Run.objects.filter(pk=trained.pk).update(level="gone")
        assert ask(f"{trained.pk}/{what}", {"checkpoint": str(checkpoint.pk)}).status_code == 410
        Run.objects.filter(pk=trained.pk).update(level=trained.level)
    files.put(checkpoint.file, b"PK\x03\x04 half")
    assert ask(f"{trained.pk}/{what}", {"checkpoint": str(checkpoint.pk)}).status_code == 410
    files.remove([checkpoint.file])
    # One that was asked for before may still be known; this one never was.
    assert ask(f"{trained.pk}/{what}", {"checkpoint": str(checkpoint.pk)}).status_code == 410
