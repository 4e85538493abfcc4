"""What a process sends to the sockets, from one thread of its own, so that sending never holds up who has news.

Three kinds: *frames* of the life on the air may be lost, in whole lives, and the loss is told to the sender; *news*
waits while the broker is away; a *picture* of all lanes gives way to the next one. All are bounded.
"""

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from lab import tally

logger = logging.getLogger(__name__)

MOST_FRAMES = 32
"""frames that may wait; at one a tenth of a second, three seconds' worth"""
MOST_NEWS = 512
LOST_KEPT = 4 * MOST_FRAMES
"""lives remembered as lost, so that none is lost twice: more than can be waiting or on their way"""
PAUSE = 0.5
"""seconds between two attempts to reach a broker that is away"""
AIR_BYTES = 1 << 20
"""a life longer than this is not kept for those who come late"""
AIR_SECONDS = 600
PAST_SECONDS = 30
"""how long a life that went off the air is kept for viewers who were cut off in its middle"""


class Frame(NamedTuple):
    """A frame and what must be known of it to pass it on unread."""

    run: str
    episode: int
    seq: int
    end: bool
    """it is the life's last"""
    data: bytes
    cut_at: float | None = None
    """when the trainer cut it, by `time.monotonic`; it leaves in the same process"""


class Loss(NamedTuple):
    """A life that could not be sent whole."""

    run: str
    episode: int
    began: bool
    """its first frame went out"""


def client() -> redis.Redis:
    """This process's connection to the broker, shared by its threads."""
    return _client(os.getpid())


@cache
def _client(_pid: int) -> redis.Redis:
    # One quick second try: after a restart of the broker the kept connections are dead.
    return redis.Redis.from_url(
        settings.BROKER.url,
        socket_connect_timeout=2,
        socket_timeout=3,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )


def group(run: UUID | str) -> str:
    """The Channels group of everyone who watches a run."""
    return f"run.{run}"


def lanes_group(run: UUID | str) -> str:
    """The Channels group of everyone who looks at all lanes of a run."""
    return f"lanes.{run}"


def air_key(run: UUID | str) -> str:
    """Where the frames of the life on the air lie, for those who come late."""
    return f"{settings.KEY_PREFIX}.air.{run}"


def past_key(run: UUID | str, episode: int) -> str:
    """Where the frames of a life lie for a while when the next one is on the air."""
    return f"{air_key(run)}.{episode}"


def frame_message(frame: Frame) -> dict[str, Any]:
    """As it travels in the group: the frame itself stays the bytes it is."""
    return {"type": "run.frame", "episode": frame.episode, "seq": frame.seq, "end": frame.end, "data": frame.data}


def news_message(message: dict[str, Any]) -> dict[str, Any]:
    """As it travels in the group: turned into text once, for all sockets."""
    return {"type": "run.news", "text": json.dumps(message, allow_nan=False, separators=(",", ":"))}


class Outbox:
    """The queue and its thread, which begins with the first thing to send."""

    def __init__(self, connect: Callable[[], redis.Redis] = client) -> None:
        self._connect = connect
        self._wake = threading.Condition()
        self._news: deque[tuple[str, dict[str, Any]]] = deque()
        self._frames: deque[Frame] = deque()
        self._sending = False
        self._away_until = 0.0
        self._away = False
        self._thread: threading.Thread | None = None
        self._lost: deque[tuple[str, int]] = deque(maxlen=LOST_KEPT)
        self._first_sent: tuple[str, int] | None = None
        self._air_bytes = 0
        self._on_air: dict[str, int] = {}
        self._losses: list[Loss] = []
        self._uncounted = 0
        """lives lost that the tally has not heard of"""
        self._picture: tuple[str, bytes] | None = None
        self.looked_at: set[str] = set()
        """runs at whose lanes somebody looks, as of the newest frame or picture that went out"""

    # ------------------------------------------------------------- for those who have something to send

    def news(self, run: UUID | str, message: dict[str, Any]) -> None:
        """Send a message to all who watch the run. Never waits; the oldest is dropped when too many wait."""
        packed = news_message(message)
        with self._wake:
            if len(self._news) >= MOST_NEWS:
                self._news.popleft()
            self._news.append((str(run), packed))
            self._begin()

    def frame(self, frame: Frame) -> None:
        """Send a frame. Never waits. If it cannot be sent its life is lost; `losses` says so."""
        life = (frame.run, frame.episode)
        with self._wake:
            if life in self._lost:
                if frame.seq:
                    return
                self._lost.remove(life)  # told again from its first row
            if time.monotonic() < self._away_until:
                self._lose({life})
            elif len(self._frames) >= MOST_FRAMES:
                # The newest wins: what waits is older than anything that can still be shown in time.
                self._lose({life, *((waiting.run, waiting.episode) for waiting in self._frames)})
                self._frames.clear()
            else:
                self._frames.append(frame)
                self._begin()

    def lanes(self, run: str, data: bytes) -> None:
        """Send a picture of all lanes. Never waits; one that could not be sent yet gives way to this."""
        with self._wake:
            self._picture = (run, data)
            self._begin()

    def losses(self, run: str) -> list[Loss]:
        """Lives of this run that could not be sent whole; each is told once. No more frames of them are wanted."""
        if not self._losses:
            return []
        with self._wake:
            mine = [loss for loss in self._losses if loss.run == run]
            self._losses = [loss for loss in self._losses if loss.run != run]
            return mine

    def flush(self, seconds: float) -> bool:
        """Wait until everything is sent, at most so long. True if it is."""
        with self._wake:
            return self._wake.wait_for(lambda: not (self._something or self._sending), seconds)

    @property
    def _something(self) -> bool:
        return bool(self._news or self._frames or self._picture)

    # ------------------------------------------------------------------------------- the thread

    def _begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._sending = False
                self._wake.notify_all()
                self._wake.wait_for(lambda: self._something)
                self._sending = True
                news = self._news.popleft() if self._news else None
                frame = self._frames.popleft() if self._frames and not news else None
                picture = None
                if not news and not frame:
                    picture, self._picture = self._picture, None
            try:
                if news is not None:
                    self._publish(*news)
                elif frame is not None:
                    self._air(frame)
                elif picture is not None:
                    self._show(*picture)
            except (redis.RedisError, OSError) as error:
                self._failed(news, frame, error)
                time.sleep(PAUSE)
            except Exception:  # a message that cannot be sent must not stop those after it
                logger.exception("a message to the sockets could not be sent")
            else:
                if self._away:
                    self._away = False
                    logger.warning("the broker is back; news and frames flow again")

    def _failed(self, news: tuple[str, dict[str, Any]] | None, frame: Frame | None, error: Exception) -> None:
        if not self._away:
            logger.warning("the broker is away (%s); news waits, lives go by unshown", error)
        self._away = True
        with self._wake:
            self._away_until = time.monotonic() + PAUSE
            if news is not None and len(self._news) < MOST_NEWS:
                self._news.appendleft(news)
            lives = {(waiting.run, waiting.episode) for waiting in self._frames}
            self._lose(lives | ({(frame.run, frame.episode)} if frame else set()))
            self._frames.clear()

    def _lose(self, lives: set[tuple[str, int]]) -> None:
        for run, episode in sorted(lives.difference(self._lost)):
            self._losses.append(Loss(run, episode, began=self._first_sent == (run, episode)))
            self._lost.append((run, episode))
            self._uncounted += 1

    def _publish(self, run: str, message: dict[str, Any]) -> None:
        self._connect().publish(_channel(run), get_channel_layer().serialize(message))

    def _show(self, run: str, data: bytes) -> None:
        message = get_channel_layer().serialize({"type": "run.lanes", "data": data})
        self._looks(run, self._connect().publish(_channel_of(lanes_group(run)), message))

    def _looks(self, run: str, looking: int) -> None:
        if looking:
            self.looked_at.add(run)
        else:
            self.looked_at.discard(run)

    def _air(self, frame: Frame) -> None:
        """One round trip: the frame goes to the sockets, to the list of those who come late, and is counted."""
        message = get_channel_layer().serialize(frame_message(frame))
        key = air_key(frame.run)
        self._air_bytes = len(message) + (self._air_bytes if frame.seq else 0)
        with self._connect().pipeline(transaction=True) as pipe:
            before = self._on_air.get(frame.run, frame.episode)
            if frame.seq == 0 and before != frame.episode:
                pipe.copy(key, past_key(frame.run, before), replace=True)
                pipe.expire(past_key(frame.run, before), PAST_SECONDS)
            if frame.seq == 0 or self._air_bytes > AIR_BYTES:
                pipe.delete(key)
            if self._air_bytes <= AIR_BYTES:
                pipe.rpush(key, message)
                pipe.expire(key, AIR_SECONDS)
            pipe.publish(_channel(frame.run), message)
            lost = self._uncounted
            if lost:
                tally.add_lost(pipe, lost)
            if frame.cut_at is not None:
                tally.add_wait(pipe, time.monotonic() - frame.cut_at)
            pipe.pubsub_numsub(_channel_of(lanes_group(frame.run)))
            [(_, looking)] = pipe.execute()[-1]
            with self._wake:
                self._uncounted -= lost
        self._looks(frame.run, looking)
        if frame.seq == 0:
            self._on_air[frame.run] = frame.episode
            with self._wake:
                self._first_sent = (frame.run, frame.episode)


def _channel(run: str) -> str:
    return _channel_of(group(run))


def _channel_of(group: str) -> str:
    """The pub/sub channel under which channels-redis' layer knows a group."""
    return f"{settings.KEY_PREFIX}__group__{group}"


@cache
def _outbox(_pid: int) -> Outbox:
    return Outbox()


def outbox() -> Outbox:
    """This process's outbox; a forked child has its own."""
    return _outbox(os.getpid())
