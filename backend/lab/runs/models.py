"""A run and all that it leaves behind. Rows name files; the files lie in the default storage (lab/store/files.py)."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from hamlet.learning.metrics import COLUMNS
from lab.runs.pace import FASTEST, SLOWEST


class Run(models.Model):
    """One training, from launch to its end. It is trained in slices, each under its own fence number."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        """waits for a worker, before the first slice or between two"""
        TRAINING = "training", "Training"
        """a worker holds its lease"""
        PAUSING = "pausing", "Pausing"
        """someone paused it; the worker has not seen it yet"""
        PAUSED = "paused", "Paused"
        """waits for someone who resumes it; no worker has it, and no place in the queue"""
        STOPPING = "stopping", "Stopping"
        """someone pressed Stop; the worker has not seen it yet"""
        FINISHED = "finished", "Finished"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    ACTIVE = (State.QUEUED, State.TRAINING, State.PAUSING, State.STOPPING)
    LEASED = (State.TRAINING, State.PAUSING, State.STOPPING)
    ENDED = (State.FINISHED, State.STOPPED, State.FAILED)
    """all but these and the paused ones are active"""

    NAME_LENGTH = 80
    NOTES_LENGTH = 4000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="runs")
    classroom = models.ForeignKey(
        "people.Classroom", null=True, blank=True, on_delete=models.PROTECT, related_name="runs", verbose_name="class",
        help_text="The class that shares it; none: everyone with an account in the lab.",
    )  # fmt: skip
    name = models.CharField(max_length=NAME_LENGTH)
    notes = models.TextField(blank=True, help_text="What its crew wrote about it.")
    config = models.JSONField(help_text="All settings, exactly as they were checked.")
    level = models.CharField(max_length=80)
    network = models.CharField(max_length=20)
    learner = models.CharField(max_length=20)
    seed = models.BigIntegerField()
    steps_budget = models.BigIntegerField()
    pace = models.FloatField(
        null=True, blank=True, help_text="Steps a second of the watched lane that it is held to; empty is full speed."
    )

    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    message = models.TextField(blank=True, help_text="Why it ended, where that needs words.")
    fence = models.PositiveIntegerField(
        default=0, help_text="Rises with every claim; a worker with an older one writes nothing."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When its place in the queue was last sent to the broker."
    )
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When the slice in training began.")
    trained_seconds = models.FloatField(default=0.0, help_text="Of a worker's time, in all slices that were committed.")
    urgent = models.BooleanField(
        default=False, help_text="The bell is near and it has no model yet: it goes before the others."
    )
    lost = models.PositiveSmallIntegerField(
        default=0, help_text="Slices lost in a row, since the last one that was committed."
    )

    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="Who paused it, while it is paused and they are here.",
    )  # fmt: skip
    paused_at = models.DateTimeField(null=True, blank=True, help_text="When it was paused, while it is.")

    progress = models.FloatField(default=0.0)
    steps = models.BigIntegerField(default=0)
    episodes = models.BigIntegerField(default=0)
    epsilon = models.FloatField(null=True, blank=True)
    stage = models.PositiveSmallIntegerField(null=True, blank=True)
    multiplier = models.FloatField(null=True, blank=True)
    steps_per_second = models.FloatField(null=True, blank=True)
    last = models.FloatField(null=True, blank=True, help_text="Mean survival in the newest row of the curve.")
    best = models.FloatField(null=True, blank=True, help_text="Best mean survival in a held-out examination.")
    best_episode = models.BigIntegerField(null=True, blank=True)
    spark = models.JSONField(default=list, help_text="The survival curve in at most 60 points.")
    model = models.ForeignKey("ExportedModel", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks",
        help_text="The run from whose checkpoint it goes on.",
    )  # fmt: skip
    parent_checkpoint = models.ForeignKey(
        "Checkpoint", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    parent_steps = models.BigIntegerField(
        null=True, blank=True, help_text="Steps that were trained before it began; none for a run of its own."
    )

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="run_newest"),
            models.Index(fields=["state", "queued_at"], name="run_queue"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "queued",
                        "training",
                        "pausing",
                        "paused",
                        "stopping",
                        "finished",
                        "stopped",
                        "failed",
                    ]
                ),
                name="run_state_is_known",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0.0, progress__lte=1.0), name="run_progress_is_a_share"),
            models.CheckConstraint(condition=~Q(name=""), name="run_has_a_name"),
            models.CheckConstraint(
                condition=Q(pace__isnull=True) | Q(pace__gte=SLOWEST, pace__lte=FASTEST), name="run_pace_can_be_kept"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["training", "pausing", "stopping"]) | Q(lease_until__isnull=False),
                name="run_in_training_is_leased",
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(queued_at__isnull=False), name="run_in_the_queue_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["pausing", "paused"]) | Q(paused_at__isnull=False),
                name="run_paused_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["finished", "stopped", "failed"]) | Q(finished_at__isnull=False),
                name="run_at_its_end_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def active(self) -> bool:
        """It still moves."""
        return self.state in self.ACTIVE

    @property
    def ended(self) -> bool:
        """It moves no more, unless it is resumed; a paused one has not ended."""
        return self.state in self.ENDED

    @property
    def ends_at_the_bell(self) -> bool:
        """It has not ended, and the lesson of its class has an end that comes after its launch."""
        bell_at = self.classroom.bell_at if self.classroom else None
        return not self.ended and bell_at is not None and self.created_at < bell_at


class TrainedSlice(models.Model):
    """A slice that was trained and committed: whose worker's time it was. It outlives its run, as time used does."""

    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="slices")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    classroom = models.ForeignKey("people.Classroom", null=True, on_delete=models.CASCADE, related_name="+")
    given = models.FloatField(help_text="Seconds that it was to train.")
    seconds = models.FloatField(help_text="Seconds from claim to commit, restoring and saving included.")
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ["ended_at", "pk"]
        indexes = [
            models.Index(fields=["owner", "ended_at"], name="slice_of_owner"),
            models.Index(fields=["classroom", "ended_at"], name="slice_of_class"),
            models.Index(fields=["ended_at"], name="slice_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s"


class RunTag(models.Model):
    """A word that a run is found by, with others of its kind."""

    NAME_LENGTH = 30
    MOST = 10
    """of one run"""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["name"], name="tag_name")]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="one_tag_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="tag_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MetricRow(models.Model):
    """One row of the learning curve; the columns are `hamlet.learning.metrics.COLUMNS`, where each has its sentence."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    iteration = models.BigIntegerField()
    steps = models.BigIntegerField()
    episodes = models.BigIntegerField()
    survival_mean = models.FloatField(null=True)
    survival_p10 = models.FloatField(null=True)
    survival_median = models.FloatField(null=True)
    survival_p90 = models.FloatField(null=True)
    survival_max = models.FloatField(null=True)
    return_mean = models.FloatField(null=True)
    extrinsic_mean = models.FloatField(null=True)
    intrinsic_mean = models.FloatField(null=True)
    epsilon = models.FloatField(null=True)
    multiplier = models.FloatField(null=True)
    stage = models.PositiveSmallIntegerField(null=True)
    loss = models.FloatField(null=True)
    td_error = models.FloatField(null=True)
    q_mean = models.FloatField(null=True)
    grad_norm = models.FloatField(null=True)
    learning_rate = models.FloatField(null=True)
    steps_per_second = models.FloatField(null=True)

    class Meta:
        ordering = ["iteration"]
        constraints = [models.UniqueConstraint(fields=["run", "iteration"], name="one_metric_row_an_iteration")]

    def __str__(self) -> str:
        return f"iteration {self.iteration}"

    def values(self) -> dict[str, Any]:
        """The row as the curve has it."""
        return {name: getattr(self, name) for name in COLUMNS}


class EvaluationRow(models.Model):
    """One held-out examination (`hamlet.learning.events.Evaluation`)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="evaluations")
    steps = models.BigIntegerField()
    episodes = models.BigIntegerField()
    lives = models.PositiveIntegerField()
    mean = models.FloatField()
    median = models.FloatField()
    p10 = models.FloatField()
    share_retired = models.FloatField()
    causes = models.JSONField()
    best = models.BooleanField()
    survived = models.JSONField()

    class Meta:
        ordering = ["steps"]
        constraints = [
            models.UniqueConstraint(fields=["run", "steps"], name="one_evaluation_a_step"),
            models.CheckConstraint(
                condition=Q(share_retired__gte=0.0, share_retired__lte=1.0), name="evaluation_share_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mean:.0f} steps after {self.steps}"


class StageMove(models.Model):
    """The curriculum moved (`hamlet.learning.events.StageChange`)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stage_moves")
    steps = models.BigIntegerField()
    episodes = models.BigIntegerField()
    before = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=20)
    survival = models.FloatField()
    progress = models.FloatField()
    entropy = models.FloatField()

    class Meta:
        ordering = ["steps"]
        constraints = [models.UniqueConstraint(fields=["run", "steps"], name="one_stage_move_a_step")]

    def __str__(self) -> str:
        return f"stage {self.before} to {self.after}"


class RecordedEpisode(models.Model):
    """One life of the watched lane that was kept whole, and why (`hamlet.tape.recorder`)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="recordings")
    episode = models.BigIntegerField(help_text="Number of this life among the watched lane's.")
    run_steps = models.BigIntegerField(
        help_text="The run's steps when it was kept: what lies beyond a checkpoint is lived anew."
    )
    steps = models.PositiveIntegerField()
    return_sum = models.FloatField()
    cause = models.CharField(max_length=20)
    died_of = models.CharField(max_length=80, null=True)  # noqa: DJ001  (the wire says null for a life that did not die)
    root = models.CharField(max_length=80, null=True)  # noqa: DJ001
    reasons = models.JSONField()
    stage = models.PositiveSmallIntegerField(null=True)
    multiplier = models.FloatField()
    epsilon = models.FloatField()
    at = models.FloatField(help_text="Trainer's clock at its end, milliseconds since 1970.")
    file = models.CharField(max_length=255)
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["episode"]
        constraints = [models.UniqueConstraint(fields=["run", "episode"], name="one_recording_a_life")]

    def __str__(self) -> str:
        return f"life {self.episode}"


class Bookmark(models.Model):
    """Someone's note on a moment of a recorded life, named by its number: a life lived anew is the same life."""

    NOTE_LENGTH = 200

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="bookmarks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookmarks")
    episode = models.BigIntegerField()
    step = models.PositiveIntegerField(help_text="The moment: before this step, or after the last one.")
    note = models.CharField(max_length=NOTE_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["episode", "step", "created_at"]
        indexes = [models.Index(fields=["run", "episode", "step"], name="bookmark_in_order")]
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="bookmark_has_a_note")]

    def __str__(self) -> str:
        return self.note


class Checkpoint(models.Model):
    """Everything a run needs to go on, bit for bit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checkpoints")
    fence = models.PositiveIntegerField()
    iteration = models.BigIntegerField()
    episode = models.BigIntegerField(help_text="Lives finished by then, over all lanes.")
    steps = models.BigIntegerField()
    best = models.BooleanField(default=False, help_text="The first one that holds the best examined weights so far.")
    file = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-steps"]
        constraints = [models.UniqueConstraint(fields=["run", "steps"], name="one_checkpoint_a_step")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """As it is called when downloaded."""
        return self.file.rpartition("/")[2]


class ExportedModel(models.Model):
    """A HamletModel that can be taken home, and what is known about it."""

    class Format(models.TextChoices):
        SAFETENSORS = "safetensors", ".safetensors"
        PT = "pt", ".pt"
        ONNX = "onnx", ".onnx"
        ZIP = "zip", ".zip: model, card, play.py, README"

    class Precision(models.TextChoices):
        FLOAT32 = "float32", "float32"
        FLOAT16 = "float16", "float16, half the size"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="models")
    checkpoint = models.ForeignKey(Checkpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="models")
    checkpoint_bytes = models.BigIntegerField(null=True)
    episode = models.BigIntegerField()
    steps = models.BigIntegerField()
    format = models.CharField(max_length=20, choices=Format)
    precision = models.CharField(max_length=10, choices=Precision, default=Precision.FLOAT32)
    file = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    evaluation = models.JSONField(
        null=True, blank=True, help_text="The examination of exactly these weights, where there is one."
    )
    requested = models.BooleanField(
        default=False, help_text="Someone asked for it; it is kept whatever becomes of its checkpoint."
    )
    downloads = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-steps", "format", "-precision"]
        verbose_name = "exported model"
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "format", "precision"], name="one_model_a_format_and_precision"
            ),
            models.CheckConstraint(
                condition=Q(format__in=["safetensors", "pt", "onnx", "zip"]), name="model_format_is_known"
            ),
            models.CheckConstraint(condition=Q(precision__in=["float32", "float16"]), name="model_precision_is_known"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """As it is called when downloaded."""
        return self.file.rpartition("/")[2]


class UploadedModel(models.Model):
    """A mind that someone brought along: what could be read of their file, written anew as a model of ours.

    The file that was sent is never kept. Once it was examined, its file carries the examination, and a ZIP lies ready.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        """waits to be examined, or is being examined"""
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    NAME_LENGTH = 80

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    classroom = models.ForeignKey(
        "people.Classroom", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="class",
        help_text="The class in whose storage it counts; none: no class's.",
    )  # fmt: skip
    name = models.CharField(max_length=NAME_LENGTH)
    source = models.CharField(max_length=20, help_text="What the file was that was sent.")
    source_bytes = models.BigIntegerField()
    source_sha256 = models.CharField(max_length=64)
    level = models.CharField(max_length=80, help_text="The level that the model names.")
    network = models.CharField(max_length=20)
    weights = models.PositiveIntegerField(help_text="How many numbers the network has learnt.")
    fits = models.JSONField(help_text="For each level whether the model can live there, and why not.")
    played = models.CharField(max_length=80, blank=True, help_text="The level to examine it in; none if it fits none.")

    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    message = models.TextField(blank=True, help_text="Why it failed, or why it was not examined.")
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    evaluation = models.JSONField(null=True, blank=True)
    lives = models.JSONField(default=list, help_text="The recorded lives: how each went, and its file.")

    file = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    pack = models.JSONField(null=True, blank=True, help_text="The ZIP: file, bytes, sha256.")
    total_bytes = models.BigIntegerField(help_text="Of all its files: the model, its ZIP, its recorded lives.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "uploaded model"
        indexes = [models.Index(fields=["owner", "-created_at"], name="upload_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["pending", "done", "failed"]), name="upload_state_is_known"),
            models.CheckConstraint(condition=~Q(name=""), name="upload_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def file_name(self) -> str:
        """As it is called when downloaded."""
        return self.file.rpartition("/")[2]

    def files(self) -> list[str]:
        """Names of all its files in the storage."""
        pack = [self.pack["file"]] if self.pack else []
        return [self.file, *pack, *(life["file"] for life in self.lives)]


class Clip(models.Model):
    """A film of a recorded life, named by its number: a life lived anew is the same life, and so is its film."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        """waits for a worker, or is being made"""
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Format(models.TextChoices):
        MP4 = "mp4", ".mp4"
        GIF = "gif", ".gif"

    class Theme(models.TextChoices):
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="clips")
    episode = models.BigIntegerField()
    format = models.CharField(max_length=10, choices=Format)
    theme = models.CharField(max_length=10, choices=Theme)

    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    message = models.TextField(blank=True, help_text="Why it failed.")
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)

    file = models.CharField(max_length=255, blank=True)
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run", "episode", "format", "theme"]
        verbose_name = "film"
        constraints = [
            models.UniqueConstraint(fields=["run", "episode", "format", "theme"], name="one_clip_a_life_and_look"),
            models.CheckConstraint(condition=Q(state__in=["pending", "done", "failed"]), name="clip_state_is_known"),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(file=""), name="clip_done_has_a_file"),
        ]

    def __str__(self) -> str:
        return f"life {self.episode}.{self.format}"
