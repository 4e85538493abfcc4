"""One line a record, to standard error: time, level, room, what happened.

    2026-11-24T10:33:56.123Z WARNING web lab.runs.services  The run could not be ...

The room is the process (web, worker, beat) and then the logger. A stack trace stays in its record's line, so that a
record can be found, counted and sorted with ordinary tools.
"""

import logging
import os
import time
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


class UnknownHost(logging.Filter):
    """Tells of a request under a name that is not allowed in one sentence that says what to do about it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.msg = f"{record.getMessage()} (HAMLET_ALLOWED_HOSTS)"
        record.args = ()
        return True


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
    },
}
