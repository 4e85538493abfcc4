"""The admin: to look, to stop, to export."""

import re

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.test.utils import CaptureQueriesContext

from lab.hooks.models import Delivery, Webhook
from lab.people import classes, guests, tokens
from lab.runs import selectors, services
from lab.runs.models import Checkpoint, Clip, ExportedModel, RecordedEpisode, Run, UploadedModel
from lab.schedule import crew
from lab.store import files
from tests.people.stage import brought
from tests.runs.test_api import some_runs


@pytest.fixture
def admin(client, polonius):
    client.force_login(polonius)
    return client


def act(client, kind, action, rows, confirmed=True):
    content = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    content |= {"confirmed": ",".join(str(row.pk) for row in rows)} if confirmed else {}
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


@pytest.mark.parametrize("action", ["stop", "resume", "clone", "delete"])
def test_what_changes_runs_asks_first_and_shows_their_bytes(run, slice_of, admin, action):
    run = slice_of(run)
    before = Run.objects.count()
    page = act(admin, "run", action, [run], confirmed=False)
    assert page.status_code == 200
    assert filesizeformat(sum(selectors.bytes_of(Run.objects.filter(pk=run.pk)).values())) in page.content.decode()
    run.refresh_from_db()
    assert (run.state, Run.objects.count()) == ("finished", before)


def test_several_are_deleted_at_once_and_the_log_says_by_whom(launch, slice_of, admin, polonius):
    runs = [slice_of(run) for run in (launch("one"), launch("two"))]
    moving = launch("three")
    names = [run.model.file for run in runs]
    page = admin.get(act(admin, "run", "delete", [*runs, moving]).url).content.decode()
    assert "2 deleted." in page
    assert "still training" in page
    assert list(Run.objects.all()) == [moving]
    assert not any(files.exists(name) for name in names)
    assert LogEntry.objects.filter(user=polonius, change_message__contains="deleted").count() == 2
    assert "deleted in the admin" in admin.get("/admin/admin/logentry/").content.decode()


def test_runs_are_cloned_and_resumed(launch, slice_of, admin, polonius, train_queue):
    run = slice_of(launch("one"), seconds=0)
    services.run_stop(run=run, by=polonius)
    train_queue.all()
    assert "1 resumed" in admin.get(act(admin, "run", "resume", [run]).url).content.decode()
    assert "1 cloned" in admin.get(act(admin, "run", "clone", [run]).url).content.decode()
    assert sorted(Run.objects.values_list("name", "state", "seed")) == [
        ("one", "queued", 0),
        ("one again", "queued", 1),
    ]


def test_workers_recordings_and_curves_are_there_to_look_at(run, slice_of, admin, monkeypatch):
    run = slice_of(run)
    monkeypatch.setattr(
        crew, "workers", lambda: [crew.Worker("one", True, "cpu", run.pk), crew.Worker("two", False, "GPU", None)]
    )
    page = admin.get("/admin/runs/run/workers/").content.decode()
    assert "one" in page
    assert "GPU" in page
    assert str(run.pk) in page
    assert "GPU at work" not in page
    assert f"/runs/{run.pk}/replay/0" in admin.get("/admin/runs/recordedepisode/").content.decode()
    assert "<polyline" in admin.get("/admin/runs/run/").content.decode()


def test_workers_tell_how_much_of_a_gpu_is_in_use_where_that_is_known(admin, monkeypatch):
    card = crew.Card(busy=0.37, memory=0.25)
    workers = [
        crew.Worker("tells", True, "GPU 0", None, card),
        crew.Worker("does not tell", True, "cpu", None),
        crew.Worker("gone", False, "GPU 1", None, card),
    ]
    monkeypatch.setattr(crew, "workers", lambda: workers)
    page = admin.get("/admin/runs/run/workers/").content.decode()
    rows = [re.findall(r"<td>(.*?)</td>", row)[-2:] for row in page.partition("<tbody>")[2].split("</tr>")[:3]]
    assert rows == [["37 %", "25 %"], ["–", "–"], ["–", "–"]]


def many_runs(owner, number, **more):
    """So many runs, each with a checkpoint, a model and a recorded life; there are no files. Gives the runs."""
    made = [
        Run(
            owner=owner, name=f"run {i}", config={}, level="L0_0_minimal", network="simple", learner="pqn", seed=i,
            steps_budget=1, queued_at="2026-01-01T00:00Z", spark=[1.0, 2.0], **more,
        ) for i in range(number)
    ]  # fmt: skip
    Run.objects.bulk_create(made)
    common = {"episode": 1, "steps": 1, "file": "x", "bytes": 1, "sha256": "x"}
    points = Checkpoint.objects.bulk_create(Checkpoint(run=run, fence=1, iteration=1, **common) for run in made)
    ExportedModel.objects.bulk_create(
        ExportedModel(run=point.run, checkpoint=point, format="safetensors", **common) for point in points
    )
    RecordedEpisode.objects.bulk_create(
        RecordedEpisode(
            run=run, run_steps=1, return_sum=1, cause="cut", reasons=[], multiplier=1, epsilon=0, at=0, **common
        ) for run in made
    )  # fmt: skip
    return made


@pytest.mark.parametrize("kind", ["run", "checkpoint", "exportedmodel", "recordedepisode"])
def test_a_thousand_runs_ask_the_database_no_more_than_three(admin, polonius, kind, django_assert_max_num_queries):
    some_runs(polonius, 1)
    with CaptureQueriesContext(connection) as few:
        admin.get(f"/admin/runs/{kind}/")
    many_runs(polonius, 1000)
    with django_assert_max_num_queries(len(few) + 3):
        assert admin.get(f"/admin/runs/{kind}/").status_code == 200


def a_little_more(polonius, number):
    """A class with a student, who brought a model, has a token and a webhook with news, and an entry in the log."""
    classroom = classes.class_make(by=polonius, name=f"Class {number}")
    student = classes.student_make(classroom=classroom, nickname="Hamlet", pawn=1)
    UploadedModel.objects.filter(pk=brought(student, b"mind")).update(classroom=classroom)
    tokens.token_make(person=student, name="notebook", scope="read", days=1)
    guests.guest_invite(classroom=classroom, by=polonius, hours=1)
    hook = Webhook.objects.create(person=student, url="https://example.org", secret="x", events=["failed"])
    Delivery.objects.create(webhook=hook, key="x", event="failed", body="{}", state="delivered")
    LogEntry.objects.log_actions(student.pk, [classroom], CHANGE, "looked at")


def test_no_other_list_asks_more_for_more(admin, polonius):
    """Those of runs and what they leave stand above."""
    a_little_more(polonius, 0)
    kinds = [kind._meta for kind in site._registry if kind not in (Run, Checkpoint, ExportedModel, RecordedEpisode)]
    run = many_runs(polonius, 1)[0]

    def asked(kind):
        with CaptureQueriesContext(connection) as asking:
            assert admin.get(f"/admin/{kind.app_label}/{kind.model_name}/").status_code == 200
        return len(asking)

    film = {"run": run, "format": "gif", "theme": "dark", "state": "done", "file": "x"}
    Clip.objects.create(episode=0, **film)
    few = {str(kind): asked(kind) for kind in kinds}
    for number in range(1, 12):
        a_little_more(polonius, number)
        Clip.objects.create(episode=number, **film)
    assert {str(kind): asked(kind) for kind in kinds} == few
    assert len(few) >= 9


def test_a_name_is_text_and_nothing_else(launch, slice_of, admin):
    slice_of(launch("<script>alert(1)</script>"))
    for kind in ("run", "checkpoint", "exportedmodel"):
        page = admin.get(f"/admin/runs/{kind}/").content.decode()
        assert "<script>alert" not in page
