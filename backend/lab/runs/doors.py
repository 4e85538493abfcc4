"""What every address about a run asks first."""

from uuid import UUID

from django.http import Http404, HttpRequest

from lab.runs import sight
from lab.runs.models import RecordedEpisode, Run


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
