"""A page, as the server sees it: on a WebSocket, or where those are blocked, with server-sent events."""

import asyncio
import base64
import json
from contextlib import suppress
from urllib.parse import quote

from channels.testing import ApplicationCommunicator, WebsocketCommunicator
from django.test import Client

from lab.asgi import application

HERE = [(b"origin", b"http://localhost"), (b"host", b"localhost")]
PATIENCE = 10


def cookie_of(person):
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def headers(cookie):
    if cookie is not None and cookie.startswith("Bearer "):
        return [*HERE, (b"authorization", cookie.encode())]
    return HERE if cookie is None else [*HERE, (b"cookie", f"sessionid={cookie}".encode())]


class Page:
    """What both have in common. `next()` gives ("frame", bytes), ("text", dict) or ("close", code)."""

    async def news(self, kind):
        """The next message of this type; frames and other news before it are passed over."""
        while True:
            what, value = await self.next()
            if what == "text" and value["type"] == kind:
                return value

    async def frame(self):
        while True:
            what, value = await self.next()
            if what == "frame":
                return value

    async def closed(self):
        """The code it is closed with."""
        while True:
            what, value = await self.next()
            if what == "close":
                return value

    async def say(self, **message):
        await self.send(json.dumps(message))

    async def silent(self, seconds=0.3):
        return await self.line.receive_nothing(timeout=seconds)


class SocketPage(Page):
    """On a WebSocket."""

    def __init__(self, run, cookie=None, query=""):
        self.line = WebsocketCommunicator(application, f"/ws/runs/{run}{query}", headers(cookie))

    async def open(self):
        connected, _ = await self.line.connect(timeout=PATIENCE)
        assert connected
        return self

    async def next(self):
        output = await self.line.receive_output(timeout=PATIENCE)
        if output["type"] == "websocket.close":
            return "close", output["code"]
        return ("text", json.loads(output["text"])) if output.get("text") else ("frame", output["bytes"])

    async def send(self, text):
        await self.line.send_to(text_data=text)

    async def disconnect(self):
        await self.line.disconnect()


class StreamPage(Page):
    """With server-sent events."""

    path = "/sse/runs/{}"

    def __init__(self, run, cookie=None, query="", last=None):
        self.run, self.headers = run, headers(cookie)
        resuming = [(b"last-event-id", last.encode())] if last else []
        self.line = ApplicationCommunicator(application, self.scope("GET", query.lstrip("?"), resuming))
        self.events, self.name, self.ids = [], None, []

    def scope(self, method, query, more=()):
        path = self.path.format(self.run)
        return {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [*self.headers, *more], "http_version": "1.1", "scheme": "http", "client": None, "server": None,
            "root_path": "",
        }  # fmt: skip

    async def open(self):
        start = await self.line.receive_output(timeout=PATIENCE)
        assert start["status"] == 200
        assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
        return self

    async def next(self):
        while True:
            output = await self.line.receive_output(timeout=PATIENCE)
            event = dict(line.split(": ", 1) for line in output["body"].decode().splitlines() if line.strip(":"))
            match event.get("event", "message"):
                case "line":
                    self.name = event["data"]
                case "frame":
                    self.ids.append(event["id"])
                    return "frame", base64.b64decode(event["data"])
                case "close":
                    return "close", json.loads(event["data"])["code"]
                case "message" if event:
                    return "text", json.loads(event["data"])

    async def post(self, body, query=None, more=()):
        """The status of a message of the page."""
        line = quote(self.name) if query is None else query
        line = ApplicationCommunicator(application, self.scope("POST", f"line={line}", more))
        await line.send_input({"type": "http.request", "body": body, "more_body": False})
        status = (await line.receive_output(timeout=PATIENCE))["status"]
        await line.receive_output(timeout=PATIENCE)
        return status

    async def send(self, text):
        while self.name is None:
            await self.next()
        assert await self.post(text.encode()) in (204, 413)

    async def disconnect(self):
        with suppress(asyncio.CancelledError):
            await self.line.send_input({"type": "http.disconnect"})
            await self.line.wait(timeout=PATIENCE)
