"""How often one may guess at a door: wrong passwords, join codes and guest links, counted for some minutes."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lab.people.errors import TooManyTriesError
from lab.people.models import FailedSignIn

WINDOW = timedelta(minutes=5)
"""How long a wrong one counts."""
MOST_FOR_NAME_AND_ADDRESS = 5
"""Wrong passwords for one name from one address, after which that address waits. Others are not locked out by it."""
MOST_FOR_NAME = 50
"""Wrong passwords for one name from anywhere: guessing from many addresses."""
MOST_FOR_ADDRESS = 100
"""Wrong passwords from one address: a school has one address for everyone."""

JOIN_CODE, GUEST_LINK = "join code", "guest link"
"""Doors without a name. A space is in no username, so they are counted apart from every person."""
MOST_CODES_FOR_ADDRESS = 20
"""Wrong join codes from one address. A class of thirty mistypes less, and of 2.6 million codes this tries few."""
MOST_CODES = 200
"""Wrong join codes from anywhere: 2,400 an hour, of 2.6 million codes."""


def sign_in_allowed(username: str, address: str) -> None:
    """Return if this name may be tried from this address now. Raises TooManyTriesError."""
    recent = _recent()
    mine = recent.filter(username=normal(username))
    _within(mine.filter(address=address), MOST_FOR_NAME_AND_ADDRESS)
    _within(mine, MOST_FOR_NAME)
    _within(recent.filter(address=address).exclude(username__in=[JOIN_CODE, GUEST_LINK]), MOST_FOR_ADDRESS)


def door_allowed(door: str, address: str) -> None:
    """Return if a code or link may be tried from this address now. Raises TooManyTriesError."""
    tries = _recent().filter(username=door)
    what = "codes" if door == JOIN_CODE else "links"
    _within(tries.filter(address=address), MOST_CODES_FOR_ADDRESS, what)
    _within(tries, MOST_CODES, what)


def failed(door: str, address: str) -> None:
    """Count a wrong one, and forget those that count no more."""
    now = timezone.now()
    FailedSignIn.objects.filter(at__lte=now - WINDOW).delete()
    FailedSignIn.objects.create(username=normal(door), address=address, at=now)


def forgive(username: str, address: str) -> None:
    """The right one came: the wrong ones before it count no more."""
    FailedSignIn.objects.filter(username=normal(username), address=address).delete()


def address_of(request: HttpRequest | None) -> str:
    """Where a request comes from, as far as the server in front of us says."""
    return str(request.META.get("REMOTE_ADDR") or "")[:64] if request is not None else ""


def normal(username: str) -> str:
    """A name as it is counted: case and length cannot be used to get around the limit."""
    return username.casefold()[:150]


def _recent() -> QuerySet[FailedSignIn]:
    return FailedSignIn.objects.filter(at__gt=timezone.now() - WINDOW)


def _within(failures: QuerySet[FailedSignIn], most: int, what: str = "passwords") -> None:
    # The try that, once it is old, leaves fewer than the limit.
    blocking = list(failures.order_by("-at").values_list("at", flat=True)[most - 1 : most])
    if blocking:
        raise TooManyTriesError(_seconds_until(blocking[0] + WINDOW), what)


def _seconds_until(moment: datetime) -> int:
    return max(1, int((moment - timezone.now()).total_seconds()) + 1)
