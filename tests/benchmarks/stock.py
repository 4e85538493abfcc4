"""The same frames the stock Channels way: JSON, `group_send` on RedisChannelLayer, a consumer as in the tutorial.

`python -m daphne tests.benchmarks.stock:application` serves it; `python -m tests.benchmarks.stock RUN SECONDS` is the
worker's part: it takes the frames of a real run from the broker and sends them to the group. STOCK_REDIS names the
server.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

import msgpack
import redis.asyncio
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from channels_redis.core import RedisChannelLayer

from hamlet.tape.wire import decode_frame

URL = os.environ.get("STOCK_REDIS", "")
LAYER = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [URL], "prefix": "stock"}}


def _settings() -> None:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(CHANNEL_LAYERS={"default": LAYER}, DATABASES={}, INSTALLED_APPS=["channels"])
        django.setup()


_settings()


class Consumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("run", self.channel_name)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The load client's pings and acknowledgements."""

    async def frame(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps({"type": "frame", "frame": message["frame"]}))


async def nothing(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """HTTP: the benchmark knocks to see whether the server is there."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


application = ProtocolTypeRouter({"websocket": Consumer.as_asgi(), "http": nothing})


async def relay(run: str, seconds: float) -> None:
    layer = RedisChannelLayer(hosts=[URL], prefix="stock")
    pubsub = redis.asyncio.Redis.from_url(URL).pubsub(ignore_subscribe_messages=True)
    await pubsub.subscribe(f"hamlet__group__run.{run}")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = await pubsub.get_message(timeout=0.5)
        content = message and msgpack.unpackb(message["data"])
        if content and content["type"] == "run.frame":
            frame = decode_frame(content["data"])
            frame["hash"] = frame["hash"].hex()
            await layer.group_send("run", {"type": "frame", "frame": frame})


if __name__ == "__main__":
    asyncio.run(relay(sys.argv[1], float(sys.argv[2])))
