"""A lab with something of everything in two classes, for tests that ask what each person may do with it."""

from types import SimpleNamespace
from uuid import uuid4

ROLES = (
    "nobody", "guest", "student", "owner", "account", "outsider", "stranger", "foreign_assistant", "assistant",
    "instructor",
)  # fmt: skip
"""what people are to the class of Elsinore; `owner` is its student whose run and models are asked for"""

SMALL = {
    "level": "L0_0_minimal", "network": "simple", "lanes": 4, "rollout": 8, "steps": 32, "evaluations": 1,
    "evaluation_lives": 2, "minibatches": 1, "epochs": 1, "seed": 5,
}  # fmt: skip


def learnt(folder):
    """The bytes of a checkpoint and a model that were really trained, on next to nothing."""
    from hamlet.learning import Trainer
    from hamlet.learning.config import TrainConfig

    trainer = Trainer(TrainConfig.model_validate(SMALL))
    for _ in trainer.run():
        pass
    trainer.save(folder / "checkpoint.pt")
    trainer.export(folder / "model.safetensors")
    return (folder / "checkpoint.pt").read_bytes(), (folder / "model.safetensors").read_bytes()


def run_left(owner, classroom, checkpoint, mind, state="finished"):
    """A run with everything that a run leaves behind; its id and theirs."""
    from django.utils import timezone

    from hamlet.learning.config import TrainConfig
    from lab.runs.models import Bookmark, Checkpoint, Clip, ExportedModel, MetricRow, RecordedEpisode, Run
    from lab.store import files

    now = timezone.now()
    ends = {"finished_at": now} if state != "queued" else {"queued_at": now, "sent_at": now}
    run = Run.objects.create(
        owner=owner, classroom=classroom, name=f"{owner}'s", config=TrainConfig.model_validate(SMALL).model_dump(),
        level=SMALL["level"], network="simple", learner="pqn", seed=5, steps_budget=32, state=state, **ends,
    )  # fmt: skip
    MetricRow.objects.create(run=run, iteration=1, steps=32, episodes=1, survival_mean=5.0)
    life = files.put(files.recording_name(run.pk, 1, 0), b"life")
    RecordedEpisode.objects.create(
        run=run, episode=0, run_steps=32, steps=5, return_sum=1, cause="cut", reasons=[], multiplier=1, epsilon=0,
        at=0, file=life.name, bytes=life.bytes, sha256=life.sha256,
    )  # fmt: skip
    saved = files.put(files.checkpoint_name(run.pk, 1, 1), checkpoint)
    point = Checkpoint.objects.create(
        run=run, fence=1, iteration=1, episode=1, steps=32, file=saved.name, bytes=saved.bytes, sha256=saved.sha256
    )
    kept = files.put(files.model_name(run.pk, 1, 1, "safetensors"), mind)
    model = ExportedModel.objects.create(
        run=run, checkpoint=point, episode=1, steps=32, format="safetensors", file=kept.name, bytes=kept.bytes,
        sha256=kept.sha256,
    )  # fmt: skip
    film = files.put(f"runs/{run.pk}/clips/1/life_0_light.gif", b"GIF89a")
    clip = Clip.objects.create(
        run=run, episode=0, format="gif", theme="light", state="done", file=film.name, bytes=film.bytes,
        sha256=film.sha256,
    )  # fmt: skip
    note = Bookmark.objects.create(run=run, author=owner, episode=0, step=0, note="look here")
    return SimpleNamespace(run=run.pk, checkpoint=point.pk, model=model.pk, clip=clip.pk, bookmark=note.pk)


def brought(owner, mind):
    """A model that someone brought along, with one life of its examination."""
    from lab.runs.models import UploadedModel
    from lab.store import files

    id = uuid4()
    kept, life = files.put(f"uploads/{id}/mine.safetensors", mind), files.put(f"uploads/{id}/1/life_0.msgpack", b"x")
    told = {
        "episode": 0, "steps": 5, "return_sum": 1.0, "cause": "cut", "died_of": None, "root": None, "reasons": [],
        "stage": None, "multiplier": 1.0, "epsilon": 0.0, "at": 0.0, "file": life.name, "bytes": life.bytes,
        "sha256": life.sha256,
    }  # fmt: skip
    return UploadedModel.objects.create(
        id=id, owner=owner, name="mine", source="safetensors", source_bytes=1, source_sha256="", level=SMALL["level"],
        network="simple", weights=1, fits=[], state="done", lives=[told], file=kept.name, bytes=kept.bytes,
        sha256=kept.sha256, total_bytes=kept.bytes + life.bytes,
    ).pk  # fmt: skip


def people_of(cast):
    """Who plays which role."""
    from django.contrib.auth.hashers import make_password

    from lab.people import classes
    from lab.people.models import Person

    def joined(classroom, nickname, role="student"):
        person = classes.student_make(
            classroom=classroom, nickname=nickname, pawn=1, secret=make_password("amber river stone")
        )
        person.role = role
        person.save()
        return Person.objects.get(pk=person.pk)

    return {
        "nobody": None, "guest": cast.guest, "student": cast.student, "owner": joined(cast.elsinore, "Rosencrantz"),
        "account": cast.account, "outsider": cast.outsider, "stranger": cast.stranger,
        "foreign_assistant": joined(cast.norway, "Guildenstern", "assistant"), "assistant": cast.assistant,
        "instructor": cast.instructor,
    }  # fmt: skip
