"""One line a record, to standard error: time, level, room, what happened.

    2026-11-24T10:33:56.123Z WARNING web lab.runs.services  The run could not be ...

The room is the process (web, worker, beat) and then the logger. A stack trace stays in its record's line, so that a
record can be found, counted and sorted with ordinary tools. With `HAMLET_LOG=json` each record is a JSON object, and
what a worker says while it trains carries the run and the slice (its fence number), as does what is said of a slice
elsewhere (`extra`).
"""

import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class OneLine(logging.Formatter):
    """Formats a record as one line."""

    converter = staticmethod(time.gmtime)  # UTC, wherever the machine stands
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        room = os.environ.get("HAMLET_ROOM", "shell")
        super().__init__(f"%(asctime)s %(levelname)-7s {room} %(name)s  %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\r", "").replace("\n", " | ")


_about: dict[str, Any] = {}
"""what this process trains now; a worker trains one slice at a time, with several threads"""


@contextmanager
def about(**what: Any) -> Iterator[None]:
    """Records of this process carry these fields while the block lasts, whichever thread they come from."""
    _about.update(what)
    try:
        yield
    finally:
        for name in what:
            _about.pop(name, None)


class JsonLine(OneLine):
    """Formats a record as one JSON object: time, level, room, logger, message; trace, run, slice where there are."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": self.formatTime(record), "level": record.levelname, "room": os.environ.get("HAMLET_ROOM", "shell"),
            "logger": record.name, "message": record.getMessage(), **_about,
            **{name: vars(record)[name] for name in ("run", "slice") if name in vars(record)},
        }  # fmt: skip
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


class UnknownHost(logging.Filter):
    """Tells of a request under a name that is not allowed in one sentence that says what to do about it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.msg = f"{record.getMessage()} (HAMLET_ALLOWED_HOSTS)"
        record.args = ()
        return True


def report_to(address: str) -> None:
    """Tell a Sentry project of errors, with the run and the slice that is trained. No bodies, no cookies, no values of
    variables: secrets may be among them."""
    import sentry_sdk  # optional, and some 0.1 s

    def about_what(event: Any, hint: Any) -> Any:
        event["tags"] = {**event.get("tags", {}), "room": os.environ.get("HAMLET_ROOM", "shell"), **_about}
        return event

    sentry_sdk.init(
        dsn=address,
        before_send=about_what,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
    )


def config(form: str) -> dict[str, Any]:
    """Django's LOGGING with records as `lines` or as `json`."""
    return {**CONFIG, "formatters": {"one-line": {"()": {"lines": OneLine, "json": JsonLine}[form]}}}


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"one-line": {"()": OneLine}},
    "filters": {"unknown-host": {"()": UnknownHost}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one-line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "lab": {"level": "INFO"},
        "hamlet": {"level": "INFO"},
        # Django logs each 404 and each refused form as a warning; the reader of these lines can mend neither.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["unknown-host"]},
        # Django's own handlers for these would print beside ours.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Celery's pool says through this one that a child of it was killed, and does not pass it on.
        "multiprocessing": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
