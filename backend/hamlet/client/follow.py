"""Following a run with one's eyes: the newest life, played at a speed one can read."""

import threading
import time
from collections.abc import Iterator

from hamlet.client.errors import ClientError
from hamlet.client.line import Line
from hamlet.client.stream import Stream
from hamlet.tape.screen import Shown


class Follower:
    """Listens to a run in a thread of its own. `life` is the newest life, the one on the air."""

    def __init__(self, line: Line, run: str) -> None:
        self.life: Shown | None = None
        self.failed: ClientError | None = None
        self._stream = Stream(line, run)
        self._thread = threading.Thread(target=self._listen, name="follow", daemon=True)

    @property
    def ended(self) -> str | None:
        """The state in which the run ended."""
        return self._stream.ended

    def start(self) -> None:
        self._thread.start()

    def _listen(self) -> None:
        try:
            for frame in self._stream:
                if frame["seq"] == 0:
                    self.life = Shown(frame)
                elif self.life is not None:
                    self.life.extend(frame)
        except ClientError as error:
            self.failed = error


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
            raise follower.failed
        elif follower.ended is not None:
            return
        else:
            time.sleep(0.02)


def _goes_on_stage(newest: Shown, life: Shown | None, t: int) -> bool:
    if life is None or newest.number == life.number or newest.meta.get("pace"):
        return newest is not life
    over = life.end is not None and t > len(life)
    return over or (life.end is None and t >= len(life))
