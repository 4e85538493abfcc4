"""The queue of tasks. Three queues: `train` for slices, `exams` for models to be examined and packed (seconds each),
`housekeeping` for what must never wait behind either.

`manage.py up` starts one worker per GPU (or one on the CPU) on `train` and `exams`, in turn, and one small worker with
beat inside on `housekeeping` (docs/decisions/queues.md).
"""

import mmap
import os
import signal
import threading
import warnings
from typing import Any

from billiard import current_process
from celery import Celery
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.signals import beat_embedded_init, setup_logging, worker_process_init, worker_ready, worker_shutting_down

from lab.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")

# Celery warns of being root because of pickled tasks; ours are JSON, and a container's only user is often root.
warnings.filterwarnings("ignore", category=SecurityWarning)
# And, each time the broker goes away, of a default that settings.py sets on purpose.
warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)

app = Celery("lab")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Its child and beat are forked from this process.
_worker = os.getpid()

# One byte shared by a worker and its forked child: Celery tells only the worker that it is to stop, but it is the
# child that trains and must leave its slice in good order.
_stopping = mmap.mmap(-1, 1)


def worker_is_stopping() -> bool:
    """Whether this worker was told to stop. A slice asks now and then, and ends early with a checkpoint when it was."""
    return _stopping[0] == 1


@worker_shutting_down.connect
def _pass_on_the_stop(**_: Any) -> None:
    _stopping[0] = 1


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Having a receiver is the message: Celery then leaves the logging as lab/logs.py has set it up."""


@worker_process_init.connect
def _prepare_the_child(**_: Any) -> None:
    if current_process().name == "MainProcess":
        return  # the housekeeper works in its only process and never trains
    die_with_parent(_worker)


@beat_embedded_init.connect
def _prepare_beat(**_: Any) -> None:
    die_with_parent(_worker)


@worker_ready.connect
def _end_without_beat(sender: Any, **_: Any) -> None:
    """A housekeeper whose beat has ended would wait for orders for ever: it ends too, and is started anew with one."""
    beat = getattr(sender.controller, "beat", None)
    if beat is not None:
        threading.Thread(target=_follow, args=(beat.pid,), name="beat", daemon=True).start()


def _follow(pid: int) -> None:
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # Celery itself fetches its exit status
    if not worker_is_stopping():
        os.kill(os.getpid(), signal.SIGTERM)
