"""Signing in and out, in all the ways there are, and oneself."""

from uuid import UUID

from django.contrib.auth import logout
from django.http import Http404, HttpRequest
from django.middleware.csrf import get_token
from ninja import Router

from lab.people import classes, guests, selectors, services
from lab.people.auth import anyone, by_token
from lab.people.models import Classroom
from lab.people.problems import PROBLEMS
from lab.people.schemas import CardIn, ClassRefOut, GuestIn, JoinIn, MeIn, MeOut, SignInIn, UserOut

router = Router(tags=["people"])


@router.get("/me", response={200: MeOut, **PROBLEMS}, auth=[by_token, anyone], operation_id="me")
def me(request: HttpRequest) -> MeOut:
    """Who asks, and the CSRF token that every change of the pages must carry."""
    person = request.user
    if not person.is_authenticated:
        return MeOut(user=None, csrf=get_token(request))
    mine, current = list(selectors.classes_for(person)), selectors.current_class(person)
    return MeOut(
        user=UserOut(name=str(person), role=person.told_role), csrf=get_token(request), id=person.pk, pawn=person.pawn,
        crew=person.is_crew, launches=person.launches, classroom=ClassRefOut.of(current) if current else None,
        classes=[ClassRefOut.of(one) for one in mine],
    )  # fmt: skip


@router.patch("/me", response={200: MeOut, **PROBLEMS}, operation_id="choose_class")
def choose_class(request: HttpRequest, payload: MeIn) -> MeOut:
    """Look at another class from now on. What one launches belongs to the current class."""
    chosen = class_of(request, payload.classroom) if payload.classroom is not None else None
    classes.class_choose(person=request.user, classroom=chosen)
    return me(request)


@router.post("/auth/login", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="sign_in")
def sign_in(request: HttpRequest, payload: SignInIn) -> MeOut:
    """Begin a session. After several wrong passwords the answer is 429 for some minutes."""
    services.sign_in(request, payload.username, payload.password)
    return me(request)


@router.post("/auth/join", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="join")
def join(request: HttpRequest, payload: JoinIn) -> MeOut:
    """Join a class as a student, with its code and a nickname. After many wrong codes the answer is 429."""
    classes.class_join(request, code=payload.code, nickname=payload.nickname, pawn=payload.pawn)
    return me(request)


@router.post("/auth/card", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="card_sign_in")
def card_sign_in(request: HttpRequest, payload: CardIn) -> MeOut:
    """Begin a session with a log-in card. After several wrong words the answer is 429 for some minutes."""
    services.card_sign_in(request, payload.code, payload.words)
    return me(request)


@router.post("/auth/guest", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="guest_enter")
def guest_enter(request: HttpRequest, payload: GuestIn) -> MeOut:
    """Begin a guest's session, which ends with the link."""
    guests.guest_enter(request, payload.secret)
    return me(request)


@router.post("/auth/logout", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="sign_out")
def sign_out(request: HttpRequest) -> MeOut:
    """End the session, and its open sockets."""
    logout(request)
    return me(request)


def class_of(request: HttpRequest, id: str) -> Classroom:
    """The class, if this person may look at it. What one may not see is not there."""
    try:
        return selectors.classes_for(request.user).get(pk=UUID(id))
    except (ValueError, Classroom.DoesNotExist):
        raise Http404("There is no such class.") from None
