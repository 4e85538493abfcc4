"""The socket of a run: WebSocket, with the session of the page. The viewer behind it is in viewer.py."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from lab.watch.looker import Looker
from lab.watch.pipe import Event, Pipe
from lab.watch.viewer import NO_RUN, Viewer
from lab.watch.window import Shown

Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class Socket:
    """How things are said on a WebSocket."""

    def greeting(self, channel_name: str) -> list[Event]:
        return []

    def frame(self, shown: Shown) -> Event:
        return {"type": "websocket.send", "bytes": shown.data}

    def text(self, text: str) -> Event:
        return {"type": "websocket.send", "text": text}

    def goodbye(self, code: int, reason: str) -> list[Event]:
        return [{"type": "websocket.close", "code": code, "reason": reason}]


async def run_socket(scope: Event, receive: Receive, send: Send) -> None:
    """One viewer of one run: an ASGI application."""
    await receive()  # websocket.connect
    # A browser learns the code only from a socket that was open.
    await send({"type": "websocket.accept"})
    after = parse_qs(scope["query_string"].decode("latin1")).get("after")
    await _watch(Viewer(Pipe(send), Socket()), scope, receive, after[0] if after else None)


async def lanes_socket(scope: Event, receive: Receive, send: Send) -> None:
    """One who looks at all lanes of one run: an ASGI application."""
    await receive()
    await send({"type": "websocket.accept"})
    await _watch(Looker(Pipe(send), Socket()), scope, receive, None)


async def _watch(viewer: Viewer, scope: Event, receive: Receive, after: str | None) -> None:
    try:
        await viewer.enter(scope, scope["url_route"]["kwargs"]["run"], after)
        while (message := await receive())["type"] == "websocket.receive":
            viewer.hear(message.get("text"))
    finally:
        await viewer.leave()


async def nothing_here(scope: Event, receive: Receive, send: Send) -> None:
    """Any other address under /ws/."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": NO_RUN, "reason": "There is nothing at this address."})
