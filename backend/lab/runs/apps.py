from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "lab.runs"
    verbose_name = "Runs"

    def ready(self) -> None:
        from lab import environment
        from lab.runs import forget  # noqa: F401
        from lab.schedule import bell  # noqa: F401

        environment.levels()
