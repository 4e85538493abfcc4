"""What is done with a run from outside a worker: launch, pause, stop, and what happens to one whose worker is gone.

A run's state moves only from where it should be: every change is an update on a condition, so a stop and an end can
cross on the way, and a message can be delivered twice, and nothing breaks (docs/decisions/slices.md).
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from hamlet.learning.config import TrainConfig
from lab import clock, outbox, tally
from lab.people.models import Classroom, Person
from lab.runs import forget, selectors, sight
from lab.runs.errors import LimitError, NotAllowedError, WrongStateError
from lab.runs.models import Run, RunTag
from lab.runs.validation import launch_checked, name_checked, notes_checked, pace_checked, tags_checked
from lab.schedule import fairness, queue
from lab.store import disk
from lab.watch import live

logger = logging.getLogger(__name__)

State = Run.State

LEASE = timedelta(seconds=12)
"""A worker that has not renewed its lease for so long is taken for dead."""
MOST_LOST = 5
"""Slices in a row that may be lost with their worker before the run itself is suspected."""
RESEND_AFTER = timedelta(seconds=10)
"""A queued run whose message cannot be found for so long is sent again."""
NOBODYS: dict[str, Any] = {"lease_until": None, "claimed_at": None, "queued_at": None, "sent_at": None, "urgent": False}
"""fields of a run that neither a worker has nor the queue"""
NOT_PAUSED: dict[str, Any] = {"paused_by": None, "paused_at": None}
"""fields of a run that goes on, or has ended"""


def active_limit() -> int:
    """Runs that one person may have queued or training at once."""
    return int(getattr(settings, "HAMLET_ACTIVE_RUNS", 50))


def run_launch(
    *,
    owner: Person,
    name: str,
    config: dict[str, Any],
    pace: float | None = None,
    notes: str = "",
    tags: Sequence[str] = (),
) -> Run:
    """Put a new run into the queue; a worker hears of it when the row is there.

    Args:
        pace: steps a second of the watched lane that it is held to, see `run_pace`; None is full speed

    Raises:
        NotAllowedError: the owner is a guest, or a student of no class
        LimitError: the owner or the class has used up what they may (`fairness`), or the disk is nearly full
        RunError: a field is wrong; nothing was made
    """
    title, checked = launch_checked(name, config)
    return run_queue(owner=owner, name=title, config=checked, pace=pace, notes=notes, tags=tags)


def run_queue(
    *, owner: Person, name: str, config: TrainConfig, pace: float | None, notes: str, tags: Sequence[str], **more: Any
) -> Run:
    """Put a run with settings that were checked into the queue; see `run_launch`. `more`: other fields of its row."""
    classroom = fairness.launch_class(owner)
    pace, notes, tags = pace_checked(pace), notes_checked(notes), tags_checked(tags)
    now = clock.now()
    with transaction.atomic():
        room_for_one_more(owner, classroom, now)
        run = Run.objects.create(
            owner=owner, classroom=classroom, name=name, notes=notes, config=config.model_dump(mode="json"),
            level=config.level, network=config.network_kind, learner=config.learner, seed=config.seed,
            steps_budget=config.steps, pace=pace, queued_at=now, sent_at=now, **more,
        )  # fmt: skip
        RunTag.objects.bulk_create(RunTag(run=run, name=tag) for tag in tags)
        transaction.on_commit(lambda: queue.send(run.pk, run.fence), robust=True)
    return run


def room_for_one_more(owner: Person, classroom: Classroom | None, now: datetime) -> None:
    """Inside a transaction, before one more of this person's runs moves in this class.

    Raises LimitError: they or the class have used up what they may (`fairness`), or the disk is nearly full
    """
    if disk.is_full():
        raise LimitError("The disk is nearly full: no new run begins until something is deleted. Tell your operator.")
    # Locks the owner's row, so that launches at once do not all count one too few. Not its key, which the rows of a
    # slice's end refer to: that holds the run's lock, and a resume waits for it.
    Person.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if classroom is not None:
        # And the class's, for its people's launches at once; its limits are read as they are then.
        fairness.launch_check(owner, Classroom.objects.select_for_update(no_key=True).get(pk=classroom.pk), now)
    active = Run.objects.filter(owner=owner, state__in=Run.ACTIVE).count()
    if active >= active_limit():
        raise LimitError(
            f"You have {active} runs queued or training; that is the limit. Pause or stop one, or wait for one to end."
        )


def run_stop(*, run: Run, by: Person) -> Run:
    """End a run early; what it has learnt is kept.

    A queued or paused run is stopped at once. One in training is `stopping` until its worker has written its model, a
    second or two. Asking again while it stops changes nothing.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        WrongStateError: it has ended already
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    # It may go from one state to the other between two updates; then the next round finds it.
    for _ in range(5):
        run.refresh_from_db()
        if run.state == State.STOPPING:
            return run
        if run.ended:
            break
        before_it_began = "Stopped before it began." if run.started_at is None else ""
        if run_end(run.pk, before_it_began) or run_end_slice(run.pk):
            run.refresh_from_db()
            return run
    raise WrongStateError(f"The run {ENDED.get(State(run.state), 'is changing hands; try again')}.")


ENDED = {
    State.FINISHED: "has finished; there is nothing to stop",
    State.STOPPED: "has been stopped already",
    State.FAILED: "has failed; there is nothing to stop",
}


def run_pause(*, run: Run, by: Person) -> Run:
    """Let a run rest where it is until someone resumes it (`again.run_resume`) or stops it.

    A queued run is paused at once and gives up its place. One in training is `pausing` until its worker has written its
    checkpoint, a second or two. Asking again while it pauses or is paused changes nothing.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        WrongStateError: it is being stopped, or has ended
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    who = {"paused_by": by, "paused_at": clock.now()}
    # It may go from one state to the other between two updates; then the next round finds it.
    for _ in range(5):
        run.refresh_from_db()
        if run.state in (State.PAUSING, State.PAUSED):
            return run
        if run.state == State.STOPPING:
            raise WrongStateError("The run is being stopped; it can be resumed after that.")
        if run.ended:
            raise WrongStateError("The run has ended; there is nothing to pause.")
        # A higher fence: its place in the queue is another's, though its message may still lie there.
        if run_move(run.pk, [State.QUEUED], State.PAUSED, fence=F("fence") + 1, **who) or run_move(
            run.pk, [State.TRAINING], State.PAUSING, **who
        ):
            run.refresh_from_db()
            return run
    raise WrongStateError("The run is changing hands; try again.")


def run_pace(*, run: Run, by: Person, pace: float | None) -> Run:
    """Hold a run to a pace, so that all see the very step being trained, or let it go at full speed (None).

    Its worker takes the pace up within a second, or when the run's next slice begins. What is learnt does not change.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        RunError: there is no such pace
        WrongStateError: it has ended already
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    pace = pace_checked(pace)
    with transaction.atomic():
        if not Run.objects.filter(pk=run.pk).exclude(state__in=Run.ENDED).update(pace=pace):
            raise WrongStateError("The run has ended; there is no pace to set.")
        transaction.on_commit(lambda: announce(run.pk), robust=True)
    run.refresh_from_db()
    return run


def run_rename(*, run: Run, by: Person, name: str) -> Run:
    """Call a run something else, whether it moves or has ended.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        RunError: the name cannot be used
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    title = name_checked(name)
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(name=title)
        transaction.on_commit(lambda: announce(run.pk), robust=True)
    run.refresh_from_db()
    return run


def run_note(*, run: Run, by: Person, notes: str) -> Run:
    """Write something else about a run, whether it moves or has ended.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        RunError: the notes cannot be used
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(notes=notes_checked(notes))
        transaction.on_commit(lambda: announce(run.pk), robust=True)
    run.refresh_from_db()
    return run


def run_tag(*, run: Run, by: Person, tags: Sequence[str]) -> Run:
    """Give a run these tags and no others, whether it moves or has ended.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        RunError: a tag cannot be used, or there are too many
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    names = tags_checked(tags)
    with transaction.atomic():
        # Locks the run, so that two who tag it at once do not both add.
        Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        RunTag.objects.filter(run=run).delete()
        RunTag.objects.bulk_create(RunTag(run=run, name=name) for name in names)
        transaction.on_commit(lambda: announce(run.pk), robust=True)
    return run


def run_delete(*, run: Run, by: Person) -> None:
    """Delete a run that has ended or is paused, every row and file.

    Raises:
        NotAllowedError: `by` may not steer it (`sight.may_steer`)
        WrongStateError: it still moves; its worker would go on writing
    """
    if not sight.may_steer(by, run):
        raise NotAllowedError(sight.NOT_YOURS)
    with transaction.atomic():
        if Run.objects.select_for_update(of=("self",)).get(pk=run.pk).active:
            raise WrongStateError("The run is still training. Stop it first.")
        forget.run_delete(run.pk)


def run_end(run_id: UUID, message: str = "") -> bool:
    """Stop a run that no worker has, if it still waits or is paused."""
    return run_move(run_id, [State.QUEUED, State.PAUSED], State.STOPPED, message)


def run_end_slice(run_id: UUID, message: str = "") -> bool:
    """Have a run's worker stop it, if one still trains it."""
    return run_move(run_id, [State.TRAINING, State.PAUSING], State.STOPPING, message)


def run_move(run_id: UUID, before: list[State], after: State, message: str = "", **more: Any) -> bool:
    """Change the state if it still is one of `before`; False if someone else changed it first. `more`: other fields."""
    changes: dict[str, Any] = {"state": after, "message": message, **NOT_PAUSED, **more}
    if after not in Run.ACTIVE:
        changes |= NOBODYS
    if after in Run.ENDED:
        changes["finished_at"] = clock.now()
    with transaction.atomic():
        moved = Run.objects.filter(pk=run_id, state__in=before).update(**changes) == 1
        if moved:
            transaction.on_commit(lambda: announce(run_id), robust=True)
            if after in Run.ENDED:
                transaction.on_commit(lambda: live.off_air(run_id), robust=True)
    return moved


def run_fail(*, run_id: UUID, fence: int, message: str) -> bool:
    """End a run that cannot go on, if it still is this worker's. Its last checkpoint and model stay."""
    with transaction.atomic():
        failed = Run.objects.filter(pk=run_id, fence=fence, state__in=Run.LEASED).update(
            state=State.FAILED, message=message, finished_at=clock.now(), **NOBODYS, **NOT_PAUSED
        )
        if failed:
            transaction.on_commit(lambda: announce(run_id), robust=True)
            transaction.on_commit(lambda: live.off_air(run_id), robust=True)
    return bool(failed)


def run_requeue(*, run: Run, now: datetime) -> bool:
    """Take a run from a worker that is gone: back into the queue, or to rest or its end where it was on its way there.

    The fence rises, so the worker writes nothing should it come back.
    """
    claimed = Run.objects.filter(without_lease(now), pk=run.pk, fence=run.fence)
    changes: dict[str, Any] = {"fence": F("fence") + 1, "lease_until": None, "claimed_at": None, "lost": F("lost") + 1}
    again = False
    if run.state == State.STOPPING:
        changes |= {
            "state": State.STOPPED,
            "finished_at": now,
            "message": "Its worker was lost; kept as of its last checkpoint.",
        }
    elif run.state == State.PAUSING:
        message = "Its worker was lost; it goes on from its last checkpoint."
        changes |= {"state": State.PAUSED, "message": message, "urgent": False}
    elif run.lost + 1 >= MOST_LOST:
        message = f"Its worker was lost {MOST_LOST} times in a row; the run may need more memory than there is."
        changes |= {"state": State.FAILED, "finished_at": now, "message": message}
    else:
        changes |= {"state": State.QUEUED, "queued_at": now, "sent_at": now}
        again = True
    with transaction.atomic():
        # The state is part of the condition: a stop that crosses is seen in the next round.
        taken = claimed.filter(state=run.state).update(**changes) == 1
        if taken:
            logger.warning(
                "run %s: worker %s is gone, its lease has run out (fence %s)", run.pk, run.worker, run.fence,
                extra={"run": run.pk, "slice": run.fence},
            )  # fmt: skip
            if again:
                transaction.on_commit(lambda: queue.send(run.pk, run.fence + 1, urgent=run.urgent), robust=True)
            transaction.on_commit(lambda: tally.add_slice(outbox.client(), "lost"), robust=True)
            # The life it had on the air is not gone on with.
            transaction.on_commit(lambda: live.off_air(run.pk), robust=True)
            transaction.on_commit(lambda: announce(run.pk), robust=True)
    return taken


def without_lease(now: datetime) -> Q:
    """Runs in training whose lease has run out. One that lasts longer than any that is given, since the clock was set
    back, has too: a worker that lives renews it, a dead one would keep its run for as long as the clock jumped."""
    return Q(state__in=Run.LEASED) & (Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE))


def runs_reap(now: datetime | None = None) -> int:
    """Requeue every run whose lease has run out; gives how many."""
    now = now or clock.now()
    return sum(run_requeue(run=run, now=now) for run in Run.objects.filter(without_lease(now)))


def runs_spare_the_disk() -> int:
    """Where the disk is nearly full, end all runs while there is room for their models; gives how many.

    A paused one writes nothing, and stays.
    """
    if not disk.is_full():
        return 0
    ended = 0
    for run in Run.objects.filter(state__in=[State.QUEUED, State.TRAINING]):
        message = "The disk is nearly full; kept as it was then."
        ended += run_end(run.pk, message) or run_end_slice(run.pk, message)
    return ended


def runs_resend(now: datetime | None = None) -> int:
    """Send again the place in the queue of runs whose message was lost (a broker emptied, or away when it was sent).

    A message too many does no harm: its fence is old by the time it is read.
    """
    now = now or clock.now()
    queued = Run.objects.filter(state=State.QUEUED)
    late = clock.beyond("sent_at", now, RESEND_AFTER)
    waiting = queued.filter(late).count()
    unsent = queued.filter(sent_at=None)
    if waiting and queue.length() < queued.count():
        unsent = queued.filter(Q(sent_at=None) | late)
    sent = 0
    for run in unsent.order_by("queued_at"):
        if Run.objects.filter(pk=run.pk, fence=run.fence, state=State.QUEUED).update(sent_at=now):
            sent += queue.send(run.pk, run.fence, urgent=run.urgent)
    return sent


def announce(run_id: UUID) -> None:
    """Tell all who watch how the run is now."""
    try:
        card = selectors.run_card(run_id)
    except Run.DoesNotExist:
        return
    live.tell(run_id, {"type": "run", "run": card.model_dump(mode="json")})
