"""Wrong passwords are counted at every door: the pages' and the admin's."""

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from lab.people import services


@receiver(user_login_failed)
def _count(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    services.sign_in_failed(str(credentials.get("username", "")), services.address_of(request))
