"""Signing in and out."""

from django.contrib.auth import logout
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router

from lab.people import services
from lab.people.auth import anyone
from lab.people.problems import PROBLEMS
from lab.people.schemas import MeOut, SignInIn, UserOut

router = Router(tags=["people"])


@router.get("/me", response=MeOut, auth=None, operation_id="me")
def me(request: HttpRequest) -> MeOut:
    """Who is signed in, and the token that every change must carry."""
    person = request.user
    user = (
        UserOut(name=str(person), role="instructor" if person.is_instructor else "student")
        if person.is_authenticated
        else None
    )
    return MeOut(user=user, csrf=get_token(request))


@router.post("/auth/login", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="sign_in")
def sign_in(request: HttpRequest, payload: SignInIn) -> MeOut:
    """Begin a session. After several wrong passwords the answer is 429 for some minutes."""
    services.sign_in(request, payload.username, payload.password)
    return me(request)


@router.post("/auth/logout", response={200: MeOut, **PROBLEMS}, auth=anyone, operation_id="sign_out")
def sign_out(request: HttpRequest) -> MeOut:
    """End the session. Open sockets of it are closed within seconds."""
    logout(request)
    return me(request)
