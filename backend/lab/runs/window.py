"""Which frames one viewer gets, and when: credit. Pure; the socket around it is in consumers.py.

At most `CREDIT` frames are on the way unacknowledged. What cannot be sent yet waits: the rest of the life that is being
shown, and the newest life behind it. So a slow viewer sees fewer lives, each of them whole and in order, and what waits
for one is bounded.
"""

from collections import deque
from typing import NamedTuple

CREDIT = 8
MOST_WAITING = 512 * 1024
"""bytes; the frames themselves are shared between all viewers of a process"""


class Shown(NamedTuple):
    """A frame as the group's message has it."""

    episode: int
    seq: int
    data: bytes


class Window:
    """One viewer's view of the stream of frames."""

    def __init__(self, credit: int = CREDIT, most_waiting: int = MOST_WAITING) -> None:
        self.credit = credit
        self.most_waiting = most_waiting
        self.sent = 0
        """frames sent so far"""
        self.acked = 0
        """frames that the viewer says it has seen"""
        self._life: int | None = None
        self._next = 0
        self._waiting: deque[Shown] = deque()
        self._bytes = 0

    def offer(self, frame: Shown) -> list[bytes]:
        """A new frame of the stream. Gives what is to be sent now."""
        if frame.seq == 0:
            self._drop_unbegun()
        elif frame.episode != self._life or frame.seq != self._next:
            return []  # seen already, or the rest of a life that was dropped
        self._life, self._next = frame.episode, frame.seq + 1
        self._waiting.append(frame)
        self._bytes += len(frame.data)
        due = self._due()
        if self._bytes > self.most_waiting:
            self._make_room()
        return due

    def ack(self, n: int) -> list[bytes]:
        """The viewer has seen `n` frames in all. Gives what may be sent now. ValueError for frames never sent."""
        if not 0 <= n <= self.sent:
            raise ValueError(f"{n} frames acknowledged, {self.sent} sent")
        self.acked = max(self.acked, n)
        return self._due()

    @property
    def stuck(self) -> bool:
        """All credit is used: the viewer has not said that it saw anything for a while."""
        return self.sent - self.acked >= self.credit

    def _due(self) -> list[bytes]:
        due = []
        while self._waiting and not self.stuck:
            frame = self._waiting.popleft()
            self._bytes -= len(frame.data)
            self.sent += 1
            due.append(frame.data)
        return due

    def _drop_unbegun(self) -> None:
        """A life that waits and of which nothing was sent gives way to a newer one."""
        while self._waiting and any(frame.seq == 0 for frame in self._waiting):
            self._bytes -= len(self._waiting.pop().data)

    def _make_room(self) -> None:
        """Too much waits: the older of the lives is dropped, or its rest; a new one is whole from its beginning."""
        newer = next((i for i, frame in enumerate(self._waiting) if i and frame.seq == 0), len(self._waiting))
        for _ in range(newer):
            self._bytes -= len(self._waiting.popleft().data)
        if not self._waiting:
            self._life = None
