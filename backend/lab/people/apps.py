from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lab.people"
    verbose_name = "People"

    def ready(self) -> None:
        from lab.people import signals  # noqa: F401
