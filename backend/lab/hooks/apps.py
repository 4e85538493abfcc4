from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "lab.hooks"
    verbose_name = "Webhooks"
