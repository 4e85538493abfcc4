"""Notes on moments of recorded lives: who may leave one, who may take it away, and what is no note."""

import pytest

from lab.lives import bookmarks
from lab.runs.models import Bookmark, RecordedEpisode
from tests.runs.test_api import ANYWHERE, Page, refused


class Reader(Page):
    def note(self, run, **content):
        return self.say(f"/runs/{run.pk}/bookmarks", {"episode": 0, "step": 5, "note": "turns back", **content})

    def notes(self, run):
        return self.ask(f"/runs/{run.pk}/bookmarks").json()["items"]

    def remove(self, id):
        return self.delete(f"{ANYWHERE}/bookmarks/{id}", headers={"X-CSRFToken": self.csrf})


@pytest.fixture
def lived(run, slice_of):
    """A run with recorded lives of 12 steps."""
    return slice_of(run)


@pytest.fixture
def teacher(polonius):
    return Reader(polonius)


@pytest.fixture
def student(ophelia):
    return Reader(ophelia)


def test_a_student_leaves_a_note_and_everyone_reads_it(lived, student, teacher):
    made = student.note(lived, note="  <b>turns</b> back & stays  ")
    assert made.status_code == 201
    (read,) = teacher.notes(lived)
    assert read["note"] == "<b>turns</b> back & stays", "kept as it was written; the page escapes"
    assert (read["episode"], read["step"], read["author"]) == (0, 5, "ophelia")
    assert (read["own"], read["removable"]) == (False, True)
    assert student.notes(lived)[0]["own"]


def test_notes_come_in_the_order_of_the_lives(lived, student):
    for episode, step in [(1, 3), (0, 12), (0, 0)]:
        assert student.note(lived, episode=episode, step=step).status_code == 201
    assert [(note["episode"], note["step"]) for note in student.notes(lived)] == [(0, 0), (0, 12), (1, 3)]


def test_ones_own_note_can_be_removed_and_no_one_elses(lived, student, fortinbras, teacher):
    first, second = student.note(lived).json(), student.note(lived).json()
    refused(Reader(fortinbras).remove(first["id"]), 403)
    assert student.remove(first["id"]).status_code == 204
    assert teacher.remove(second["id"]).status_code == 204, "an instructor answers for what the class reads"
    assert student.notes(lived) == []
    refused(student.remove(first["id"]), 404)
    refused(student.remove("nonsense"), 404)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"note": ""}, "note"), ({"note": "   "}, "note"), ({"note": "x" * 201}, "note"), ({"note": "a\0b"}, "note"),
        ({"note": 7}, "note"), ({"step": 13}, "step"), ({"step": -1}, "step"), ({"step": 1.5}, "step"),
        ({"episode": 999_999}, "episode"), ({"episode": -1}, "episode"), ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_what_is_no_note_is_named_and_nothing_is_kept(lived, student, content, field):
    refused(student.note(lived, **content), 422, field)
    assert student.notes(lived) == []


def test_the_longest_note_is_kept_whole(lived, student):
    assert student.note(lived, note="x" * 200).status_code == 201
    assert len(student.notes(lived)[0]["note"]) == 200


def test_one_person_cannot_fill_the_list(lived, student, ophelia, monkeypatch):
    monkeypatch.setattr(bookmarks, "MOST", 2)
    assert [student.note(lived).status_code for _ in range(2)] == [201, 201]
    refused(student.note(lived), 409)
    assert Bookmark.objects.filter(author=ophelia).count() == 2


def test_a_note_shows_only_while_its_life_is_there(lived, student):
    student.note(lived)
    kept = RecordedEpisode.objects.get(run=lived, episode=0)
    RecordedEpisode.objects.filter(pk=kept.pk).delete()
    assert student.notes(lived) == []
    kept.save(force_insert=True)
    assert len(student.notes(lived)) == 1, "the life was lived anew, to the bit; the note is true of it"


def test_without_the_token_or_a_session_nothing_is_written(lived, student, db):
    content = {"episode": 0, "step": 5, "note": "no"}
    refused(student.say(f"/runs/{lived.pk}/bookmarks", content, csrf=False), 403)
    refused(Reader().note(lived), 401)
    refused(student.ask("/runs/00000000-0000-0000-0000-000000000000/bookmarks"), 404)
    assert Bookmark.objects.count() == 0
