"""/metrics: what this HAMLET does, for Prometheus; for instructors and for programs with a token of one.

All figures come from the database and the broker when they are asked for, so each web process gives the same answer.
"""

import time
from collections.abc import Iterator

import redis
from django.db import connection
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from lab import clock, tally
from lab.outbox import client
from lab.people import tokens
from lab.runs import services
from lab.runs.models import Run
from lab.schedule import crew, queue
from lab.store import disk
from lab.watch import live

TYPE = "text/plain; version=0.0.4; charset=utf-8"
AWAY = (*queue.UNREACHABLE, redis.RedisError)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, in Prometheus' text format. Whoever may not ask is told that there is nothing here."""
    if not _may_ask(request):
        return HttpResponseNotFound()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=TYPE)


def _may_ask(request: HttpRequest) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = tokens.token_of(text.strip())
        return token is not None and token.person.is_instructor
    return request.user.is_authenticated and request.user.is_instructor


class Figures:
    """Collects when it is asked. Without a broker only what the database knows is told, and that the broker is away."""

    def collect(self) -> Iterator[Metric]:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield GaugeMetricFamily(
            "hamlet_database_seconds", "Time of the smallest question to the database.", time.perf_counter() - began
        )
        yield from runs()
        used = disk.share_used()
        if used is not None:
            yield GaugeMetricFamily("hamlet_disk_used_ratio", "Share of the disk of runs' files that is used.", used)
        try:
            told = list(broker())
        except AWAY:
            told = []
        yield GaugeMetricFamily("hamlet_broker_up", "1 when the broker answers.", float(bool(told)))
        yield from told


def runs() -> Iterator[Metric]:
    """What the database knows."""
    states = GaugeMetricFamily("hamlet_runs", "Runs by state.", labels=["state"])
    counted = dict(Run.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in Run.State.values:
        states.add_metric([state], counted.get(state, 0))
    yield states
    active = Run.objects.filter(state__in=Run.LEASED)
    rate = active.aggregate(rate=Sum("steps_per_second"))["rate"]
    yield GaugeMetricFamily(
        "hamlet_training_steps_per_second", "Lane-steps a second of all runs in training.", rate or 0.0
    )
    yield GaugeMetricFamily(
        "hamlet_runs_without_lease",
        "Runs in training whose lease has run out: the housekeeper takes them within seconds.",
        Run.objects.filter(services.without_lease(clock.now())).count(),
    )
    watched = live.viewers(list(Run.objects.exclude(state__in=Run.ENDED).values_list("pk", flat=True)))
    yield GaugeMetricFamily("hamlet_viewers", "Sockets that watch a run.", sum(watched.values()))


def broker() -> Iterator[Metric]:
    """What the broker knows. Raises one of AWAY."""
    began = time.perf_counter()
    client().ping()
    yield GaugeMetricFamily(
        "hamlet_broker_seconds", "Time of the smallest question to the broker.", time.perf_counter() - began
    )
    yield GaugeMetricFamily("hamlet_queue_length", "Slices that wait for a worker.", queue.length())
    known = crew.workers()
    workers = GaugeMetricFamily("hamlet_workers", "Workers heard of in the last 15 s.", labels=["state"])
    workers.add_metric(["training"], sum(worker.alive and worker.run is not None for worker in known))
    workers.add_metric(["free"], sum(worker.alive and worker.run is None for worker in known))
    yield workers
    busy = GaugeMetricFamily("hamlet_gpu_busy_ratio", "Share of time in which a worker's GPU works.", labels=["worker"])
    memory = GaugeMetricFamily("hamlet_gpu_memory_used_ratio", "Share of its memory in use.", labels=["worker"])
    for worker in known:
        if worker.alive and worker.card is not None:
            busy.add_metric([worker.name], worker.card.busy)
            memory.add_metric([worker.name], worker.card.memory)
    yield busy
    yield memory
    counters = tally.read(client())
    slices = CounterMetricFamily("hamlet_slices", "Slices that ended, by what became of them.", labels=["outcome"])
    for outcome in ("committed", "lost", "dropped"):
        slices.add_metric([outcome], counters.get(f"slice {outcome}", 0))
    yield slices
    yield CounterMetricFamily(
        "hamlet_lives_lost", "Lives on the air that could not be shown whole.", counters.get("lives lost", 0)
    )
    buckets, total = [], 0.0
    for end in (*map(str, tally.WAITS), "+Inf"):
        total += counters.get(f"wait {end}", 0)
        buckets.append((end, total))
    waits = HistogramMetricFamily(
        "hamlet_frame_wait_seconds", "From the trainer cutting a live frame to its going out to the sockets."
    )
    waits.add_metric([], buckets=buckets, sum_value=counters.get("wait seconds", 0.0))
    yield waits
