"""What may be done with a run beside training it: a new name, its whole curve as a table, its end for good."""

import csv
import io

import pytest
from arro3.core import DataType
from arro3.io import read_parquet

from hamlet.learning.metrics import COLUMNS
from lab.runs import table
from lab.runs.models import MetricRow, Run
from lab.store import files
from tests.people.pages import Page, refused


@pytest.fixture
def teacher(polonius):
    return Page(polonius)


def test_a_run_gets_another_name_whether_it_moves_or_not(run, slice_of, teacher):
    assert teacher.say(f"/runs/{run.pk}", "PATCH", name="  a better name ").json()["name"] == "a better name"
    slice_of(run)
    assert teacher.say(f"/runs/{run.pk}", "PATCH", name="the best").json()["name"] == "the best"
    refused(teacher.say(f"/runs/{run.pk}", "PATCH", name=" "), 422, "name")
    refused(teacher.say(f"/runs/{run.pk}", "PATCH"), 422)
    assert Run.objects.get().name == "the best"


def test_the_pace_stays_if_only_the_name_changes_and_both_change_or_none(run, teacher):
    told = teacher.say(f"/runs/{run.pk}", "PATCH", name="slow", pace=2.0).json()
    assert (told["name"], told["pace"]) == ("slow", 2.0)
    assert teacher.say(f"/runs/{run.pk}", "PATCH", name="still slow").json()["pace"] == 2.0
    refused(teacher.say(f"/runs/{run.pk}", "PATCH", name="too fast", pace=1e9), 422, "pace")
    assert Run.objects.get().name == "still slow"


def test_the_table_has_every_row_and_is_sent_once(run, teacher):
    MetricRow.objects.bulk_create(
        MetricRow(run=run, iteration=i, steps=i, episodes=0, survival_mean=None if i == 1 else i / 3)
        for i in range(1, 3001)
    )
    answer = teacher.ask(f"/runs/{run.pk}/metrics.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [int(row["steps"]) for row in rows] == list(range(1, 3001))
    assert (rows[0]["survival_mean"], float(rows[1]["survival_mean"])) == ("", 2 / 3)
    again = teacher.get(f"/api/v1/runs/{run.pk}/metrics.csv", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    MetricRow.objects.create(run=run, iteration=9999, steps=9999, episodes=0)
    newer = teacher.get(f"/api/v1/runs/{run.pk}/metrics.csv", headers={"If-None-Match": answer.headers["ETag"]})
    assert newer.status_code == 200


def test_the_table_is_typed_in_parquet_and_the_same_bit_for_bit(run, teacher, monkeypatch):
    monkeypatch.setattr(table, "CHUNK", 1000)  # several row groups, the last one not full
    MetricRow.objects.bulk_create(
        MetricRow(
            run=run, iteration=i, steps=i * 2**33, episodes=i, survival_mean=None if i == 1 else i / 3,
            loss=-0.0 if i == 2 else 5e-324 * i, stage=None if i % 2 else i % 5 + 1,
        )
        for i in range(1, 2501)
    )  # fmt: skip
    answer = teacher.ask(f"/runs/{run.pk}/metrics.parquet")
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    read = read_parquet(io.BytesIO(answer.content)).read_all()
    whole = {"steps": DataType.int64(), "episodes": DataType.int64(), "stage": DataType.int16()}
    assert {field.name: field.type for field in read.schema} == dict.fromkeys(COLUMNS, DataType.float64()) | whole
    assert read.column_names == list(COLUMNS)
    told = teacher.ask(f"/runs/{run.pk}/metrics.csv")
    rows = list(csv.DictReader(io.StringIO(told.content.decode())))
    for name in COLUMNS:
        # repr of a float names exactly one double, the sign of zero included.
        values = ["" if value is None else repr(value) for value in read.column(name).to_pylist()]
        assert values == [row[name] for row in rows], name
    assert len({answer.headers["ETag"], told.headers["ETag"]}) == 2
    again = teacher.get(f"/api/v1/runs/{run.pk}/metrics.parquet", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_curve_without_rows_is_a_table_without_rows(run, teacher):
    read = read_parquet(io.BytesIO(teacher.ask(f"/runs/{run.pk}/metrics.parquet").content)).read_all()
    assert (read.num_rows, read.column_names) == (0, list(COLUMNS))


def test_a_run_that_has_ended_is_deleted_row_and_file(run, slice_of, teacher):
    refused(teacher.say(f"/runs/{run.pk}", "DELETE"), 409)
    run = slice_of(run)
    file = run.model.file
    assert files.exists(file)
    assert teacher.say(f"/runs/{run.pk}", "DELETE").status_code == 204
    assert not Run.objects.exists()
    assert not files.exists(file)
    refused(teacher.say(f"/runs/{run.pk}", "DELETE"), 404)


def test_only_who_steers_it_renames_or_deletes(run, slice_of, ophelia):
    slice_of(run)
    student = Page(ophelia)
    refused(student.say(f"/runs/{run.pk}", "PATCH", name="mine"), 403)
    refused(student.say(f"/runs/{run.pk}", "DELETE"), 403)
    assert Run.objects.get().name == "first"
