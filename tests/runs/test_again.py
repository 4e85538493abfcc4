"""A run once more: cloned, forked from a checkpoint, resumed."""

import pytest

from hamlet.learning import Trainer
from lab.people import classes
from lab.runs import again, forget, services
from lab.runs.errors import GoneError, LimitError, NotAllowedError, RunError, WrongStateError
from lab.runs.models import Checkpoint, Run
from lab.store import files
from tests.people.pages import Page, refused
from tests.training.test_training import SMALL, same, to_the_end, weights_of

MORE = {"steps": SMALL["steps"] + 512 * 8, "learning_rate": 0.01}


@pytest.fixture
def learnt(launch, slice_of):
    """A run that was really trained to its end."""
    return to_the_end(launch("origin", **SMALL), slice_of, 60)


def forked(run, name="fork", checkpoint=None, **config):
    return again.run_fork(run=run, by=run.owner, checkpoint=checkpoint, name=name, config=config or MORE)


# -------------------------------------------------------------------------------------------------- clone


def test_a_clone_has_the_settings_and_tags_of_its_run_and_the_next_seed(run, polonius):
    services.run_tag(run=run, by=polonius, tags=["talk"])
    clone = again.run_clone(run=run, by=polonius, name="twin", config={})
    assert (clone.config, clone.state) == ({**run.config, "seed": run.seed + 1}, "queued")
    assert [tag.name for tag in clone.tags.all()] == ["talk"]
    assert clone.parent is None


def test_a_clone_may_differ_in_any_setting(run, polonius):
    clone = again.run_clone(run=run, by=polonius, name="twin", config={"gamma": 0.5, "lanes": 2}, tags=[])
    assert clone.config == {**run.config, "gamma": 0.5, "lanes": 2}


def test_a_clone_that_would_be_the_same_run_is_refused(run, polonius):
    with pytest.raises(RunError, match="bit for bit"):
        again.run_clone(run=run, by=polonius, name="twin", config={"seed": run.seed})
    with pytest.raises(RunError):
        again.run_clone(run=run, by=polonius, name="twin", config={"gamma": 7})
    assert Run.objects.count() == 1


# --------------------------------------------------------------------------------------------------- fork


@pytest.mark.once("which weights come out")
def test_the_same_fork_gives_the_same_weights_however_it_is_sliced(learnt, slice_of, train_queue):
    whole = to_the_end(forked(learnt), slice_of, 60)
    sliced = to_the_end(forked(learnt), slice_of, 0)
    other = to_the_end(forked(learnt, **{**MORE, "learning_rate": 0.001}), slice_of, 60)
    assert (whole.state, sliced.state) == ("finished", "finished")
    assert sliced.fence > whole.fence
    assert same(weights_of(whole.model), weights_of(sliced.model))
    assert not same(weights_of(whole.model), weights_of(other.model))


def test_a_fork_has_its_own_curve_and_examinations_from_its_checkpoint_on(learnt, slice_of):
    start = learnt.checkpoints.first()
    fork = to_the_end(forked(learnt), slice_of, 60)
    assert (fork.parent, fork.parent_checkpoint, fork.parent_steps) == (learnt, start, start.steps)
    assert fork.steps == MORE["steps"]
    assert min(fork.metrics.values_list("steps", flat=True)) > start.steps
    assert min(fork.evaluations.values_list("steps", flat=True)) > start.steps
    assert fork.model.evaluation["steps"] > start.steps
    assert all(row.episode >= 0 for row in fork.recordings.all())


def test_a_life_that_a_fork_took_over_is_told_as_its_own(learnt, slice_of):
    from hamlet.tape.wire import decode_frame

    fork = to_the_end(forked(learnt), slice_of, 60)
    for row in fork.recordings.all():
        assert decode_frame(files.open_file(row.file).read())["run"] == str(fork.pk)


def test_the_checkpoint_a_fork_begins_with_holds_no_exam_of_its_own(learnt, slice_of, settings):
    from lab.registry import exports

    fork = forked(learnt)
    model, _ = exports.model_export(run=fork, checkpoint=None, format="safetensors")
    last, _ = exports.model_export(run=learnt, checkpoint=None, format="safetensors")
    assert model.evaluation is None
    assert last.evaluation is not None


def test_a_fork_lives_on_when_its_origin_is_deleted(learnt, slice_of):
    fork = forked(learnt)
    forget.run_delete(learnt.pk)
    fork = to_the_end(Run.objects.get(pk=fork.pk), slice_of, 60)
    assert (fork.state, fork.parent, fork.parent_steps) == ("finished", None, SMALL["steps"])


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"level": "L1_full_observability", **MORE}, "config.level"),
        ({"network": "recurrent", **MORE}, "config.network"),
        ({"lanes": 2, **MORE}, "config.lanes"),
        ({"learning_rate": 0.1}, "config.steps"),
        ({"magic": 1, **MORE}, "config.magic"),
    ],
)
def test_what_a_fork_may_not_change_is_refused_by_name(learnt, config, field):
    with pytest.raises(RunError) as wrong:
        forked(learnt, **config)
    assert field in [error.field for error in wrong.value.errors]
    assert Run.objects.count() == 1


def test_a_fork_that_changes_nothing_is_refused(launch, slice_of):
    run = slice_of(launch("origin", **SMALL), Trainer, 0)
    with pytest.raises(RunError, match="changes nothing"):
        forked(run, learning_rate=run.config["learning_rate"])


def test_a_fork_needs_a_checkpoint_that_is_whole(learnt, launch):
    with pytest.raises(WrongStateError):
        forked(launch("has none"))
    with files.reading(learnt.checkpoints.first().file) as path:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(GoneError, match="damaged"):
        forked(learnt)
    files.remove([learnt.checkpoints.first().file])
    with pytest.raises(GoneError):
        forked(learnt)
    assert not Run.objects.filter(name="fork").exists()


def test_a_fork_that_is_refused_leaves_no_file(learnt, settings):
    settings.HAMLET_ACTIVE_RUNS = 0
    before = set(files.default_storage.listdir("runs")[0])
    with pytest.raises(LimitError):
        forked(learnt)
    assert set(files.default_storage.listdir("runs")[0]) == before
    assert Checkpoint.objects.filter(run__name="fork").count() == 0


def test_a_fork_tells_of_its_origin_only_those_who_share_it(learnt, polonius):
    told = Page(polonius).say(f"/runs/{learnt.pk}/fork", name="fork", config=MORE).json()
    assert told["fork"] == {
        "steps": SMALL["steps"], "run": str(learnt.pk), "name": "origin",
        "checkpoint": str(learnt.checkpoints.first().pk),
    }  # fmt: skip
    Run.objects.filter(pk=learnt.pk).update(classroom=classes.class_make(by=polonius, name="Elsinore"))
    told = Page(polonius).ask(f"/runs/{told['id']}").json()
    assert told["fork"] == {"steps": SMALL["steps"], "run": None, "name": None, "checkpoint": None}


# ------------------------------------------------------------------------------------------------- resume


@pytest.mark.once("which weights come out")
def test_a_stopped_run_goes_on_to_the_same_end(launch, slice_of, polonius, train_queue):
    whole = to_the_end(launch("whole", **SMALL), slice_of, 60)
    run = slice_of(launch("halted", **SMALL), Trainer, 0)
    services.run_stop(run=run, by=polonius)
    assert run.state == "stopped"
    train_queue.all()
    resumed = again.run_resume(run=run, by=polonius)
    assert (resumed.state, resumed.finished_at) == ("queued", None)
    resumed = to_the_end(resumed, slice_of, 60)
    assert resumed.state == "finished"
    assert same(weights_of(whole.model), weights_of(resumed.model))


def test_only_a_run_that_was_cut_short_goes_on(learnt, launch, polonius, ophelia):
    run = launch()
    for other in (run, learnt):
        with pytest.raises(WrongStateError):
            again.run_resume(run=other, by=polonius)
    with pytest.raises(NotAllowedError):
        again.run_resume(run=run, by=ophelia)


def test_the_api_says_which_change_it_will_not_make(learnt, polonius):
    page = Page(polonius)
    refused(page.say(f"/runs/{learnt.pk}/fork", name="x", config={"gamma": 0.5}), 422, "config.gamma")
    refused(page.say(f"/runs/{learnt.pk}/fork", name="x", config=MORE, checkpoint="nonsense"), 422, "checkpoint")
    refused(page.say(f"/runs/{learnt.pk}/clone", name="x", config={"seed": learnt.seed}), 422, "config")
    assert page.say(f"/runs/{learnt.pk}/clone", name="x").status_code == 201
