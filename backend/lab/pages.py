"""The few answers that belong to no room: the app's one page, the health check, and what is not there."""

import logging
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from lab import broker, database
from lab.schedule import crew
from lab.store import disk

logger = logging.getLogger(__name__)


@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """The page that loads the app. Never cached: it names the present version's files, which are cached for ever.

    From where those files are served, not from where they are built: a build beside a running HAMLET changes nothing.
    """
    try:
        page = (Path(settings.STATIC_ROOT) / "app" / "index.html").read_bytes()
    except FileNotFoundError:
        text = "The pages are not built yet. Run deploy/run, or: python deploy/frontend.py"
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, headers={"Cache-Control": "no-cache"})


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when HAMLET can do its work: the database and the broker answer. 503 names what does not."""
    return _told({"database": _database_trouble(), "broker": broker.problem(settings.BROKER.url)})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this process may be sent browsers: as /healthz, and the tables are this version's. Tells also what pages
    do without: whether the disk has room for a run to begin, and how many workers live."""
    tables, alive = None, 0
    found = _database_trouble()
    if not found:
        try:
            tables = database.why_not_these_tables()
            alive = sum(worker.alive for worker in crew.workers())
        except DatabaseError as error:
            found = str(error)
    return _told(
        {"database": found, "broker": broker.problem(settings.BROKER.url), "tables": tables},
        disk="nearly full" if disk.is_full() else "ok",
        workers_alive=alive,
    )


def _database_trouble() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return str(error)
    return None


def _told(troubles: dict[str, str | None], **more: str | int) -> JsonResponse:
    for name, trouble in troubles.items():
        if trouble:
            logger.warning("health check: %s: %s", name, trouble)
    # What exactly is wrong is for the log; this address is open to everyone.
    words = {"tables": "other version"}
    state = {name: words.get(name, "no answer") if trouble else "ok" for name, trouble in troubles.items()}
    ill = any(troubles.values())
    return JsonResponse({"status": "unavailable" if ill else "ok", **state, **more}, status=503 if ill else 200)


@csrf_exempt
def no_such_address(request: HttpRequest) -> JsonResponse:
    """A mistyped API address, told in the API's own form of error (RFC 9457)."""
    problem = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": f"No such address: {request.path}"}
    return JsonResponse(problem, status=404, content_type="application/problem+json")


def nothing_here(request: HttpRequest) -> HttpResponse:
    """A file or a socket that does not exist."""
    raise Http404
