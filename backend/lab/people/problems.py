"""How the API says no: RFC 9457 problem details, the same shape for every refusal."""

import json
import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from lab.people import words
from lab.people.errors import BusyError, ConflictError, NotForYouError, PeopleError, SignInError, TooManyTriesError

logger = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
"""bytes; the longest honest request has a few thousand"""


class FieldErrorOut(Schema):
    field: str = Field(description="Where in what was sent, such as config.learning_rate")
    message: str
    value: Any = Field(None, description="What was sent there, shortened")


class ProblemOut(Schema):
    """What was refused and why (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldErrorOut]


PROBLEMS: dict[int, type[Schema]] = dict.fromkeys((400, 401, 403, 404, 409, 410, 413, 422, 429), ProblemOut)
"""what any address may answer instead"""

DISK_FULL = "53100"
"""how PostgreSQL says so; SQLite has words only: database or disk is full"""

SECRETS = {"password", "words", "secret", "body"}
"""fields whose value is never repeated; the body as a whole may hold one"""

TITLES = {
    400: "Bad Request", 401: "Not signed in", 403: "Not allowed", 404: "Not Found", 409: "Not now", 410: "Gone",
    413: "Too large", 422: "Some fields cannot be used", 429: "Too many", 500: "Something went wrong on our side",
    503: "Out of order",
}  # fmt: skip


class RefusalError(Exception):
    """An answer that is a problem."""

    def __init__(self, status: int, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors or []


def problem(status: int, detail: str, errors: list[dict[str, Any]] | None = None, **headers: str) -> HttpResponse:
    """The answer that says no."""
    content = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }
    return HttpResponse(
        json.dumps(content, allow_nan=False),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


class StrictJSON(Parser):
    """Bodies are JSON of a bounded size."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
                raise RefusalError(413, f"The request is larger than {LARGEST_BODY // 1024} kB.")
            if (request.content_type or "") != "application/json":
                raise RefusalError(400, "The body must be JSON, with Content-Type: application/json.")
            return json.loads(request.body)
        except (ValueError, RecursionError):
            raise RefusalError(400, "The body is not JSON.") from None


def install(api: NinjaAPI) -> None:
    """Let every error of this API be answered in this form."""

    @api.exception_handler(RefusalError)
    def refused(request: HttpRequest, error: RefusalError) -> HttpResponse:
        return problem(error.status, error.detail, error.errors)

    @api.exception_handler(RequestDataTooBig)
    def huge(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(413, f"The request is larger than {LARGEST_BODY // 1024} kB.")

    @api.exception_handler(RawPostDataException)
    def form(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
        # The CSRF check has read the body as a form.
        return problem(400, "The body must be JSON, with Content-Type: application/json.")

    @api.exception_handler(MultiPartParserError)
    def torn(request: HttpRequest, error: MultiPartParserError) -> HttpResponse:
        return problem(400, "The form cannot be read: its Content-Type names no boundary, or its parts are damaged.")

    @api.exception_handler(AuthenticationError)
    def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem(401, "Sign in first." if str(error) == "Unauthorized" else str(error))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, RefusalError):  # ninja wraps whatever a parser raises
            return refused(request, cause)
        if error.status_code == 403 and "CSRF" in str(error):
            return problem(403, "The CSRF token is missing or old. Load the page again.")
        return problem(error.status_code, str(error))

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, str(error) or "There is nothing at this address.")

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        # Where a part of the address is malformed, there is nothing at that address.
        if any(detail["loc"][0] == "path" for detail in error.errors):
            return problem(404, "There is nothing at this address.")
        errors = []
        for detail in error.errors:
            # The first part says where in the request, not where in the content.
            place = [str(part) for part in detail["loc"][1:] if part != "payload"]
            # Where a field is missing, pydantic gives all that was sent: too much to repeat, and maybe a secret.
            value = None if detail["type"] == "missing" else words.shown(detail.get("input"))
            errors.append({"field": ".".join(place) or "body", "message": words.sentence(detail, {}), "value": value})
        # A secret is not sent back, not even a wrong one.
        errors = [{**entry, "value": None} if entry["field"] in SECRETS else entry for entry in errors]
        return problem(422, "; ".join(f"{entry['field']} {entry['message']}" for entry in errors[:3]) + ".", errors)

    @api.exception_handler(PeopleError)
    def refused_about_people(request: HttpRequest, error: PeopleError) -> HttpResponse:
        status = {NotForYouError: 403, ConflictError: 409}.get(type(error), 422)
        return problem(status, str(error), [field._asdict() for field in error.errors])

    @api.exception_handler(SignInError)
    def wrong_password(request: HttpRequest, error: SignInError) -> HttpResponse:
        return problem(401, str(error))

    @api.exception_handler(TooManyTriesError)
    def too_many(request: HttpRequest, error: TooManyTriesError) -> HttpResponse:
        return problem(429, str(error), Retry_After=str(error.wait))

    @api.exception_handler(BusyError)
    def busy(request: HttpRequest, error: BusyError) -> HttpResponse:
        return problem(429, str(error), Retry_After=str(error.wait))

    @api.exception_handler(OperationalError)
    def no_database(request: HttpRequest, error: OperationalError) -> HttpResponse:
        logger.error("%s %s: %s", request.method, request.path, " ".join(str(error).split()))
        if "full" in str(error) or getattr(error.__cause__, "sqlstate", None) == DISK_FULL:
            return problem(503, "The disk is full: nothing is kept until something is deleted. Tell your operator.")
        return problem(503, "The database does not answer. Try again in a moment.", Retry_After="5")

    @api.exception_handler(Exception)
    def ours(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.exception("%s %s failed", request.method, request.path, exc_info=error)
        return problem(500, "Something went wrong on our side.")
