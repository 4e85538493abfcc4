"""Classes, for those who look after them: codes, cards, members, guests."""

from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from ninja.responses import Status

from lab.people import cards, classes, guests, lesson, once, selectors
from lab.people.api import class_of
from lab.people.errors import ConflictError, NotForYouError
from lab.people.models import Classroom, GuestLink, Membership
from lab.people.problems import PROBLEMS, RefusalError
from lab.people.schemas import (
    AppointIn,
    Cards,
    CardsIn,
    ClassDetailOut,
    Classes,
    ClassIn,
    ClassLimitsOut,
    ClassOut,
    GuestInviteOut,
    GuestLinkIn,
    GuestLinkOut,
    LessonIn,
    LoginCardOut,
    MemberOut,
)

router = Router(tags=["classes"])
PICTURE = {
    "responses": {200: {"description": "An SVG picture", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}
}


@router.get("/classes", response={200: Classes, **PROBLEMS}, operation_id="classes")
def class_list(request: HttpRequest) -> Classes:
    """The classes one looks after, newest first (instructors, assistants)."""
    _crew(request)
    rows = selectors.counted(selectors.classes_for(request.user)).order_by("-created_at")
    return Classes(items=[ClassOut(**_facts(row)) for row in rows])


@router.post("/classes", response={201: ClassDetailOut, **PROBLEMS}, operation_id="make_class")
def class_make(request: HttpRequest, payload: ClassIn, key: once.Key = None) -> Any:
    """Make a class, open for joining; it becomes one's current one (instructors)."""
    return once.once(
        request, key, payload, 201, lambda: _detail(classes.class_make(by=request.user, name=payload.name))
    )


@router.get("/classes/{id}", response={200: ClassDetailOut, **PROBLEMS}, operation_id="class")
def class_detail(request: HttpRequest, id: str) -> ClassDetailOut:
    """A class with its people and guest links."""
    return _detail(_class(request, id))


@router.post("/classes/{id}/code", response={200: ClassDetailOut, **PROBLEMS}, operation_id="renew_code")
def code_renew(request: HttpRequest, id: str) -> ClassDetailOut:
    """A new join code; the old one ends."""
    classroom = _class(request, id)
    classes.code_renew(classroom=classroom)
    return _detail(classroom)


@router.patch("/classes/{id}", response={200: ClassDetailOut, **PROBLEMS}, operation_id="set_lesson")
def lesson_set(request: HttpRequest, id: str, payload: LessonIn) -> ClassDetailOut:
    """Set when the class's lesson ends (instructors, its assistants), and how much its runs may use (instructors).

    Runs of the class stop in time for the bell, each with a model. What is left out stays.
    """
    classroom = _class(request, id)
    if not payload.model_fields_set:
        raise RefusalError(422, "There is nothing to change: give bell_at or a limit.")
    changes = {name: getattr(payload, name) for name in payload.model_fields_set}
    lesson.lesson_set(classroom=classroom, by=request.user, changes=changes)
    return _detail(classroom)


@router.delete("/classes/{id}/code", response={200: ClassDetailOut, **PROBLEMS}, operation_id="revoke_code")
def code_revoke(request: HttpRequest, id: str) -> ClassDetailOut:
    """Close the class: nobody joins any more, who is in stays in."""
    classroom = _class(request, id)
    classes.code_revoke(classroom=classroom)
    return _detail(classroom)


@router.get("/classes/{id}/qr", response=PROBLEMS, operation_id="join_qr", openapi_extra=PICTURE)
def join_qr(request: HttpRequest, id: str) -> HttpResponse:
    """The address to join at, as a QR code: this very server, under the name it was asked by."""
    classroom = _class(request, id)
    if classroom.join_code is None:
        raise ConflictError("The class is closed for joining; there is no address to show.")
    address = request.build_absolute_uri(f"/j/{classroom.join_code}")
    # Black on white whatever the theme: cameras want it so.
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=2, dark="#000", light="#fff", omitsize=True, xmldecl=False
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@router.post("/classes/{id}/cards", response={201: Cards, **PROBLEMS}, operation_id="make_cards")
def cards_make(request: HttpRequest, id: str, payload: CardsIn) -> Any:
    """A student and a log-in card for each name; all of them or none. The secret words are told this once."""
    made = cards.cards_make(classroom=_class(request, id), names=payload.names)
    return Status(201, Cards(items=[_card(card) for card in made]))


@router.post("/classes/{id}/members/{member}/card", response={201: LoginCardOut, **PROBLEMS}, operation_id="renew_card")
def card_renew(request: HttpRequest, id: str, member: str) -> Any:
    """A new card for a student; the old words end, with every session they opened."""
    return Status(201, _card(cards.card_renew(membership=_member(_class(request, id), member))))


@router.patch("/classes/{id}/members/{member}", response={200: MemberOut, **PROBLEMS}, operation_id="appoint_member")
def member_appoint(request: HttpRequest, id: str, member: str, payload: AppointIn) -> MemberOut:
    """Make a student an assistant, or an assistant a student again (instructors)."""
    membership = _member(_class(request, id), member)
    classes.member_appoint(membership=membership, by=request.user, role=payload.role)
    return MemberOut.of(membership)


@router.delete("/classes/{id}/members/{member}", response={204: None, **PROBLEMS}, operation_id="remove_member")
def member_remove(request: HttpRequest, id: str, member: str) -> Any:
    """Take someone out. A student who came by code or card is deleted with all that is theirs, row and file."""
    classes.member_remove(membership=_member(_class(request, id), member), by=request.user)
    return Status(204, None)


@router.post("/classes/{id}/guests", response={201: GuestInviteOut, **PROBLEMS}, operation_id="invite_guests")
def guest_invite(request: HttpRequest, id: str, payload: GuestLinkIn) -> Any:
    """A link by which guests look at the class's runs for some hours. Its secret is told this once."""
    link, secret = guests.guest_invite(classroom=_class(request, id), by=request.user, hours=payload.hours)
    return Status(201, GuestInviteOut(**GuestLinkOut.of(link).model_dump(), secret=secret))


@router.delete("/classes/{id}/guests/{link}", response={204: None, **PROBLEMS}, operation_id="revoke_guests")
def guest_revoke(request: HttpRequest, id: str, link: str) -> Any:
    """Take a link back: who came in by it is out at once."""
    classroom = _class(request, id)
    try:
        found = GuestLink.objects.get(classroom=classroom, pk=UUID(link))
    except (ValueError, GuestLink.DoesNotExist):
        raise Http404("There is no such link.") from None
    guests.guest_revoke(link=found)
    return Status(204, None)


def _crew(request: HttpRequest) -> None:
    if not request.user.is_crew:
        raise NotForYouError(classes.CREW_ONLY)


def _class(request: HttpRequest, id: str) -> Classroom:
    classroom = class_of(request, id)
    _crew(request)
    return classroom


def _member(classroom: Classroom, id: str) -> Membership:
    try:
        return selectors.members_of(classroom).get(pk=UUID(id))
    except (ValueError, Membership.DoesNotExist):
        raise Http404("There is no such member.") from None


def _card(card: cards.Card) -> LoginCardOut:
    return LoginCardOut(
        member=str(card.membership.pk), name=str(card.membership.person), code=card.code, words=card.words
    )


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.pk), "name": row.name, "owner": str(row.owner), "join_code": row.join_code,
        "students": row.students, "created_at": row.created_at,
    }  # fmt: skip


def _detail(classroom: Classroom) -> ClassDetailOut:
    row = selectors.counted(Classroom.objects.filter(pk=classroom.pk)).get()
    return ClassDetailOut(
        **_facts(row),
        bell_at=row.bell_at,
        limits=ClassLimitsOut.of(row),
        members=[MemberOut.of(member) for member in selectors.members_of(classroom)],
        guests=[GuestLinkOut.of(link) for link in selectors.guest_links_of(classroom)],
    )
