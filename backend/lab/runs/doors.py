"""What every address about a run asks first."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from lab.runs import sight
from lab.runs.models import RecordedEpisode, Run

Left = TypeVar("Left", bound=Model)


def run_of(request: HttpRequest, id: str) -> Run:
    """The run, if this person may see it. What one may not see is not there."""
    try:
        return sight.runs_for(request.user).get(pk=UUID(id))
    except (ValueError, Run.DoesNotExist):
        raise Http404("There is no such run.") from None


def life_of(request: HttpRequest, id: str, number: str) -> RecordedEpisode:
    """A recorded life of a run, if this person may see it, with its run."""
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise Http404("There is no such life.")
    row = RecordedEpisode.objects.filter(run=run_of(request, id), episode=int(number)).select_related("run").first()
    if row is None:
        raise Http404("This life was not kept.")
    return row


def left_by_run(request: HttpRequest, rows: QuerySet[Left], id: str, what: str) -> Left:
    """Something that a run left behind, if this person may see the run: a row that names it as `run`.

    Args:
        what: the word for it in "There is no such ..."; what may not be seen is told in the very same words
    """
    seen: Any = sight.runs_for(request.user).values("pk")
    try:
        return rows.filter(run__in=seen).get(pk=UUID(id))
    except (ValueError, rows.model.DoesNotExist):  # type: ignore[attr-defined]
        raise Http404(f"There is no such {what}.") from None
