"""Fair use, as it is told before one launches: what one has used and may, how long the queue is, when the bell is."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from lab.people.problems import PROBLEMS
from lab.people.schemas import ClassRefOut
from lab.runs.errors import LimitError, NotAllowedError
from lab.runs.models import Run
from lab.schedule import fairness, turns
from lab.schedule.fairness import Bound, Share

router = Router(tags=["runs"])


class ShareOut(Schema):
    used: float
    limit: float | None = Field(description="The most that may be used; null: no limit holds")

    @classmethod
    def of(cls, share: Share) -> "ShareOut":
        return cls(used=share.used, limit=share.limit)


class BoundOut(Schema):
    runs: ShareOut = Field(description="Queued or training now")
    minutes: ShareOut = Field(description="Trained within 24 hours, of a worker's time")
    bytes: ShareOut = Field(
        description="Of files: checkpoints, recorded lives, models, films; uploaded models with ZIP and lives"
    )

    @classmethod
    def of(cls, bound: Bound) -> "BoundOut":
        return cls(runs=ShareOut.of(bound.runs), minutes=ShareOut.of(bound.minutes), bytes=ShareOut.of(bound.bytes))


class FairUseOut(Schema):
    launches: bool = Field(description="A launch would be let through now")
    message: str = Field(description="Why it would not, and what to do; empty where it would")
    classroom: ClassRefOut | None = Field(description="The class that a launched run belongs to; null: the whole lab")
    own: BoundOut | None = Field(description="One's own use in that class; null where it is the whole lab's")
    together: BoundOut | None = Field(description="The use of all its people; null where it is the whole lab's")
    bell_at: datetime | None = Field(description="When the lesson ends; null: it has no end")
    queue: int = Field(description="Runs that wait for a worker")
    wait: float | None = Field(
        description="Seconds until a run that is launched now begins, as the queue's measured times tell; "
        "null: no worker is there"
    )


@router.get("/fair-use", response={200: FairUseOut, **PROBLEMS}, operation_id="fair_use")
def fair_use(request: HttpRequest) -> FairUseOut:
    """What one may use of the lab in one's current class, and has used; how long a run launched now would wait."""
    person, message, classroom = request.user, "", None
    try:
        classroom = fairness.launch_class(person)
        fairness.launch_check(person, classroom)
    except (NotAllowedError, LimitError) as refusal:
        message = str(refusal)
    return FairUseOut(
        launches=not message, message=message, classroom=ClassRefOut.of(classroom) if classroom else None,
        own=BoundOut.of(fairness.own_bound(person, classroom)) if classroom else None,
        together=BoundOut.of(fairness.class_bound(classroom)) if classroom else None,
        bell_at=classroom.bell_at if classroom else None,
        queue=Run.objects.filter(state=Run.State.QUEUED).count(), wait=turns.waits()[1],
    )  # fmt: skip
