"""The clocks that leases, claims and the queue go by. No machine's own: those disagree, and are set ahead and back."""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone


def now() -> datetime:
    """The database's time, one for all machines. SQLite has none; who shares its file shares its machine's clock."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def broker_seconds(told: tuple[int, int]) -> float:
    """The broker's answer to TIME as seconds since 1970: one clock for all whose signs of life it keeps."""
    seconds, micros = told
    return seconds + micros / 1e6


def beyond(field: str, now: datetime, span: timedelta) -> Q:
    """Whether a moment lies more than `span` back; or as far ahead, which is where it comes to lie when the clock is
    set back."""
    return Q(**{f"{field}__lt": now - span}) | Q(**{f"{field}__gt": now + span})


_ANCHOR = datetime.now(UTC) - timedelta(seconds=time.monotonic())


def steady() -> datetime:
    """A date that goes on evenly from when this process began, also when the machine's clock is set: for intervals."""
    return _ANCHOR + timedelta(seconds=time.monotonic())
