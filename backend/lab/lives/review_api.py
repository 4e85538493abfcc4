"""The part of the API for looking back: notes on recorded lives, curves of several runs in one picture."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from lab.lives import bookmarks
from lab.people import once
from lab.people.problems import PROBLEMS, RefusalError
from lab.runs import curves, sight
from lab.runs.doors import left_by_run, run_of
from lab.runs.models import Bookmark
from lab.runs.schemas import BookmarkIn, BookmarkOut, Bookmarks, CurveOut, OverlayOut

router = Router(tags=["review"])

MOST_RUNS = 100
"""in one picture"""

Place = Annotated[int | None, Query(ge=0, lt=2**53)]


@router.get("/runs/{id}/bookmarks", response={200: Bookmarks, **PROBLEMS}, operation_id="bookmarks")
def bookmark_list(request: HttpRequest, id: str) -> Bookmarks:
    """Everyone's notes on this run's recorded lives, in the lives' order."""
    rows = bookmarks.bookmarks_of(run_of(request, id))
    return Bookmarks(items=[BookmarkOut.of(row, request.user) for row in rows])


@router.post("/runs/{id}/bookmarks", response={201: BookmarkOut, **PROBLEMS}, operation_id="add_bookmark")
def bookmark_add(request: HttpRequest, id: str, payload: BookmarkIn, key: once.Key = None) -> Any:
    """Leave a note on a moment of a recorded life."""
    run = run_of(request, id)

    def deed() -> BookmarkOut:
        row = bookmarks.bookmark_add(run=run, author=request.user, **payload.model_dump())
        return BookmarkOut.of(row, request.user)

    return once.once(request, key, payload, 201, deed)


@router.delete("/bookmarks/{id}", response={204: None, **PROBLEMS}, operation_id="remove_bookmark")
def bookmark_remove(request: HttpRequest, id: str) -> Any:
    """Remove a note: one's own, or as an instructor anyone's."""
    bookmark = left_by_run(request, Bookmark.objects.all(), id, "bookmark")
    bookmarks.bookmark_remove(id=bookmark.pk, by=request.user)
    return Status(204, None)


@router.get("/curves", response={200: OverlayOut, **PROBLEMS}, operation_id="curves")
def curve_overlay(
    request: HttpRequest,
    runs: str,
    metric: str = "survival_mean",
    axis: Literal["steps", "episodes", "time"] = "steps",
    points: Annotated[int, Query(ge=1, le=2000)] = 400,
    left: Place = None,
    right: Place = None,
) -> OverlayOut:
    """One metric of up to 100 runs over steps, lives or ms of training, in stretches with mean, least and most.

    `runs`: ids with commas. `left`, `right`: the part to look at. A run that did not measure the metric has no curve.
    """
    if metric not in curves.METRICS:
        raise _wrong("metric", f"must be of {', '.join(curves.METRICS)}", metric)
    if left is not None and right is not None and right < left:
        raise _wrong("right", f"must be at least left, {left}", right)
    names = list(dict.fromkeys(name for name in runs.split(",") if name))
    if not 1 <= len(names) <= MOST_RUNS:
        raise _wrong("runs", f"must be 1 to {MOST_RUNS} ids of runs", len(names))
    try:
        wanted = [UUID(name) for name in names]
    except ValueError:
        raise Http404("There is no such run.") from None
    found = sight.runs_for(request.user).in_bulk(wanted)
    if len(found) < len(set(wanted)):
        raise Http404("There is no such run.")
    picture = curves.overlay([found[pk] for pk in wanted], metric, axis, points, left, right)
    told = [CurveOut(**{**curve._asdict(), "run": str(curve.run)}) for curve in picture.curves]
    return OverlayOut(
        metric=metric, axis=axis, left=picture.left, width=picture.width, points=picture.points, curves=told
    )


def _wrong(field: str, message: str, value: Any) -> RefusalError:
    return RefusalError(422, f"{field} {message}.", [{"field": field, "message": message, "value": str(value)[:100]}])
