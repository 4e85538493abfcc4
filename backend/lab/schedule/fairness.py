"""What people may use of the lab, and what they have used: runs at once, minutes of training, bytes of files.

A paused run is none of the runs at once, as it takes no worker and no turn. To be resumed it needs room among them.

A class has limits for each of its students and for all its people together (lab.people.models.Classroom). Minutes are a
worker's time in slices that were committed, whatever became of their run since; bytes are what rows know of files, of
runs and of models that were brought along. A launch beyond a limit is refused, and so is a model that has no room; a
run that comes to a limit while it trains ends with its slice, and keeps its model.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from lab import clock
from lab.people.models import Classroom, Person
from lab.people.selectors import classes_for, current_class
from lab.runs.errors import LimitError, NotAllowedError
from lab.runs.models import Checkpoint, Clip, ExportedModel, RecordedEpisode, Run, TrainedSlice, UploadedModel

WINDOW = timedelta(hours=24)
"""Minutes count for so long after they were trained."""
LAST_CALL = timedelta(seconds=15)
"""So shortly before the bell no run begins: there is no time left for a model."""
FILES = (Checkpoint, RecordedEpisode, ExportedModel, Clip)


class Share(NamedTuple):
    """What is used of something, and the most that may be; None where no limit holds."""

    used: float
    limit: float | None

    @property
    def open(self) -> bool:
        """There is some left."""
        return self.limit is None or self.used < self.limit


@dataclass(frozen=True)
class Bound:
    """What a student in a class, or a class as a whole, has used and may use."""

    classroom: Classroom
    person: Person | None
    """None: the class as a whole"""
    runs: Share
    """queued or training now"""
    minutes: Share
    """trained within WINDOW"""
    bytes: Share
    """of files that are kept now"""

    def refusal(self) -> str | None:
        """Why no further run may be launched, and what to do; None if one may."""
        if not self.runs.open:
            used, limit = self.runs
            whose = "your runs" if self.person else "the class's runs"
            if limit == 0:
                return f"Students launch no runs in {self.classroom} at present." if self.person else (
                    f"No runs are launched in {self.classroom} at present."
                )  # fmt: skip
            return (
                f"{used:.0f} of {limit:.0f} of {whose} in {self.classroom} are queued or training; that is the limit. "
                "Pause or stop one, or wait for one to end."
            )
        return self.spent()

    def spent(self) -> str | None:
        """Why what trains may not go on; None if it may."""
        runs = f"Your runs in {self.classroom}" if self.person else f"The runs of {self.classroom}"
        if not self.minutes.open:
            used, limit = self.minutes
            return (
                f"{runs} have trained {used:.0f} of {limit:.0f} minutes within 24 hours. "
                f"Some are free again in {self._until_free()}, or an instructor allows more."
            )
        if not self.bytes.open:
            used, limit = self.bytes
            files = self._files()
            return (
                f"{files} fill {size(used)} of {size(limit or 0)}. "
                "Delete runs or uploaded models that are no longer needed, or an instructor allows more."
            )
        return None

    def no_room(self, bytes: int) -> str | None:
        """Why a model of so many bytes may not be kept, and what to do; None if it may."""
        used, limit = self.bytes
        if limit is None or used + bytes <= limit:
            return None
        files = self._files()
        return (
            f"{files} fill {size(used)} of {size(limit)}, and the model takes {size(bytes)}. "
            "Delete runs or uploaded models that are no longer needed, or an instructor allows more."
        )

    def _files(self) -> str:
        return f"Your files in {self.classroom}" if self.person else f"The files of {self.classroom}"

    def _until_free(self) -> str:
        """How long until enough minutes are a day old."""
        beyond = (self.minutes.used - (self.minutes.limit or 0)) * 60
        for ended_at, seconds in _slices(self.classroom, self.person).values_list("ended_at", "seconds"):
            beyond -= seconds
            if beyond < 0:
                return duration(ended_at + WINDOW - clock.now())
        return duration(WINDOW)


def working_class(person: Person) -> Classroom | None:
    """The class to which what they launch and bring along belongs: their current one; a student who chose none has
    theirs."""
    chosen = current_class(person)
    return classes_for(person).first() if chosen is None and not person.is_crew else chosen


def launch_class(person: Person) -> Classroom | None:
    """The class to which what they launch belongs (`working_class`).

    Raises:
        NotAllowedError: guests launch nothing, and a student of no class has none to launch in
    """
    if not person.launches:
        raise NotAllowedError("Guests look, and launch nothing. Who joins the class with its code may launch runs.")
    classroom = working_class(person)
    if classroom is None and not person.is_crew:
        raise NotAllowedError("Students launch runs in a class, and you belong to none. Ask for a class's join code.")
    return classroom


def launch_check(person: Person, classroom: Classroom | None, now: datetime | None = None) -> None:
    """Raise LimitError where this person may launch no run in this class now: what holds them, and what to do."""
    if classroom is None:
        return
    now = now or clock.now()
    if classroom.bell_at is not None and not person.is_crew:
        left = classroom.bell_at - now
        if left <= timedelta():
            raise LimitError(
                f"The lesson of {classroom} has ended. Runs begin again when an instructor sets a new end."
            )
        if left < LAST_CALL:
            raise LimitError(f"The bell rings in {duration(left)}: too soon for a run to leave a model.")
    for bound in bounds(person, classroom):
        if refusal := bound.refusal():
            raise LimitError(refusal)


def upload_check(person: Person, classroom: Classroom, bytes: int) -> None:
    """Raise LimitError where a model of so many bytes has no room in what this person and the class may fill."""
    for bound in bounds(person, classroom):
        if refusal := bound.no_room(bytes):
            raise LimitError(refusal)


def resume_check(run: Run, now: datetime) -> None:
    """Raise LimitError for a run that ended with its lesson, while that bell stands: it would stop at once again."""
    bell_at = run.classroom.bell_at if run.classroom is not None else None
    if bell_at is not None and run.created_at < bell_at <= now:
        raise LimitError(f"The lesson of {run.classroom} has ended. Set another end, or none, to let its runs go on.")


def spent(run: Run) -> str | None:
    """Why this run may not go on after its slice; None if it may."""
    if run.classroom is None:
        return None
    return next(filter(None, (bound.spent() for bound in bounds(run.owner, run.classroom))), None)


def bounds(person: Person, classroom: Classroom) -> list[Bound]:
    """The limits that hold for this person in this class: a student's own, and the class's."""
    return [own_bound(person, classroom), class_bound(classroom)]


def own_bound(person: Person, classroom: Classroom) -> Bound:
    """What someone has used in a class. Limits of students hold for students only."""
    limits = (None, None, None)
    if not person.is_crew:
        limits = (classroom.student_runs, classroom.student_minutes, classroom.student_bytes)
    return _bound(classroom, person, *limits)


def class_bound(classroom: Classroom) -> Bound:
    """What all people of a class have used together."""
    return _bound(classroom, None, classroom.class_runs, classroom.class_minutes, classroom.class_bytes)


def duration(span: timedelta) -> str:
    """As people say it: 40 s, 12 min, 3 h 20 min."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def size(bytes: float) -> str:
    """As the pages say it, decimal: 90 kB, 830 MB, 2.0 GB."""
    if bytes < 1e6:
        return f"{bytes / 1e3:.0f} kB"
    return f"{bytes / 1e6:.0f} MB" if bytes < 1e9 else f"{bytes / 1e9:.1f} GB"


def _bound(
    classroom: Classroom, person: Person | None, runs: int | None, minutes: int | None, bytes: int | None
) -> Bound:
    theirs = Run.objects.filter(_whose(classroom, person))
    seconds = _slices(classroom, person).aggregate(all=Sum("seconds"))["all"] or 0.0
    kept = sum(kind._default_manager.filter(run__in=theirs).aggregate(all=Sum("bytes"))["all"] or 0 for kind in FILES)
    brought = UploadedModel.objects.filter(_whose(classroom, person))
    kept += brought.aggregate(all=Sum("total_bytes"))["all"] or 0
    active = theirs.filter(state__in=Run.ACTIVE).count()
    return Bound(classroom, person, Share(active, runs), Share(seconds / 60, minutes), Share(kept, bytes))


def _whose(classroom: Classroom, person: Person | None) -> Q:
    return Q(classroom=classroom) if person is None else Q(classroom=classroom, owner=person)


def _slices(classroom: Classroom, person: Person | None) -> QuerySet[TrainedSlice]:
    """Those that count, oldest first."""
    return TrainedSlice.objects.filter(_whose(classroom, person), ended_at__gt=clock.now() - WINDOW)
