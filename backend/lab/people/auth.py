"""Who asks, for the API: the session of the pages. Changes must carry the CSRF token."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie


class SignedIn(APIKeyCookie):
    """Someone with a session."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if request.user.is_authenticated else None


class Anyone(APIKeyCookie):
    """Everyone, signed in or not; a change must still come from our own pages."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return True


signed_in, anyone = SignedIn(), Anyone()
