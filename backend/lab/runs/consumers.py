"""The socket of a run: who are you, what do you watch; then frames and news are passed on as they come."""

import json
import logging
import time
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from redis.exceptions import RedisError

from lab.people.models import Person
from lab.runs import selectors, sight
from lab.runs.models import Run
from lab.runs.outbox import group
from lab.runs.room import room
from lab.runs.window import Shown, Window

logger = logging.getLogger(__name__)

NO_SESSION, NO_RUN, BAD_MESSAGE, NOT_READING, LATER = 4401, 4404, 4400, 4408, 1013

LONGEST_MESSAGE = 256
"""characters of a message from a page; the longest it has to send is under 60"""
MOST_MESSAGES = 200
"""messages a page may send at once; then `MESSAGES_A_SECOND`"""
MESSAGES_A_SECOND = 50.0
MOST_UNHEARD = 512 * 1024
"""bytes of news sent to a page that says nothing meanwhile; a living page sends a ping every few seconds"""


class RunConsumer(AsyncWebsocketConsumer):
    """One viewer of one run."""

    run: str = ""
    session: str = ""
    person: int = 0
    glance: bool = False

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in Channels, without its hop to a database thread for every message: those to whom it matters make it."""
        match message["type"]:
            case "run.frame":
                await self._pass_on(self.window.offer(Shown(message["episode"], message["seq"], message["data"])))
            case "run.news":
                await self._pass_news(message["text"])
            case "websocket.receive":
                await self.websocket_receive(message)
            case "websocket.connect":
                await self.websocket_connect(message)
            case "websocket.disconnect":
                await self.websocket_disconnect(message)

    # ----------------------------------------------------------------------- opening and closing

    async def connect(self) -> None:
        self.window = Window()
        self._unheard = 0
        self._credit, self._credited = float(MOST_MESSAGES), time.monotonic()
        self._closed = False
        # A browser learns the code only from a socket that was open.
        await self.accept()
        person, session = self.scope["user"], self.scope["session"]
        if not person.is_authenticated or not session.session_key:
            await self.turn_away(NO_SESSION, "Sign in first.")
            return
        try:
            card = await database_sync_to_async(_card)(person, self.scope["url_route"]["kwargs"]["run"])
        except (Run.DoesNotExist, ValueError):
            await self.turn_away(NO_RUN, "There is no such run.")
            return
        self.run, self.session, self.person = card.id, session.session_key, person.pk
        self.glance = b"glance=1" in self.scope["query_string"].split(b"&")
        try:
            # First into the group, then what was before: a frame that comes both ways is known by its number.
            await self.channel_layer.group_add(group(self.run), self.channel_name)
            on_air = await room().enter(self)
        except (RedisError, OSError) as error:
            logger.warning("a viewer is asked to come later: %s", error)
            await self.turn_away(LATER, "The server is not ready; try again.")
            return
        hello = {"type": "hello", "run": card.model_dump(mode="json"), "server_ms": _now()}
        await self.send(text_data=json.dumps(hello, allow_nan=False, separators=(",", ":")))
        for data in on_air:
            frame = self.channel_layer.deserialize(data)
            await self._pass_on(self.window.offer(Shown(frame["episode"], frame["seq"], frame["data"])))

    async def turn_away(self, code: int, reason: str) -> None:
        """Close with a reason."""
        if not self._closed:
            self._closed = True
            await self.close(code, reason)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        self._closed = True
        if self.run:
            await room().leave(self)
            try:
                await self.channel_layer.group_discard(group(self.run), self.channel_name)
            except (RedisError, OSError) as error:
                logger.info("could not leave the group: %s", error)
        raise StopConsumer

    # ------------------------------------------------------------------------- from the server

    async def _pass_on(self, frames: list[bytes]) -> None:
        for data in frames:
            if not self._closed:
                await self.send(bytes_data=data)

    async def _pass_news(self, text: str) -> None:
        if self._closed:
            return
        self._unheard += len(text)
        if self._unheard > MOST_UNHEARD:
            await self.turn_away(NOT_READING, "This page does not read what it is sent.")
        else:
            await self.send(text_data=text)

    # --------------------------------------------------------------------------- from the page

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._closed:
            return
        if not self._may_speak():
            await self.turn_away(BAD_MESSAGE, "Too many messages.")
            return
        self._unheard = 0
        try:
            message = _understood(text_data)
            if message["type"] == "ack":
                await self._pass_on(self.window.ack(message["n"]))
            else:
                pong = {"type": "pong", "t": message["t"], "server_ms": _now()}
                await self.send(text_data=json.dumps(pong, allow_nan=False))
        except ValueError as error:
            await self.turn_away(BAD_MESSAGE, f"Not a message of this protocol: {error}"[:120])

    def _may_speak(self) -> bool:
        now = time.monotonic()
        self._credit = min(MOST_MESSAGES, self._credit + (now - self._credited) * MESSAGES_A_SECOND)
        self._credited = now
        self._credit -= 1
        return self._credit >= 0


class NothingHere(AsyncWebsocketConsumer):
    """Any other address under /ws/."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(NO_RUN, "There is nothing at this address.")


def _card(person: Person, run: str) -> selectors.RunOut:
    return selectors.run_cards([sight.runs_for(person).get(pk=UUID(run))])[0]


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
