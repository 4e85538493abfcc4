"""Runs, checkpoints and models in the admin: to look at, to stop, to export. What training wrote nobody edits."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lab.people.admin import ReadOnly
from lab.runs import exports, levels, services
from lab.runs.errors import RunError
from lab.runs.models import Checkpoint, ExportedModel, Run, UploadedModel


def download_url(model: ExportedModel) -> str:
    return reverse("api:model_download", args=[model.pk])


def model_links(models: Iterable[ExportedModel]) -> SafeString:
    """Links to models, or a dash."""
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((download_url(m), m.file_name) for m in models)
    ) or SafeString("–")


class Exports(ReadOnly):
    """Has the actions *Export HamletModel* and *Export HamletModel as ZIP*."""

    actions = ["export_hamlet_model", "export_zip"]

    @admin.action(description="Export HamletModel")
    def export_hamlet_model(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseRedirect | None:
        return self._export(request, queryset, ExportedModel.Format.SAFETENSORS)

    @admin.action(description="Export HamletModel as ZIP, with card and play.py")
    def export_zip(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseRedirect | None:
        return self._export(request, queryset, ExportedModel.Format.ZIP)

    def _export(self, request: HttpRequest, queryset: QuerySet[Any], format: str) -> HttpResponseRedirect | None:
        made = []
        for origin in queryset:
            run, checkpoint = (origin, None) if isinstance(origin, Run) else (origin.run, origin.pk)
            try:
                made.append(exports.model_export(run=run, checkpoint=checkpoint, format=format)[0])
            except RunError as error:
                self.message_user(request, f"{origin}: {error}", messages.ERROR)
        if len(made) == 1 and queryset.count() == 1:
            return HttpResponseRedirect(download_url(made[0]))
        if made:
            self.message_user(request, format_html("Ready to take home: {}", model_links(made)), messages.SUCCESS)
        return None


@admin.register(Run)
class RunAdmin(Exports):
    list_display = (
        "name",
        "state",
        "level_title",
        "owner",
        "classroom",
        "share",
        "best",
        "last",
        "steps",
        "worker",
        "model_link",
        "created_at",
    )
    list_filter = ("state", "classroom", "level", "learner", "network")
    list_select_related = ("owner", "model", "classroom")
    list_per_page = 50
    search_fields = ("name", "owner__username", "owner__first_name", "owner__last_name", "message")
    date_hierarchy = "created_at"
    actions = ["export_hamlet_model", "export_zip", "stop"]

    @admin.display(description="level", ordering="level")
    def level_title(self, run: Run) -> str:
        return levels.title(run.level)

    @admin.display(description="progress", ordering="progress")
    def share(self, run: Run) -> str:
        return f"{run.progress:.0%}"

    @admin.display(description="model")
    def model_link(self, run: Run) -> SafeString:
        return model_links([run.model] if run.model else [])

    @admin.action(description="Stop")
    def stop(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        stopped = 0
        for run in queryset:
            try:
                services.run_stop(run=run, by=request.user)
                stopped += 1
            except RunError as error:
                self.message_user(request, f"{run}: {error}", messages.WARNING)
        if stopped:
            self.message_user(request, f"{stopped} stopped; what was learnt is kept.", messages.SUCCESS)


@admin.register(Checkpoint)
class CheckpointAdmin(Exports):
    list_display = ("file_name", "run", "episode", "steps", "best", "size", "sha256", "models_of", "created_at")
    list_filter = ("best", "run__level")
    list_select_related = ("run",)
    list_per_page = 50
    search_fields = ("run__name", "sha256")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checkpoint]:
        models = Prefetch("models", ExportedModel.objects.order_by("format"))
        return super().get_queryset(request).prefetch_related(models)

    @admin.display(description="size", ordering="bytes")
    def size(self, checkpoint: Checkpoint) -> str:
        return filesizeformat(checkpoint.bytes)

    @admin.display(description="models")
    def models_of(self, checkpoint: Checkpoint) -> SafeString:
        return model_links(checkpoint.models.all())


@admin.register(ExportedModel)
class ExportedModelAdmin(ReadOnly):
    list_display = (
        "link",
        "run",
        "format",
        "precision",
        "episode",
        "size",
        "survival",
        "downloads",
        "sha256",
        "created_at",
    )
    list_filter = ("format", "precision", "run__level")
    list_select_related = ("run",)
    list_per_page = 50
    search_fields = ("run__name", "sha256")
    list_display_links = ("sha256",)

    @admin.display(description="download")
    def link(self, model: ExportedModel) -> SafeString:
        return model_links([model])

    @admin.display(description="size", ordering="bytes")
    def size(self, model: ExportedModel) -> str:
        return filesizeformat(model.bytes)

    @admin.display(description="mean survival")
    def survival(self, model: ExportedModel) -> str:
        return f"{model.evaluation['mean']:.0f}" if model.evaluation else "–"


@admin.register(UploadedModel)
class UploadedModelAdmin(ReadOnly):
    list_display = ("name", "owner", "state", "source", "level", "played", "network", "survival", "size", "created_at")
    list_filter = ("state", "source", "network", "played")
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("name", "owner__username", "source_sha256")

    @admin.display(description="size", ordering="bytes")
    def size(self, model: UploadedModel) -> str:
        return filesizeformat(model.bytes)

    @admin.display(description="mean survival")
    def survival(self, model: UploadedModel) -> str:
        return f"{model.evaluation['mean']:.0f}" if model.evaluation else "–"
