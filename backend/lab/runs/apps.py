from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "lab.runs"
    verbose_name = "Runs"

    def ready(self) -> None:
        from lab.runs import bell, forget  # noqa: F401
