"""The queue of slices: Celery's `train` queue, and what to do when it cannot be reached."""

import logging
from typing import Any
from uuid import UUID

import kombu.exceptions
import redis

from lab.celery import app
from lab.runs.models import Run

logger = logging.getLogger(__name__)

QUEUE = "train"
NORMAL, URGENT = 3, 0
"""priorities as a Redis queue has them: the lower one is read first, in all queues of a worker"""
EXAMS = "exams"
"""what a worker does between two slices: examine a model, pack it"""
UNREACHABLE = (kombu.exceptions.OperationalError, redis.RedisError, OSError)


def send(run_id: UUID, fence: int, urgent: bool = False) -> bool:
    """Put a run's next slice at the queue's tail, or before all that is not urgent. If the broker is away, it is noted,
    and sent when it is back."""
    sent = _send("train_slice", [str(run_id), fence], QUEUE, URGENT if urgent else NORMAL)
    if not sent:
        Run.objects.filter(pk=run_id, fence=fence, state=Run.State.QUEUED).update(sent_at=None)
    return sent


def send_exam(task: str, id: UUID) -> bool:
    """Have a model examined by a worker; False if the broker is away."""
    return _send(task, [str(id)], EXAMS, NORMAL)


def _send(task: str, args: list[Any], queue: str, priority: int) -> bool:
    # By its name: the tasks know all rooms, and this one.
    try:
        app.send_task(f"lab.runs.tasks.{task}", args=args, queue=queue, priority=priority, retry=False)
    except UNREACHABLE as error:
        logger.warning("%s of %s waits for the broker: %s", task, args[0], error)
        return False
    return True


def length(name: str = QUEUE) -> int:
    """Messages that wait in a queue."""
    with app.connection_for_write() as connection:
        # Not `passive`: kombu looks for the list without its prefix then, and says that there is none.
        return int(connection.default_channel.queue_declare(queue=name).message_count)
