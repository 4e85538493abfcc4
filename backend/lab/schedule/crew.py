"""Who trains: workers say every few seconds that they are alive, in the broker; what they do is in the database."""

import json
import logging
import os
import shutil
import subprocess
import threading
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

import redis
from billiard import current_process
from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from django.conf import settings

from lab import clock
from lab.outbox import client
from lab.runs.models import Run
from lab.schedule.queue import QUEUE

logger = logging.getLogger(__name__)

EVERY = 5.0
ALIVE = 15.0
"""seconds without a sign after which a worker counts as gone"""
FORGOTTEN = 3600.0
"""seconds after which a worker that is gone is no longer listed"""


class Card(NamedTuple):
    """How much of a GPU is in use, as its driver tells; shares, 0 to 1."""

    busy: float
    memory: float


class Worker(NamedTuple):
    """One worker of the queue of slices."""

    name: str
    alive: bool
    device: str
    run: UUID | None
    """what it trains now"""
    card: Card | None = None
    """of its GPU; None without one, or where its driver does not tell"""


def listen() -> None:
    """Let workers say that they are alive (their main process does, it never trains), and be ready for work."""
    worker_ready.connect(_begin)
    worker_shutting_down.connect(_end)
    worker_process_init.connect(_prepare)


def sign(name: str, device: str, card: Card | None = None) -> None:
    """Say that a worker is alive, and how much of its GPU is in use."""
    now = clock.broker_seconds(client().time())
    with client().pipeline(transaction=True) as pipe:
        pipe.zadd(_signs(), {name: now})
        pipe.hset(_devices(), name, device)
        pipe.hset(_cards(), name, json.dumps(card))
        pipe.execute()


def forget(name: str) -> None:
    """A worker has ended in good order."""
    client().zrem(_signs(), name)


def workers() -> list[Worker]:
    """All workers heard of lately. Without a broker none can be heard, and none can be given work."""
    try:
        now = clock.broker_seconds(client().time())
        with client().pipeline(transaction=True) as pipe:
            pipe.zremrangebyscore(_signs(), "-inf", now - FORGOTTEN)
            pipe.zrange(_signs(), 0, -1, withscores=True)
            pipe.hgetall(_devices())
            pipe.hgetall(_cards())
            _, signs, devices, cards = pipe.execute()
    except (redis.RedisError, OSError):
        return []
    leased = Run.objects.filter(state__in=Run.LEASED, lease_until__gt=clock.now())
    busy = dict(leased.values_list("worker", "pk"))
    return [
        Worker(
            name.decode(),
            abs(now - at) < ALIVE,
            devices.get(name, b"cpu").decode(),
            busy.get(name.decode()),
            _card_of(cards.get(name, b"null")),
        )
        for name, at in sorted(signs)
    ]


def _signs() -> str:
    return f"{settings.KEY_PREFIX}.workers"


def _devices() -> str:
    return f"{settings.KEY_PREFIX}.workers.devices"


def _cards() -> str:
    return f"{settings.KEY_PREFIX}.workers.cards"


def _card_of(told: bytes) -> Card | None:
    shares = json.loads(told)
    return None if shares is None else Card(*shares)


def _own_card() -> Card | None:
    """Asked of the driver, as this process may not import torch."""
    gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "").strip()
    program = shutil.which("nvidia-smi")
    if program is None or not gpu or gpu == "-1":
        return None
    what = "--query-gpu=utilization.gpu,memory.used,memory.total"
    command = [program, f"--id={gpu}", what, "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=EVERY, check=True).stdout
        busy, used, total = map(float, told.split(","))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None  # some cards do not tell ("[N/A]")
    return Card(busy / 100, used / total)


def _own_device() -> str:
    """This process may not import torch: it says which GPU it was given, the card's name it does not know."""
    gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "").strip()
    return f"GPU {gpu}" if gpu and gpu != "-1" else "cpu"


def _prepare(**_: Any) -> None:
    if current_process().name != "MainProcess":  # the housekeeper works in its only process and never trains
        # Importing torch takes seconds. Done now and beside, it is ready when the first student presses Launch.
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    from lab.training import worker  # imports torch

    worker.warm_up()


_over = threading.Event()


def _begin(sender: Any, **_: Any) -> None:
    if QUEUE not in sender.app.amqp.queues.consume_from:
        return  # the housekeeper trains nothing
    threading.Thread(target=_say, args=(sender.hostname,), name="crew", daemon=True).start()


def _say(name: str) -> None:
    while not _over.is_set():
        try:
            sign(name, _own_device(), _own_card())
        except (redis.RedisError, OSError) as error:
            logger.info("worker %s cannot be heard: %s", name, error)
        _over.wait(EVERY)
    with suppress(redis.RedisError, OSError):
        forget(name)


def _end(**_: Any) -> None:
    _over.set()
