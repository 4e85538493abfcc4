"""The part of the API for runs: who are you, what do you want; the services and selectors answer."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router
from ninja.responses import Status

from hamlet.learning.config import PRESETS, TrainConfig
from lab.people import once
from lab.people.api import class_of
from lab.people.problems import PROBLEMS, RefusalError
from lab.runs import again, levels, minds, selectors, services, sight, table
from lab.runs.doors import life_of
from lab.runs.doors import run_of as _run
from lab.runs.models import Checkpoint, EvaluationRow, MetricRow, RecordedEpisode, Run, RunTag
from lab.runs.pace import FASTEST, SLOWEST
from lab.runs.schemas import (
    CensusOut,
    CheckpointOut,
    Checkpoints,
    CloneIn,
    EpisodeOut,
    Episodes,
    EvaluationOut,
    Evaluations,
    ForkIn,
    LevelOut,
    LevelSummaryOut,
    LimitsOut,
    MetricsOut,
    RunChange,
    RunIn,
    RunOut,
    RunPage,
    SettingsOut,
    WorkerOut,
    WorkersOut,
)
from lab.schedule import crew, errands
from lab.store import downloads

FILE = downloads.described("application/octet-stream", "The file")
TABLE = {"responses": {200: {"description": "A table", "content": {"text/csv": {"schema": {"type": "string"}}}}}}
PARQUET = downloads.described("application/vnd.apache.parquet", "A table")
FRAME = downloads.described("application/msgpack", "One frame (docs/wire.md)")

Limit = Annotated[int, Query(ge=1, le=1000)]


router = Router(tags=["runs"])


# ------------------------------------------------------------------------------------- what one can choose


@router.get("/levels", response={200: list[LevelSummaryOut], **PROBLEMS}, operation_id="levels")
def level_list(request: HttpRequest) -> Any:
    """The worlds there are."""
    return [levels.describe(name) for name in levels.names()]


@router.get("/levels/{name}", response={200: LevelOut, **PROBLEMS}, operation_id="level")
def level(request: HttpRequest, name: str) -> Any:
    """All that a page needs of one world."""
    try:
        return levels.describe(name)
    except KeyError:
        raise Http404("There is no such level.") from None


@router.get("/settings", response={200: SettingsOut, **PROBLEMS}, by_alias=True, operation_id="settings")
def settings(request: HttpRequest) -> SettingsOut:
    """What a run can be told: each setting with its range, default and sentence; presets; limits."""
    limits = LimitsOut(
        name_length=Run.NAME_LENGTH, notes_length=Run.NOTES_LENGTH, tags=RunTag.MOST, tag_length=RunTag.NAME_LENGTH,
        active_runs=services.active_limit(), slowest_pace=SLOWEST, fastest_pace=FASTEST,
    )  # fmt: skip
    return SettingsOut(settings=TrainConfig.model_json_schema(), presets=PRESETS, limits=limits)


# ---------------------------------------------------------------------------------------------------- runs


@router.get("/runs", response={200: RunPage, **PROBLEMS}, operation_id="runs")
def run_list(
    request: HttpRequest,
    state: str = "",
    tag: str = "",
    q: str = "",
    classroom: str = "",
    cursor: str = "",
    limit: Limit = 50,
) -> HttpResponse:
    """Runs, newest first.

    `state`: one or several, with commas. `tag`: one or several, with commas; a run has all of them. `q`: words in name,
    notes, tags, level or owner.
    """
    states = [part for part in state.split(",") if part]
    if wrong := [part for part in states if part not in Run.State.values]:
        message = f"must be of {', '.join(Run.State.values)}"
        raise RefusalError(422, f"state {message}.", [{"field": "state", "message": message, "value": wrong[0][:100]}])
    for field, text in (("q", q), ("tag", tag)):
        if len(text) > 100 or "\0" in text:
            message = "must be at most 100 ordinary characters"
            raise RefusalError(422, f"{field} {message}.", [{"field": field, "message": message, "value": None}])
    tags = [part.strip() for part in tag.split(",") if part.strip()]
    visible = sight.runs_for(request.user)
    if classroom:
        visible = visible.filter(classroom=class_of(request, classroom))
    runs, following = selectors.run_page(visible, states=states, tags=tags, text=q, cursor=cursor, limit=limit)
    page = RunPage(items=selectors.run_cards(runs), next=following)
    # Written out here: checked once more on its way out, a long list takes twice the time.
    return HttpResponse(page.model_dump_json(), content_type="application/json; charset=utf-8")


@router.post("/runs", response={201: RunOut, **PROBLEMS}, operation_id="launch")
def run_launch(request: HttpRequest, payload: RunIn, key: once.Key = None) -> Any:
    """Launch a run; it belongs to one's current class (everyone but guests; students in a class, within its limits).

    409 where a limit is reached: it says which one, what is used, and what to do; see /fair-use.
    """

    def deed() -> RunOut:
        run = services.run_launch(owner=request.user, **payload.model_dump())
        return selectors.run_card(run.pk)

    return once.once(request, key, payload, 201, deed)


@router.get("/runs/{id}", response={200: RunOut, **PROBLEMS}, operation_id="run")
def run_detail(request: HttpRequest, id: str) -> RunOut:
    """One run as it is now."""
    return selectors.run_cards([_run(request, id)])[0]


@router.patch("/runs/{id}", response={200: RunOut, **PROBLEMS}, operation_id="change")
def run_change(request: HttpRequest, id: str, payload: RunChange) -> RunOut:
    """Give a run another name, notes, tags or pace (its owner, instructors, assistants of its class).

    What is left out stays. 409 for the pace of a run that has ended.
    """
    run, given = _run(request, id), payload.model_fields_set
    if not given:
        raise RefusalError(422, "There is nothing to change: give name, notes, tags or pace.")
    with transaction.atomic():
        if "name" in given:
            services.run_rename(run=run, by=request.user, name=payload.name or "")
        if "notes" in given:
            services.run_note(run=run, by=request.user, notes=payload.notes or "")
        if "tags" in given:
            services.run_tag(run=run, by=request.user, tags=payload.tags or [])
        if "pace" in given:
            services.run_pace(run=run, by=request.user, pace=payload.pace)
    return run_detail(request, id)


@router.delete("/runs/{id}", response={204: None, **PROBLEMS}, operation_id="delete_run")
def run_delete(request: HttpRequest, id: str) -> Any:
    """Delete a run that has ended or is paused, every row and file (its owner, instructors, assistants of its class).

    409 while it moves.
    """
    services.run_delete(run=_run(request, id), by=request.user)
    return Status(204, None)


@router.post("/runs/{id}/stop", response={200: RunOut, **PROBLEMS}, operation_id="stop")
def run_stop(request: HttpRequest, id: str) -> RunOut:
    """End a run early; its model is kept (its owner, instructors, assistants of its class).

    409 if it has ended already.
    """
    services.run_stop(run=_run(request, id), by=request.user)
    return run_detail(request, id)


@router.post("/runs/{id}/pause", response={200: RunOut, **PROBLEMS}, operation_id="pause")
def run_pause(request: HttpRequest, id: str) -> RunOut:
    """Let a run rest until it is resumed or stopped; it takes no worker and no turn (its owner, instructors, assistants
    of its class). 409 if it is being stopped or has ended."""
    services.run_pause(run=_run(request, id), by=request.user)
    return run_detail(request, id)


@router.post("/runs/{id}/resume", response={200: RunOut, **PROBLEMS}, operation_id="resume")
def run_resume(request: HttpRequest, id: str) -> RunOut:
    """Let a run go on that is paused, was stopped or has failed, from its newest checkpoint (its owner, instructors,
    assistants of its class). 409 if it moves, has used its budget, or a limit is reached."""
    again.run_resume(run=_run(request, id), by=request.user)
    return run_detail(request, id)


@router.post("/runs/{id}/clone", response={201: RunOut, **PROBLEMS}, operation_id="clone")
def run_clone(request: HttpRequest, id: str, payload: CloneIn, key: once.Key = None) -> Any:
    """Launch a run with the settings of this one and some changes; without any, with the next seed.

    It belongs to one's current class (instructors, assistants). 422 if nothing would differ.
    """
    run = _run(request, id)

    def deed() -> RunOut:
        return selectors.run_card(again.run_clone(run=run, by=request.user, **payload.model_dump()).pk)

    return once.once(request, key, payload, 201, deed)


@router.post("/runs/{id}/fork", response={201: RunOut, **PROBLEMS}, operation_id="fork")
def run_fork(request: HttpRequest, id: str, payload: ForkIn, key: once.Key = None) -> Any:
    """Launch a run that goes on from a checkpoint of this one with its whole state and some changed settings.

    It belongs to one's current class (instructors, assistants). 422 for a change that a checkpoint does not allow.
    """
    run = _run(request, id)

    def deed() -> RunOut:
        asked = {**payload.model_dump(), "checkpoint": _checkpoint(request, id, payload.checkpoint).pk}
        return selectors.run_card(again.run_fork(run=run, by=request.user, **asked).pk)

    return once.once(request, key, payload, 201, deed)


# ----------------------------------------------------------------------------------------- what a run leaves


@router.get("/runs/{id}/metrics", response={200: MetricsOut, **PROBLEMS}, operation_id="metrics")
def metrics(request: HttpRequest, id: str, points: Annotated[int, Query(ge=1, le=10_000)] = 2000) -> MetricsOut:
    """The learning curve as columns (hamlet.learning.metrics), at most `points` rows, evenly picked, with the least
    and the most of the rows between them."""
    columns, low, high = selectors.metric_columns(_run(request, id).pk, points)
    return MetricsOut(columns=columns, low=low, high=high)


@router.get("/runs/{id}/metrics.csv", response=PROBLEMS, operation_id="metrics_csv", openapi_extra=TABLE)
def metrics_csv(request: HttpRequest, id: str) -> HttpResponseBase:
    """The learning curve with every row, as a table; the same as long as no row is added (ETag)."""
    run = _run(request, id)
    return _table(request, run, "csv", lambda: table.metrics_csv(run.pk), "text/csv; charset=utf-8")


@router.get("/runs/{id}/metrics.parquet", response=PROBLEMS, operation_id="metrics_parquet", openapi_extra=PARQUET)
def metrics_parquet(request: HttpRequest, id: str) -> HttpResponseBase:
    """The learning curve with every row, as a typed table in Apache Parquet; the same as long as no row is added."""
    run = _run(request, id)
    return _table(request, run, "parquet", lambda: table.metrics_parquet(run.pk), "application/vnd.apache.parquet")


def _table(request: HttpRequest, run: Run, form: str, make: Callable[[], bytes], content_type: str) -> HttpResponseBase:
    rows = MetricRow.objects.filter(run=run).count()
    return downloads.data_response(
        request, make, tag=f"{run.pk}-{run.fence}-{rows}-{form}", content_type=content_type, lasting=False
    )


@router.get("/runs/{id}/evaluations", response={200: Evaluations, **PROBLEMS}, operation_id="evaluations")
def evaluations(request: HttpRequest, id: str) -> Evaluations:
    """Held-out examinations, in order."""
    rows = EvaluationRow.objects.filter(run=_run(request, id)).order_by("steps")
    return Evaluations(items=[EvaluationOut.of(row) for row in rows])


@router.get("/runs/{id}/episodes", response={200: Episodes, **PROBLEMS}, by_alias=True, operation_id="episodes")
def episodes(request: HttpRequest, id: str) -> Episodes:
    """Lives that were kept whole, in order, and why."""
    rows = RecordedEpisode.objects.filter(run=_run(request, id)).order_by("episode")
    return Episodes(items=[EpisodeOut.of(row) for row in rows])


@router.get("/runs/{id}/episodes/{number}", response=PROBLEMS, operation_id="episode", openapi_extra=FRAME)
def episode(request: HttpRequest, id: str, number: str) -> HttpResponseBase:
    """One kept life: a frame that holds all of it."""
    row = life_of(request, id, number)
    return downloads.file_response(
        request, name=row.file, sha256=row.sha256, size=row.bytes, content_type="application/msgpack"
    )


@router.get("/runs/{id}/checkpoints", response={200: Checkpoints, **PROBLEMS}, operation_id="checkpoints")
def checkpoints(request: HttpRequest, id: str) -> Checkpoints:
    """Checkpoints, newest first."""
    rows = Checkpoint.objects.filter(run=_run(request, id)).order_by("-steps")
    return Checkpoints(items=[CheckpointOut.of(row) for row in rows])


def _checkpoint(request: HttpRequest, id: str, checkpoint: str | None) -> Checkpoint:
    """The checkpoint that is asked for, the newest where none is named."""
    run = _run(request, id)
    try:
        return minds.checkpoint_of(run, None if checkpoint is None else UUID(checkpoint))
    except ValueError:
        error = {"field": "checkpoint", "message": "is none of this run's", "value": (checkpoint or "")[:100]}
        raise RefusalError(422, "There is no such checkpoint.", [error]) from None


@router.get("/runs/{id}/mind", response=PROBLEMS, operation_id="mind", openapi_extra=FILE)
def mind(request: HttpRequest, id: str, checkpoint: str | None = None) -> HttpResponseBase:
    """The weights a run had at a checkpoint (the newest, if none is named), as a .safetensors model to look into."""
    row = _checkpoint(request, id, checkpoint)
    return downloads.data_response(
        request,
        lambda: minds.mind_at(row),
        tag=f"{row.sha256}-mind",
        content_type="application/octet-stream",
        lasting=checkpoint is not None,
    )


@router.get("/runs/{id}/census", response={200: CensusOut, **PROBLEMS}, operation_id="census")
def census(request: HttpRequest, id: str, checkpoint: str | None = None) -> CensusOut:
    """What all lanes had done by a checkpoint (the newest, if none is named): visits, habits, deaths, counted."""
    row = _checkpoint(request, id, checkpoint)
    counted = minds.census_at(row, row.run.level)
    return CensusOut(checkpoint=str(row.pk), steps=row.steps, episode=row.episode, **counted)


# ------------------------------------------------------------------------------------------------- workers


@router.get("/workers", response={200: WorkersOut, **PROBLEMS}, operation_id="workers")
def workers(request: HttpRequest) -> WorkersOut:
    """Who trains, and on what."""
    found, at_errands = crew.workers(), errands.now().under_way
    seen = set(sight.runs_for(request.user).filter(pk__in=[w.run for w in found if w.run]).values_list("pk", flat=True))
    items = [
        WorkerOut(
            name=w.name, alive=w.alive, device=w.device, busy=w.run is not None or w.name in at_errands,
            run=str(w.run) if w.run in seen else None,
        )
        for w in found
    ]  # fmt: skip
    alive = [worker for worker in items if worker.alive]
    return WorkersOut(items=items, free=sum(not worker.busy for worker in alive), total=len(alive))
