"""What is done with webhooks: register, look for news, deliver it, try again."""

import ipaddress
import json
import math
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from lab import clock
from lab.errors import FieldError
from lab.hooks.models import Delivery, Webhook
from lab.hooks.send import SendError, is_public, post, signed_headers
from lab.people.errors import ConflictError, NotForYouError, PeopleError
from lab.people.models import Person
from lab.people.words import line_trouble, shown
from lab.runs import sight
from lab.runs.models import Run

Event = Webhook.Event
State = Delivery.State

MOST = 10
"""of one person"""
KEPT = 50
"""deliveries of one webhook that are remembered"""
LATEST = timedelta(days=1)
"""News that could not even be noted for so long is told no more."""
WAITS = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
"""before each next try; after the last a delivery has failed"""
UNDER_WAY = timedelta(minutes=2)
"""how long a delivery is a worker's; later it is sent again"""


def webhook_make(*, person: Person, url: str, events: list[str], goal: float | None, own: bool) -> Webhook:
    """Register an address; its `secret` is to be told this once.

    Raises:
        NotForYouError: `person` launches no runs
        PeopleError: a field is wrong
        ConflictError: the person has too many
    """
    if not person.is_crew:
        raise NotForYouError("Only instructors and assistants have webhooks.")
    address = _url_checked(url)
    if not events:
        raise PeopleError("A webhook needs an event.", [FieldError("events", "must name at least one", None)])
    if (Event.GOAL in events) != (goal is not None) or (goal is not None and not (math.isfinite(goal) and goal > 0)):
        message = "must be a number of steps above 0 with the event goal, and null without"
        raise PeopleError(f"goal {message}.", [FieldError("goal", message, shown(goal))])
    with transaction.atomic():
        # Locks the person's row, so that many at once do not all count one too few.
        Person.objects.select_for_update().get(pk=person.pk)
        if Webhook.objects.filter(person=person).count() >= MOST:
            raise ConflictError(f"You have {MOST} webhooks; that is the limit. Remove one first.")
        return Webhook.objects.create(
            person=person, url=address, secret=secrets.token_urlsafe(32), events=list(dict.fromkeys(events)),
            goal=goal, own=own,
        )  # fmt: skip


def webhook_try(*, webhook: Webhook) -> Delivery:
    """Have something sent that tells nothing, to see whether it arrives."""
    now = clock.now()
    return Delivery.objects.create(
        webhook=webhook, event="ping", key=f"ping {secrets.token_hex(8)}", next_at=now,
        body=json.dumps({"event": "ping", "at": now.isoformat()}),
    )  # fmt: skip


def news_note(now: datetime | None = None) -> int:
    """Note what there is to tell to whom, each piece once; gives how many."""
    now = now or clock.now()
    noted = 0
    for webhook in Webhook.objects.select_related("person"):
        told = set(webhook.deliveries.values_list("key", flat=True))
        fresh = [
            Delivery(
                webhook=webhook, event=event, key=key, next_at=now, body=json.dumps(_told(event, run, webhook, now))
            )
            for event, key, run in _news(webhook, now) if key not in told
        ]  # fmt: skip
        Delivery.objects.bulk_create(fresh, ignore_conflicts=True)
        noted += len(fresh)
    return noted


def deliveries_due(now: datetime | None = None) -> list[Delivery]:
    """Claim what is to be sent now: a claimed one is due again only when its worker must be gone."""
    now = now or clock.now()
    due = Delivery.objects.filter(state=State.PENDING, next_at__lte=now).order_by("next_at")
    return [
        row for row in due[:100]
        if Delivery.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=now + UNDER_WAY)
    ]  # fmt: skip


def delivery_send(delivery: Delivery, now: datetime | None = None) -> Delivery:
    """Send it. Any answer from 200 to 299 is a delivery; anything else is tried again later, and fails in the end."""
    webhook, body = delivery.webhook, delivery.body.encode()
    headers = signed_headers(webhook.secret, str(delivery.pk), delivery.event, body)
    try:
        status = post(webhook.url, body, headers, private=settings.HAMLET_WEBHOOKS_PRIVATE)
    except SendError as error:
        return delivery_tried(delivery, None, str(error), now)
    return delivery_tried(delivery, status, "" if 200 <= status < 300 else f"It answered {status}.", now)


def delivery_tried(delivery: Delivery, status: int | None, trouble: str, now: datetime | None = None) -> Delivery:
    """Write down how a try went."""
    now = now or clock.now()
    delivery.tries += 1
    delivery.status, delivery.message, delivery.next_at = status, trouble, None
    if not trouble:
        delivery.state = State.DELIVERED
    elif delivery.tries > len(WAITS) or delivery.event == "ping":
        delivery.state = State.FAILED
    else:
        delivery.next_at = now + WAITS[delivery.tries - 1]
    delivery.save(update_fields=["tries", "status", "message", "next_at", "state"])
    if delivery.state != State.PENDING:
        old = delivery.webhook.deliveries.exclude(state=State.PENDING).values_list("pk", flat=True)[KEPT:]
        Delivery.objects.filter(pk__in=list(old), created_at__lt=now - LATEST).delete()
    return delivery


def _news(webhook: Webhook, now: datetime) -> Iterator[tuple[str, str, Run]]:
    """(event, key, run) of all that happened lately and since the webhook was made, told or not."""
    person = webhook.person
    runs = sight.runs_for(person)
    if webhook.own:
        runs = runs.filter(owner=person)
    since = max(webhook.created_at, now - LATEST)
    ends = [event for event in (Event.FINISHED, Event.FAILED) if event in webhook.events]
    for run in runs.filter(state__in=ends, finished_at__gt=since):
        # A run that was resumed ends again.
        yield run.state, f"{run.state} {run.pk} {run.finished_at:%Y%m%dT%H%M%S%f}", run
    if webhook.goal is not None:
        reached = runs.filter(best__gte=webhook.goal)
        for run in [*reached.exclude(state__in=Run.ENDED), *reached.filter(finished_at__gt=since)]:
            yield Event.GOAL.value, f"goal {run.pk}", run


def _told(event: str, run: Run, webhook: Webhook, now: datetime) -> dict[str, Any]:
    """The body of a delivery."""
    told = {
        "event": event, "at": now.isoformat(), "webhook": str(webhook.pk),
        "run": {
            "id": str(run.pk), "name": run.name, "owner": str(run.owner), "level": run.level, "seed": run.seed,
            "state": run.state, "message": run.message, "steps": run.steps, "episodes": run.episodes, "best": run.best,
            "tags": [tag.name for tag in run.tags.all()],
        },
    }  # fmt: skip
    return {**told, "goal": webhook.goal} if event == Event.GOAL else told


def _url_checked(url: str) -> str:
    """The address as it is kept. Raises PeopleError."""
    stripped = url.strip()
    trouble = line_trouble(stripped, Webhook.URL_LENGTH)
    try:
        parts = urlsplit(stripped)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if trouble is None and (
        parts.scheme not in ("http", "https") or not host or not stripped.isascii() or " " in stripped
    ):
        trouble = "must be an address such as https://example.org/hamlet"
    elif trouble is None and (parts.username is not None or parts.password is not None):
        trouble = "must be without name and password; deliveries are signed"
    elif trouble is None and not settings.HAMLET_WEBHOOKS_PRIVATE and _is_inside(host):
        trouble = "is an address of a private network; an operator may allow such ones"
    if trouble:
        raise PeopleError(f"url {trouble}.", [FieldError("url", trouble, shown(stripped))])
    return parts._replace(fragment="").geturl()


def _is_inside(host: str) -> bool:
    """Whether a host is one of our own network by its mere spelling; names are looked up when something is sent."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not is_public(str(ipaddress.ip_address(host)))
    except ValueError:
        return False
