"""A run once more: with something changed from the start, with something changed from a checkpoint, or further on."""

import shutil
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from pydantic import ValidationError

from hamlet.learning.config import TrainConfig
from hamlet.learning.fork import forked
from hamlet.world import load_level
from lab import clock
from lab.errors import FieldError
from lab.people.models import Person
from lab.runs import minds, services, sight
from lab.runs.errors import GoneError, NotAllowedError, RunError, WrongStateError
from lab.runs.models import Checkpoint, Run
from lab.runs.validation import config_checked, field_errors, launch_checked
from lab.schedule import fairness, queue
from lab.store import files
from lab.store.files import Written

State = Run.State
SEEDS = 2**31
"""how many there are"""


def run_clone(
    *,
    run: Run,
    by: Person,
    name: str,
    config: dict[str, Any],
    pace: float | None = None,
    notes: str = "",
    tags: Sequence[str] | None = None,
) -> Run:
    """Launch a run with the settings of another and these changes; without any, with the next seed.

    Args:
        tags: None takes those of the other run

    Raises what `services.run_launch` raises, and
        RunError: nothing would differ, so that it would be the same run bit for bit
    """
    changes = config or {"seed": (run.seed + 1) % SEEDS}
    _, checked = launch_checked(name, {**run.config, **changes})
    _must_differ(run, checked)
    tags = [tag.name for tag in run.tags.all()] if tags is None else tags
    return services.run_launch(
        owner=by, name=name, config=checked.model_dump(mode="json"), pace=pace, notes=notes, tags=tags
    )


def run_fork(
    *,
    run: Run,
    by: Person,
    checkpoint: UUID | None,
    name: str,
    config: dict[str, Any],
    pace: float | None = None,
    notes: str = "",
    tags: Sequence[str] | None = None,
) -> Run:
    """Launch a run that goes on from a checkpoint of another (the newest, if None), with these changes.

    It has a copy of the checkpoint's file, so it lives on whatever becomes of the other run. What it then learns
    follows from the checkpoint and its settings alone, bit for bit.

    Raises what `services.run_launch` raises, and
        WrongStateError: there is no checkpoint yet
        RunError: there is no such checkpoint; nothing would differ, or a change cannot be made at a checkpoint
        GoneError: the checkpoint's file is gone or damaged
    """
    origin = minds.checkpoint_of(run, checkpoint)
    before = config_checked(run.config)
    title, _ = launch_checked(name, run.config)
    try:
        checked = forked(before, load_level(run.level), config, origin.steps, origin.episode)
    except ValidationError as error:
        raise RunError("Some settings cannot be used.", field_errors(error, TrainConfig, "config.")) from None
    _must_differ(run, checked)
    fairness.launch_class(by)
    fork = uuid4()
    copy = _copied(origin, files.checkpoint_name(fork, 0, origin.episode))
    try:
        with transaction.atomic():
            made = services.run_queue(
                owner=by, name=title, config=checked, pace=pace, notes=notes,
                tags=[tag.name for tag in run.tags.all()] if tags is None else tags,
                # As if slice 0 had been the other run's, and slice 1 were lost: what was on the air there is not gone
                # on with here.
                id=fork, fence=1, parent=run, parent_checkpoint=origin, parent_steps=origin.steps,
            )  # fmt: skip
            Checkpoint.objects.create(
                run=made, fence=0, iteration=origin.iteration, episode=origin.episode, steps=origin.steps,
                file=copy.name, bytes=copy.bytes, sha256=copy.sha256,
            )  # fmt: skip
    except BaseException:
        files.remove_folder(f"runs/{fork}")
        raise
    return made


def run_resume(*, run: Run, by: Person) -> Run:
    """Let a run go on that is paused, was stopped or has failed, from its newest checkpoint: the same run, to the same
    end.

    The run is `paused`, `stopped` or `failed` before and `queued` after, at the queue's tail. One that is still
    `pausing` trains on.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        WrongStateError: it moves, has finished, or left no checkpoint
        LimitError: its owner or class has used up what they may, its lesson has ended, or the disk is nearly full
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    if services.run_move(run.pk, [State.PAUSING], State.TRAINING):
        run.refresh_from_db()
        return run
    now = clock.now()
    with transaction.atomic():
        services.room_for_one_more(run.owner, run.classroom, now)
        fairness.resume_check(run, now)
        kept = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if kept.state == State.FINISHED:
            raise WrongStateError("The run has used its budget. Fork it with a larger one to go on.")
        if kept.active:
            raise WrongStateError("The run is neither paused nor at its end.")
        # A paused one whose worker was lost in its first slice goes on from its beginning.
        if kept.ended and kept.steps > 0 and not Checkpoint.objects.filter(run=kept).exists():
            raise WrongStateError("The run has no checkpoint to go on from.")
        kept.state, kept.message, kept.finished_at, kept.lost, kept.urgent = State.QUEUED, "", None, 0, False
        kept.queued_at = kept.sent_at = now
        kept.paused_by = kept.paused_at = None
        fields = ["state", "message", "finished_at", "lost", "urgent", "queued_at", "sent_at", "paused_by", "paused_at"]
        kept.save(update_fields=fields)
        transaction.on_commit(lambda: queue.send(kept.pk, kept.fence), robust=True)
        transaction.on_commit(lambda: services.announce(kept.pk), robust=True)
    run.refresh_from_db()
    return run


def _must_differ(run: Run, checked: TrainConfig) -> None:
    if checked == config_checked(run.config):
        message = "changes nothing; the same settings and seed give the same run, bit for bit"
        raise RunError(f"config {message}.", [FieldError("config", message, None)])


def _copied(origin: Checkpoint, name: str) -> Written:
    """A copy of the checkpoint's file."""
    try:
        with files.reading(origin.file) as source, files.writing(name) as (target, written):
            shutil.copyfile(source, target)
    except FileNotFoundError:
        raise GoneError(f"{origin} is no longer there.") from None
    if written.sha256 != origin.sha256:
        files.remove_folder(name.rpartition("/")[0].rpartition("/")[0])
        raise GoneError(f"{origin} cannot be read: it is damaged.")
    return written
