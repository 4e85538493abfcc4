"""A deed that is asked for again with the same Idempotency-Key is not done again: the first answer is given again."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Schema

from lab.errors import FieldError
from lab.people.errors import PeopleError
from lab.people.models import KeptAnswer

LONGEST = 200
KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"

Key = Annotated[
    str | None,
    Header(
        alias=HEADER, min_length=1, max_length=LONGEST, pattern=r"^[\x21-\x7e]+$",
        description="A text of one's own for this one deed, such as a UUID: asked again with this key within a day, "
        "however often and at once, it is done once and answered alike",
    ),
]  # fmt: skip


def once(
    request: HttpRequest, key: str | None, payload: Schema, status: int, deed: Callable[[], Schema]
) -> HttpResponse:
    """Do it and answer; with a key that this person has used for it, only answer, as then.

    The answer is written in the deed's own transaction: there are both or neither, and who asks meanwhile waits for it.
    A refusal is not kept; asked again, it is tried again.

    Raises PeopleError: the key was used for something else
    """
    if key is None:
        return _answer(status, deed().model_dump_json())
    asked = json.dumps([request.method, request.path_info, payload.model_dump(mode="json")], sort_keys=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    person: Any = request.user
    try:
        with transaction.atomic():
            KeptAnswer.objects.filter(person=person, created_at__lt=timezone.now() - KEPT).delete()
            row = KeptAnswer.objects.create(person=person, key=key, asked=digest, status=status)
            row.body = deed().model_dump_json()
            row.save(update_fields=["body"])
        return _answer(status, row.body)
    except IntegrityError:
        kept = KeptAnswer.objects.filter(person=person, key=key).first()
        if kept is None:
            raise  # not the key's
    if kept.asked != digest:
        message = "was used for something else; a new deed takes a new key"
        raise PeopleError(f"{HEADER} {message}.", [FieldError(HEADER, message, key[:100])])
    return _answer(kept.status, kept.body)


def _answer(status: int, body: str) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
