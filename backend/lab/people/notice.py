"""Tells every web process at once that who may be where has changed, so that open sockets are looked at again."""

import logging
import os
from functools import cache

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def channel() -> str:
    """The pub/sub channel of these notices; a notice has no content."""
    return f"{settings.KEY_PREFIX}.people"


def people_changed() -> None:
    """Say so once the present transaction is in the database. A broker that is away costs seconds, not the deed."""
    transaction.on_commit(_publish, robust=True)


def _publish() -> None:
    try:
        _client(os.getpid()).publish(channel(), b"")
    except (redis.RedisError, OSError) as error:
        logger.warning("open sockets are looked at a little later: %s", error)


@cache
def _client(_pid: int) -> redis.Redis:
    return redis.Redis.from_url(settings.BROKER.url, socket_connect_timeout=2, socket_timeout=2)
