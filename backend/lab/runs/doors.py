"""What every address about a run asks first."""

from uuid import UUID

from django.http import Http404, HttpRequest

from lab.runs import selectors
from lab.runs.models import Run


def run_of(request: HttpRequest, id: str) -> Run:
    """The run, if this person may see it. What one may not see is not there."""
    try:
        return selectors.runs_for(request.user).get(pk=UUID(id))
    except (ValueError, Run.DoesNotExist):
        raise Http404("There is no such run.") from None
