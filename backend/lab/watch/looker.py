"""One who looks at all lanes of a run: the same door as a viewer's, pictures instead of frames.

Whoever has joined the group is what the worker asks the broker for (overview.py): the interest is the subscription.
"""

from lab.outbox import lanes_group
from lab.watch.pipe import Event, Pipe
from lab.watch.viewer import Viewer, Words
from lab.watch.window import Shown, Window

ON_THE_WAY = 3
"""pictures that may be unacknowledged: half a second's; then the newest one waits"""


class Looker(Viewer):
    """Each picture is whole in itself, so the newest that waits takes the place of any other."""

    def __init__(self, pipe: Pipe, words: Words, *, has_address: bool = False) -> None:
        super().__init__(pipe, words, has_address=has_address)
        self.window = Window(credit=ON_THE_WAY)
        self.glance = True  # who looks at the lanes watches the run already, on a socket of its own
        self._pictures = 0

    @property
    def group(self) -> str:
        return lanes_group(self.run)

    def _unseen(self, before: list[Shown], seen: str | None) -> list[Shown]:
        return []

    def _pass_on(self, message: Event) -> None:
        if message["type"] == "run.lanes":
            self._pictures += 1
            self._send(self.window.offer(Shown(self._pictures, 0, message["data"])))
        else:
            super()._pass_on(message)
