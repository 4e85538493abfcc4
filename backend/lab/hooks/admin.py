"""Webhooks in the admin: to look at."""

from django.contrib import admin

from lab.hooks.models import Delivery, Webhook
from lab.people.admin import ReadOnly


@admin.register(Webhook)
class WebhookAdmin(ReadOnly):
    list_display = ("url", "person", "events", "goal", "own", "created_at")
    list_select_related = ("person",)
    list_per_page = 100
    search_fields = ("url", "person__username")
    exclude = ("secret",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("created_at", "webhook", "event", "state", "status", "tries", "message", "next_at")
    list_filter = ("state", "event")
    list_select_related = ("webhook",)
    list_per_page = 100
    search_fields = ("webhook__url", "message")
