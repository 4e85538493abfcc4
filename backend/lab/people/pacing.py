"""How much one program or browser may ask in a minute: more than any page or patient program does."""

import logging
import time

import redis
from django.core.cache import cache

from lab.people.errors import BusyError

logger = logging.getLogger(__name__)

WINDOW = 60
MOST_QUESTIONS = 3000
"""a minute, of one session or token: a wall of twelve runs in eight tabs asks a few hundred"""
MOST_CHANGES = 300
"""a minute, of one session or token; no hand is so quick, and a loop that is has gone wild"""


def counted(who: str, changes: bool) -> None:
    """Count a request of this session or token. Raises BusyError when it is one too many in this minute."""
    minute, second = divmod(int(time.time()), WINDOW)
    kind, most = ("changes", MOST_CHANGES) if changes else ("questions", MOST_QUESTIONS)
    name = f"asked.{kind}.{who}.{minute}"
    try:
        cache.add(name, 0, 2 * WINDOW)
        asked = cache.incr(name)
    except (redis.RedisError, OSError, ValueError) as error:
        # Uncounted rather than refused: whether the broker is there is no fault of who asks.
        logger.info("requests are not counted: %s", error)
        return
    if asked > most:
        raise BusyError(WINDOW - second)
