"""Lives for the tests of the tape: small, and made so that a mix-up of columns or rows shows."""

from collections.abc import Iterator

import numpy as np

from hamlet.learning.events import EpisodeEnd, EpisodeStart, Event, Step

AT = 1_790_000_000_000.0
"""when the first life begins, ms"""
STEP_MS = 7.0


def life(number: int, steps: int, *, cause: str = "death", used: dict[int, int] | None = None) -> Iterator[Event]:
    """One life's events: row t has x = t % 8, action = t % 6, reward = t / 8; `used` maps a step to a place."""
    at = AT + number * 10_000.0
    layout = {"Bed": (0, 1), "Job": (5, 3)}
    yield EpisodeStart(number, at, layout, stage=None, multiplier=1.0, epsilon=0.25, weights=32 * number)
    for t in range(steps):
        yield Step(
            episode=number,
            step=t,
            at=at + STEP_MS * (t + 1),
            x=t % 8,
            y=(t // 8) % 8,
            action=t % 6,
            greedy=(t + 1) % 6,
            random=t % 3 == 0,
            mask=np.array([True, t % 2 == 0, True, False, True, True]),
            meters=np.linspace(0.1, 0.8, 8, dtype=np.float32) * np.float32(1 - t / 1000),
            q=np.arange(6, dtype=np.float32) / 3 + np.float32(t),
            reward=t / 8,
            intrinsic=0.0,
            hour=t % 24,
            progress=t % 4,
            used=(used or {}).get(t, -1),
        )
    final = {"x": 1, "y": 2, "meters": np.zeros(8, dtype=np.float32), "hour": steps % 24}
    died_of, root = ("energy", "social") if cause == "death" else (None, None)
    yield EpisodeEnd(
        number, at + STEP_MS * (steps + 1), cause, steps, sum(t / 8 for t in range(steps)), 0.0, died_of, root, final
    )
