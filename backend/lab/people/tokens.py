"""Tokens for programs: shown once, kept as a hash, ended by time, by hand or by a new password."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lab.people.classes import line_checked
from lab.people.errors import ConflictError, NotForYouError
from lab.people.models import ApiToken, Person

PREFIX = "hamlet_"
"""so that a token that got into a text is found by who looks for such things"""
LONGEST = 200
"""characters; what is longer is no token and not worth hashing"""
MOST_DAYS = 366
MOST_TOKENS = 20
"""of one person, at once"""
USED_EVERY = timedelta(minutes=1)
"""how exactly the last use is kept: a program that asks every second writes once a minute"""


def token_make(*, person: Person, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    """A new token and its text, which is told this once and kept nowhere.

    Raises:
        NotForYouError: guests have none
        PeopleError: the name cannot be used
        ConflictError: the person has too many
    """
    if person.is_guest:
        raise NotForYouError("Guests have no tokens.")
    title = line_checked("name", name, ApiToken.NAME_LENGTH)
    text = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        # Locks the person's row, so that many at once do not all count one too few.
        Person.objects.select_for_update().get(pk=person.pk)
        ApiToken.objects.filter(person=person, expires_at__lte=now).delete()
        if ApiToken.objects.filter(person=person).count() >= MOST_TOKENS:
            raise ConflictError(f"You have {MOST_TOKENS} tokens; that is the limit. Revoke one first.")
        token = ApiToken.objects.create(
            person=person, name=title, scope=scope, digest=_digest(text), expires_at=now + timedelta(days=days),
            sign_in_hash=person.get_session_auth_hash(),
        )  # fmt: skip
    return token, text


def token_of(text: str) -> ApiToken | None:
    """The token with this text, with its person; None if there is none that still works. Its use is noted."""
    if len(text) > LONGEST:
        return None
    now = timezone.now()
    token = ApiToken.objects.filter(digest=_digest(text)).select_related("person").first()
    if token is None or not works(token):
        return None
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token


def works(token: ApiToken) -> bool:
    """Not expired; its person is active, no guest, and has the password they had when they made it."""
    person = token.person
    return (
        token.expires_at > timezone.now()
        and person.is_active
        and not person.is_guest
        and constant_time_compare(token.sign_in_hash, person.get_session_auth_hash())
    )


def _digest(text: str) -> str:
    # A long random text needs no slow hash.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
