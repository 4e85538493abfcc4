"""Who asks, for the API: the session of the pages. Changes must carry the CSRF token."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from lab.people.errors import NotForYouError

READING = ("GET", "HEAD", "OPTIONS")


class SignedIn(APIKeyCookie):
    """Someone with a session. Guests only read: whatever address comes to be added, a change is refused here."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        if request.user.is_guest and request.method not in READING:
            raise NotForYouError("Guests look; they change nothing.")
        return request.user


class Anyone(APIKeyCookie):
    """Everyone, signed in or not; a change must still come from our own pages."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return True


signed_in, anyone = SignedIn(), Anyone()
