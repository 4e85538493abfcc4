"""Films of recorded lives: asked for once, made by a worker, kept for everyone."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from lab import clock
from lab.errors import FieldError
from lab.lives import film
from lab.runs import levels
from lab.runs.errors import LimitError, RunError, WrongStateError
from lab.runs.models import Clip, RecordedEpisode
from lab.schedule import queue
from lab.store import files

logger = logging.getLogger(__name__)

State = Clip.State

LONGEST = 1_000
"""steps of a life that a film is made of: two minutes of film, about a minute of work"""
MOST_WAITING = 20
"""films that may wait at once; each keeps a worker from training for some seconds"""
RESEND_AFTER = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=300)
"""One that has not come to an end for so long is lost, and begun again."""
MOST_TRIES = 3


def clip_ask(*, life: RecordedEpisode, format: str, theme: str) -> tuple[Clip, bool]:
    """The film of a life, and whether it was ordered just now. One that failed is ordered again.

    Raises:
        WrongStateError: this HAMLET makes no films
        RunError: the life is too long
        LimitError: `MOST_WAITING` others wait
    """
    found = Clip.objects.filter(run=life.run, episode=life.episode, format=format, theme=theme).first()
    if found is not None and found.state != State.FAILED:
        return found, False
    if lacks := film.missing():
        raise WrongStateError(f"No films are made here: {lacks} is missing.")
    if life.steps > LONGEST:
        message = f"must be a life of at most {LONGEST:,} steps; this one has {life.steps:,}"
        raise RunError("The life is too long for a film.", [FieldError("number", message, life.episode)])
    if Clip.objects.filter(state=State.PENDING).count() >= MOST_WAITING:
        raise LimitError(f"{MOST_WAITING} films are being made; ask again in a minute.")
    now = clock.now()
    fresh: dict[str, Any] = {"state": State.PENDING, "message": "", "tries": 0, "sent_at": now, "claimed_at": None}
    if found is not None:
        if not Clip.objects.filter(pk=found.pk, state=State.FAILED).update(**fresh):
            return Clip.objects.get(pk=found.pk), False  # someone else was quicker
        clip = Clip.objects.get(pk=found.pk)
    else:
        try:
            with transaction.atomic():
                clip = Clip.objects.create(run=life.run, episode=life.episode, format=format, theme=theme, **fresh)
        except IntegrityError:
            return Clip.objects.get(run=life.run, episode=life.episode, format=format, theme=theme), False
    transaction.on_commit(lambda: _send(clip.pk), robust=True)
    return clip, True


def clip_make(id: UUID) -> bool:
    """Make a pending film; it is `done` afterwards, or `failed` with the reason.

    False: it is not pending any more, or another worker has it.
    """
    now = clock.now()
    free = Q(claimed_at=None) | clock.beyond("claimed_at", now, LOST_AFTER)
    mine = Clip.objects.filter(free, pk=id, state=State.PENDING, tries__lt=MOST_TRIES)
    if not mine.update(claimed_at=now, tries=F("tries") + 1):
        return False
    clip = Clip.objects.select_related("run").get(pk=id)
    try:
        changes = _made(clip)
    except film.FilmError as error:
        logger.error("film %s: %s", clip.pk, error)
        changes = {"state": State.FAILED, "message": "The film could not be made on our side."}
    except (FileNotFoundError, RecordedEpisode.DoesNotExist):
        changes = {"state": State.FAILED, "message": "The recording is no longer there."}
    except KeyError:
        changes = {"state": State.FAILED, "message": f"The level {clip.run.level} is no longer here."}
    except Exception:
        _end(clip, {"state": State.FAILED, "message": "Something went wrong on our side."})
        raise
    return _end(clip, changes)


def clips_resend(now: datetime | None = None) -> int:
    """Send again what waits and was lost: by the broker, or with a worker. Gives how many."""
    now = now or clock.now()
    pending = Clip.objects.filter(state=State.PENDING)
    lost = pending.filter(clock.beyond("claimed_at", now, LOST_AFTER), tries__gte=MOST_TRIES)
    lost.update(state=State.FAILED, message=f"The film was lost {MOST_TRIES} times in a row.")
    idle = Q(claimed_at=None) | clock.beyond("claimed_at", now, LOST_AFTER)
    unsent = pending.filter(idle, Q(sent_at=None) | clock.beyond("sent_at", now, RESEND_AFTER))
    sent = 0
    for pk in unsent.values_list("pk", flat=True):
        Clip.objects.filter(pk=pk).update(sent_at=now)
        sent += _send(pk)
    return sent


def _made(clip: Clip) -> dict[str, Any]:
    life = RecordedEpisode.objects.get(run=clip.run, episode=clip.episode)
    level = levels.describe(clip.run.level)
    with files.open_file(life.file) as file:
        recording = file.read()
    # Under the number of this try, so that two workers never write the same file.
    name = f"runs/{clip.run_id}/clips/{clip.tries}/life_{clip.episode}_{clip.theme}.{clip.format}"
    with files.writing(name) as (target, written):
        film.make(target, recording=recording, level=level, name=clip.run.name, format=clip.format, theme=clip.theme)
    return {"state": State.DONE, "file": written.name, "bytes": written.bytes, "sha256": written.sha256}


def _end(clip: Clip, changes: dict[str, Any]) -> bool:
    """Write what became of it, if it still is this worker's."""
    mine = Clip.objects.filter(pk=clip.pk, state=State.PENDING, claimed_at=clip.claimed_at)
    if mine.update(**changes):
        return True
    if file := changes.get("file"):
        files.remove([file])
    return False


def _send(id: UUID) -> bool:
    if queue.send_exam("make_clip", id):
        return True
    Clip.objects.filter(pk=id).update(sent_at=None)
    return False
