"""A real Celery worker in a process of its own, whose clocks run fast, so that a test can kill many of them.

    python -m tests.faults.quick_worker NAME

The code and the parts are the product's; only times are shorter: slices of 0.3 s, leases of 2 s
(or HAMLET_QUICK_SLICE and HAMLET_QUICK_LEASE).
It trains, and does errands too where HAMLET_QUICK_QUEUES says so.
"""

import os
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402

from lab.celery import app  # noqa: E402
from lab.runs import services  # noqa: E402
from lab.training import ledger, pulse, worker  # noqa: E402

settings.HAMLET_SLICE_SECONDS = float(os.environ.get("HAMLET_QUICK_SLICE", "0.3"))
services.LEASE = timedelta(seconds=float(os.environ.get("HAMLET_QUICK_LEASE", "2")))
ledger.EVERY = 0.1
pulse.EVERY, pulse.RENEW_EVERY = 0.1, 0.4
worker.warm_up()  # before the fork: what is killed and forked anew need not import torch again

QUEUES = os.environ.get("HAMLET_QUICK_QUEUES", "train")

if __name__ == "__main__":
    plain = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR", "--hostname", f"{sys.argv[1]}@%h"]
    app.worker_main(["--quiet", "worker", *plain, "--queues", QUEUES, "--pool", "prefork", "--concurrency", "1"])
