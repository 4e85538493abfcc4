"""An uploaded model's examination: how long it lives, a few of its lives to watch, and the ZIP to take home.

Runs in a worker, on numpy alone.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from hamlet.learning.evaluate import evaluate
from hamlet.learning.events import Event
from hamlet.learning.witness import Witness
from hamlet.model import HamletModel, ModelError
from hamlet.model.pack import pack
from hamlet.tape.episode import Tape
from hamlet.tape.wire import encode_recording
from hamlet.world import Level, load_level, own_text
from lab import clock
from lab.registry.convert import LIVES, SEED
from lab.registry.uploads import LOST_AFTER, MOST_TRIES
from lab.runs.models import UploadedModel
from lab.store import files

logger = logging.getLogger(__name__)

State = UploadedModel.State

RECORDED = 6
"""of the examined lives, the first ones, are kept to be watched"""


def upload_examine(id: UUID) -> bool:
    """Examine a pending model; it is `done` afterwards, or `failed` with the reason.

    False: it is not pending any more, or another worker has it.
    """
    upload = _claim(id)
    if upload is None:
        return False
    try:
        changes = _examined(upload)
    except ModelError as error:
        changes = {"state": State.FAILED, "message": f"It cannot be examined: {error}."}
    except FileNotFoundError:
        changes = {"state": State.FAILED, "message": "Its file is no longer there."}
    except Exception:
        _end(upload, {"state": State.FAILED, "message": "Something went wrong on our side."})
        raise
    return _end(upload, changes)


def _claim(id: UUID) -> UploadedModel | None:
    now = clock.now()
    free = Q(claimed_at=None) | clock.beyond("claimed_at", now, LOST_AFTER)
    mine = UploadedModel.objects.filter(free, pk=id, state=State.PENDING, tries__lt=MOST_TRIES)
    if not mine.update(claimed_at=now, tries=F("tries") + 1):
        return None
    return UploadedModel.objects.get(pk=id)


def _examined(upload: UploadedModel) -> dict[str, Any]:
    with files.reading(upload.file) as path:
        model = HamletModel.load_from_inference_checkpoint(path)
    level = load_level(upload.played)
    witness = Witness(level, RECORDED)
    result = evaluate(model, level, LIVES, seed=SEED, witness=witness)
    evaluation = {**result.as_dict(), "seed": SEED, "multiplier": 1.0, "level": level.name}
    known = {**model.metadata, "evaluation": evaluation, "floors": level.floors}
    whole = HamletModel(model.network, model.weights, model.contract, known)
    # Under the number of this try, so that two workers never write the same file.
    folder = f"{files.UPLOADS}/{upload.pk}/{upload.tries}"
    stem = upload.file_name.removesuffix(".safetensors")
    with files.writing(f"{folder}/{stem}.safetensors") as (target, single):
        whole.save_inference_checkpoint(target)
    zipped = files.put(f"{folder}/{stem}.zip", pack(whole, stem, title=upload.name, level=own_text(level.name)))
    lives = [_recorded(upload, folder, level, events) for events in witness.events]
    return {
        "state": State.DONE, "message": "", "evaluation": evaluation, "lives": lives,
        "file": single.name, "bytes": single.bytes, "sha256": single.sha256,
        "pack": {"file": zipped.name, "bytes": zipped.bytes, "sha256": zipped.sha256},
        "total_bytes": single.bytes + zipped.bytes + sum(life["bytes"] for life in lives),
    }  # fmt: skip


def _recorded(upload: UploadedModel, folder: str, level: Level, events: list[Event]) -> dict[str, Any]:
    tape = Tape(str(upload.pk), level.name, level.digest)
    for event in events:
        tape.take(event)
    life = tape.life
    assert life is not None
    assert life.end is not None
    file = files.put(f"{folder}/life_{life.number}.msgpack", encode_recording(life, {"passed": 0, "pace": None}))
    end = life.end
    return {
        "episode": life.number, "steps": end["steps"], "return_sum": end["return"], "cause": end["cause"],
        "died_of": end["died_of"], "root": end["root"], "reasons": [], "stage": None, "multiplier": 1.0,
        "epsilon": 0.0, "at": end["at"], "file": file.name, "bytes": file.bytes, "sha256": file.sha256,
    }  # fmt: skip


def _end(upload: UploadedModel, changes: dict[str, Any]) -> bool:
    """Write what became of it, if it still is this worker's; the files that are no longer needed go."""
    claimed: datetime | None = upload.claimed_at
    before = set(upload.files())
    with transaction.atomic():
        mine = UploadedModel.objects.filter(pk=upload.pk, state=State.PENDING, claimed_at=claimed)
        ended = mine.update(**changes) == 1
    for name, value in changes.items():
        setattr(upload, name, value)
    files.remove(before - set(upload.files()) if ended else set(upload.files()) - before)
    return ended
