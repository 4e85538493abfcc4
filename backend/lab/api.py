"""The REST API under /api/v1: the doors of all rooms, and how they say no (docs/api.md)."""

import logging
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from lab.hooks.api import router as webhooks
from lab.lives.api import router as lives
from lab.lives.arena_api import router as arena
from lab.lives.review_api import router as review
from lab.people import words
from lab.people.api import router as people
from lab.people.auth import known
from lab.people.class_api import router as classes
from lab.people.problems import StrictJSON, install, problem
from lab.people.token_api import router as tokens
from lab.registry.api import router as models
from lab.runs.api import router as runs
from lab.runs.errors import GoneError, LimitError, NotAllowedError, RunError, WrongStateError
from lab.schedule.api import router as fair_use
from lab.store.files import StorageAwayError

logger = logging.getLogger(__name__)

STATUS = {NotAllowedError: 403, WrongStateError: 409, LimitError: 409, GoneError: 410, RunError: 422}


def _version() -> str:
    try:
        return version("hamlet-lab")
    except PackageNotFoundError:
        from hamlet import __version__

        return str(__version__)


class Api(NinjaAPI):
    """The API, whose document tells of refusals as they are sent."""

    def get_openapi_schema(self, **where: Any) -> Any:
        document = super().get_openapi_schema(**where)
        for operation in (one for path in document["paths"].values() for one in path.values()):
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"]["application/problem+json"] = answer["content"].pop("application/json")
        return document


# No docs page: the ready-made ones load scripts from other servers, which our policy forbids.
api = Api(title="HAMLET", version=_version(), docs_url=None, auth=known, parser=StrictJSON(), urls_namespace="api")
install(api)


@api.exception_handler(RunError)
def _refused(request: HttpRequest, error: RunError) -> HttpResponse:
    return problem(
        STATUS[type(error)],
        str(error),
        [{**field._asdict(), "value": words.shown(field.value)} for field in error.errors],
    )


@api.exception_handler(StorageAwayError)
def _no_storage(request: HttpRequest, error: StorageAwayError) -> HttpResponse:
    logger.error("%s %s: %s", request.method, request.path, error)
    return problem(503, "The storage of files does not answer. Try again in a moment.", Retry_After="5")


for room in (people, classes, tokens, webhooks, runs, models, review, lives, arena, fair_use):
    api.add_router("", room)
