"""What the API takes and gives of webhooks."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from lab.hooks.models import Delivery, Webhook

Event = Literal["finished", "failed", "goal"]


class WebhookIn(Schema):
    model_config = ConfigDict(extra="forbid")
    url: str = Field(description="Where to POST to: http or https")
    events: list[Event]
    goal: float | None = Field(
        None, strict=True, description="With the event goal: steps that the mean of a held-out examination must reach"
    )
    own: bool = Field(default_factory=lambda: True, description="Of runs one launched; false: of all one may see")


class WebhookOut(Schema):
    id: str
    url: str
    events: list[Event]
    goal: float | None
    own: bool
    created_at: datetime
    last: "DeliveryOut | None" = Field(description="Its newest delivery")

    @classmethod
    def of(cls, row: Webhook, last: Delivery | None = None) -> "WebhookOut":
        plain = ("url", "events", "goal", "own", "created_at")
        told = DeliveryOut.of(last) if last else None
        return cls(id=str(row.pk), last=told, **{name: getattr(row, name) for name in plain})


class WebhookMadeOut(WebhookOut):
    secret: str = Field(description="What deliveries are signed with; told this once")


class DeliveryOut(Schema):
    """One sending and how it went."""

    id: str
    event: Literal["finished", "failed", "goal", "ping"]
    state: Literal["pending", "delivered", "failed"]
    status: int | None = Field(description="What the other side answered last")
    message: str = Field(description="Why it was not delivered")
    tries: int
    next_at: datetime | None = Field(description="When it is tried next")
    created_at: datetime

    @classmethod
    def of(cls, row: Delivery) -> "DeliveryOut":
        return cls(id=str(row.pk), **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class Webhooks(Schema):
    items: list[WebhookOut]


class Deliveries(Schema):
    items: list[DeliveryOut]
