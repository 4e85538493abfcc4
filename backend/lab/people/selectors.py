"""What is asked about people."""

from collections.abc import Mapping

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lab.people.models import Person


def sessions_alive(sessions: Mapping[str, int]) -> set[str]:
    """Which of these sessions still are what they were: not signed out, not expired, person active, password unchanged.

    Two queries, whatever their number.

    Args:
        sessions: session key -> id of the person it was opened for
    """
    people = Person.objects.filter(is_active=True).in_bulk(set(sessions.values()))
    alive = set()
    for row in Session.objects.filter(session_key__in=list(sessions), expire_date__gt=timezone.now()):
        content = row.get_decoded()
        person = people.get(sessions[row.session_key])
        if person is None or content.get(SESSION_KEY) != str(person.pk):
            continue
        if constant_time_compare(content.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
            alive.add(row.session_key)
    return alive
