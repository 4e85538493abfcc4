"""The same as the socket where WebSockets are blocked: server-sent events, and small requests for the way back.

`GET /sse/runs/<id>` and `/sse/runs/<id>/lanes` stream; their first event names the line, and `POST` to the same address
with `?line=<name>` takes a message of the page as the socket would, from whichever web process it reaches. docs/wire.md
describes both.
"""

import asyncio
import base64
import json
import logging
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from channels.layers import get_channel_layer
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from redis.exceptions import RedisError

from lab.watch.looker import Looker
from lab.watch.pipe import Event, Pipe
from lab.watch.viewer import LONGEST_MESSAGE, NO_RUN, Viewer
from lab.watch.window import Shown

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

HEARTBEAT = 15.0
"""seconds between two comments that keep proxies from closing a silent stream"""
ADDRESS = re.compile(r"/sse/runs/([^/]+)(/lanes)?")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Stream:
    """How things are said as server-sent events."""

    def greeting(self, channel_name: str) -> list[Event]:
        return [_part(b"event: line\ndata: %s\n\n" % channel_name.encode())]

    def frame(self, shown: Shown) -> Event:
        return _part(_packed(shown))

    def text(self, text: str) -> Event:
        return _part(_lines(text))

    def goodbye(self, code: int, reason: str) -> list[Event]:
        event = b"event: close\ndata: %s\n\n" % json.dumps({"code": code, "reason": reason}).encode()
        return [_part(event), {"type": "http.response.body", "body": b"", "more_body": False}]


async def run_events(scope: Event, receive: Receive, send: Send) -> None:
    """Everything under /sse/: an ASGI application."""
    address = ADDRESS.fullmatch(scope["path"])
    headers = dict(scope["headers"])
    if not validate_host(split_domain_port(headers.get(b"host", b"").decode("latin1"))[0], settings.ALLOWED_HOSTS):
        await _answer(send, 400)
    elif scope["method"] == "GET":
        await _stream(scope, address, receive, send)
    elif address is None:
        await _answer(send, 404)
    elif scope["method"] == "POST":
        await _hear(scope, headers, receive, send)
    else:
        await _answer(send, 405)


async def _stream(scope: Event, address: re.Match[str] | None, receive: Receive, send: Send) -> None:
    query = parse_qs(scope["query_string"].decode("latin1"))
    last = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin1")
    pipe = Pipe(send)
    viewer = (Looker if address and address[2] else Viewer)(pipe, Stream(), has_address=True)
    # A browser's EventSource does not tell a status, so what is wrong is told as on the socket: by an event.
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    heart = asyncio.ensure_future(_beat(viewer, pipe))
    try:
        if address:
            await viewer.enter(scope, address[1], last or query.get("after", [""])[0])
        else:
            viewer.turn_away(NO_RUN, "There is nothing at this address.")
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        heart.cancel()
        await viewer.leave()


async def _beat(viewer: Viewer, pipe: Pipe) -> None:
    while not viewer.closed:
        await asyncio.sleep(HEARTBEAT)
        pipe.put(_part(b":\n\n"))


async def _hear(scope: Event, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
    """Pass a message of the page on to its line. Only the page knows its name; all it can do is ask for more."""
    body, more = b"", True
    while more and len(body) <= LONGEST_MESSAGE:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message.get("body", b""), message.get("more_body", False)
    line = parse_qs(scope["query_string"].decode("latin1")).get("line", [""])[0]
    if len(body) > LONGEST_MESSAGE:
        await _answer(send, 413)
    elif not _from_our_pages(headers) or not _is_line(line):
        await _answer(send, 403)
    else:
        try:
            says = {"type": "viewer.says", "text": body.decode("utf-8", "replace")}
            await get_channel_layer().send(line, says)
            await _answer(send, 204)
        except (RedisError, OSError) as error:
            logger.info("a page could not be heard: %s", error)
            await _answer(send, 503)


def _from_our_pages(headers: dict[bytes, bytes]) -> bool:
    host = urlsplit(headers.get(b"origin", b"").decode("latin1")).hostname
    return bool(host) and validate_host(host or "", settings.ALLOWED_HOSTS)


def _is_line(name: str) -> bool:
    return re.fullmatch(rf"{re.escape(settings.KEY_PREFIX)}specific\.[0-9a-f]{{32}}", name) is not None


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


def _part(data: bytes) -> Event:
    return {"type": "http.response.body", "body": data, "more_body": True}


# Frames and news are the same objects for all viewers of a process, so each is put into its lines once.
@lru_cache(maxsize=128)
def _packed(shown: Shown) -> bytes:
    return b"event: frame\nid: %s\ndata: %s\n\n" % (shown.id.encode(), base64.b64encode(shown.data))


@lru_cache(maxsize=32)
def _lines(text: str) -> bytes:
    return b"data: %s\n\n" % text.encode()
