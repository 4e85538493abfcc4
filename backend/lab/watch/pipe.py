"""Sends a viewer's ASGI events in order, and at once: a server's `send` usually only writes to its buffer.

A task of its own for every event and viewer would cost more than the sending. So an event is sent from where it comes;
only if the server makes us wait (uvicorn does while a viewer's buffer is full) a task waits, and what comes meanwhile
waits behind it. How much that may be is the business of window.py and viewer.py.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any

logger = logging.getLogger(__name__)

Event = dict[str, Any]


class Pipe:
    """One viewer's way out."""

    def __init__(self, send: Callable[[Event], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: deque[Event] = deque()
        self._task: asyncio.Task[None] | None = None
        self._broken = False

    def put(self, event: Event) -> None:
        """Send an event after those before it. Never waits. Events for a viewer who is gone are dropped."""
        if self._broken:
            return
        if self._task is not None:
            self._waiting.append(event)
            return
        try:
            steps = self._send(event).__await__()
            future = next(steps)
        except StopIteration:
            return
        except (OSError, RuntimeError) as error:
            self._break(error)
        else:
            self._task = asyncio.ensure_future(self._go_on(steps, future))

    async def _go_on(self, steps: Generator[Any, Any, None], future: Any) -> None:
        try:
            await _Rest(steps, future)
            while self._waiting:
                await self._send(self._waiting.popleft())
        except Exception as error:  # whatever it is, what waits can no longer come in order
            self._break(error)
        finally:
            self._task = None

    def _break(self, error: Exception) -> None:
        # Servers say by an error that the other end is gone; that is no defect of ours, and its end is told elsewhere.
        logger.debug("a viewer cannot be reached: %s", error)
        self._broken = True
        self._waiting.clear()

    def close(self) -> None:
        """Nothing more is sent."""
        self._broken = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None


class _Rest:
    """What is left of a `send` that was begun outside of a task and came to a wait."""

    def __init__(self, steps: Generator[Any, Any, None], future: Any) -> None:
        self._steps, self._future = steps, future

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._future
        yield from self._steps
