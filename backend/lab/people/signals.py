"""What must happen whoever does it: wrong passwords are counted, and who loses a right loses it at once."""

from typing import Any

from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from lab.people import notice, tries
from lab.people.models import ApiToken, Membership, Person


@receiver(user_login_failed)
def _count(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    tries.failed(str(credentials.get("username", "")), tries.address_of(request))


@receiver(user_logged_out)
def _left(**_: Any) -> None:
    notice.people_changed()


@receiver([post_save, post_delete], sender=Person)
def _person_changed(created: bool = False, update_fields: frozenset[str] | None = None, **_: Any) -> None:
    # A newcomer watches nothing yet; a sign-in writes its time and changes no right.
    if not created and (update_fields is None or set(update_fields) - {"last_login"}):
        notice.people_changed()


@receiver(post_delete, sender=Membership)
@receiver(post_delete, sender=ApiToken)
def _right_ended(**_: Any) -> None:
    notice.people_changed()
