"""What is done with a class: make it, open and close it for joining, join it, leave it."""

import unicodedata

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from lab.errors import FieldError
from lab.people import codes, services, tries, words
from lab.people.errors import ConflictError, NotForYouError, PeopleError, SignInError
from lab.people.models import Classroom, Membership, Person

MOST_MEMBERS = 200
"""people of one class: a code that got out fills no database"""

Role = Person.Role
CREW_ONLY = "Only instructors and assistants look after classes."


def class_make(*, by: Person, name: str) -> Classroom:
    """Make a class, open for joining, and make it its maker's current one.

    Raises:
        NotForYouError: `by` is no instructor
        PeopleError: the name cannot be used
    """
    if not by.is_instructor:
        raise NotForYouError("Only instructors make classes.")
    title = line_checked("name", name, Classroom.NAME_LENGTH)
    with transaction.atomic():
        classroom = Classroom.objects.create(name=title, owner=by)
        Membership.objects.create(classroom=classroom, person=by)
        code_renew(classroom=classroom)
        by.classroom = classroom
        by.save(update_fields=["classroom"])
    return classroom


def code_renew(*, classroom: Classroom) -> None:
    """A new join code; the old one lets nobody in any more."""
    for _ in range(20):
        try:
            with transaction.atomic():
                classroom.join_code = codes.new_code()
                classroom.save(update_fields=["join_code"])
            return
        except IntegrityError:
            continue  # another class has it
    raise ConflictError("No free join code was found; try again.")


def code_revoke(*, classroom: Classroom) -> None:
    """Nobody joins any more. Who is in stays in."""
    classroom.join_code = None
    classroom.save(update_fields=["join_code"])


def class_join(request: HttpRequest, *, code: str, nickname: str, pawn: int) -> Person:
    """Join a class with its code and begin a session. Who is in it already, in this browser, just goes on.

    Raises:
        TooManyTriesError: before the code is looked at
        SignInError: no class has this code
        PeopleError: the nickname cannot be used; ConflictError: it is taken, or the class is full
    """
    address = tries.address_of(request)
    tries.door_allowed(tries.JOIN_CODE, address)
    written = codes.as_code(code)
    classroom = Classroom.objects.filter(join_code=written).first() if "\0" not in written else None
    if classroom is None:
        tries.failed(tries.JOIN_CODE, address)
        raise SignInError("No class has this code. Look at the screen again, or ask your instructor.")
    here = request.user
    if isinstance(here, Person) and here.memberships.filter(classroom=classroom).exists():
        return here
    person = student_make(classroom=classroom, nickname=nickname, pawn=pawn)
    services.session_begin(request, person)
    return person


def student_make(*, classroom: Classroom, nickname: str, pawn: int | None, secret: str | None = None) -> Person:
    """A new student of the class: a nickname, a pawn's colour, and a code that a log-in card can bear.

    Args:
        secret: the hash of a card's secret words; without it they come in by the class's code only

    Raises:
        PeopleError: the nickname cannot be used
        ConflictError: someone in the class has it, or the class is full
    """
    nickname = line_checked("nickname", nickname, Person.NICKNAME_LENGTH)
    with transaction.atomic():
        # Locks the class's row: two who come at once do not both get the name.
        Classroom.objects.select_for_update().get(pk=classroom.pk)
        members = Person.objects.filter(memberships__classroom=classroom)
        if members.count() >= MOST_MEMBERS:
            raise ConflictError(f"The class has {MOST_MEMBERS} people; that is the limit.")
        if any(_alike(str(member)) == _alike(nickname) for member in members):
            message = "is taken in this class; choose another, or ask your instructor for a log-in card"
            raise ConflictError(f"{nickname} is taken in this class.", [FieldError("nickname", message, nickname)])
        person = Person(username=_free_username(), first_name=nickname, account=False, classroom=classroom)
        # Without a colour of their own, the next one of the row.
        person.pawn = pawn if pawn is not None else 1 + members.count() % Person.PAWNS
        person.password = secret or make_password(None)
        person.save()
        Membership.objects.create(classroom=classroom, person=person)
    return person


def member_appoint(*, membership: Membership, by: Person, role: str) -> None:
    """Make a student an assistant, or an assistant a student again.

    Raises:
        NotForYouError: `by` is no instructor
        ConflictError: the member is neither
    """
    if not by.is_instructor:
        raise NotForYouError("Only instructors appoint assistants.")
    person = membership.person
    if person.told_role not in (Role.STUDENT, Role.ASSISTANT):
        raise ConflictError(f"{person} is no student and no assistant.")
    person.role = Role(role)
    person.save(update_fields=["role"])


def member_remove(*, membership: Membership, by: Person) -> None:
    """Take someone out of a class. A student who came by code or card is deleted with all that is theirs.

    Raises:
        NotForYouError: `by` is no instructor, and the member no student
        ConflictError: something of theirs cannot be deleted now
    """
    person = membership.person
    if not by.is_instructor and person.told_role != Role.STUDENT:
        raise NotForYouError("Only instructors remove assistants and instructors.")
    if not person.account:
        services.person_delete(person)
        return
    with transaction.atomic():
        if person.classroom_id == membership.classroom_id:
            person.classroom = None
            person.save(update_fields=["classroom"])
        membership.delete()


def class_choose(*, person: Person, classroom: Classroom | None) -> None:
    """Make a class one's current one; None is the whole lab."""
    person.classroom = classroom
    person.save(update_fields=["classroom"])


def line_checked(field: str, text: str, most: int) -> str:
    """A line that others will read, without spaces around it. Raises PeopleError."""
    stripped = text.strip()
    if trouble := words.line_trouble(stripped, most):
        raise PeopleError(f"The {field} cannot be used.", [FieldError(field, trouble, words.shown(stripped))])
    return stripped


def _alike(name: str) -> str:
    """Names that look the same are the same: capitals, widths and signs that are not seen do not tell people apart."""
    seen = unicodedata.normalize("NFKC", name)
    return "".join(sign for sign in seen if unicodedata.category(sign) != "Cf").casefold()


def _free_username() -> str:
    while True:
        username = codes.new_code()
        if not Person.objects.filter(username=username).exists():
            return username
