"""The stream of a run's frames, from another machine: signs in, connects, comes back when it is cut off."""

import http.cookiejar
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from hamlet.tape.screen import Shown
from hamlet.tape.wire import WireError, decode_frame

ENDED = ("finished", "stopped", "failed")
REFUSED = {
    4400: "the server is of another version, and does not understand this one",
    4401: "the session has ended; sign in again",
    4404: "there is no such run for you",
    4429: "too many pages of this session are open",
}
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
PING_EVERY = 5.0


class FollowError(Exception):
    """The run cannot be watched; the message says why."""


class Door:
    """A server, and who one is there."""

    def __init__(self, server: str) -> None:
        """`server` is its address, such as http://127.0.0.1:8000."""
        self.server = server.rstrip("/")
        self._jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar)).open

    def ask(self, path: str, body: dict[str, Any] | None = None, csrf: str = "") -> Any:
        """The JSON at an address of the API; a body is posted. FollowError if it is refused."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": csrf, "Referer": f"{self.server}/"}
        data = None if body is None else json.dumps(body).encode()
        try:
            request = urllib.request.Request(f"{self.server}/api/v1{path}", data, headers)
            with self._open(request, timeout=10) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            detail = _detail(error)
            raise FollowError(f"{self.server}: {detail or f'answered {error.code}'}") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise FollowError(f"{self.server} does not answer: {reason}") from None

    def sign_in(self, name: str, password: str) -> None:
        """Take up a session. FollowError if name and password do not fit."""
        csrf = self.ask("/me")["csrf"]
        self.ask("/auth/login", {"username": name, "password": password}, csrf)

    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read()).get("detail", ""))
    except (ValueError, AttributeError):
        return ""


class Follower:
    """Listens to a run in a thread of its own. `life` is the newest life, the one on the air."""

    def __init__(self, door: Door, run: str) -> None:
        self.run = run
        self.life: Shown | None = None
        self.ended: str | None = None
        """the state in which the run ended"""
        self.failed: str | None = None
        self._door = door
        self._wait = FIRST_WAIT
        self._newest = ""
        """names the newest frame for a server that is to go on after it (docs/wire.md)"""
        self._thread = threading.Thread(target=self._listen, name="follow", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _listen(self) -> None:
        parts = urlsplit(self._door.server)
        address = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/ws/runs/{self.run}"
        while self.ended is None and self.failed is None:
            try:
                cookie, origin = {"Cookie": self._door.cookie()}, Origin(f"{parts.scheme}://{parts.netloc}")
                with connect(
                    f"{address}{self._newest}", origin=origin, additional_headers=cookie, max_size=None
                ) as line:
                    self._hear(line)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                self.failed = REFUSED.get(code)
            except (OSError, WebSocketException):
                pass
            if self.ended is None and self.failed is None:
                time.sleep(self._wait)
                self._wait = min(2 * self._wait, LONGEST_WAIT)

    def _hear(self, line: ClientConnection) -> None:
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
                self._take(message)
                line.send(json.dumps({"type": "ack", "n": frames}))
            else:
                self._told(json.loads(message))

    def _take(self, data: bytes) -> None:
        try:
            frame = decode_frame(data)
        except WireError:
            return  # of a newer server; the next one may be readable
        self._newest = f"?after={frame['episode']}.{frame['seq']}.{frame['hash'][:8].hex()}"
        if frame["seq"] == 0:
            self.life = Shown(frame)
        elif self.life is not None:
            self.life.extend(frame)

    def _told(self, message: dict[str, Any]) -> None:
        if message.get("type") == "hello":
            self._wait = FIRST_WAIT  # not sooner: a server that turns viewers away opens the line to say so
        if message.get("type") in ("hello", "run") and message["run"]["state"] in ENDED:
            self.ended = message["run"]["state"]


def moments(follower: Follower, speed: float) -> Iterator[tuple[Shown, int]]:
    """Moments to be shown, each when it is due, until the run ends: (life, step).

    One life is played from its beginning, `speed` steps a second; then comes the newest. In a run that is held to a
    pace every step is shown as it comes, and what was missed is skipped.
    """
    life: Shown | None = None
    t = 0
    while True:
        newest = follower.life
        if newest is not None and _goes_on_stage(newest, life, t):
            # The life on stage told again (the pace changed): it stays where it is.
            t = t if life is not None and newest.number == life.number else 0
            life = newest
        if life is not None and (t < len(life) or (life.end is not None and t == len(life))):
            if life.meta.get("pace") and t < len(life) - 1:
                t = len(life) - 1
            yield life, t
            t += 1
            time.sleep(0.0 if life.meta.get("pace") else 1.0 / speed)
        elif follower.failed is not None:
            raise FollowError(follower.failed)
        elif follower.ended is not None:
            return
        else:
            time.sleep(0.02)


def _goes_on_stage(newest: Shown, life: Shown | None, t: int) -> bool:
    if life is None or newest.number == life.number or newest.meta.get("pace"):
        return newest is not life
    over = life.end is not None and t > len(life)
    return over or (life.end is None and t >= len(life))
