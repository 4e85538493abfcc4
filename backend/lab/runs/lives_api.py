"""The part of the API for recorded lives that are taken home."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router

from lab.people.problems import PROBLEMS
from lab.runs import downloads, takeaway
from lab.runs.doors import life_of

PAGE = {"responses": {200: {"description": "One HTML file", "content": {"text/html": {"schema": {"type": "string"}}}}}}

router = Router(tags=["lives"])


@router.get("/runs/{id}/episodes/{number}/page", response=PROBLEMS, operation_id="life_page", openapi_extra=PAGE)
def life_page(request: HttpRequest, id: str, number: str) -> HttpResponseBase:
    """A kept life with its replay in one HTML file, which opens without a network."""
    life = life_of(request, id, number)
    page = takeaway.replay_page(life)
    name = takeaway.file_name(life, "html")
    return downloads.bytes_response(page, content_type="text/html; charset=utf-8", save_as=name)
