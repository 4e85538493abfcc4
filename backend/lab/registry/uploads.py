"""Models that people bring along: read, checked, written anew, and sent to be examined."""

import hashlib
import json
import logging
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from hamlet.model import HamletModel, ModelError
from hamlet.world import VectorWorld, load_level
from lab import clock
from lab.errors import FieldError
from lab.people.models import Classroom, Person
from lab.runs import levels
from lab.runs.errors import LimitError, RunError
from lab.runs.models import UploadedModel
from lab.runs.validation import line_checked
from lab.schedule import fairness, queue
from lab.store import files

logger = logging.getLogger(__name__)

LARGEST = 128_000_000
"""bytes of a file that is read; the largest genuine ones are old checkpoints that carry their replay buffer"""
MOST = 50
"""models that one person may have here"""
RESEND_AFTER = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=180)
"""An examination takes seconds; one that has not come to an end for so long is lost, and begun again."""
MOST_TRIES = 3

FACTS = ("layout", "layouts", "which", "steps", "episodes", "updates", "config")
"""what a file says of its training that is taken over; examinations are not, they are held here"""
LONGEST_FACTS = 64 * 1024
"""characters of them, as JSON"""
FILE = "upload"


class Read(NamedTuple):
    """What was in a file."""

    model: HamletModel
    source: str
    """safetensors, pt, onnx, checkpoint or version 2"""
    bytes: int
    sha256: str


def uploads_for(person: Person) -> QuerySet[UploadedModel]:
    """The uploaded models this person may see: their own."""
    return UploadedModel.objects.filter(owner=person) if person.is_active else UploadedModel.objects.none()


def upload_add(*, owner: Person, content: BinaryIO, file_name: str, name: str = "") -> UploadedModel:
    """Read a model or checkpoint that was sent, keep it as a model of ours, and have it examined.

    Args:
        content: the file, at its beginning
        file_name: as it was called where it comes from
        name: what to call it; the file's name, if empty

    Raises:
        RunError: it is no model of HAMLET's, damaged or too large, or the name cannot be; nothing was kept
        LimitError: the owner has `MOST` models here already, or it has no room in what they or their class may fill
    """
    title = line_checked("name", name, UploadedModel.NAME_LENGTH) if name else _title(file_name)
    read = _read(content, file_name)
    model = read.model
    fits = fits_of(model)
    played = _played(model, fits)
    key = uuid4()
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in title)[:60]
    with files.writing(f"{files.UPLOADS}/{key}/{stem}.safetensors") as (target, written):
        _as_ours(read, played).save_inference_checkpoint(target)
    now, classroom = clock.now(), fairness.working_class(owner)
    try:
        with transaction.atomic():
            # Locks the owner's row and the class's, so that uploads at once do not all count one too few.
            Person.objects.select_for_update(no_key=True).get(pk=owner.pk)
            if classroom is not None:
                classroom = Classroom.objects.select_for_update(no_key=True).get(pk=classroom.pk)
                fairness.upload_check(owner, classroom, written.bytes)
            if UploadedModel.objects.filter(owner=owner).count() >= MOST:
                raise LimitError(f"You have {MOST} uploaded models; that is the limit. Delete one first.")
            upload = UploadedModel.objects.create(
                id=key, owner=owner, classroom=classroom, name=title, source=read.source, source_bytes=read.bytes,
                source_sha256=read.sha256, level=plain(model.contract["level"])[:80], network=model.network,
                weights=sum(array.size for array in model.weights.values()), fits=fits, played=played,
                state="pending" if played else "done",
                message="" if played else "It fits none of the levels here, so it was not examined.",
                sent_at=now if played else None, file=written.name, bytes=written.bytes, sha256=written.sha256,
                total_bytes=written.bytes,
            )  # fmt: skip
            if played:
                transaction.on_commit(lambda: _send(upload.pk), robust=True)
    except BaseException:
        files.remove([written.name])
        raise
    return upload


def upload_remove(upload: UploadedModel) -> None:
    """Delete it, its files and its lives."""
    folder = f"{files.UPLOADS}/{upload.pk}"
    with transaction.atomic():
        upload.delete()
        # With what a worker left there that was killed in an examination.
        transaction.on_commit(lambda: files.remove_folder(folder), robust=True)


def uploads_resend(now: datetime | None = None) -> int:
    """Send again what waits for its examination and was lost: by the broker, or with a worker. Gives how many."""
    now = now or clock.now()
    pending = UploadedModel.objects.filter(state=UploadedModel.State.PENDING)
    lost = pending.filter(clock.beyond("claimed_at", now, LOST_AFTER), tries__gte=MOST_TRIES)
    lost.update(state=UploadedModel.State.FAILED, message=f"The examination was lost {MOST_TRIES} times in a row.")
    idle = Q(claimed_at=None) | clock.beyond("claimed_at", now, LOST_AFTER)
    unsent = pending.filter(idle, Q(sent_at=None) | clock.beyond("sent_at", now, RESEND_AFTER))
    sent = 0
    for pk in unsent.values_list("pk", flat=True):
        UploadedModel.objects.filter(pk=pk).update(sent_at=now)
        sent += _send(pk)
    return sent


def fits_of(model: HamletModel) -> list[dict[str, Any]]:
    """For each level whether the model can live there: {level, title, verdict, reasons}."""
    found = []
    for name in levels.names():
        level = levels.describe(name)
        fit = model.fits(level)
        reasons = [plain(reason)[:200] for reason in fit.reasons[:5]]
        found.append({"level": name, "title": level["title"], "verdict": fit.verdict, "reasons": reasons})
    return found


def plain(text: Any) -> str:
    """Text from a file as a database can hold it and a page can show it: printable characters only."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def _send(id: UUID) -> bool:
    if queue.send_exam("examine_upload", id):
        return True
    UploadedModel.objects.filter(pk=id).update(sent_at=None)
    return False


def _title(file_name: str) -> str:
    stem = file_name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    return "".join(c for c in stem if c.isprintable()).strip()[: UploadedModel.NAME_LENGTH] or "model"


def _read(content: BinaryIO, file_name: str) -> Read:
    """The model in a file. Only weights are read, never anything that could run."""
    with tempfile.TemporaryDirectory(prefix="hamlet-") as folder:
        path = Path(folder) / FILE
        with path.open("wb") as target:
            shutil.copyfileobj(content, target, files.CHUNK)
        size = path.stat().st_size
        if size > LARGEST:
            raise too_large(size, file_name)
        try:
            model = HamletModel.load_from_checkpoint(path)
            source = _source(path, model)
        except ModelError as error:
            message = plain(error).replace(repr(FILE), "the file")
            raise _refused(message.removeprefix("the file "), file_name) from error
        with path.open("rb") as file:
            return Read(model, source, size, hashlib.file_digest(file, "sha256").hexdigest())


def too_large(size: int, file_name: str) -> RunError:
    """What to raise for a file that is not even read."""
    return _refused(f"has {size} bytes; at most {LARGEST} are allowed", file_name)


def _refused(message: str, file_name: str) -> RunError:
    return RunError(f"The file cannot be used: it {message}.", [FieldError("file", message, plain(file_name)[:100])])


def _source(path: Path, model: HamletModel) -> str:
    with path.open("rb") as file:
        head = file.read(9)
    if head[:4] != b"PK\x03\x04":
        return "safetensors" if head[8:9] == b"{" else "onnx"
    try:
        HamletModel.load_from_inference_checkpoint(path)
        return "pt"
    except ModelError:
        return "version 2" if str(model.metadata.get("source", "")).startswith("version 2") else "checkpoint"


def _played(model: HamletModel, fits: list[dict[str, Any]]) -> str:
    """The level to examine it in: its own, else the first that it fits, best as it is."""
    able = {entry["level"]: entry["verdict"] for entry in fits if entry["verdict"] != "no"}
    own = model.contract["level"]
    return own if own in able else next((name for name in able if able[name] == "yes"), next(iter(able), ""))


def _as_ours(read: Read, played: str) -> HamletModel:
    """The model with what can be taken over of what its file says."""
    told = read.model.metadata
    known = {name: told[name] for name in FACTS if name in told}
    if len(json.dumps(known)) > LONGEST_FACTS:
        known = {name: value for name, value in known.items() if name in ("layout", "layouts")}
    layout = known.pop("layout", None)
    if played and known.get("layouts") != "episode" and _stands(layout, played):
        known |= {"layout": layout, "layouts": "run"}
    else:
        known["layouts"] = "episode"
    what = "version 2 training checkpoint" if read.source == "version 2" else f"{read.source} file"
    known["source"] = f"{what} that was uploaded; what it says of its training was not checked"
    known["uploaded_from"] = {"bytes": read.bytes, "sha256": read.sha256}
    return HamletModel(read.model.network, read.model.weights, read.model.contract, known)


def _stands(layout: Any, level: str) -> bool:
    """Whether places can stand so in the level."""
    try:
        VectorWorld(load_level(level), 1, 0).set_state(affordance_positions=layout)
    except (ValueError, TypeError, OverflowError):
        return False
    return layout is not None
