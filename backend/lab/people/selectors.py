"""What is asked about people."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lab.people import tokens
from lab.people.models import ApiToken, Classroom, GuestLink, Membership, Person


def classes_for(person: Person) -> QuerySet[Classroom]:
    """The classes this person may look at: an instructor's are all, everyone else's those they belong to."""
    if person.is_instructor:
        return Classroom.objects.all()
    if not person.is_active:
        return Classroom.objects.none()
    return Classroom.objects.filter(pk__in=Membership.objects.filter(person=person).values("classroom"))


def current_class(person: Person) -> Classroom | None:
    """The class whose runs this person looks at, and to which what they launch belongs. None: the whole lab."""
    mine = classes_for(person)
    chosen = mine.filter(pk=person.classroom_id).first()
    # Who has no account belongs to a class, whatever was chosen.
    return mine.first() if chosen is None and not person.account else chosen


def counted(classes: QuerySet[Classroom]) -> QuerySet[Classroom]:
    """With their owners and numbers of students."""
    students = Count("memberships", filter=Q(memberships__person__role=Person.Role.STUDENT), distinct=True)
    return classes.select_related("owner").annotate(students=students)


def members_of(classroom: Classroom) -> QuerySet[Membership]:
    """The people of a class, by name; those who came by a guest link are no members."""
    rows = Membership.objects.filter(classroom=classroom).exclude(person__role=Person.Role.GUEST)
    return rows.select_related("person").order_by("person__first_name", "joined_at")


def guest_links_of(classroom: Classroom) -> QuerySet[GuestLink]:
    """The links that work, newest first."""
    rows = GuestLink.objects.filter(classroom=classroom, expires_at__gt=timezone.now())
    return rows.select_related("person", "made_by").order_by("-created_at")


def tokens_of(person: Person) -> list[ApiToken]:
    """The tokens that work, newest first."""
    rows = ApiToken.objects.filter(person=person).select_related("person").order_by("-created_at")
    return [row for row in rows if tokens.works(row)]


def belongs(people: set[int]) -> set[tuple[int, UUID]]:
    """Who of these people belongs to which class."""
    return set(Membership.objects.filter(person__in=people).values_list("person", "classroom"))


def sessions_alive(sessions: Mapping[str, int]) -> set[str]:
    """Which of these sessions still are what they were: not signed out, not expired, person active, password unchanged.

    Three queries, whatever their number.

    Args:
        sessions: session key, or name of a token (`token_key`) -> id of the person it was opened for
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
    ids = [key.removeprefix(TOKEN) for key in sessions if key.startswith(TOKEN)]
    for token in ApiToken.objects.filter(pk__in=ids).select_related("person") if ids else []:
        if tokens.works(token):
            alive.add(token_key(token))
    return alive


TOKEN = "token:"


def token_key(token: ApiToken) -> str:
    """What stands for a session where a token was shown; no session is called so."""
    return f"{TOKEN}{token.pk}"
