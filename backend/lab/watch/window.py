"""Which frames one viewer gets, and when: credit. Pure; the viewer around it is in viewer.py.

At most `CREDIT` frames, or `MOST_ON_THE_WAY` bytes of them, are on the way unacknowledged. What cannot be sent yet
waits: the rest of the life that is being shown, and the newest life behind it. So a slow viewer sees fewer lives, each
of them whole and in order, and what waits for one is bounded.
"""

from collections import deque
from typing import NamedTuple

CREDIT = 8
MOST_ON_THE_WAY = 256 * 1024
"""bytes sent and not acknowledged; one frame may always go"""
MOST_WAITING = 384 * 1024
"""bytes; the frames themselves are shared between all viewers of a process"""


class Shown(NamedTuple):
    """A frame as the group's message has it."""

    episode: int
    seq: int
    data: bytes

    @property
    def id(self) -> str:
        """Names this frame and what it says: episode, seq, and the beginning of its hash, which ends the frame."""
        return f"{self.episode}.{self.seq}.{self.data[-32:-24].hex()}"


class Window:
    """One viewer's view of the stream of frames."""

    def __init__(self, credit: int = CREDIT, most_waiting: int = MOST_WAITING) -> None:
        self.credit = credit
        self.most_waiting = most_waiting
        self._sizes: deque[int] = deque()
        self._on_the_way = 0
        self.sent = 0
        """frames sent so far"""
        self.acked = 0
        """frames that the viewer says it has seen"""
        self._life: int | None = None
        self._next = 0
        self._begun: Shown | None = None
        self._waiting: deque[Shown] = deque()
        self._bytes = 0

    def resume(self, after: Shown, begun: Shown | None) -> None:
        """The viewer has seen everything up to this frame, on another connection; `begun` is the first of its life."""
        self._life, self._next, self._begun = after.episode, after.seq + 1, begun

    def offer(self, frame: Shown) -> list[Shown]:
        """A new frame of the stream. Gives what is to be sent now."""
        if frame.seq == 0:
            if frame == self._begun:
                return []  # it was kept for those who come, and is on its way to all
            self._begun = frame
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

    def ack(self, n: int) -> list[Shown]:
        """The viewer has seen `n` frames in all. Gives what may be sent now. ValueError for frames never sent."""
        if not 0 <= n <= self.sent:
            raise ValueError(f"{n} frames acknowledged, {self.sent} sent")
        while self.acked < n:
            self.acked += 1
            self._on_the_way -= self._sizes.popleft()
        return self._due()

    @property
    def stuck(self) -> bool:
        """All credit is used: the viewer has not said that it saw anything for a while."""
        return self.sent - self.acked >= self.credit or self._on_the_way >= MOST_ON_THE_WAY

    def _due(self) -> list[Shown]:
        due = []
        while self._waiting and not self.stuck:
            frame = self._waiting.popleft()
            self._bytes -= len(frame.data)
            self._sizes.append(len(frame.data))
            self._on_the_way += len(frame.data)
            self.sent += 1
            due.append(frame)
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
