"""Who asks, for the API: a program's token, or the session of the pages, whose changes must carry the CSRF token."""

from typing import Any

from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import APIKeyCookie, HttpBearer

from lab.people import pacing, tokens
from lab.people.errors import NotForYouError
from lab.people.models import ApiToken

READING = ("GET", "HEAD", "OPTIONS")
STEERED = ("runs", "models", "bookmarks")
"""first words of the addresses under /api/v1/ where a token may change something; people and rights take a person"""


class ByToken(HttpBearer):
    """A program with one of a person's tokens: it is that person, and may at most what they may.

    A cookie that comes with it counts for nothing, so that what a token cannot do is not done by the browser's session.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = tokens.token_of(token)
        if found is None:
            raise AuthenticationError(message="This token does not work. Make a new one on the page API tokens.")
        pacing.counted(f"token.{found.pk}", request.method not in READING)
        if request.method not in READING:
            if found.scope != ApiToken.Scope.STEER:
                raise NotForYouError("This token only reads. Make one that may steer on the page API tokens.")
            if request.path_info.removeprefix("/api/v1/").split("/")[0] not in STEERED:
                raise NotForYouError("No token does this. Sign in on the pages.")
        request.user = found.person
        return found.person


class SignedIn(APIKeyCookie):
    """Someone with a session. Guests only read: whatever address comes to be added, a change is refused here."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        pacing.counted(f"session.{request.session.session_key}", request.method not in READING)
        if request.user.is_guest and request.method not in READING:
            raise NotForYouError("Guests look; they change nothing.")
        return request.user


class Anyone(APIKeyCookie):
    """Everyone, signed in or not; a change must still come from our own pages."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return True


by_token, anyone = ByToken(), Anyone()
known = [by_token, SignedIn()]
"""someone we know, in either way; the token first, as asking for the session asks for its CSRF token too"""
