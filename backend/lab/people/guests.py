"""Guest links: whoever has one looks at a class's runs, changes nothing, until it ends or is taken back."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from lab.people import services, tries
from lab.people.errors import ConflictError, SignInError
from lab.people.models import Classroom, GuestLink, Membership, Person

MOST_HOURS = 30 * 24
MOST_LINKS = 20
"""open links of one class"""


def guest_invite(*, classroom: Classroom, by: Person, hours: int) -> tuple[GuestLink, str]:
    """A new link and its secret, which is told this once and kept nowhere.

    Raises ConflictError: the class has too many open links
    """
    secret = secrets.token_urlsafe(24)
    now = timezone.now()
    with transaction.atomic():
        Classroom.objects.select_for_update().get(pk=classroom.pk)
        for old in GuestLink.objects.filter(classroom=classroom, expires_at__lte=now).select_related("person"):
            services.person_delete(old.person)
        if GuestLink.objects.filter(classroom=classroom).count() >= MOST_LINKS:
            raise ConflictError(f"The class has {MOST_LINKS} open guest links; that is the limit. Revoke one first.")
        person = Person(username=f"guest-{secrets.token_hex(6)}", first_name="Guest", role=Person.Role.GUEST)
        person.account, person.classroom = False, classroom
        person.set_unusable_password()
        person.save()
        Membership.objects.create(classroom=classroom, person=person)
        link = GuestLink.objects.create(
            classroom=classroom, person=person, made_by=by, digest=_digest(secret),
            expires_at=now + timedelta(hours=hours),
        )  # fmt: skip
    return link, secret


def guest_enter(request: HttpRequest, secret: str) -> Person:
    """Begin a guest's session, which ends with the link. Someone who is signed in stays who they are.

    Raises:
        TooManyTriesError: before the link is looked at
        SignInError: there is no such link, or no longer
    """
    address = tries.address_of(request)
    tries.door_allowed(tries.GUEST_LINK, address)
    link = GuestLink.objects.filter(digest=_digest(secret), expires_at__gt=timezone.now()).first()
    if link is None:
        tries.failed(tries.GUEST_LINK, address)
        raise SignInError("This link has ended or was taken back. Ask whoever gave it to you for a new one.")
    here = request.user
    if isinstance(here, Person) and not here.is_guest:
        return here
    services.session_begin(request, link.person)
    request.session.set_expiry(link.expires_at)
    return link.person


def guest_revoke(*, link: GuestLink) -> None:
    """End a link now: nobody comes in by it, and those who did are out, with their open sockets."""
    services.person_delete(link.person)


def _digest(secret: str) -> str:
    # A long random secret needs no slow hash.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
