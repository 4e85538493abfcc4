"""One viewer of one run, whatever carries it: who are you, what do you watch; then frames and news as they come.

A transport (consumers.py: WebSocket; sse.py: server-sent events) says how a frame, a text and a goodbye look as events
of its server, and passes on what the page says.
"""

import json
import logging
import re
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any, Protocol
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error as DatabaseError
from django.http.cookie import parse_cookie
from redis.exceptions import RedisError

from lab.outbox import group
from lab.people.selectors import token_key
from lab.people.tokens import token_of
from lab.runs import selectors, sight
from lab.runs.models import Run
from lab.watch.pipe import Event, Pipe
from lab.watch.room import room
from lab.watch.window import Shown, Window

logger = logging.getLogger(__name__)

NO_SESSION, NO_RUN, BAD_MESSAGE, NOT_READING, TOO_MANY, LATER = 4401, 4404, 4400, 4408, 4429, 1013

LONGEST_MESSAGE = 256
"""characters of a message from a page; the longest it has to send is under 60"""
MOST_MESSAGES = 200
"""messages a page may send at once; then `MESSAGES_A_SECOND`"""
MESSAGES_A_SECOND = 50.0
MOST_UNHEARD = 256 * 1024
"""bytes of news sent to a page that says nothing meanwhile; a living page sends a ping every few seconds"""
MOST_EARLY = 64
"""messages of the group that may come while a viewer is being let in"""
MOST_A_SESSION = 100
"""viewers of one session in this process; a wall of twelve runs in eight tabs is fewer"""
MOST_VIEWERS = 5_000
"""viewers of this process"""

FRAME_ID = re.compile(r"(\d{1,9})\.(\d{1,9})\.([0-9a-f]{16})")


class RefusalError(Exception):
    """Why someone may not watch."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


class Words(Protocol):
    """How a transport says things."""

    def greeting(self, channel_name: str) -> list[Event]: ...
    def frame(self, shown: Shown) -> Event: ...
    def text(self, text: str) -> Event: ...
    def goodbye(self, code: int, reason: str) -> list[Event]: ...


class Viewer:
    """Let in by `enter`; then the channel layer calls `take` and the transport `hear`; at the end `leave`."""

    def __init__(self, pipe: Pipe, words: Words, *, has_address: bool = False) -> None:
        """
        Args:
            pipe: the way out
            words: how things are said on it
            has_address: messages may come to `channel_name` from other processes
        """
        self.run = self.session = self.channel_name = self._counted = ""
        self.person = 0
        self.glance = False
        self.window = Window()
        self.closed = False
        self._pipe, self._words, self._has_address = pipe, words, has_address
        self._early: list[Event] | None = []
        self._unheard = 0
        self._credit, self._credited = float(MOST_MESSAGES), time.monotonic()

    @property
    def group(self) -> str:
        """The Channels group that it listens to."""
        return group(self.run)

    # ----------------------------------------------------------------------- opening and closing

    async def enter(self, scope: Event, run: str, after: str | None) -> None:
        """Let the viewer in, or turn it away with a reason.

        Args:
            scope: the ASGI scope, with the cookies of the page
            run: the id in the address, as it was written there
            after: `Shown.id` of the newest frame the page has of this run, from an earlier connection
        """
        try:
            await self._enter(scope, run, after)
        except RefusalError as refused:
            self.turn_away(refused.code, refused.reason)
        except (RedisError, DatabaseError, OSError) as error:
            logger.warning("a viewer is asked to come later: %s", error)
            self.turn_away(LATER, "The server is not ready; try again.")

    async def _enter(self, scope: Event, run: str, after: str | None) -> None:
        if after and not FRAME_ID.fullmatch(after):
            raise RefusalError(BAD_MESSAGE, "after= must be the id of a frame.")
        bearer, cookie = _bearer(scope), _cookie(scope)
        shown = bearer or cookie
        if shown is None:
            raise RefusalError(NO_SESSION, "Sign in first.")
        # Counted before anything is asked of the database: whoever opens ten thousand pages costs nobody else much.
        self._counted = shown
        _sessions[shown] += 1
        if _sessions[shown] > MOST_A_SESSION:
            raise RefusalError(TOO_MANY, f"At most {MOST_A_SESSION} pages may be open; close some.")
        if _sessions.total() > MOST_VIEWERS:
            raise RefusalError(LATER, "Too many are watching; try again.")
        self.session, self.person, card = await database_sync_to_async(_let_in)(bearer, cookie or "", run)
        self.run = card.id
        self.glance = self.glance or b"glance=1" in scope["query_string"].split(b"&")
        # First into the group, then what was before: a frame that comes both ways is known by its number.
        layer = get_channel_layer()
        self.channel_name = await layer.new_channel() if self._has_address else layer.listener()
        layer.hand_to(self.channel_name, self.take)
        await layer.group_add(self.group, self.channel_name)
        before = await room().enter(self, int(after.partition(".")[0]) if after else None)
        for event in self._words.greeting(self.channel_name):
            self._pipe.put(event)
        self._say({"type": "hello", "run": card.model_dump(mode="json"), "server_ms": _now()})
        for shown in self._unseen([_shown(layer.deserialize(data)) for data in before], after):
            self._send(self.window.offer(shown))
        early, self._early = self._early or [], None
        for message in early:
            self.take(message)

    def _unseen(self, before: list[Shown], seen: str | None) -> list[Shown]:
        """Of the lives that are kept, what a page has to get that has everything up to the frame `seen`."""
        there = next((i for i, shown in enumerate(before) if shown.id == seen), None)
        if there is None:  # a new page, or one that was away for longer: the newest life from its beginning
            there = max((i for i, shown in enumerate(before) if shown.seq == 0), default=0)
            return before[there:]
        life = before[there].episode
        begun = next((shown for shown in before if (shown.episode, shown.seq) == (life, 0)), None)
        self.window.resume(before[there], begun)
        return before[there + 1 :]

    def turn_away(self, code: int, reason: str) -> None:
        """Close with a reason."""
        if not self.closed:
            self.closed = True
            for event in self._words.goodbye(code, reason):
                self._pipe.put(event)

    async def leave(self) -> None:
        """The viewer is gone."""
        self.closed = True
        self._pipe.close()
        if self._counted:
            _sessions[self._counted] -= 1
            if not _sessions[self._counted]:
                del _sessions[self._counted]
        if not self.channel_name:
            return
        # A server gives a closed viewer a second and cancels what it then still waits for: each of these does what is
        # to be done here before it waits for the broker.
        layer = get_channel_layer()
        try:
            await layer.forget(self.channel_name)
        finally:
            try:
                await layer.group_discard(self.group, self.channel_name)
            except (RedisError, OSError) as error:
                logger.info("could not leave the group: %s", error)
            finally:
                await room().leave(self)

    # ------------------------------------------------------------------------- from the server

    def take(self, message: Event) -> None:
        """A message of the group, or to `channel_name`, as the channel layer hands it over: never waits."""
        if self.closed:
            return
        if self._early is not None:
            # Its life is begun anew from what is kept; only news could be lost here, and the page fetches those.
            if len(self._early) < MOST_EARLY:
                self._early.append(message)
            return
        self._pass_on(message)

    def _pass_on(self, message: Event) -> None:
        match message["type"]:
            case "run.frame":
                self._send(self.window.offer(_shown(message)))
            case "run.news":
                self._tell(message["text"])
            case "viewer.says" if self._has_address:
                self.hear(message["text"])

    def _send(self, frames: list[Shown]) -> None:
        for shown in frames:
            self._pipe.put(self._words.frame(shown))

    def _tell(self, text: str) -> None:
        self._unheard += len(text)
        if self._unheard > MOST_UNHEARD:
            self.turn_away(NOT_READING, "This page does not read what it is sent.")
        else:
            self._pipe.put(self._words.text(text))

    def _say(self, message: Event) -> None:
        self._pipe.put(self._words.text(json.dumps(message, allow_nan=False, separators=(",", ":"))))

    # --------------------------------------------------------------------------- from the page

    def hear(self, text: str | None) -> None:
        """A message of the page."""
        if self.closed:
            return
        if not self._may_speak():
            self.turn_away(BAD_MESSAGE, "Too many messages.")
            return
        self._unheard = 0
        try:
            message = _understood(text)
            if message["type"] == "ack":
                self._send(self.window.ack(message["n"]))
            else:
                self._say({"type": "pong", "t": message["t"], "server_ms": _now()})
        except ValueError as error:
            self.turn_away(BAD_MESSAGE, f"Not a message of this protocol: {error}"[:120])

    def _may_speak(self) -> bool:
        now = time.monotonic()
        self._credit = min(MOST_MESSAGES, self._credit + (now - self._credited) * MESSAGES_A_SECOND)
        self._credited = now
        self._credit -= 1
        return self._credit >= 0


_sessions: Counter[str] = Counter()
"""session cookie or token, as it was shown -> its viewers in this process"""


def _cookie(scope: Event) -> str | None:
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return parse_cookie(cookies.decode("latin1")).get(settings.SESSION_COOKIE_NAME)


def _bearer(scope: Event) -> str | None:
    """The token that a program shows; a browser's socket cannot send this header."""
    for name, value in scope["headers"]:
        kind, _, token = value.decode("latin1").partition(" ")
        if name == b"authorization" and kind.lower() == "bearer":
            return str(token)
    return None


def _let_in(bearer: str | None, cookie: str, run: str) -> tuple[str, int, selectors.RunOut]:
    """Session or token (`sessions_alive` knows both), person and run, in one visit to the database."""
    if bearer is not None:
        token = token_of(bearer)
        if token is None:
            raise RefusalError(NO_SESSION, "This token does not work.")
        person, key = token.person, token_key(token)
    else:
        session = SessionStore(cookie)
        person = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
        if not person.is_authenticated or not session.session_key:
            raise RefusalError(NO_SESSION, "Sign in first.")
        key = session.session_key
    try:
        card = selectors.run_cards([sight.runs_for(person).get(pk=UUID(run))])[0]
    except (Run.DoesNotExist, ValueError):
        raise RefusalError(NO_RUN, "There is no such run.") from None
    return key, person.pk, card


def _shown(message: Event) -> Shown:
    return Shown(message["episode"], message["seq"], message["data"])


def _understood(text: str | None) -> dict[str, Any]:
    """A message of the page. ValueError if it is none."""
    if text is None or len(text) > LONGEST_MESSAGE:
        raise ValueError("only short text is understood")
    try:
        message = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None
    number = {"ping": "t", "ack": "n"}.get(message.get("type") if isinstance(message, dict) else None)
    if number is None:
        raise ValueError("type must be ping or ack")
    value = message.get(number)
    if isinstance(value, bool) or not isinstance(value, int if number == "n" else int | float):
        raise ValueError(f"{number} must be a number")
    return message


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _now() -> float:
    """Milliseconds since 1970, by this server's clock."""
    return time.time() * 1000.0
