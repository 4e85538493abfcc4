"""A class, and those who belong to it in their different ways."""

from types import SimpleNamespace

import pytest

# What has models is imported where it is used: pytest reads this file before Django is set up.


@pytest.fixture
def elsinore(polonius):
    """The class of Polonius, open for joining."""
    from lab.people import classes

    return classes.class_make(by=polonius, name="Elsinore")


@pytest.fixture
def cast(polonius, ophelia, fortinbras, elsinore):
    """One of each: who they are, by what they are to the class of Elsinore."""
    from django.contrib.auth.hashers import make_password

    from lab.people import classes, guests
    from lab.people.models import Membership, Person

    def member(nickname, role="student"):
        person = classes.student_make(
            classroom=elsinore, nickname=nickname, pawn=1, secret=make_password("amber river stone")
        )
        person.role = role
        person.save()
        return person

    Membership.objects.create(classroom=elsinore, person=ophelia)
    link, _ = guests.guest_invite(classroom=elsinore, by=polonius, hours=1)
    other = classes.class_make(by=Person.objects.create_user("osric", role="instructor"), name="Norway")
    return SimpleNamespace(
        instructor=polonius,
        assistant=member("Horatio", "assistant"),
        student=member("Laertes"),
        account=ophelia,
        guest=link.person,
        stranger=fortinbras,
        outsider=classes.student_make(classroom=other, nickname="Captain", pawn=2),
        link=link,
        elsinore=elsinore,
        norway=other,
    )
