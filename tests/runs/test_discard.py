"""What is deleted of runs in the admin: its bytes are shown first, its files are gone, and what is needed stays."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lab.runs import again
from lab.runs.models import Bookmark, Checkpoint, Clip, ExportedModel, RecordedEpisode, Run, UploadedModel
from lab.store import files
from tests.people.stage import brought, run_left
from tests.runs.test_admin import act, admin, many_runs  # noqa: F401

KINDS = {
    "checkpoint": Checkpoint, "exportedmodel": ExportedModel, "recordedepisode": RecordedEpisode,
    "uploadedmodel": UploadedModel, "clip": Clip,
}  # fmt: skip


@pytest.fixture
def left(transactional_db, own_folder, polonius):
    """`left()` is a run that has ended, with a checkpoint, a model and a recorded life that nobody needs."""

    def make(state="finished", **times):
        made = Run.objects.get(pk=run_left(polonius, None, b"checkpoint" * 500, b"mind" * 300).run)
        Bookmark.objects.filter(run=made).delete()
        Clip.objects.filter(run=made).delete()
        Run.objects.filter(pk=made.pk).update(state=state, **times)
        return Run.objects.get(pk=made.pk)

    return make


def weight(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def said(page, kind, rows):
    """What the list says after the rows were deleted there."""
    return unescape(page.get(act(page, kind, "delete", rows).url).content.decode())


@pytest.mark.parametrize("kind", KINDS)
def test_count_and_bytes_are_shown_first_and_these_bytes_are_free_afterwards(left, own_folder, admin, polonius, kind):  # noqa: F811
    runs = left(), left()
    if kind == "clip":
        for run in runs:
            film = files.put(f"runs/{run.pk}/clips/1/life_0_dark.gif", b"GIF89a")
            Clip.objects.create(run=run, episode=0, format="gif", theme="dark", state="done", file=film.name,
                                bytes=film.bytes, sha256=film.sha256)  # fmt: skip
        Run.objects.filter(pk=runs[0].pk).update(state="queued", queued_at=timezone.now())
    brought(polonius, b"mind"), brought(polonius, b"another")
    rows = list(KINDS[kind].objects.all())
    bytes = sum(getattr(row, "total_bytes", row.bytes) for row in rows)
    before = weight(own_folder)
    page = act(admin, kind, "delete", rows, confirmed=False).content.decode()
    assert f"<th>2</th><td></td><td>{filesizeformat(bytes)}</td>".replace("\xa0", "&nbsp;") in page.replace(
        "\xa0", "&nbsp;"
    )
    assert (weight(own_folder), KINDS[kind].objects.count()) == (before, 2)

    # What the page would send.
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = admin.post(f"/admin/runs/{kind}/", {**form, "csrfmiddlewaretoken": ""})
    assert f"2 deleted. {filesizeformat(bytes)} are free." in admin.get(answer.url).content.decode()
    assert before - weight(own_folder) == bytes
    assert not KINDS[kind].objects.exists()
    assert LogEntry.objects.filter(user=polonius, action_flag=DELETION).count() == 2


@pytest.mark.parametrize("kind", ["checkpoint", "exportedmodel", "recordedepisode"])
def test_what_a_worker_still_writes_stays(left, admin, kind):  # noqa: F811
    run, now = left(), timezone.now()
    row = KINDS[kind].objects.get()
    for state in Run.ACTIVE:
        Run.objects.update(state=state, queued_at=now, lease_until=now, paused_at=now)
        assert f"as its run still moves: pause or stop it first ({row} of {run})" in said(admin, kind, [row]), state
        assert files.exists(KINDS[kind].objects.get().file)


class TestCheckpoints:
    def more(self, run, steps, **more):
        kept = files.put(files.checkpoint_name(run.pk, steps, steps), b"later")
        return Checkpoint.objects.create(
            run=run, fence=steps, iteration=steps, episode=steps, steps=steps, file=kept.name, bytes=kept.bytes,
            sha256=kept.sha256, **more,
        )  # fmt: skip

    def test_the_one_that_a_paused_run_goes_on_from_stays_and_older_ones_go(self, left, admin):  # noqa: F811
        run = left("paused", paused_at=timezone.now())
        newest = self.more(run, 64)
        page = said(admin, "checkpoint", [*Checkpoint.objects.all()])
        assert f"Not deleted: 1, as its run is paused and goes on from it ({newest} of {run})." in page
        assert "1 deleted." in page
        assert list(Checkpoint.objects.all()) == [newest]
        assert files.exists(newest.file)

    def test_the_one_that_a_fork_began_with_stays(self, left, launch, admin, polonius):  # noqa: F811
        run = left()
        origin = self.more(run, 64)
        fork = launch("a fork")
        Run.objects.filter(pk=fork.pk).update(parent=run, parent_checkpoint=origin, state="stopped", queued_at=None,
                                              finished_at=timezone.now())  # fmt: skip
        page = said(admin, "checkpoint", [*Checkpoint.objects.all()])
        assert "Not deleted: 1, as a fork began with it" in page
        assert list(Checkpoint.objects.all()) == [origin]

    def test_the_next_that_holds_the_best_weights_carries_the_mark(self, left, admin):  # noqa: F811
        run = left()
        first, best, later, last = (
            self.more(run, 40),
            self.more(run, 50, best=True),
            self.more(run, 60),
            self.more(run, 70),
        )
        said(admin, "checkpoint", [best])
        assert list(Checkpoint.objects.filter(best=True)) == [later]
        said(admin, "checkpoint", [later, last])
        assert not Checkpoint.objects.filter(best=True).exists(), "no older one holds them"
        assert first in Checkpoint.objects.all()

    def test_its_models_stay_and_a_stopped_run_without_one_says_that_it_cannot_go_on(self, left, admin, polonius):  # noqa: F811
        run = left("stopped", steps=32)
        said(admin, "checkpoint", [*Checkpoint.objects.all()])
        model = ExportedModel.objects.get()
        assert (model.checkpoint, files.exists(model.file)) == (None, True)
        with pytest.raises(again.WrongStateError, match="no checkpoint to go on from"):
            again.run_resume(run=run, by=polonius)


def test_a_run_whose_model_is_gone_has_the_one_before(left, admin):  # noqa: F811
    run = left()
    older = ExportedModel.objects.get()
    newer = ExportedModel.objects.create(
        run=run, episode=2, steps=64, format="safetensors", file="runs/x/newer.safetensors", bytes=4, sha256=""
    )
    half = ExportedModel.objects.create(
        run=run, episode=3, steps=96, format="safetensors", precision="float16", file="runs/x/half.safetensors",
        bytes=2, sha256="",
    )  # fmt: skip
    Run.objects.update(model=newer)
    said(admin, "exportedmodel", [newer])
    assert Run.objects.get().model == older
    said(admin, "exportedmodel", [older])
    assert Run.objects.get().model is None
    assert list(ExportedModel.objects.all()) == [half]


class TestLives:
    def test_one_with_a_note_or_a_film_stays(self, left, admin, polonius):  # noqa: F811
        noted, filmed, free, lost = left(), left(), left(), left()
        Bookmark.objects.create(run=noted, author=polonius, episode=0, step=3, note="look here")
        Bookmark.objects.create(run=free, author=polonius, episode=7, step=3, note="of another life")
        Clip.objects.create(run=filmed, episode=0, format="gif", theme="dark")
        Clip.objects.create(run=lost, episode=0, format="gif", theme="dark", state="failed")
        page = said(admin, "recordedepisode", [*RecordedEpisode.objects.all()])
        assert "Not deleted: 1, as someone left a note on it" in page
        assert "Not deleted: 1, as a film shows it" in page
        assert {life.run for life in RecordedEpisode.objects.all()} == {noted, filmed}


@pytest.mark.parametrize("kind", ["checkpoint", "exportedmodel", "recordedepisode"])
def test_more_than_a_form_can_name_are_deleted_with_as_many_questions_as_a_few(own_folder, admin, polonius, kind):  # noqa: F811
    def deleted(number):
        many_runs(polonius, number, state="finished", finished_at=timezone.now())
        across = {"action": "delete", "_selected_action": [str(KINDS[kind].objects.all()[0].pk)], "select_across": "1"}
        with CaptureQueriesContext(connection) as asking:
            page = admin.post(f"/admin/runs/{kind}/", across).content.decode()
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        with CaptureQueriesContext(connection) as deleting:
            assert admin.post(f"/admin/runs/{kind}/", form).status_code == 302
        assert not KINDS[kind].objects.exists()
        return len(asking), len(deleting)

    few, many = deleted(3), deleted(1200)
    # SQLite takes some hundreds of names in one question.
    most = 10 if connection.vendor == "postgresql" else 40
    assert all(much <= little + most for much, little in zip(many, few, strict=True)), (few, many)
