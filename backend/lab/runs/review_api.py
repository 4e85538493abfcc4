"""The part of the API for looking back: notes on recorded lives."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router
from ninja.responses import Status

from lab.people.problems import PROBLEMS
from lab.runs import bookmarks
from lab.runs.doors import run_of
from lab.runs.models import Bookmark
from lab.runs.schemas import BookmarkIn, BookmarkOut, Bookmarks

router = Router(tags=["review"])


@router.get("/runs/{id}/bookmarks", response={200: Bookmarks, **PROBLEMS}, operation_id="bookmarks")
def bookmark_list(request: HttpRequest, id: str) -> Bookmarks:
    """Everyone's notes on this run's recorded lives, in the lives' order."""
    rows = bookmarks.bookmarks_of(run_of(request, id))
    return Bookmarks(items=[BookmarkOut.of(row, request.user) for row in rows])


@router.post("/runs/{id}/bookmarks", response={201: BookmarkOut, **PROBLEMS}, operation_id="add_bookmark")
def bookmark_add(request: HttpRequest, id: str, payload: BookmarkIn) -> Any:
    """Leave a note on a moment of a recorded life."""
    row = bookmarks.bookmark_add(run=run_of(request, id), author=request.user, **payload.model_dump())
    return Status(201, BookmarkOut.of(row, request.user))


@router.delete("/bookmarks/{id}", response={204: None, **PROBLEMS}, operation_id="remove_bookmark")
def bookmark_remove(request: HttpRequest, id: str) -> Any:
    """Remove a note: one's own, or as an instructor anyone's."""
    try:
        bookmark = Bookmark.objects.select_related("run").get(pk=UUID(id))
        run_of(request, str(bookmark.run_id))
        bookmarks.bookmark_remove(id=bookmark.pk, by=request.user)
    except (ValueError, Bookmark.DoesNotExist):
        raise Http404("There is no such bookmark.") from None
    return Status(204, None)
