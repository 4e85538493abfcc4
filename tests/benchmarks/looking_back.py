"""How long the lists and curves take to come. Not a test: prints, asserts nothing.

    python -m tests.benchmarks.looking_back [postgres|sqlite]

1,000 runs in the list, page by page as the home page asks for them; 100 of them with 10,000 rows of their curve each,
in one picture of 240 stretches. Measured through the API, from the request to the JSON read again by the asker.

On two cores that four other jobs kept busy (load 4.1), PostgreSQL 18, best and worst of three: the whole list 320 to
543 ms; 100 runs over steps 916 to 1,904 ms; 8 runs over steps 66 to 237 ms, over time 630 to 906 ms.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS, DRAWN, ROWS = 1_000, 100, 10_000

place = Path(tempfile.mkdtemp(prefix="hamlet-"))
place.chmod(0o755)  # PostgreSQL may have to run as another user
(place / "data" / "static").mkdir(parents=True)


def main(database: str) -> None:
    from lab.broker import start_valkey

    os.environ["HAMLET_DATA"] = str(place / "data")
    os.environ["REDIS_URL"] = f"unix://{place / 'data' / 'valkey.sock'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "lab.settings"
    valkey, server = start_valkey(place / "data"), None
    try:
        if database == "postgres":
            from tests.servers import start_postgresql

            server = start_postgresql(place / "pg")
            os.environ["DATABASE_URL"] = server.create("hamlet")
        measured(database)
    finally:
        if server is not None:
            server.stop()
        valkey.stop()
        shutil.rmtree(place, ignore_errors=True)


def measured(database: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from hamlet.learning.config import TrainConfig
    from lab.people.models import Person
    from lab.runs.models import Run

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    owner = Person.objects.create_user(username="polonius", role="instructor")
    config = TrainConfig().model_dump(mode="json")
    now = timezone.now()
    runs = [
        Run(
            owner=owner, name=f"run {i}", config={**config, "seed": i}, level=config["level"], network="simple",
            learner="pqn", seed=i, steps_budget=ROWS * 128, steps=ROWS * 128, episodes=ROWS, state="finished",
            finished_at=now, spark=[float(j) for j in range(60)],
        )
        for i in range(RUNS)
    ]  # fmt: skip
    Run.objects.bulk_create(runs)
    series = f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {ROWS})"
    spike = "CASE WHEN i = 6171 THEN 9999.0 ELSE i %% 500 END"
    with connection.cursor() as cursor:
        for run in runs[:DRAWN]:
            cursor.execute(
                "INSERT INTO runs_metricrow (run_id, iteration, steps, episodes, survival_mean, steps_per_second) "
                f"{series} SELECT %s, i, i * 128, i, {spike}, 9000.0 FROM s",
                [run.pk if database == "postgres" else run.pk.hex],
            )
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(owner)

    def pages() -> int:
        cursor, found = "", 0
        while True:
            page = client.get("/api/v1/runs", {"limit": 200, "cursor": cursor}).json()
            found += len(page["items"])
            if not page["next"]:
                return found
            cursor = page["next"]

    def picture(axis: str, drawn: int) -> float:
        ids = ",".join(str(run.pk) for run in runs[:drawn])
        answer = client.get("/api/v1/curves", {"runs": ids, "points": 240, "axis": axis}).json()
        return max(max(curve["high"]) for curve in answer["curves"])

    print(f"{database}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    say("first page of the list, 200 runs", lambda: len(client.get("/api/v1/runs", {"limit": 200}).json()["items"]))
    say(f"the whole list, {RUNS:,} runs in pages of 200", pages)
    say(f"{DRAWN} runs of {ROWS:,} rows over steps; the spike of one row is", lambda: picture("steps", DRAWN))
    say(f"8 runs of {ROWS:,} rows over steps; the spike is", lambda: picture("steps", 8))
    say(f"8 runs of {ROWS:,} rows over time; the spike is", lambda: picture("time", 8))


def say(what: str, work: Callable[[], Any], times: int = 3) -> None:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - began)
    print(f"{what} {result}: {1000 * min(took):.0f} ms at best, {1000 * max(took):.0f} ms at worst of {times}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "postgres")
