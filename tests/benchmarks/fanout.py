"""What the fan-out layer saves, as ratios on the machine it runs on. Not a test: prints, asserts nothing.

    python -m tests.benchmarks.fanout [sockets] [messages]

One process's worth of consumers in one group; frames of 10 kB; the figure is this process's CPU time for a message
that reaches a socket's `send` (what a WebSocket server does with it comes on top and is the same for all).
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from channels import layers
from channels.generic.websocket import AsyncWebsocketConsumer
from channels_redis.pubsub import RedisPubSubChannelLayer

FRAME = {"type": "frame", "data": os.urandom(10_000)}
Layer = RedisPubSubChannelLayer


class Stock(AsyncWebsocketConsumer):
    """A viewer as the Channels tutorial writes it."""

    async def connect(self) -> None:
        await self.channel_layer.group_add("run", self.channel_name)
        await self.accept()

    async def frame(self, message: dict[str, bytes]) -> None:
        await self.send(bytes_data=message["data"])


class NoHop(Stock):
    """Without the hop to a thread that closes old database connections before each message."""

    async def dispatch(self, message: dict[str, bytes]) -> None:
        if message["type"] == "frame":
            await self.frame(message)
        else:
            await super().dispatch(message)


class Direct(Stock):
    """Frames handed over by the layer at once; one task sends what has come."""

    async def connect(self) -> None:
        await super().connect()
        self.channel_layer.hand_to(self.channel_name, self.take)

    def take(self, message: dict[str, bytes]) -> None:
        step = self.base_send({"type": "websocket.send", "bytes": message["data"]})
        try:
            step.send(None)  # a server's send only writes to its buffer: it ends without waiting
        except StopIteration:
            return
        raise RuntimeError("this server's send waits")


async def deliveries(make: Callable[[], Layer], consumer: type[Stock], sockets: int, messages: int) -> float:
    """CPU microseconds per message delivered to a socket's send."""
    layers.channel_layers.set("default", make())
    sender = make()
    counts = [0] * sockets

    def viewer(i: int) -> asyncio.Task[None]:
        incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        incoming.put_nowait({"type": "websocket.connect"})

        async def send(event: dict[str, object]) -> None:
            counts[i] += event["type"] == "websocket.send"

        return asyncio.create_task(consumer.as_asgi()({"type": "websocket"}, incoming.get, send))

    tasks = [viewer(i) for i in range(sockets)]
    layer = layers.get_channel_layer()
    while len(layer.groups.get("asgi__group__run", ())) < sockets:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    began = time.process_time()
    for n in range(1, messages + 1):
        await sender.group_send("run", FRAME)
        while min(counts) < n:  # as live frames come: one after the other
            await asyncio.sleep(0.001)
    spent = time.process_time() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await layer.flush()
    await sender.flush()
    return spent / (sockets * messages) * 1e6


def main() -> None:
    sockets, messages = (int(text) for text in (*sys.argv[1:], "200", "100")[:2])
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HAMLET_DATA=folder, DJANGO_SETTINGS_MODULE="lab.settings")
        for name in ("REDIS_URL", "DATABASE_URL"):
            os.environ.pop(name, None)
        from lab import broker, fanout

        server = broker.start_valkey(Path(folder))
        try:
            ours = fanout.FanoutLayer
            rows = {
                "stock layer, stock consumer": (Layer, Stock),
                "fan-out layer, stock consumer": (ours, Stock),
                "fan-out layer, no database hop": (ours, NoHop),
                "fan-out layer, hand_to": (ours, Direct),
            }
            first = None
            for name, (kind, consumer) in rows.items():
                figure = min(
                    asyncio.run(deliveries(lambda k=kind: k([server.url]), consumer, sockets, messages))
                    for _ in range(3)
                )
                first = first or figure
                print(f"{name:32} {figure:8.1f} us CPU a delivery, ratio {first / figure:5.1f}")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
