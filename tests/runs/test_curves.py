"""Curves in few points: every extreme stays in the picture, at any zoom, over any axis."""

import random

import pytest

from lab.runs.models import MetricRow
from tests.runs.test_api import Page, refused


@pytest.fixture
def student(ophelia):
    return Page(ophelia)


def measured(run, values, lanes=16, speed=100.0):
    """Rows of a curve, `lanes` steps apart."""
    MetricRow.objects.bulk_create(
        MetricRow(run=run, iteration=i, steps=i * lanes, episodes=i, survival_mean=value, steps_per_second=speed)
        for i, value in enumerate(values, start=1)
    )
    run.steps, run.episodes = len(values) * lanes, len(values)
    run.save()
    return run


def curves(student, runs, **query):
    return student.ask("/curves", runs=",".join(str(run.pk) for run in runs), **query).json()


def test_a_spike_of_one_row_is_in_the_picture_however_few_the_points(run, student):
    values = [100.0] * 1000
    values[617], values[618] = 900.0, 3.0
    measured(run, values)
    for points in (1, 7, 50, 999):
        (curve,) = curves(student, [run], points=points)["curves"]
        assert (max(curve["high"]), min(curve["low"]), sum(curve["rows"])) == (900.0, 3.0, 1000)
        answer = student.ask(f"/runs/{run.pk}/metrics", points=points).json()
        assert max(answer["high"]["survival_mean"]) == 900.0
        assert min(answer["low"]["survival_mean"]) == 3.0


@pytest.mark.parametrize("axis", ["steps", "episodes", "time"])
def test_each_stretch_holds_exactly_its_rows(run, student, axis):
    dice = random.Random(3)
    values = [dice.uniform(0, 500) if dice.random() < 0.9 else None for _ in range(300)]
    measured(run, values)
    x = {"steps": lambda i: 16 * i, "episodes": lambda i: i, "time": lambda i: 160 * i}[axis]
    picture = curves(student, [run], points=40, axis=axis)
    (curve,) = picture["curves"]
    expected = {}
    for i, value in enumerate(values, start=1):
        if value is not None:
            expected.setdefault((x(i) - picture["left"]) // picture["width"], []).append(value)
    assert curve["bins"] == sorted(expected)
    assert curve["low"] == [min(expected[b]) for b in curve["bins"]]
    assert curve["high"] == [max(expected[b]) for b in curve["bins"]]
    assert curve["mean"] == pytest.approx([sum(expected[b]) / len(expected[b]) for b in curve["bins"]])
    assert max(curve["bins"]) < picture["points"] <= 40


def test_a_closer_look_cuts_the_part_finer(run, student):
    measured(run, [float(i) for i in range(1, 1001)])
    picture = curves(student, [run], points=10, left=1600, right=3199)
    (curve,) = picture["curves"]
    assert (picture["left"], picture["width"], curve["rows"]) == (1600, 160, [10] * 10)
    assert (curve["low"][0], curve["high"][-1]) == (100.0, 199.0)


def test_runs_share_one_axis_so_that_stretches_can_be_compared(launch, student):
    short, long = measured(launch(name="short"), [1.0] * 50), measured(launch(name="long"), [2.0] * 100)
    picture = curves(student, [short, long], points=20)
    bins = {curve["run"]: curve["bins"] for curve in picture["curves"]}
    assert max(bins[str(short.pk)]) < max(bins[str(long.pk)]) == picture["points"] - 1
    assert [curve["run"] for curve in picture["curves"]] == [str(short.pk), str(long.pk)], "in the order asked for"


def test_what_was_not_measured_has_no_curve_and_an_unknown_speed_no_time(run, student):
    measured(run, [1.0] * 9)
    assert curves(student, [run], metric="intrinsic_mean")["curves"] == []
    MetricRow.objects.filter(run=run, iteration=4).update(steps_per_second=None)
    assert curves(student, [run], axis="time")["curves"] == []


def test_columns_tell_null_where_a_stretch_measured_nothing(run, student):
    measured(run, [5.0, None, None, None, 7.0, 6.0])
    answer = student.ask(f"/runs/{run.pk}/metrics", points=3).json()
    assert answer["columns"]["survival_mean"] == [5.0, None, 6.0]
    assert answer["low"]["survival_mean"] == [5.0, None, 6.0]
    assert answer["high"]["survival_mean"] == [5.0, None, 7.0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"metric": "steps"}, "metric"), ({"metric": "password"}, "metric"), ({"axis": "moon"}, "axis"),
        ({"points": 0}, "points"), ({"points": 2001}, "points"), ({"left": -1}, "left"),
        ({"left": 9, "right": 8}, "right"), ({"runs": ""}, "runs"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_named(run, student, query, field):
    refused(student.ask("/curves", **{"runs": str(run.pk), **query}), 422, field)


def test_a_run_that_is_not_there_is_not_there(run, student):
    refused(student.ask("/curves", runs=f"{run.pk},00000000-0000-0000-0000-000000000000"), 404)
    refused(student.ask("/curves", runs="nonsense"), 404)
    refused(Page().ask("/curves", runs=str(run.pk)), 401)
