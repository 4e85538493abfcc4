"""Films of recorded lives: asked for, made by a worker with the pages' own drawing code, and what cannot be filmed."""

import math
from datetime import timedelta

import pytest
from django.utils import timezone

from lab.lives import clips, film
from lab.runs import tasks
from lab.runs.models import Clip, RecordedEpisode
from lab.store import files
from tests.registry.test_uploads import exams  # noqa: F401
from tests.runs.stand_in import STEPS
from tests.runs.test_api import Page

pytestmark = pytest.mark.skipif(film.missing() is not None, reason=f"this machine lacks {film.missing()}")


class Viewer(Page):
    def order(self, run, episode=0, **content):
        return self.say(f"/runs/{run.pk}/episodes/{episode}/clips", {"format": "mp4", **content})


@pytest.fixture
def lived(run, slice_of):
    """A run with recorded lives of 12 steps."""
    return slice_of(run)


@pytest.fixture
def student(ophelia):
    return Viewer(ophelia)


@pytest.mark.once("what a film shows")
@pytest.mark.parametrize("format", film.FORMATS)
def test_a_film_is_made_by_a_worker_and_downloaded(lived, student, exams, tmp_path, format):  # noqa: F811
    av = pytest.importorskip("av")
    answer = student.order(lived, format=format)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    id = answer.json()["id"]
    assert student.ask(f"/clips/{id}/download").status_code == 404
    assert exams() == ("make_clip", id)
    tasks.make_clip(id)
    told = student.ask(f"/clips/{id}").json()
    assert told["state"] == "done", told["message"]
    sent = student.ask(f"/clips/{id}/download")
    assert sent["Content-Disposition"] == f'attachment; filename="first-life-0.{format}"'
    assert len(sent.content) == told["bytes"]
    (tmp_path / "film").write_bytes(sent.content)
    with av.open(str(tmp_path / "film")) as file:
        pictures = [picture.to_ndarray(format="rgb24") for picture in file.decode(video=0)]
    assert pictures[0].shape == (720, 1280, 3)
    fps = film.MP4_FPS if format == "mp4" else film.GIF_FPS
    lasts = STEPS / 8 + 1.5
    assert len(pictures) == math.floor(lasts * fps) + 1
    assert (pictures[0] != pictures[-1]).any()
    assert len({tuple(color) for color in pictures[0][::8, ::8].reshape(-1, 3).tolist()}) > 20, "something is drawn"


def test_a_film_is_made_once_for_all(lived, student, exams):  # noqa: F811
    first = student.order(lived).json()
    again = student.order(lived)
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert student.order(lived, theme="dark").status_code == 202
    taken = [exams(), exams()]
    assert [task for task, _ in taken] == ["make_clip"] * 2
    assert exams() is None
    assert clips.clip_make(first["id"])
    assert not clips.clip_make(first["id"]), "it is done"
    listed = student.ask(f"/runs/{lived.pk}/episodes/0/clips").json()
    assert listed["missing"] is None
    assert [(one["theme"], one["state"]) for one in listed["items"]] == [("dark", "pending"), ("light", "done")]


def test_what_was_lost_is_sent_again_and_at_last_given_up(lived, student, exams):  # noqa: F811
    id = student.order(lived).json()["id"]
    assert exams()
    later = timezone.now() + clips.RESEND_AFTER + timedelta(seconds=1)
    assert clips.clips_resend(later) == 1
    assert exams() == ("make_clip", id)
    Clip.objects.filter(pk=id).update(claimed_at=timezone.now(), tries=clips.MOST_TRIES)
    assert clips.clips_resend(timezone.now() + clips.LOST_AFTER + timedelta(seconds=1)) == 0
    told = student.ask(f"/clips/{id}").json()
    assert (told["state"], told["message"]) == ("failed", "The film was lost 3 times in a row.")
    assert student.order(lived).status_code == 202, "what failed may be ordered again"


def test_a_film_whose_recording_is_gone_says_so(lived, student, exams):  # noqa: F811
    id = student.order(lived).json()["id"]
    files.remove([RecordedEpisode.objects.get(run=lived, episode=0).file])
    assert clips.clip_make(id)
    assert student.ask(f"/clips/{id}").json()["message"] == "The recording is no longer there."


def test_what_cannot_be_filmed(lived, student, monkeypatch):
    assert student.order(lived, 77).status_code == 404
    assert student.order(lived, format="avi").status_code == 422
    RecordedEpisode.objects.filter(run=lived, episode=0).update(steps=clips.LONGEST + 1)
    refused = student.order(lived)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "number")
    RecordedEpisode.objects.filter(run=lived, episode=0).update(steps=STEPS)
    monkeypatch.setattr(clips, "MOST_WAITING", 0)
    assert student.order(lived).status_code == 409
    monkeypatch.setattr(film, "missing", lambda: "node")
    assert student.ask(f"/runs/{lived.pk}/episodes/0/clips").json()["missing"] == "node"
    refused = student.order(lived)
    assert (refused.status_code, refused.json()["detail"]) == (409, "No films are made here: node is missing.")
