"""Notes that people leave on moments of recorded lives."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from lab.errors import FieldError
from lab.people.models import Person
from lab.runs.errors import LimitError, NotAllowedError, RunError
from lab.runs.models import Bookmark, RecordedEpisode, Run
from lab.runs.validation import line_checked

MOST = 200
"""notes that one person may have on one run"""


def bookmarks_of(run: Run) -> QuerySet[Bookmark]:
    """The notes on lives that are there to be seen, in the lives' order."""
    kept = RecordedEpisode.objects.filter(run=OuterRef("run"), episode=OuterRef("episode"))
    return Bookmark.objects.filter(Exists(kept), run=run).select_related("author").order_by(*Bookmark._meta.ordering)


def bookmark_add(*, run: Run, author: Person, episode: int, step: int, note: str) -> Bookmark:
    """Leave a note on a moment of a recorded life.

    Raises:
        RunError: the life was not kept, the step is beyond its end, or the note is empty, too long or unprintable
        LimitError: the author has `MOST` notes on this run already
    """
    note = line_checked("note", note, Bookmark.NOTE_LENGTH)
    with transaction.atomic():
        # Locked, so that it stays as long as the note is not there to keep it.
        life = RecordedEpisode.objects.select_for_update().filter(run=run, episode=episode).first()
        if life is None:
            raise RunError("This life was not kept.", [FieldError("episode", "is none of the recorded lives", episode)])
        if step > life.steps:
            message = f"must be 0 to {life.steps}, the steps of this life"
            raise RunError("The step is beyond the life's end.", [FieldError("step", message, step)])
        # Locks the author's row, so that notes at once do not all count one too few.
        Person.objects.select_for_update().get(pk=author.pk)
        if Bookmark.objects.filter(run=run, author=author).count() >= MOST:
            raise LimitError(f"You have {MOST} bookmarks on this run; that is the limit. Remove one first.")
        return Bookmark.objects.create(run=run, author=author, episode=episode, step=step, note=note)


def bookmark_remove(*, id: UUID, by: Person) -> None:
    """Remove a note: one's own, or as an instructor anyone's.

    Raises:
        Bookmark.DoesNotExist: there is none
        NotAllowedError: it is someone else's
    """
    bookmark = Bookmark.objects.get(pk=id)
    if bookmark.author_id != by.pk and not by.is_instructor:
        raise NotAllowedError("This bookmark is someone else's.")
    bookmark.delete()
