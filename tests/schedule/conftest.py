"""A run in the queue and a worker's hands, as tests/runs has them."""

from tests.runs.conftest import _empty_hands, launch, own_folder, run, slice_of, train_queue  # noqa: F401
