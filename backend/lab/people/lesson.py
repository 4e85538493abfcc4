"""A class's lesson: when it ends, and how much its people may train."""

from datetime import datetime, timedelta
from typing import Any

from django.dispatch import Signal

from lab import clock
from lab.errors import FieldError
from lab.people.errors import NotForYouError, PeopleError
from lab.people.models import Classroom, Person

LONGEST = timedelta(hours=24)
"""A lesson ends within so long."""

lesson_changed = Signal()
"""Sent with `classroom` when its bell was set, moved or taken away."""


def lesson_set(*, classroom: Classroom, by: Person, changes: dict[str, Any], now: datetime | None = None) -> None:
    """Set a class's bell, its limits, or both.

    Args:
        changes: `bell_at` and names of Classroom.LIMITS; None is no bell, no limit

    Raises:
        NotForYouError: limits are for instructors; an assistant's own runs count among the class's
        PeopleError: the bell is over already, or too far away; nothing was changed
    """
    limits = set(changes) & set(Classroom.LIMITS)
    if limits and not by.is_instructor:
        raise NotForYouError("Only instructors set the limits of a class.")
    bell_at = changes.get("bell_at")
    now = now or clock.now()
    if bell_at is not None and not now < bell_at <= now + LONGEST:
        message = "must be a time from now on, within 24 hours"
        raise PeopleError(f"bell_at {message}.", [FieldError("bell_at", message, bell_at.isoformat())])
    for name, value in changes.items():
        setattr(classroom, name, value)
    classroom.save(update_fields=list(changes))
    if "bell_at" in changes:
        lesson_changed.send(sender=Classroom, classroom=classroom)
