"""The queue's doors of webhooks."""

import logging
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseError

from lab.hooks import services
from lab.hooks.models import Delivery

logger = logging.getLogger(__name__)


@shared_task(name="lab.hooks.tasks.look")
def look() -> None:
    """Every five seconds: note what there is to tell, and hand out what is due. Sending is done elsewhere: the
    housekeeper waits for nobody's server."""
    try:
        services.news_note()
        for delivery in services.deliveries_due():
            deliver.delay(str(delivery.pk))
    except DatabaseError as error:
        logger.warning("webhooks wait for the database: %s", error)


@shared_task(name="lab.hooks.tasks.deliver", soft_time_limit=15)
def deliver(delivery_id: str) -> None:
    """Send one delivery. It must be pending, or nothing happens."""
    pending = Delivery.objects.filter(pk=UUID(delivery_id), state=Delivery.State.PENDING)
    delivery = pending.select_related("webhook").first()
    if delivery is None:
        return  # its webhook is gone, or the message is an old one
    try:
        services.delivery_send(delivery)
    except SoftTimeLimitExceeded:
        services.delivery_tried(delivery, None, "It answered too slowly.")
