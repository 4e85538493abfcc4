"""How quick the pages' questions stay when a lab has grown old: 10,000 runs and 10 million rows of their curves.

    python -m tests.benchmarks.bench_growth [--runs 10000] [--rows 10000000] [--quick] [--keep FOLDER]

The lab is made in a PostgreSQL of its own, through the very deeds a worker does: launched, claimed, rows written,
committed. 100 runs have 10,000 rows each, the others share the rest; from the 500th on a run's rows but its last are
copied from another's within the database, or making them would take an hour. Then each question is asked through the
API, from the request to the JSON read again by the asker. Beside its median of five stand the indexes that its queries
went through, as EXPLAIN names them, and what was read from end to end. `--keep` leaves the lab in a folder, and goes on
with the one that is there.
"""

import argparse
import base64
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

LONG, LONG_ROWS = 100, 10_000
BIG = {
    f"runs_{name}" for name in ("run", "metricrow", "evaluationrow", "recordedepisode", "checkpoint", "exportedmodel")
}
WRITTEN = 500
"""runs whose rows are all written by the worker's deeds; the others' are copied"""
LEVELS = ("L0_0_minimal", "L0_5_dual_resource", "L1_full_observability", "L2_partial_observability")


def grow(runs: int, rows: int, long: int = LONG, long_rows: int = LONG_ROWS) -> None:
    """Fill the lab: `long` runs of `long_rows` rows, and `runs - long` that share the rest of `rows`. All are over."""
    from lab.people.models import Person
    from lab.runs.models import Run

    Run.objects.filter(state__in=Run.ACTIVE).delete()  # where it was interrupted
    owners = [
        Person.objects.get_or_create(username=f"teacher{i}", defaults={"role": "instructor"})[0] for i in range(20)
    ]
    each = (rows - long * long_rows) // max(1, runs - long)
    began, origin = time.monotonic(), Run.objects.filter(name=f"lesson {WRITTEN - 1}").first()
    for number in range(Run.objects.count(), runs):
        mine = long_rows if number < long else each
        run = _lesson(owners[number % len(owners)], number, mine, origin if number >= WRITTEN else None)
        if number == WRITTEN - 1:
            origin = run
        if (number + 1) % 500 == 0:
            print(f"{number + 1} runs after {time.monotonic() - began:.0f} s", flush=True)


def _lesson(owner: Any, number: int, rows: int, origin: Any) -> Any:
    """One run from launch to end, in two slices; `origin`: in one, with the rows of this run but the last."""
    from hamlet.learning.events import Evaluation
    from lab.runs import services
    from lab.runs.models import RecordedEpisode
    from lab.store.files import Written, checkpoint_name, model_name, recording_name
    from lab.training import slices

    config = {"level": LEVELS[number % len(LEVELS)], "seed": number, "steps": 1000 * rows}
    run = services.run_launch(owner=owner, name=f"lesson {number}", config=config)
    parts = 1 if origin else 2
    for fence in range(parts):
        claim = slices.slice_claim(run.pk, fence, "a worker")
        assert claim is not None
        first, last = rows * fence // parts, rows * (fence + 1) // parts
        if origin:
            _copy_rows(origin, run)
            first = last - 1
        steps, lives = 1000 * last, 10 * last
        exam = Evaluation(steps, lives, 64, 100.0 + fence, 100.0, 50.0, 0.5, {"energy": 32}, True, [100] * 64)
        standing = slices.Standing((fence + 1) / parts, steps, lives, last, 0.1, 1)
        recordings = [
            RecordedEpisode(
                run=run, episode=life, run_steps=steps, steps=100, return_sum=90.0, cause="death", died_of="energy",
                root="energy", reasons=["periodic"], stage=1, multiplier=1.0, epsilon=0.1, at=1.0,
                file=recording_name(run.pk, fence, life), bytes=9000, sha256="0" * 64,
            )
            for life in range(10 * fence, 10 * fence + 10)
        ]  # fmt: skip
        metrics = [(i, _row(i, number)) for i in range(first + 1, last + 1)]
        slices.rows_write(claim, slices.Batch(metrics, [exam], [], recordings, standing))
        saved = slices.Saved(
            standing, exam, Written(checkpoint_name(run.pk, fence, lives), 1_000_000, "0" * 64),
            Written(model_name(run.pk, fence, lives, "safetensors"), 100_000, "0" * 64),
        )  # fmt: skip
        slices.slice_commit(claim, slices.Batch(), saved, finished=fence == parts - 1)
    return run


def _copy_rows(origin: Any, run: Any) -> None:
    from django.db import connection

    from hamlet.learning.metrics import COLUMNS

    names = ", ".join(("iteration", *COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO runs_metricrow (run_id, {names}) SELECT %s, {names} FROM runs_metricrow "
            "WHERE run_id = %s ORDER BY iteration",
            [run.pk, origin.pk],
        )


def _row(iteration: int, seed: int) -> dict[str, Any]:
    from hamlet.learning.metrics import COLUMNS

    value = 100.0 + (iteration * 7919 + seed) % 97
    counted = {"steps": 1000 * iteration, "episodes": 10 * iteration, "stage": 1}
    return {name: counted.get(name, value) for name in COLUMNS}


@dataclass(frozen=True)
class Answer:
    """One question, asked several times."""

    name: str
    ms: float
    """median, from the request to the JSON read again"""
    cpu: float
    """the same in this process's own CPU time, PostgreSQL's not counted: on a busy machine the steadier figure"""
    bytes: int
    queries: int
    indexes: set[str]
    """that its queries went through"""
    whole: set[str]
    """big tables that were read from end to end"""


def ask(name: str, question: Callable[[], Any], times: int = 5) -> Answer:
    """Ask, and look at how the database answers."""
    took, spent, size = [], [], 0
    with _queries() as seen:
        _size(question())
    for _ in range(times):
        began, busy = time.perf_counter(), time.process_time()
        size = _size(question())
        took.append(1000 * (time.perf_counter() - began))
        spent.append(1000 * (time.process_time() - busy))
    indexes, whole = set[str](), set[str]()
    for sql, params in seen:
        for node in _plan(sql, params):
            indexes |= {node["Index Name"]} if "Index Name" in node else set()
            whole |= {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    return Answer(name, median(took), median(spent), size, len(seen), indexes, whole & set(BIG))


def _size(answer: Any) -> int:
    pages = answer if isinstance(answer, list) else [answer]
    for page in pages:
        assert page.status_code == 200, page.content[:300]
        if "json" in page.headers.get("Content-Type", ""):
            json.loads(page.content)
    return sum(len(page.content) for page in pages)


@contextmanager
def _queries() -> Iterator[list[tuple[str, Any]]]:
    from django.db import connection

    seen: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "runs_" in sql:
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield seen


def _plan(sql: str, params: Any) -> Iterator[dict[str, Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        told = cursor.fetchone()[0]
    nodes = [(json.loads(told) if isinstance(told, str) else told)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        yield node
        nodes += node.get("Plans", [])


def questions() -> dict[str, Callable[[], Any]]:
    """What the pages ask, by name."""
    from django.test import Client

    from lab.people.models import Person
    from lab.runs.models import Run

    teacher = Person.objects.filter(username="teacher0").get()
    student = Person.objects.create_user(username=f"student {time.time()}", role="student")
    admin = Person.objects.create_superuser(username=f"admin {time.time()}", role="instructor")

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    see, look, keep = signed_in(teacher), signed_in(student), signed_in(admin)
    longest = list(Run.objects.order_by("-steps").values_list("pk", flat=True)[:LONG])
    names = ",".join(map(str, longest))
    first = Run.objects.order_by("created_at")[0]

    def get(path: str, client: Client = see, **query: Any) -> Callable[[], Any]:
        return lambda: client.get(f"/api/v1{path}", query)

    oldest = Run.objects.order_by("created_at")[50]
    deep = base64.urlsafe_b64encode(f"{oldest.created_at.isoformat()} {oldest.pk}".encode()).decode()
    one = f"/runs/{longest[0]}"
    return {
        "runs, the newest 50": get("/runs"),
        "runs, the newest 50, a student": get("/runs", look),
        "runs, the newest 1,000": get("/runs", limit=1000),
        "runs, the oldest page": get("/runs", cursor=deep),
        "runs that train": get("/runs", state="queued,training"),
        "runs with a word": get("/runs", q="lesson 77"),
        "runs with a word that none has": get("/runs", q="nothing"),
        "one run": get(f"/runs/{first.pk}"),
        "its curve, 10,000 rows": get(f"{one}/metrics"),
        "its whole table": get(f"{one}/metrics.csv"),
        "its examinations": get(f"{one}/evaluations"),
        "its lives": get(f"{one}/episodes"),
        "its checkpoints": get(f"{one}/checkpoints"),
        "its models": get(f"{one}/models"),
        "8 curves over steps": get("/curves", runs=",".join(map(str, longest[:8]))),
        "8 curves over time": get("/curves", runs=",".join(map(str, longest[:8])), axis="time"),
        "100 curves over steps": get("/curves", runs=names, points=240),
        "100 curves, a part": get("/curves", runs=names, points=240, left=1_000_000, right=2_000_000),
        "workers": get("/workers"),
        "figures": lambda: keep.get("/metrics"),
        "admin, runs": lambda: keep.get("/admin/runs/run/"),
        "admin, checkpoints": lambda: keep.get("/admin/runs/checkpoint/"),
    }


@contextmanager
def lab(place: Path, runs: int, rows: int, long: int = LONG) -> Iterator[float]:
    """A grown lab in a folder, with Django set up on it; gives the seconds that making it took."""
    place.mkdir(exist_ok=True)
    place.chmod(0o755)  # PostgreSQL may have to run as another user
    (place / "data" / "static").mkdir(parents=True, exist_ok=True)
    os.environ["HAMLET_DATA"] = str(place / "data")
    os.environ["REDIS_URL"] = f"unix://{place / 'data' / 'valkey.sock'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "lab.settings"
    from lab.broker import start_valkey
    from tests.servers import start_postgresql

    valkey, there = start_valkey(place / "data"), (place / "pg" / "data").exists()
    server = start_postgresql(place / "pg")
    try:
        os.environ["DATABASE_URL"] = server.url("hamlet") if there else server.create("hamlet")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        from lab.processes import stay_for_long

        settings.ALLOWED_HOSTS = ["*"]
        call_command("migrate", verbosity=0)
        began = time.monotonic()
        grow(runs, rows, long)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does it within a minute
        stay_for_long()  # as the web process does
        yield time.monotonic() - began
    finally:
        server.stop()
        valkey.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true", help="500 runs, 300,000 rows")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    runs, rows, long = (500, 300_000, 10) if asked.quick else (asked.runs, asked.rows, LONG)
    place = asked.keep or Path(tempfile.mkdtemp(prefix="hamlet-"))
    try:
        with lab(place, runs, rows, long) as took:
            print(f"{runs:,} runs, {rows:,} rows, made in {took:.0f} s; load {os.getloadavg()[0]:.1f}\n")
            print("| question | ms | of it CPU | kB | queries | indexes | read whole |\n|---|---|---|---|---|---|---|")
            for name, question in questions().items():
                told = ask(name, question)
                short = ", ".join(sorted(re.sub("_[0-9a-f]{8}.*", "", index) for index in told.indexes))
                figures = f"{told.ms:.0f} | {told.cpu:.0f} | {told.bytes / 1000:.0f} | {told.queries}"
                print(f"| {name} | {figures} | {short} | {', '.join(told.whole)} |", flush=True)
    finally:
        if asked.keep is None:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
