"""Runs and what they leave in the admin: to look at, to pause, stop, resume, clone, export, delete.

What training wrote nobody edits.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lab.people.admin import ReadOnly
from lab.registry import exports
from lab.runs import again, levels, selectors, services
from lab.runs.errors import RunError
from lab.runs.models import Checkpoint, ExportedModel, RecordedEpisode, Run, UploadedModel
from lab.schedule import crew


def download_url(model: ExportedModel) -> str:
    return reverse("api:model_download", args=[model.pk])


def model_links(models: Iterable[ExportedModel]) -> SafeString:
    """Links to models, or a dash."""
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((download_url(m), m.file_name) for m in models)
    ) or SafeString("–")


def thumbnail(spark: Sequence[float], width: int = 120, height: int = 24) -> SafeString:
    """A survival curve, from 0 at the foot to its own best at the top; a dash before there is one."""
    if len(spark) < 2:
        return SafeString("–")
    top = max(*spark, 1.0)
    across = width / (len(spark) - 1)
    points = " ".join(
        f"{i * across:.1f},{height - value / top * (height - 2) - 1:.1f}" for i, value in enumerate(spark)
    )
    return format_html(
        '<svg width="{}" height="{}" role="img" aria-label="survival, up to {} steps">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>',
        width, height, f"{top:.0f}", points,
    )  # fmt: skip


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
        "curve",
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
    search_fields = ("name", "notes", "owner__username", "owner__first_name", "owner__last_name", "message")
    date_hierarchy = "created_at"
    actions = ["export_hamlet_model", "export_zip", "pause", "resume", "stop", "clone", "delete"]

    @admin.display(description="level", ordering="level")
    def level_title(self, run: Run) -> str:
        return levels.title(run.level)

    @admin.display(description="progress", ordering="progress")
    def share(self, run: Run) -> str:
        return f"{run.progress:.0%}"

    @admin.display(description="model")
    def model_link(self, run: Run) -> SafeString:
        return model_links([run.model] if run.model else [])

    @admin.display(description="survival")
    def curve(self, run: Run) -> SafeString:
        return thumbnail(run.spark)

    # ------------------------------------------------------------------ what may be done with several, once confirmed

    @admin.action(description="Pause")
    def pause(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        return self._confirmed(
            request, queryset, "pause", "They rest where they are until they are resumed.", "Pause", "paused",
            lambda run: services.run_pause(run=run, by=request.user),
        )  # fmt: skip

    @admin.action(description="Stop")
    def stop(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        return self._confirmed(
            request, queryset, "stop", "They end early; what was learnt is kept.", "Stop", "stopped",
            lambda run: services.run_stop(run=run, by=request.user),
        )  # fmt: skip

    @admin.action(description="Resume")
    def resume(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        return self._confirmed(
            request, queryset, "resume", "They go on from their newest checkpoints.", "Resume", "resumed",
            lambda run: again.run_resume(run=run, by=request.user),
        )  # fmt: skip

    @admin.action(description="Clone, with the next seed")
    def clone(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        def deed(run: Run) -> None:
            name = f"{run.name[: Run.NAME_LENGTH - 6]} again"
            again.run_clone(run=run, by=request.user, name=name, config={})

        what = "Each is launched once more with its settings and the next seed; the clones are yours."
        return self._confirmed(request, queryset, "clone", what, "Clone", "cloned", deed)

    @admin.action(description="Delete, with all files")
    def delete(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        what = "Every row and file goes: curves, recorded lives, checkpoints, models. This cannot be undone."
        return self._confirmed(
            request, queryset, "delete", what, "Delete for good", "deleted",
            lambda run: services.run_delete(run=run, by=request.user),
        )  # fmt: skip

    def _confirmed(
        self,
        request: HttpRequest,
        queryset: QuerySet[Run],
        action: str,
        what: str,
        verb: str,
        done: str,
        deed: Callable[[Run], object],
    ) -> TemplateResponse | None:
        """Ask first, with the bytes of each; then do it to each that lets it be done, and write down who did."""
        sizes = selectors.bytes_of(queryset)
        if "confirmed" not in request.POST:
            rows = [(run, sizes.get(run.pk, 0)) for run in queryset]
            context = {
                **self.admin_site.each_context(request), "title": f"{verb}?", "what": what, "rows": rows,
                "total": sum(size for _, size in rows), "action": action, "verb": verb,
                "checkbox": ACTION_CHECKBOX_NAME,
            }  # fmt: skip
            return TemplateResponse(request, "admin/runs/confirm.html", context)
        changed = []
        for run in queryset:
            try:
                deed(run)
            except RunError as error:
                self.message_user(request, f"{run}: {error}", messages.WARNING)
                continue
            changed.append(run.pk)
            self.log_change(request, run, f"{done} in the admin, {filesizeformat(sizes.get(run.pk, 0))}")
        if changed:
            freed = (
                f" {filesizeformat(sum(sizes.get(pk, 0) for pk in changed))} are free." if action == "delete" else ""
            )
            self.message_user(request, f"{len(changed)} {done}.{freed}", messages.SUCCESS)
        return None

    # ---------------------------------------------------------------------------------------------- workers

    def get_urls(self) -> list[Any]:
        return [path("workers/", self.admin_site.admin_view(self.workers), name="runs_workers"), *super().get_urls()]

    def workers(self, request: HttpRequest) -> HttpResponse:
        """Who trains, on what, how fast, and which run; how much of a GPU is in use where its driver tells."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = crew.workers()
        runs = Run.objects.in_bulk([worker.run for worker in found if worker.run])
        rows = [(worker, runs.get(worker.run) if worker.run else None) for worker in found]
        cards = any(worker.alive and worker.card for worker in found)
        context = {**self.admin_site.each_context(request), "title": "Workers", "workers": rows, "cards": cards}
        return TemplateResponse(request, "admin/runs/workers.html", context)


@admin.register(RecordedEpisode)
class RecordedEpisodeAdmin(ReadOnly):
    list_display = ("episode", "run", "steps", "cause", "root", "why", "stage", "size", "watch")
    list_filter = ("cause", "root", "run__level")
    list_select_related = ("run",)
    list_per_page = 50
    search_fields = ("run__name",)

    @admin.display(description="kept as")
    def why(self, life: RecordedEpisode) -> str:
        return ", ".join(life.reasons)

    @admin.display(description="size", ordering="bytes")
    def size(self, life: RecordedEpisode) -> str:
        return filesizeformat(life.bytes)

    @admin.display(description="")
    def watch(self, life: RecordedEpisode) -> SafeString:
        return format_html('<a href="/runs/{}/replay/{}">Replay</a>', life.run_id, life.episode)


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
