"""The admin: to look, to stop, to export."""

import pytest

from lab.runs import files
from lab.runs.models import ExportedModel, Run
from tests.runs.test_api import some_runs


@pytest.fixture
def admin(client, polonius):
    client.force_login(polonius)
    return client


def act(client, kind, action, rows):
    content = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(f"/admin/runs/{kind}/", content)


@pytest.mark.parametrize("kind", ["run", "checkpoint", "exportedmodel"])
def test_each_list_and_page_can_be_read_and_not_changed(run, slice_of, admin, kind):
    run = slice_of(run)
    row = {"run": run, "checkpoint": run.checkpoints.get(), "exportedmodel": run.model}[kind]
    assert admin.get(f"/admin/runs/{kind}/", {"q": "first"}).status_code == 200
    page = admin.get(f"/admin/runs/{kind}/{row.pk}/change/")
    assert page.status_code == 200
    assert "_save" not in page.content.decode()
    assert admin.post(f"/admin/runs/{kind}/{row.pk}/change/", {"name": "x"}).status_code == 403
    assert admin.post(f"/admin/runs/{kind}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_students_do_not_get_in(client, ophelia, db):
    client.force_login(ophelia)
    for kind in ("run", "checkpoint", "exportedmodel"):
        assert client.get(f"/admin/runs/{kind}/").status_code == 302


@pytest.mark.parametrize("kind", ["run", "checkpoint"])
def test_export_of_one_gives_its_model(run, slice_of, admin, kind):
    run = slice_of(run)
    answer = act(admin, kind, "export_hamlet_model", [run if kind == "run" else run.checkpoints.get()])
    assert answer.status_code == 302
    model = admin.get(answer.url)
    assert model.content == files.open_file(run.model.file).read()
    assert ExportedModel.objects.get().requested


def test_export_of_several_gives_links(launch, slice_of, admin):
    runs = [slice_of(run) for run in (launch("one"), launch("two"))]
    answer = act(admin, "run", "export_hamlet_model", runs)
    page = admin.get(answer.url).content.decode()
    for run in runs:
        assert f"/api/v1/models/{run.model.pk}/download" in page


def test_export_of_a_run_that_has_nothing_yet_says_so(run, admin):
    page = admin.get(act(admin, "run", "export_hamlet_model", [run]).url).content.decode()
    assert "has no checkpoint yet" in page
    assert not ExportedModel.objects.exists()


def test_stop_stops_what_can_be_stopped(run, slice_of, launch, admin):
    run = slice_of(run)
    other = launch("other")
    page = admin.get(act(admin, "run", "stop", [run, other]).url).content.decode()
    assert "1 stopped" in page
    assert "has finished; there is nothing to stop" in page
    assert {r.name: r.state for r in Run.objects.all()} == {"first": "finished", "other": "stopped"}


def test_a_long_list_asks_the_database_no_more_than_a_short_one(admin, polonius, django_assert_max_num_queries):
    some_runs(polonius, 50)
    with django_assert_max_num_queries(13):
        assert admin.get("/admin/runs/run/").status_code == 200


def test_a_name_is_text_and_nothing_else(launch, slice_of, admin):
    slice_of(launch("<script>alert(1)</script>"))
    for kind in ("run", "checkpoint", "exportedmodel"):
        page = admin.get(f"/admin/runs/{kind}/").content.decode()
        assert "<script>alert" not in page
