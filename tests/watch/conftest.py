"""A run in the queue, as tests/runs has it: what is watched is what a worker leaves there."""

from tests.runs.conftest import _empty_hands, launch, run, train_queue  # noqa: F401
