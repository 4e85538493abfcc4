"""The service around the learner: who may do what, the queue of runs, the sockets, the pages."""

from lab.celery import app as celery_app

__all__ = ["celery_app"]
