"""What the API takes and gives. The frontend's types are generated from these (GET /api/v1/openapi.json)."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import BaseModel, ConfigDict

from lab.people.models import Person
from lab.people.schemas import ClassRefOut
from lab.runs.models import Bookmark, Checkpoint, Clip, EvaluationRow, ExportedModel, RecordedEpisode, Run, RunTag
from lab.runs.pace import FASTEST, SLOWEST

State = Literal["queued", "training", "pausing", "paused", "stopping", "finished", "stopped", "failed"]
ModelFormat = Literal["safetensors", "pt", "onnx", "zip"]
Precision = Literal["float32", "float16"]
PACE = f"Steps a second of the watched lane that it is held to, {SLOWEST:g} to {FASTEST:g}; null is full speed"
NOTES = f"What its crew writes about it, up to {Run.NOTES_LENGTH} characters in lines"
TAGS = f"Words it is found by, up to {RunTag.MOST}, each up to {RunTag.NAME_LENGTH} characters without a comma"


class Told(BaseModel):
    """What its own maker has put together, often by the hundred. Ninja's Schema, made to read Django's rows, would take
    it apart and check it anew at each level it is part of: for a page of 200 runs that is most of the time."""


class Floors(Schema):
    """Measured mean survival in steps at full depletion; null where it was not measured."""

    random: float | None
    wait: float | None


class LevelSummaryOut(Schema):
    name: str
    title: str
    summary: str
    width: int
    height: int
    sight: int | None = Field(description="How far the agent sees, in cells; null is the whole grid")
    temporal: bool
    lifespan: int
    floors: Floors


class MeterOut(Schema):
    name: str
    start: float
    depletion: float
    lethal: bool
    title: str
    icon: str
    hue: str
    tier: str
    unit: dict[str, Any] | None


class ActionOut(Schema):
    name: str
    dx: int
    dy: int
    kind: Literal["move", "interact", "wait"]


class PlaceOut(Schema):
    index: int
    name: str
    title: str
    icon: str
    badge: str | None
    serves: str | None
    deployed: bool
    hours: tuple[int, int] | None
    cost: float
    effects: dict[str, float]
    ticks: int
    tick_cost: float
    tick_effects: dict[str, float]
    completion: dict[str, float]


class RewardOut(Schema):
    product: list[str]
    retirement: float


class ModulationOut(Schema):
    source: str
    target: str
    amount: float
    base: float
    range: float


class CascadeOut(Schema):
    source: str
    target: str
    threshold: float
    strength: float


class ObservationFieldOut(Schema):
    name: str
    start: int
    stop: int
    low: float
    high: float
    labels: list[str]


class CurriculumOut(Schema):
    multipliers: list[float]
    advance: float
    retreat: float
    entropy_gate: float


class LevelOut(LevelSummaryOut):
    """All that a page needs of a level (hamlet.world.Level.describe)."""

    digest: str
    hours_per_day: int
    currency: str | None
    meters: list[MeterOut]
    actions: list[ActionOut]
    places: list[PlaceOut]
    costs: dict[str, dict[str, float]]
    reward: RewardOut
    modulation: list[ModulationOut]
    cascades: list[CascadeOut]
    observation: list[ObservationFieldOut]
    curriculum: CurriculumOut
    outlines: dict[str, str] = Field(
        description="Icon -> its filled outline as SVG path data on 256 x 256, where the level is one of the lab's own"
    )


class PresetOut(Schema):
    name: str
    title: str
    summary: str
    config: dict[str, Any]


class LimitsOut(Schema):
    name_length: int = Field(description="Longest name of a run, in characters")
    notes_length: int = Field(description="Longest notes of a run, in characters")
    tags: int = Field(description="Tags that one run may have")
    tag_length: int = Field(description="Longest tag, in characters")
    active_runs: int = Field(description="Runs that one person may have queued or training at once")
    slowest_pace: float = Field(description="Steps a second that a run may be held to: the least")
    fastest_pace: float = Field(description="Steps a second that a run may be held to: the most")


class SettingsOut(Schema):
    model_config = ConfigDict(populate_by_name=True)
    settings: dict[str, Any] = Field(
        alias="schema", description="JSON schema of a run's config, one property a setting"
    )
    presets: list[PresetOut]
    limits: LimitsOut


class RunIn(Schema):
    model_config = ConfigDict(extra="forbid")
    name: str
    config: dict[str, Any] = Field(default_factory=dict, description="What differs from the defaults; see /settings")
    pace: float | None = Field(None, strict=True, description=PACE)
    notes: str = Field(default_factory=str, description=NOTES)
    tags: list[str] = Field(default_factory=list, description=TAGS)


class RunChange(Schema):
    """What may be changed of a run; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(None, description="Its name from now on; null is none and refused")
    notes: str | None = Field(None, description=f"{NOTES}; null takes them away")
    tags: list[str] | None = Field(None, description=f"{TAGS}; these and no others, null takes them away")
    pace: float | None = Field(None, strict=True, description=PACE)


class CloneIn(Schema):
    """What is to differ from the run it is made of."""

    model_config = ConfigDict(extra="forbid")
    name: str
    config: dict[str, Any] = Field(default_factory=dict, description="Settings that differ; see /settings")
    pace: float | None = Field(None, strict=True, description=PACE)
    notes: str = Field(default_factory=str, description=NOTES)
    tags: list[str] | None = Field(None, description=f"{TAGS}; null takes those of the other run")


class ForkIn(CloneIn):
    config: dict[str, Any] = Field(description="Settings that differ, at least one: those with `fork` in /settings")
    checkpoint: str | None = Field(None, description="Id of a checkpoint of the run; null takes its newest")


class ExamOut(Told):
    """What a held-out examination measured: greedy lives at full depletion."""

    lives: int
    mean: float
    median: float
    p10: float
    share_retired: float
    causes: dict[str, int] = Field(description="Root meter of each death, and how many died of it")
    survived: list[int] = Field(description="Steps lived, one entry a life")


class EvaluationOut(ExamOut):
    """A held-out examination in the course of a training."""

    steps: int
    episodes: int
    best: bool

    @classmethod
    def of(cls, row: EvaluationRow) -> "EvaluationOut":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ModelOut(Told):
    """A model that can be taken home."""

    id: str
    run: str
    checkpoint: str | None
    episode: int = Field(description="Lives the run had finished when it was written")
    format: ModelFormat
    precision: Precision
    file: str
    bytes: int
    sha256: str
    created_at: datetime
    downloads: int
    evaluation: EvaluationOut | None = Field(description="The examination of exactly these weights, where there is one")
    checkpoint_bytes: int | None

    @classmethod
    def of(cls, model: ExportedModel) -> "ModelOut":
        return cls(
            id=str(model.pk), run=str(model.run_id), checkpoint=model.checkpoint_id and str(model.checkpoint_id),
            episode=model.episode, format=model.format, precision=model.precision, file=model.file_name,
            bytes=model.bytes, sha256=model.sha256, created_at=model.created_at, downloads=model.downloads,
            evaluation=model.evaluation, checkpoint_bytes=model.checkpoint_bytes,
        )  # fmt: skip


class ForkOut(Told):
    """Where a run goes on from. Its steps, lives and census count on from there; its curve and examinations are its
    own."""

    steps: int = Field(description="Steps that the other run had trained by then")
    run: str | None = Field(description="Id of the other run; null if it is gone, or not shared with the same people")
    name: str | None = Field(description="Its name; null like `run`")
    checkpoint: str | None = Field(description="Id of its checkpoint; null like `run`, or if that is gone")

    @classmethod
    def of(cls, run: Run) -> "ForkOut | None":
        if run.parent_steps is None:
            return None
        parent = run.parent
        if parent is None or parent.classroom_id != run.classroom_id:
            return cls(steps=run.parent_steps, run=None, name=None, checkpoint=None)
        checkpoint = run.parent_checkpoint_id and str(run.parent_checkpoint_id)
        return cls(steps=run.parent_steps, run=str(parent.pk), name=parent.name, checkpoint=checkpoint)


class RunOut(Told):
    id: str
    name: str
    notes: str
    tags: list[str]
    level: str
    level_title: str
    network: Literal["simple", "recurrent"]
    learner: Literal["pqn", "dqn"]
    seed: int
    state: State
    message: str
    paused_by: str | None = Field(description="Who paused it; null where it is not paused, or they are gone")
    paused_at: datetime | None = Field(description="When it was paused; null where it is not")
    place: int | None = Field(description="Place in the queue, from 1; null where it does not wait")
    wait: float | None = Field(description="Seconds until its next turn to train, as the queue's measured times tell")
    owner: str
    owner_id: int
    fork: ForkOut | None = Field(description="Where it goes on from; null: it began at the beginning")
    classroom: ClassRefOut | None = Field(description="The class that shares it; null: everyone with an account")
    bell_at: datetime | None = Field(description="When the lesson of its class ends, and it with it; null: it need not")
    config: dict[str, Any]
    progress: float = Field(description="Share of the budget that is used, 0 to 1")
    steps: int
    steps_budget: int
    episodes: int
    epsilon: float | None
    stage: int | None
    multiplier: float | None
    steps_per_second: float | None
    pace: float | None = Field(description=PACE)
    best: float | None = Field(description="Best mean survival in a held-out examination")
    best_episode: int | None
    last: float | None = Field(description="Mean survival in the newest row of the curve")
    spark: list[float] = Field(description="The survival curve in at most 60 points")
    viewers: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    model: ModelOut | None

    @classmethod
    def of(cls, run: Run, *, level_title: str, place: int | None, wait: float | None, viewers: int) -> "RunOut":
        plain = (
            "name", "notes", "level", "network", "learner", "seed", "state", "message", "config", "progress", "steps",
            "steps_budget", "episodes", "epsilon", "stage", "multiplier", "steps_per_second", "pace", "best",
            "best_episode", "last", "spark", "created_at", "started_at", "finished_at", "paused_at",
        )  # fmt: skip
        return cls(
            id=str(run.pk), owner=str(run.owner), owner_id=run.owner_id,
            paused_by=str(run.paused_by) if run.paused_by else None,
            classroom=ClassRefOut.of(run.classroom) if run.classroom else None,
            bell_at=run.classroom.bell_at if run.classroom and run.ends_at_the_bell else None,
            fork=ForkOut.of(run), level_title=level_title, place=place, wait=wait, viewers=viewers,
            tags=[tag.name for tag in run.tags.all()],
            model=ModelOut.of(run.model) if run.model else None, **{name: getattr(run, name) for name in plain},
        )  # fmt: skip


class RunPage(Told):
    items: list[RunOut]
    next: str | None = Field(description="Cursor of the next page; null on the last one")


class MetricsOut(Told):
    columns: dict[str, list[float | None]] = Field(
        description="Columns of equal length; null where nothing was measured"
    )
    low: dict[str, list[float | None]] = Field(
        description="For each row the least of all rows since the one before it, those left out included"
    )
    high: dict[str, list[float | None]] = Field(description="The same for the most")


class CurveOut(Told):
    """One run's stretches that hold a measurement; lists of equal length."""

    run: str
    bins: list[int] = Field(description="Which stretch, from 0; it covers left + bin * width up to the next")
    mean: list[float]
    low: list[float]
    high: list[float]
    rows: list[int] = Field(description="Measurements in the stretch")


class OverlayOut(Told):
    """One metric of several runs over one axis."""

    metric: str
    axis: Literal["steps", "episodes", "time"]
    left: int
    width: int
    points: int
    curves: list[CurveOut]


class EpisodeOut(Schema):
    """A life of the watched lane that was kept whole."""

    model_config = ConfigDict(populate_by_name=True)
    episode: int
    steps: int
    return_sum: float = Field(alias="return")
    cause: Literal["death", "retired", "cut"]
    died_of: str | None
    root: str | None
    reasons: list[str]
    stage: int | None
    multiplier: float
    epsilon: float
    at: float = Field(description="Trainer's clock at its end, milliseconds since 1970")
    bytes: int

    @classmethod
    def of(cls, row: RecordedEpisode) -> "EpisodeOut":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ClipIn(Schema):
    model_config = ConfigDict(extra="forbid")
    format: Literal["mp4", "gif"]
    theme: Literal["light", "dark"] = "light"


class ClipOut(Schema):
    """A film of a recorded life, 1280 x 720, eight steps a second."""

    id: str
    format: Literal["mp4", "gif"]
    theme: Literal["light", "dark"]
    state: Literal["pending", "done", "failed"]
    message: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, row: Clip) -> "ClipOut":
        return cls(id=str(row.pk), **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class Clips(Schema):
    items: list[ClipOut]
    missing: str | None = Field(description="What this server lacks to make films; null if it can")
    longest: int = Field(description="Steps of the longest life that a film is made of")


class PlayIn(Schema):
    """A life that a person lives: everything they have done so far. Nothing of it is kept on the server."""

    model_config = ConfigDict(extra="forbid")
    start: int = Field(ge=0, lt=2**31, description="Number of the start; the same number is the same start")
    checkpoint: str | None = Field(
        default=None, description="Whose mind looks on; without one the run's model, or its newest checkpoint"
    )
    actions: list[int] = Field(default=[], max_length=100_000, description="Numbers of the actions, from the start on")
    first: int = Field(default=0, ge=0, lt=2**31, description="The first row to tell")
    seq: int = Field(default=0, ge=0, lt=2**31, description="Number of the frame that tells them; 0 carries `meta`")


class BookmarkIn(Schema):
    model_config = ConfigDict(extra="forbid")
    episode: int = Field(ge=0, lt=2**53, description="Number of a recorded life")
    step: int = Field(ge=0, lt=2**31, description="The moment in it, 0 to its number of steps")
    note: str


class BookmarkOut(Schema):
    """Someone's note on a moment of a recorded life."""

    id: str
    episode: int
    step: int
    note: str
    author: str
    own: bool = Field(description="It is the asker's own")
    removable: bool = Field(description="The asker may remove it: it is their own, or they are an instructor")
    created_at: datetime

    @classmethod
    def of(cls, row: Bookmark, person: Person) -> "BookmarkOut":
        own = row.author_id == person.pk
        return cls(
            id=str(row.pk), episode=row.episode, step=row.step, note=row.note, author=str(row.author), own=own,
            removable=own or person.is_instructor, created_at=row.created_at,
        )  # fmt: skip


class Bookmarks(Schema):
    items: list[BookmarkOut]


class CheckpointOut(Schema):
    id: str
    episode: int
    steps: int
    file: str
    bytes: int
    sha256: str
    created_at: datetime
    best: bool = Field(description="The first one that holds the best examined weights so far")

    @classmethod
    def of(cls, row: Checkpoint) -> "CheckpointOut":
        return cls(
            id=str(row.pk), episode=row.episode, steps=row.steps, file=row.file_name, bytes=row.bytes,
            sha256=row.sha256, created_at=row.created_at, best=row.best,
        )  # fmt: skip


class ByHourOut(Schema):
    """Uses and transitions for each hour of the day."""

    uses: dict[str, list[int]] = Field(description="Place, and its uses in each hour")
    transitions: list[dict[str, dict[str, int]]] = Field(description="One entry an hour: place, place after it, count")


class CensusOut(Schema):
    """What all lanes of a run had done when a checkpoint was written, counted since it began."""

    checkpoint: str
    steps: int
    episode: int
    visits: list[list[int]] = Field(description="Steps begun in each cell, by row and column")
    novelty: list[list[float | None]] | None = Field(
        description="Mean novelty of what was seen on arriving in each cell; null without curiosity"
    )
    uses: dict[str, int] = Field(description="Successful uses of each place; every tick is one")
    transitions: dict[str, dict[str, int]] = Field(
        description="Place, place used next in the same life, and how often; a use of several ticks follows itself"
    )
    by_hour: ByHourOut | None = Field(description="null where no clock runs")
    deaths: dict[str, int] = Field(description="Deaths by the meter that ran out")
    roots: dict[str, int] = Field(description="Deaths by the meter at the root, which drained the fatal one most")


class ModelIn(Schema):
    model_config = ConfigDict(extra="forbid")
    checkpoint: str | None = Field(None, description="Id of a checkpoint; the newest one where it is left out")
    format: ModelFormat = Field(
        "safetensors", description="zip: model (.safetensors), model card, play.py and README in one file"
    )
    precision: Precision = Field("float32", description="float16: half the size, rounded weights; not for zip")


class CardOut(Schema):
    """The model card, as it lies in the ZIP."""

    file: str = Field(description="The model's file that the card speaks of")
    markdown: str


class Evaluations(Schema):
    items: list[EvaluationOut]


class Episodes(Schema):
    items: list[EpisodeOut]


class Checkpoints(Schema):
    items: list[CheckpointOut]


class Models(Schema):
    items: list[ModelOut]


class WorkerOut(Schema):
    name: str
    alive: bool
    device: str = Field(description="cpu, or the name of the GPU")
    busy: bool = Field(description="It trains a run, or examines a model or makes a film between two slices")
    run: str | None = Field(description="Id of that run, if the asker may see it")


class WorkersOut(Schema):
    items: list[WorkerOut]
    free: int
    total: int
