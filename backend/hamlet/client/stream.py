"""The stream of a run's frames, from another machine: connects, acknowledges, comes back when it is cut off."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from hamlet.client.errors import ClientError
from hamlet.client.line import Line
from hamlet.client.run import ENDED
from hamlet.tape.wire import WireError, decode_frame

REFUSED = {
    4400: (400, "the server is of another version, and does not understand this one"),
    4401: (401, "the session or token has ended; sign in again"),
    4404: (404, "there is no such run for you"),
    4429: (429, "too many pages of this session are open"),
}
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
PING_EVERY = 5.0


class Stream:
    """Iterate over it once: frames as `decode_frame` gives them, until the run ends. ClientError if it is refused."""

    def __init__(self, line: Line, run: str) -> None:
        self.ended: str | None = None
        """the state in which the run ended"""
        self._line = line
        self._run = run
        self._wait = FIRST_WAIT
        self._newest = ""
        """names the newest frame for a server that is to go on after it (docs/wire.md)"""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        parts = urlsplit(self._line.server)
        address = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/ws/runs/{self._run}"
        origin = Origin(f"{parts.scheme}://{parts.netloc}")
        while self.ended is None:
            try:
                with connect(
                    f"{address}{self._newest}",
                    origin=origin,
                    additional_headers=self._line.credentials(),
                    max_size=None,
                ) as line:
                    yield from self._hear(line)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                if code in REFUSED:
                    raise ClientError(REFUSED[code][1], REFUSED[code][0]) from None
            except (OSError, WebSocketException):
                pass
            if self.ended is None:
                time.sleep(self._wait)
                self._wait = min(2 * self._wait, LONGEST_WAIT)

    def _hear(self, line: ClientConnection) -> Iterator[dict[str, Any]]:
        frames, pinged = 0, 0.0
        while self.ended is None:
            if time.monotonic() - pinged > PING_EVERY:
                pinged = time.monotonic()
                line.send(json.dumps({"type": "ping", "t": time.time() * 1000}))
            try:
                message = line.recv(timeout=PING_EVERY)
            except TimeoutError:
                continue
            if isinstance(message, bytes):
                frames += 1
                yield from self._frame(message)
                # Acknowledged once it was looked at: who looks for long is then sent the newest, not the next.
                line.send(json.dumps({"type": "ack", "n": frames}))
            else:
                self._told(json.loads(message))

    def _frame(self, data: bytes) -> Iterator[dict[str, Any]]:
        try:
            frame = decode_frame(data)
        except WireError:
            return  # of a newer server; the next one may be readable
        self._newest = f"?after={frame['episode']}.{frame['seq']}.{frame['hash'][:8].hex()}"
        yield frame

    def _told(self, message: dict[str, Any]) -> None:
        if message.get("type") == "hello":
            self._wait = FIRST_WAIT  # not sooner: a server that turns viewers away opens the line to say so
        if message.get("type") in ("hello", "run") and message["run"]["state"] in ENDED:
            self.ended = message["run"]["state"]
