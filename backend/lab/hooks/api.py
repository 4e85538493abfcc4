"""One's own webhooks: register, look at, try, remove. No token does it: it takes a person on the pages."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router
from ninja.responses import Status

from lab.hooks import services
from lab.hooks.models import Webhook
from lab.hooks.schemas import Deliveries, DeliveryOut, WebhookIn, WebhookMadeOut, WebhookOut, Webhooks
from lab.people.problems import PROBLEMS

router = Router(tags=["webhooks"])


def _mine(request: HttpRequest, id: str) -> Webhook:
    try:
        return Webhook.objects.get(person=request.user, pk=UUID(id))
    except (ValueError, Webhook.DoesNotExist):
        raise Http404("There is no such webhook.") from None


@router.get("/webhooks", response={200: Webhooks, **PROBLEMS}, operation_id="webhooks")
def webhook_list(request: HttpRequest) -> Webhooks:
    """One's own webhooks, newest first."""
    rows = Webhook.objects.filter(person=request.user)
    return Webhooks(items=[WebhookOut.of(row, row.deliveries.first()) for row in rows])


@router.post("/webhooks", response={201: WebhookMadeOut, **PROBLEMS}, operation_id="make_webhook")
def webhook_make(request: HttpRequest, payload: WebhookIn) -> Any:
    """Be told of runs at an address (instructors, assistants). The secret is told this once."""
    row = services.webhook_make(person=request.user, **payload.model_dump())
    return Status(201, WebhookMadeOut(**WebhookOut.of(row).model_dump(), secret=row.secret))


@router.delete("/webhooks/{id}", response={204: None, **PROBLEMS}, operation_id="remove_webhook")
def webhook_remove(request: HttpRequest, id: str) -> Any:
    """Send nothing more there."""
    _mine(request, id).delete()
    return Status(204, None)


@router.get("/webhooks/{id}/deliveries", response={200: Deliveries, **PROBLEMS}, operation_id="deliveries")
def deliveries(request: HttpRequest, id: str) -> Deliveries:
    """The last deliveries, newest first, and how each went."""
    return Deliveries(items=[DeliveryOut.of(row) for row in _mine(request, id).deliveries.all()[: services.KEPT]])


@router.post("/webhooks/{id}/ping", response={201: DeliveryOut, **PROBLEMS}, operation_id="try_webhook")
def webhook_try(request: HttpRequest, id: str) -> Any:
    """Have a delivery sent that tells nothing; within seconds it stands among the deliveries. It is tried once."""
    return Status(201, DeliveryOut.of(services.webhook_try(webhook=_mine(request, id))))
