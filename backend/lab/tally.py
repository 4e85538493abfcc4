"""Counters of all workers together, in the broker, where any web process reads them (lab/figures.py).

They begin anew when the broker is emptied, as counters may. Nothing waits for them: what cannot be counted is not.
"""

import logging
from collections.abc import Mapping
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

WAITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""seconds: upper ends of the histogram of how long frames wait to be sent"""


def key() -> str:
    return f"{settings.KEY_PREFIX}.tally"


def add_wait(pipe: Any, seconds: float) -> None:
    """Count a frame that waited so long, with what a pipeline sends anyway."""
    end = next((str(end) for end in WAITS if seconds <= end), "+Inf")
    pipe.hincrby(key(), f"wait {end}", 1)
    pipe.hincrbyfloat(key(), "wait seconds", seconds)


def add_lost(pipe: Any, lives: int) -> None:
    """Count lives that could not be shown whole."""
    pipe.hincrby(key(), "lives lost", lives)


def add_slice(client: redis.Redis, outcome: str) -> None:
    """Count a slice: `committed`, `lost` (its worker's lease ran out), or `dropped` (a worker found its run taken)."""
    try:
        client.hincrby(key(), f"slice {outcome}", 1)
    except (redis.RedisError, OSError) as error:
        logger.info("a slice is not counted, the broker is away: %s", error)


def read(client: redis.Redis) -> Mapping[str, float]:
    """All counters. Raises redis.RedisError where the broker is away."""
    return {name.decode(): float(value) for name, value in client.hgetall(key()).items()}
