"""All open sockets of this process: who watches what, and whether they still may. One task for all of them.

So the cost of keeping count and of asking the database for ended sessions does not grow with every viewer.
"""

import asyncio
import logging
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

import redis.asyncio
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from lab import clock
from lab.outbox import air_key, group, news_message, past_key
from lab.people import notice
from lab.people.selectors import sessions_alive
from lab.runs.sight import still_see
from lab.watch.live import VIEWER_SECONDS, viewers_key

logger = logging.getLogger(__name__)

CHECK_EVERY = 5.0
"""seconds between two looks at the sessions, where no notice calls for one: a session may also just expire"""
RETRY = 1.0
"""seconds until the notices are listened for again after the broker was away"""
GATHER = 0.3
"""seconds in which comings and goings become one message"""
MANY = 100
"""viewers of a process above which that takes longer in proportion, since each of them gets the message"""


class Socket(Protocol):
    """One viewer."""

    run: str
    session: str
    person: int
    channel_name: str
    glance: bool
    """a small picture on a list of runs: shown the same, but nobody who watches"""

    def turn_away(self, code: int, reason: str) -> None: ...


class Room:
    """The sockets of one event loop."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self._changed: set[str] = set()
        self._told: dict[str, int] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._checked = 0.0
        self._redis = redis.asyncio.Redis.from_url(settings.BROKER.url, socket_connect_timeout=2, socket_timeout=3)

    async def enter(self, socket: Socket, episode: int | None = None) -> list[bytes]:
        """Someone watches. Gives the frames of the life on the air so far, as group messages.

        Args:
            episode: a life that went off the air not long ago; its frames come first, if they are still kept
        """
        self.sockets.add(socket)
        self._change(socket.run)
        now = clock.broker_seconds(await self._redis.time())
        async with self._redis.pipeline(transaction=True) as pipe:
            if not socket.glance:
                pipe.zadd(viewers_key(socket.run), {socket.channel_name: now + VIEWER_SECONDS})
                pipe.expire(viewers_key(socket.run), int(VIEWER_SECONDS) * 4)
            pipe.lrange(past_key(socket.run, -1 if episode is None else episode), 0, -1)
            pipe.lrange(air_key(socket.run), 0, -1)
            past, present = (await pipe.execute())[-2:]
        frames: list[bytes] = [*past, *present]
        return frames

    async def leave(self, socket: Socket) -> None:
        """Someone watches no longer."""
        if socket in self.sockets:
            self.sockets.discard(socket)
            self._change(socket.run)
            try:
                await self._redis.zrem(viewers_key(socket.run), socket.channel_name)
            except (RedisError, OSError) as error:
                logger.info("a viewer's leaving was not noted: %s", error)

    def _change(self, run: str) -> None:
        self._changed.add(run)
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        """Tell how many watch when that changes; look now and then who may stay. Ends when the last one has gone."""
        self._checked = time.monotonic()
        listening = asyncio.ensure_future(self._listen())
        try:
            while self.sockets or self._changed:
                await self._turn()
        finally:
            listening.cancel()

    async def _turn(self) -> None:
        try:
            wait = max(0.0, self._checked + CHECK_EVERY - time.monotonic())
            await asyncio.wait_for(self._news.wait(), wait)
            await asyncio.sleep(GATHER * max(1.0, len(self.sockets) / MANY))
        except TimeoutError:
            pass
        self._news.clear()
        if time.monotonic() - self._checked >= CHECK_EVERY:
            self._checked = time.monotonic()
            await self._check()
            self._changed |= {socket.run for socket in self.sockets}
        changed, self._changed = self._changed, set()
        try:
            await self._count(changed)
        except (RedisError, OSError) as error:
            logger.info("viewers cannot be counted: %s", error)

    async def _listen(self) -> None:
        """Look again at once when someone's rights change, in whichever process that was."""
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(notice.channel())
                    # The answer to the subscription counts too: what was said before it, nobody here has heard.
                    while True:
                        if await pubsub.get_message(timeout=CHECK_EVERY):
                            self._checked = -math.inf
                            self._news.set()
            except (RedisError, OSError) as error:
                logger.info("notices of people are not heard: %s", error)
                await asyncio.sleep(RETRY)

    async def _check(self) -> None:
        watching = list(self.sockets)
        try:
            alive, seen = await database_sync_to_async(_rights)(watching)
        except DatabaseError as error:
            logger.warning("sessions cannot be checked: %s", error)
            return
        for socket in watching:
            if socket.session not in alive:
                socket.turn_away(4401, "The session has ended.")
            elif (socket.person, socket.run) not in seen:
                socket.turn_away(4404, "There is no such run.")

    async def _count(self, runs: set[str]) -> None:
        """Renew the signs of those who watch these runs, and tell each run's number where it is a new one."""
        if not runs:
            return
        watching: dict[str, list[str]] = defaultdict(list)
        for socket in self.sockets:
            if socket.run in runs and not socket.glance:
                watching[socket.run].append(socket.channel_name)
        now = clock.broker_seconds(await self._redis.time())
        async with self._redis.pipeline(transaction=False) as pipe:
            for run in runs:
                if names := watching[run]:
                    pipe.zadd(viewers_key(run), dict.fromkeys(names, now + VIEWER_SECONDS))
                    pipe.expire(viewers_key(run), int(VIEWER_SECONDS) * 4)
                pipe.zremrangebyscore(viewers_key(run), "-inf", now)
                pipe.zcard(viewers_key(run))
            answers = await pipe.execute()
        counts = iter(answers)
        layer = get_channel_layer()
        for run in runs:
            for _ in range(3 if watching[run] else 1):
                next(counts)
            count = int(next(counts))
            if self._told.get(run) != count:
                await layer.group_send(group(run), news_message({"type": "viewers", "count": count}))
            if any(socket.run == run for socket in self.sockets):
                self._told[run] = count
            else:
                self._told.pop(run, None)


def _rights(watching: Sequence[Socket]) -> tuple[set[str], set[tuple[int, str]]]:
    """Whose sessions are alive, and who may see what they watch."""
    alive = sessions_alive({socket.session: socket.person for socket in watching})
    return alive, still_see((socket.person, socket.run) for socket in watching)


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, Room] = WeakKeyDictionary()


def room() -> Room:
    """The room of the running event loop; there is one in a web process, and one a test."""
    loop = asyncio.get_running_loop()
    if loop not in _rooms:
        _rooms[loop] = Room()
    return _rooms[loop]
