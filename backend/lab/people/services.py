"""What is done with people: the first instructor, signing in, leaving for good."""

import secrets
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY, authenticate, login
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.http import HttpRequest

from lab.people import codes, tries
from lab.people.errors import SignInError
from lab.people.models import FailedSignIn, Person

WRONG = "Name or password is wrong."
WRONG_CARD = "Code or secret words are wrong."
TERM = 26 * 7 * 24 * 3600
"""seconds that a student stays signed in on the browser they joined with; they have no password to come back by"""

person_leaves = Signal()
"""Sent with `person` before someone is deleted, inside the transaction: other rooms remove what is that person's."""


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


def sign_in(request: HttpRequest, username: str, password: str, wrong: str = WRONG) -> Person:
    """Begin a session for the person with this name and password.

    Raises:
        TooManyTriesError: before the password is looked at
        SignInError: name and password do not belong together
    """
    if "\0" in username + password:
        raise SignInError(wrong)  # databases do not take it, and no account has it
    address = tries.address_of(request)
    tries.sign_in_allowed(username, address)
    person = authenticate(request, username=username, password=password)
    if not isinstance(person, Person):
        # The failure itself is counted by the signal, for every door (lab/people/signals.py).
        raise SignInError(wrong)
    session_begin(request, person)
    tries.forgive(username, address)
    return person


def card_sign_in(request: HttpRequest, code: str, words: str) -> Person:
    """Begin a session for the student with this log-in card; spelling counts, capitals and spaces do not."""
    return sign_in(request, codes.as_code(code), codes.as_words(words), WRONG_CARD)


def session_begin(request: HttpRequest, person: Person) -> None:
    """Sign this person in. A session that was known before is worth nothing after."""
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    if not person.account:
        request.session.set_expiry(TERM)


def person_delete(person: Person) -> None:
    """Delete someone and all that is theirs: no row and no file is left that names them.

    Raises whatever a receiver of `person_leaves` raises to say that it cannot be done now; nothing is deleted then.
    """
    with transaction.atomic():
        person_leaves.send(sender=Person, person=person)
        Session.objects.filter(session_key__in=_sessions_of(person)).delete()
        FailedSignIn.objects.filter(username=tries.normal(person.username)).delete()
        # The admin's own history has names in it.
        kind = ContentType.objects.get_for_model(Person)
        LogEntry.objects.filter(content_type=kind, object_id=str(person.pk)).delete()
        person.delete()


def _sessions_of(person: Person) -> list[str]:
    found: list[Any] = []
    for row in Session.objects.iterator():
        if row.get_decoded().get(SESSION_KEY) == str(person.pk):
            found.append(row.session_key)
    return found
