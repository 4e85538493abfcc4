"""Launching a run: what may be asked for, and that nothing is made of what may not."""

import pytest

from hamlet.learning.config import TrainConfig
from lab.runs import services
from lab.runs.errors import LimitError, NotAllowedError, RunError
from lab.runs.models import Run


def test_a_launched_run_waits_in_the_queue_with_all_its_settings(launch):
    run = launch("  To be  ", seed=7, learning_rate=0.01)
    assert (run.state, run.name, run.seed, run.fence) == ("queued", "To be", 7, 0)
    assert run.config == TrainConfig.model_validate(run.config).model_dump(mode="json")
    assert run.config["learning_rate"] == 0.01


def test_the_worker_is_told_when_the_row_is_there(db, polonius, train_queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = services.run_launch(owner=polonius, name="second", config={})
        assert train_queue.all() == []
    assert train_queue.all() == [(str(run.pk), 0)]


def test_a_student_of_no_class_may_not_launch(db, ophelia):
    with pytest.raises(NotAllowedError, match="join code"):
        services.run_launch(owner=ophelia, name="mine", config={})
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("level", "L9_heaven", "L1_full_observability"),
        ("episodes", 0, "1 to 1,000,000,000"),
        ("episodes", 10**12, "1 to 1,000,000,000"),
        ("learning_rate", -0.1, "-0.1 is outside; allowed is 1e-06 to 0.1"),
        ("learning_rate", float("nan"), "finite number"),
        ("learning_rate", "quick", "number"),
        ("seed", 2**31, "0 to 2,147,483,647"),
        ("seed", -1, "0 to 2,147,483,647"),
        ("seed", 1.5, "whole number"),
        ("gamma", float("inf"), "finite number"),
        ("learner", "sarsa", "'pqn' or 'dqn'"),
        ("magic", 1, "no setting"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(db, polonius, field, value, says):
    with pytest.raises(RunError) as refused:
        services.run_launch(owner=polonius, name="x", config={field: value})
    (error,) = refused.value.errors
    assert error.field == f"config.{field}"
    assert says in error.message
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "x" * 10_000, "a\0b", "a\nb"])
def test_a_name_that_cannot_be_is_refused(db, polonius, name):
    with pytest.raises(RunError) as refused:
        services.run_launch(owner=polonius, name=name, config={})
    (error,) = refused.value.errors
    assert error.field == "name"
    assert len(error.value) <= 100
    assert not Run.objects.exists()


def test_all_that_is_wrong_is_said_at_once(db, polonius):
    with pytest.raises(RunError) as refused:
        services.run_launch(owner=polonius, name="", config={"seed": -1, "lanes": 0})
    assert [error.field for error in refused.value.errors] == ["name", "config.seed", "config.lanes"]


def test_nobody_fills_the_queue_alone(db, polonius, settings):
    settings.HAMLET_ACTIVE_RUNS = 2
    for name in ("one", "two"):
        services.run_launch(owner=polonius, name=name, config={})
    with pytest.raises(LimitError, match="2 runs"):
        services.run_launch(owner=polonius, name="three", config={})
    Run.objects.filter(name="one").update(state="stopped", finished_at="2026-01-01T00:00Z")
    services.run_launch(owner=polonius, name="three", config={})
