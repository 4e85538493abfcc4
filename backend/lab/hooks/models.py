"""Where news of runs is sent to, and each time that it was."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Webhook(models.Model):
    """An address that someone's program listens at."""

    class Event(models.TextChoices):
        FINISHED = "finished", "Finished"
        """a run used its budget"""
        FAILED = "failed", "Failed"
        GOAL = "goal", "Goal reached"
        """the best held-out examination of a run reached `goal` steps for the first time"""

    URL_LENGTH = 500

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=URL_LENGTH)
    secret = models.CharField(max_length=64, help_text="What deliveries are signed with; must be known to sign.")
    events = models.JSONField(help_text="Which news it takes.")
    goal = models.FloatField(null=True, blank=True, help_text="Mean survival in steps that is worth news.")
    own = models.BooleanField(default=True, help_text="Of the runs its person launched; else of all they may see.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=~Q(url=""), name="webhook_has_an_address")]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One piece of news for one webhook, and how its sending went."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        """was not sent yet, or will be sent again at `next_at`"""
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=120, help_text="What it tells, once: the event, its run, and which end of it.")
    event = models.CharField(max_length=20)
    body = models.TextField(help_text="JSON, as it is sent and signed.")
    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    status = models.PositiveSmallIntegerField(null=True, help_text="What the other side answered last.")
    message = models.TextField(blank=True, help_text="Why it was not delivered.")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_due")]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "key"], name="one_delivery_a_piece_of_news"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "delivered", "failed"]), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="pending") | Q(next_at__isnull=False), name="delivery_that_waits_knows_until_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
