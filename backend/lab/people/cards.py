"""Log-in cards: a code and secret words for each student, to be printed and handed out."""

from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lab.errors import FieldError
from lab.people import classes, codes
from lab.people.errors import ConflictError, PeopleError
from lab.people.models import Classroom, Membership, Person

MOST = 60
"""cards made at once; each costs a password's hash, a tenth of a second"""


class Card(NamedTuple):
    """What is printed. The words are kept nowhere: a lost card is replaced by a new one."""

    membership: Membership
    code: str
    words: str


def cards_make(*, classroom: Classroom, names: list[str]) -> list[Card]:
    """A new student and their card for each name; all of them or none.

    Raises:
        PeopleError: a name cannot be used, or there are none or too many
        ConflictError: a name is taken in the class or stands twice, or the class is full
    """
    names = [name.strip() for name in names if name.strip()]
    if not 1 <= len(names) <= MOST:
        raise PeopleError(
            "The cards cannot be made.", [FieldError("names", f"has {len(names)} names; allowed are 1 to {MOST}")]
        )
    # Hashing is slow by intent, and nobody else can write while a transaction of SQLite is open.
    secrets = [(words, make_password(words)) for words in (codes.new_words() for _ in names)]
    cards = []
    try:
        with transaction.atomic():
            for name, (words, secret) in zip(names, secrets, strict=True):
                person = classes.student_make(classroom=classroom, nickname=name, pawn=None, secret=secret)
                cards.append(Card(person.memberships.get(), person.username, words))
    except PeopleError as error:
        # Which of the thirty it was must be seen at the field that they were pasted into.
        errors = [FieldError("names", f"“{field.value}” {field.message}", field.value) for field in error.errors]
        raise type(error)(str(error), errors) from None
    return cards


def card_renew(*, membership: Membership) -> Card:
    """A new card for a student: their code with new secret words. The old words end, with every session they opened.

    Raises ConflictError for someone who has an account: their password is their own.
    """
    person = membership.person
    if person.account or person.role == Person.Role.GUEST:
        raise ConflictError(f"{person} signs in with a password, not with a card.")
    words = codes.new_words()
    person.set_password(words)
    person.save(update_fields=["password"])
    return Card(membership, person.username, words)
