"""The queue's doors: call the service, tell the run what went wrong. Errors are handled here, once."""

import errno
import logging
import time
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import Error as DatabaseError

from hamlet.learning.errors import TrainingError
from lab.lives import clips
from lab.logs import about
from lab.registry import uploads
from lab.runs import services
from lab.runs.errors import RunError
from lab.runs.models import ExportedModel
from lab.schedule import bell, crew, errands, turns
from lab.store import retention, sweep
from lab.store.files import StorageAwayError

logger = logging.getLogger(__name__)

crew.listen()
errands.listen()

PATIENCE = 15.0
"""Seconds since the round before, beyond which a round of the reaper only looks: the database was away, and workers
whose leases could not be renewed get the time to do so."""
_last_round: float | None = None


@shared_task(bind=True, name="lab.runs.tasks.train_slice")
def train_slice(self: Any, run_id: str, fence: int) -> None:
    """Train a run for one slice.

    The run must be queued under `fence`, or nothing happens. It will be queued again, or finished, stopped or failed.
    """
    from lab.training import worker  # imports torch

    run, ours = UUID(run_id), fence + 1
    with about(run=run_id, slice=ours):
        try:
            worker.slice_run(run, fence, worker=self.request.hostname or "worker")
        except TrainingError as error:
            _fail(run, ours, str(error))
        except (DatabaseError, StorageAwayError) as error:
            # Nothing was committed. The lease runs out, and the run goes on from its last checkpoint.
            logger.warning("run %s: a slice is lost, the database or the storage is away: %s", run, error)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                logger.exception("run %s failed", run)
                _fail(run, ours, "Something went wrong on our side.")
                raise
            logger.error("run %s: %s", run, error)
            _fail(run, ours, "The disk is full. What was learnt is kept as of the last checkpoint.")
        except Exception:
            logger.exception("run %s failed", run)
            _fail(run, ours, "Something went wrong on our side.")
            raise


def _fail(run: UUID, fence: int, message: str) -> None:
    """End a run that cannot go on. Where not even that can be written its lease runs out, and it is tried again."""
    try:
        services.run_fail(run_id=run, fence=fence, message=message)
    except DatabaseError as error:
        logger.warning("run %s cannot be told that it failed, and will be tried again: %s", run, error)


@shared_task(name="lab.runs.tasks.take_home")
def take_home(model_id: str) -> None:
    """Examine a run's final model and pack it, so that whoever comes for it finds it ready.

    Whatever goes wrong here, the model itself is there, and the ZIP is made when someone asks for it.
    """
    from lab.registry import exports

    model = ExportedModel.objects.select_related("run").filter(pk=model_id).first()
    if model is None:
        return  # its run is gone
    try:
        exports.model_pack(model)
    except RunError as error:
        logger.warning("model %s is not packed yet: %s", model_id, error)


@shared_task(name="lab.runs.tasks.examine_upload")
def examine_upload(upload_id: str) -> None:
    """Examine an uploaded model and record some of its lives. It must be pending, or nothing happens."""
    from lab.registry import exam

    exam.upload_examine(UUID(upload_id))


@shared_task(name="lab.runs.tasks.make_clip")
def make_clip(clip_id: str) -> None:
    """Make a film of a recorded life. It must be pending, or nothing happens."""
    clips.clip_make(UUID(clip_id))


@shared_task(name="lab.runs.tasks.reap")
def reap() -> None:
    """Every five seconds: queue again what lost its worker, send again what the broker lost, look at disk and bell."""
    global _last_round
    now = time.monotonic()
    settled = _last_round is not None and now - _last_round <= PATIENCE
    try:
        if settled:
            services.runs_reap()
        services.runs_spare_the_disk()
        bell.bells_ring()
        services.runs_resend()
        uploads.uploads_resend()
        clips.clips_resend()
    except DatabaseError as error:
        logger.warning("the reaper waits for the database: %s", error)
        return
    _last_round = now


@shared_task(name="lab.runs.tasks.sweep")
def sweep_files() -> None:
    """Once a day: delete what the policy lets go of ended runs, files that no row names, slices that nobody counts."""
    try:
        thinned = retention.thin(settings.HAMLET_KEEP)
        gone = sweep.sweep()
        turns.slices_forget()
    except (DatabaseError, OSError) as error:
        logger.warning("the sweep waits for tomorrow: %s", error)
        return
    if thinned:
        logger.info("thinned ended runs by %d files, %d bytes", len(thinned), sum(file.bytes for file in thinned))
    if gone:
        logger.info("swept %d files that no row names, %d bytes", len(gone), sum(orphan.bytes for orphan in gone))
