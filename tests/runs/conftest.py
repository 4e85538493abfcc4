"""A run in the queue, and a worker's hands. The queue is the real one; the tests read it as a worker would."""

import pytest
from kombu.exceptions import ChannelError

from tests.runs.stand_in import STEPS, Lives

# What has models is imported where it is used: pytest reads this file before Django is set up.


class Queue:
    """The real `train` queue, as its consumer sees it."""

    def take(self):
        """The next message, (run id, fence), or None; it is gone then."""
        from lab.celery import app

        with app.connection_for_read() as connection:
            try:
                message = connection.default_channel.basic_get("train", no_ack=True)
            except ChannelError:
                return None
            return None if message is None else (message.payload[0][0], message.payload[0][1])

    def all(self):
        found = []
        while (message := self.take()) is not None:
            found.append(message)
        return found


@pytest.fixture
def train_queue(valkey):
    """The queue of slices, empty at first."""
    queue = Queue()
    queue.all()
    yield queue
    queue.all()


@pytest.fixture(autouse=True)
def _empty_hands():
    """The worker in this process has trained nothing yet."""
    from lab.training import worker

    worker._kept = None


@pytest.fixture
def own_folder(settings, tmp_path):
    """A storage of the test's own, a folder that is empty at first; gives it."""
    folder = tmp_path / "files"
    folder.mkdir()
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": {"location": str(folder)}}
    }  # fmt: skip
    return folder


@pytest.fixture
def launch(transactional_db, train_queue, polonius):
    """Launch a run: `launch(steps=48)`; a life of the stand-in has 12 steps."""

    from lab.runs import services

    def launch(name="first", **config):
        fitting = {"level": "L0_0_minimal", "lanes": 1, "rollout": 1, "minibatches": 1, "steps": 4 * STEPS}
        return services.run_launch(owner=polonius, name=name, config={**fitting, **config})

    return launch


@pytest.fixture
def run(launch):
    """A queued run of four lives."""
    return launch()


@pytest.fixture
def slice_of(train_queue, settings):
    """Do what a worker does with the next message; gives the run after it. `seconds=0` ends it after one iteration."""

    from lab.runs.models import Run
    from lab.training import worker

    def slice_of(run, trainers=Lives, seconds=30.0, name="worker one"):
        settings.HAMLET_SLICE_SECONDS = seconds
        run_id, fence = train_queue.take()
        assert run_id == str(run.pk)
        worker.slice_run(run.pk, fence, name, trainers)
        return Run.objects.get(pk=run.pk)

    return slice_of
