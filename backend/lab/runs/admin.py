"""Runs, what they leave and what people brought: to look at, to pause, stop, resume, clone, export, delete.

What training wrote nobody edits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lab.people.admin import ReadOnly
from lab.registry import exports, uploads
from lab.runs import again, levels, selectors, services
from lab.runs.discard import Discarded, discard
from lab.runs.errors import RunError
from lab.runs.models import Checkpoint, Clip, ExportedModel, RecordedEpisode, Run, UploadedModel
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


class Confirms(ReadOnly):
    """Has deeds that ask first, with the bytes of each."""

    beside = "run"
    """what stands beside a row's name there"""

    def aside(self, row: Any) -> str:
        """That of this row."""
        return str(getattr(row, self.beside))

    def confirmed(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The rows that were shown and confirmed; None: it is to be asked first.

        They come in one field, as a form has a thousand at most.
        """
        chosen = request.POST.get("confirmed")
        return queryset.filter(pk__in=chosen.split(",")) if chosen else None

    def ask(
        self, request: HttpRequest, queryset: QuerySet[Any], sizes: Mapping[Any, int], action: str, verb: str, what: str
    ) -> TemplateResponse:
        """A page that shows what is about to be done, and to what."""
        rows = [(row, self.aside(row), sizes.get(row.pk, 0)) for row in queryset]
        context = {
            **self.admin_site.each_context(request), "title": f"{verb}?", "what": what, "rows": rows, "verb": verb,
            "total": sum(size for _, _, size in rows), "action": action, "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": ",".join(str(row.pk) for row, _, _ in rows), "beside": self.beside, "opts": self.opts,
        }  # fmt: skip
        return TemplateResponse(request, "admin/runs/confirm.html", context)


class Deletes(Confirms):
    """Has the action *Delete, with all files*."""

    what = ""
    """what is told before it is done"""
    takes = "bytes"
    """the column with the bytes that a row's files take"""

    def discard(self, queryset: QuerySet[Any]) -> Discarded:
        """Delete what may go."""
        return discard(self.model, list(queryset.values_list("pk", flat=True)))

    @admin.action(description="Delete, with all files")
    def delete(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        chosen = self.confirmed(request, queryset)
        if chosen is None:
            sizes = dict(queryset.values_list("pk", self.takes))
            return self.ask(request, queryset, sizes, "delete", "Delete for good", self.what)
        found = self.discard(chosen)
        for why, rows in found.stayed.items():
            some = ", ".join(f"{row} of {self.aside(row)}" for row in rows[:3])
            more = ", …" if len(rows) > 3 else ""
            self.message_user(request, f"Not deleted: {len(rows)}, as {why} ({some}{more}).", messages.WARNING)
        if found.gone:
            freed = filesizeformat(sum(getattr(row, self.takes) for row in found.gone))
            LogEntry.objects.log_actions(
                request.user.pk, found.gone, DELETION, f"deleted in the admin; of {len(found.gone)}, {freed} together"
            )
            self.message_user(request, f"{len(found.gone)} deleted. {freed} are free.", messages.SUCCESS)
        return None


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
class RunAdmin(Confirms, Exports):
    list_display = (
        "name",
        "state",
        "curve",
        "level_title",
        "owner",
        "classroom",
        "share",
        "best_exam",
        "last_mean",
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
    beside = "state"
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

    @admin.display(description="best exam", ordering="best", empty_value="-")
    def best_exam(self, run: Run) -> str | None:
        return None if run.best is None else f"{run.best:,.1f}"

    @admin.display(description="last", ordering="last", empty_value="-")
    def last_mean(self, run: Run) -> str | None:
        return None if run.last is None else f"{run.last:,.1f}"

    @admin.display(description="survival")
    def curve(self, run: Run) -> SafeString:
        return thumbnail(run.spark)

    def aside(self, row: Run) -> str:
        return str(row.get_state_display())

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
        chosen = self.confirmed(request, queryset)
        sizes = selectors.bytes_of(queryset if chosen is None else chosen)
        if chosen is None:
            return self.ask(request, queryset, sizes, action, verb, what)
        changed = []
        for run in chosen:
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
class RecordedEpisodeAdmin(Deletes):
    what = "Their files go, and nobody can replay them any more. Lives with a note or a film stay."
    actions = ["delete"]
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


@admin.register(Clip)
class ClipAdmin(Deletes):
    what = "Their files go. A film can be made again while its life is there."
    actions = ["delete"]
    list_display = ("film", "run", "theme", "state", "message", "size", "created_at")
    list_filter = ("state", "format")
    list_select_related = ("run",)
    list_per_page = 50
    search_fields = ("run__name",)

    @admin.display(description="film")
    def film(self, clip: Clip) -> SafeString | str:
        if clip.state != Clip.State.DONE:
            return str(clip)
        return format_html('<a href="{}">{}</a>', reverse("api:clip_download", args=[clip.pk]), clip)

    @admin.display(description="size", ordering="bytes")
    def size(self, clip: Clip) -> str:
        return filesizeformat(clip.bytes)


@admin.register(Checkpoint)
class CheckpointAdmin(Deletes, Exports):
    what = (
        "Their files go. Nothing can be exported, forked or looked into from them any more, and a stopped run can only "
        "be resumed while it has one; models that were made stay. What a run or a fork needs stays."
    )
    actions = ["export_hamlet_model", "export_zip", "delete"]
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
class ExportedModelAdmin(Deletes):
    what = "Their files go, and nobody can take them home any more. Those whose checkpoint is there can be made again."
    actions = ["delete"]
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
class UploadedModelAdmin(Deletes):
    what = "The models go, with their ZIPs, examinations and recorded lives. This cannot be undone."
    takes = "total_bytes"
    beside = "owner"
    actions = ["delete"]
    list_display = (
        "name",
        "owner",
        "classroom",
        "state",
        "source",
        "level",
        "played",
        "network",
        "survival",
        "size",
        "created_at",
    )
    list_filter = ("state", "classroom", "source", "network", "played")
    list_select_related = ("owner", "classroom")
    list_per_page = 50
    search_fields = ("name", "owner__username", "source_sha256")

    def discard(self, queryset: QuerySet[UploadedModel]) -> Discarded:
        found = Discarded(list(queryset))
        for upload in found.gone:
            uploads.upload_remove(upload)
        return found

    @admin.display(description="size", ordering="total_bytes")
    def size(self, model: UploadedModel) -> str:
        return filesizeformat(model.total_bytes)

    @admin.display(description="mean survival")
    def survival(self, model: UploadedModel) -> str:
        return f"{model.evaluation['mean']:.0f}" if model.evaluation else "–"
