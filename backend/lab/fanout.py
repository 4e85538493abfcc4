"""The channel layer: Redis pub/sub as channels-redis does it, but a group's message is decoded once per process.

Stock, each message is decoded again for every socket that watches, and wakes a task of its own there. Here all sockets
of a process get the *same* object, and a consumer may be handed it at once, for a small part of the CPU time
(docs/decisions/fanout.md has the figures). Treat a received message as read-only: your neighbours hold it too.

The groups API is unchanged (`group_add`, `group_discard`, `group_send`, `receive`). What changes besides:

- A consumer may have its messages handed to a function at once (`hand_to`) instead of waiting for each in a task, and
  says itself when it is gone (`forget`). One that only listens to groups needs no subscription of its own (`listener`).
- A consumer that does not read keeps at most `CAPACITY` messages; then its oldest are dropped, with one log line.
- A lost connection is one log line when it is lost and one when it is back, and subscriptions return by themselves.

This leans on private names of channels-redis 4.3 (pyproject.toml pins it; tests/platform/test_fanout.py notices).
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

import redis
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import _wrap_close

logger = logging.getLogger(__name__)

CAPACITY = 500
"""Messages one consumer may leave unread. They are shared between the consumers of a group, so this costs little."""

Message = dict[str, Any]


class Mailbox:
    """The messages that wait for one consumer: bounded, the oldest goes first when it is full."""

    def __init__(self, owner: str, capacity: int = CAPACITY) -> None:
        self.owner = owner
        self.dropped = 0
        self.taker: Callable[[Message], None] | None = None
        self._waiting: deque[Message] = deque(maxlen=capacity)
        self._news = asyncio.Event()

    def put(self, message: Message) -> None:
        """Add a message, or hand it to the taker; never waits."""
        if self.taker is not None:
            self.taker(message)
            return
        if len(self._waiting) == self._waiting.maxlen:
            if self.dropped == 0:
                logger.warning("%s does not read its messages; its oldest are dropped", self.owner)
            self.dropped += 1
        self._waiting.append(message)
        self._news.set()

    async def get(self) -> Message:
        """The oldest message, waiting for one if there is none."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class FanoutLayer(RedisPubSubChannelLayer):
    """`CHANNEL_LAYERS` names this class; options are those of channels-redis (`hosts`, `prefix`)."""

    def _get_layer(self) -> "FanoutLoopLayer":
        loop = asyncio.get_running_loop()
        layer: FanoutLoopLayer | None = self._layers.get(loop)
        if layer is None:
            layer = self._layers[loop] = FanoutLoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        return layer


class FanoutLoopLayer(RedisPubSubLoopLayer):
    """The layer within one event loop."""

    channels: dict[str, Mailbox]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shards = [FanoutShard(shard.host, self) for shard in self._shards]

    async def _subscribe_to_channel(self, channel: str) -> None:
        self.channels[channel] = Mailbox(channel)
        try:
            await self._get_shard(channel).subscribe(channel)
        except BaseException:
            self.channels.pop(channel, None)
            raise

    async def receive(self, channel: str) -> Message:
        """The next message of this channel. As in channels-redis, a cancelled wait means that its consumer is gone."""
        if channel not in self.channels:
            await self._subscribe_to_channel(channel)
        try:
            return await self.channels[channel].get()
        except (asyncio.CancelledError, TimeoutError, GeneratorExit):
            await self.forget(channel)
            raise

    def listener(self) -> str:
        """A channel for group messages alone: the server does not know it, so nothing can be sent to it by name."""
        channel = f"{self.prefix}listener.{uuid.uuid4().hex}"
        self.channels[channel] = Mailbox(channel)
        return channel

    def hand_to(self, channel: str, taker: Callable[[Message], None]) -> None:
        """From now on call `taker(message)` for each message of this channel, at once, instead of keeping it.

        Saves a waking task and a queue for every message and socket. The taker runs between two messages of the whole
        process: it must be quick, may not wait, and gets nothing more after `forget`.
        """
        self.channels[channel].taker = taker

    async def forget(self, channel: str) -> None:
        """The consumer of this channel is gone. It has to leave its groups itself."""
        if self.channels.pop(channel, None) is not None:
            try:
                await self._get_shard(channel).unsubscribe(channel)
            except (redis.RedisError, OSError) as error:
                logger.info("could not unsubscribe %s: %s", channel, error)

    def deliver(self, name: str, data: bytes) -> None:
        """Hand one message of the server to all local consumers it is for, decoded once."""
        if name in self.channels:
            receivers = [self.channels[name]]
        else:
            members = self.groups.get(name, ())
            receivers = [self.channels[member] for member in members if member in self.channels]
        if receivers:
            message = self.channel_layer.deserialize(data)
            for mailbox in receivers:
                try:
                    mailbox.put(message)
                except Exception:  # one consumer's mistake is not its neighbours'
                    logger.exception("%s could not take a message", mailbox.owner)


class FanoutShard(RedisSingleShardConnection):
    """The connection to one server."""

    channel_layer: FanoutLoopLayer

    def _receive_message(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        name = message["channel"]
        self.channel_layer.deliver(name.decode() if isinstance(name, bytes) else name, message["data"])

    async def _do_receiving(self) -> None:
        lost = False
        while True:
            try:
                if self._pubsub and self._pubsub.subscribed:
                    message = await self._pubsub.get_message(ignore_subscribe_messages=True, timeout=0.5)
                    if lost:
                        lost = False
                        logger.warning("the broker is back; news flow again")
                    self._receive_message(message)
                else:
                    await asyncio.sleep(0.05)
            except (redis.RedisError, OSError) as error:
                if not lost:
                    lost = True
                    logger.warning("the broker is gone (%s); trying again each second", error)
                await asyncio.sleep(1)
            except Exception:  # one bad message must not end the stream for everyone
                logger.exception("a message could not be delivered")
