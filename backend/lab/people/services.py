"""What is done with people: the first instructor, signing in and out."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from lab.people.models import FailedSignIn, Person

WINDOW = timedelta(minutes=5)
"""How long a wrong password counts."""
MOST_FOR_NAME_AND_ADDRESS = 5
"""Wrong passwords for one name from one address, after which that address waits. Others are not locked out by it."""
MOST_FOR_NAME = 50
"""Wrong passwords for one name from anywhere: guessing from many addresses."""
MOST_FOR_ADDRESS = 100
"""Wrong passwords from one address: a school has one address for everyone."""


WRONG = "Name or password is wrong."


class SignInError(Exception):
    """The name or the password is wrong. One message for both, so that names cannot be tried out."""


class TooManyTriesError(Exception):
    """Too many wrong passwords lately.

    Attributes:
        wait: whole seconds until the next try is listened to
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"Too many wrong passwords. Try again in {wait} seconds.")


def first_instructor() -> str | None:
    """Make the first account of a fresh site, `instructor`, who may do everything.

    Returns:
        Its password, known to nobody else and kept nowhere; None where there is somebody already.
    """
    if Person.objects.exists():
        return None
    password = secrets.token_urlsafe(9)
    try:
        with transaction.atomic():
            Person.objects.create_superuser("instructor", password=password, role=Person.Role.INSTRUCTOR)
    except IntegrityError:
        return None  # another process was quicker
    return password


def sign_in(request: HttpRequest, username: str, password: str) -> Person:
    """Begin a session for the person with this name and password.

    Raises:
        TooManyTriesError: before the password is looked at
        SignInError: name and password do not belong together
    """
    if "\0" in username + password:
        raise SignInError(WRONG)  # databases do not take it, and no account has it
    address = address_of(request)
    sign_in_allowed(username, address)
    person = authenticate(request, username=username, password=password)
    if not isinstance(person, Person):
        # The failure itself is counted by the signal, for every door (lab/people/signals.py).
        raise SignInError(WRONG)
    login(request, person)
    FailedSignIn.objects.filter(username=normal(username), address=address).delete()
    return person


def sign_in_allowed(username: str, address: str) -> None:
    """Return if this name may be tried from this address now. Raises TooManyTriesError."""
    since = timezone.now() - WINDOW
    recent = FailedSignIn.objects.filter(at__gt=since)
    mine = recent.filter(username=normal(username))
    limits = [
        (mine.filter(address=address), MOST_FOR_NAME_AND_ADDRESS),
        (mine, MOST_FOR_NAME),
        (recent.filter(address=address), MOST_FOR_ADDRESS),
    ]
    for failures, most in limits:
        # The try that, once it is old, leaves fewer than the limit.
        blocking = list(failures.order_by("-at").values_list("at", flat=True)[most - 1 : most])
        if blocking:
            raise TooManyTriesError(_seconds_until(blocking[0] + WINDOW))


def sign_in_failed(username: str, address: str) -> None:
    """Count a wrong password, and forget those that count no more."""
    now = timezone.now()
    FailedSignIn.objects.filter(at__lte=now - WINDOW).delete()
    FailedSignIn.objects.create(username=normal(username), address=address, at=now)


def address_of(request: HttpRequest | None) -> str:
    """Where a request comes from, as far as the server in front of us says."""
    return str(request.META.get("REMOTE_ADDR") or "")[:64] if request is not None else ""


def normal(username: str) -> str:
    """A name as it is counted: case and length cannot be used to get around the limit."""
    return username.casefold()[:150]


def _seconds_until(moment: datetime) -> int:
    return max(1, int((moment - timezone.now()).total_seconds()) + 1)
