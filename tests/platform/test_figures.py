"""What is told to those who watch over HAMLET: /metrics, its dashboard, /readyz, and log records as JSON."""

import json
import logging
import os
import re
import time

import pytest
import yaml
from django.db import OperationalError, connection
from prometheus_client.parser import text_string_to_metric_families

from lab import tally
from lab.broker import problem
from lab.environment import BrokerAddress
from lab.logs import JsonLine, about
from lab.outbox import Frame, Outbox, client
from lab.people import tokens
from lab.schedule import crew
from lab.store import disk
from tests.product import ROOT


@pytest.fixture(autouse=True)
def _no_counters(valkey):
    client().delete(tally.key())


def families(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return list(text_string_to_metric_families(answer.content.decode()))


def samples(client):
    return {(s.name, *s.labels.values()): s.value for family in families(client) for s in family.samples}


@pytest.fixture
def panels():
    """(expression, legend) of all that the dashboard draws."""
    drawn = json.loads((ROOT / "deploy" / "grafana.json").read_text())["panels"]
    return [(target["expr"], target["legendFormat"]) for panel in drawn for target in panel["targets"]]


@pytest.fixture
def instructor(client, polonius):
    client.force_login(polonius)
    return client


class TestMetrics:
    def test_only_instructors_and_their_tokens_are_answered(self, client, polonius, ophelia):
        def asked(**headers):
            return client.get("/metrics", headers=headers).status_code

        _, teachers = tokens.token_make(person=polonius, name="prometheus", scope="read", days=7)
        _, students = tokens.token_make(person=ophelia, name="prometheus", scope="read", days=7)
        assert asked() == 404
        assert asked(Authorization=f"Bearer {students}") == 404
        assert asked(Authorization="Bearer nonsense") == 404
        assert asked(Authorization=f"Bearer {teachers}") == 200
        client.force_login(ophelia)
        assert asked() == 404

    def test_runs_slices_and_workers_are_counted(self, instructor):
        tally.add_slice(client(), "committed")
        tally.add_slice(client(), "committed")
        told = samples(instructor)
        assert told["hamlet_slices_total", "committed"] == 2
        assert told["hamlet_slices_total", "dropped"] == 0
        assert told["hamlet_runs", "queued"] == 0
        assert told["hamlet_broker_up",] == 1
        assert 0 < told["hamlet_database_seconds",] < 60

    def test_a_frame_counts_in_every_bucket_above_its_wait(self, instructor):
        box = Outbox()
        box.frame(Frame("r", 1, 0, False, b"frame", time.monotonic() - 0.2))
        assert box.flush(20)
        told = samples(instructor)
        assert told["hamlet_frame_wait_seconds_bucket", "0.1"] == 0
        assert told["hamlet_frame_wait_seconds_bucket", "+Inf"] == told["hamlet_frame_wait_seconds_count",] == 1
        assert told["hamlet_frame_wait_seconds_sum",] >= 0.2

    def test_without_a_broker_it_says_so(self, instructor, monkeypatch):
        def away():
            raise ConnectionError("away")

        monkeypatch.setattr("lab.figures.client", away)
        told = samples(instructor)
        assert told["hamlet_broker_up",] == 0
        assert ("hamlet_queue_length",) not in told

    def test_a_gpu_tells_how_much_of_it_is_in_use(self, instructor, monkeypatch, tmp_path):
        driver = tmp_path / "nvidia-smi"
        driver.write_text("#!/bin/sh\n[ \"$1\" = --id=1 ] && echo '37, 1024, 4096' || echo '[N/A], 1, 2'\n")
        driver.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        for gpu in ("0", "1"):
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpu)
            crew.sign(f"worker {gpu}", f"GPU {gpu}", crew._own_card())
        told = samples(instructor)
        assert told["hamlet_gpu_busy_ratio", "worker 1"] == 0.37
        assert told["hamlet_gpu_memory_used_ratio", "worker 1"] == 0.25
        assert ("hamlet_gpu_busy_ratio", "worker 0") not in told
        for gpu in ("0", "1"):
            crew.forget(f"worker {gpu}")

    def test_the_dashboard_shows_only_what_there_is_and_all_of_it(self, instructor, panels):
        crew.sign("worker 1", "GPU 1", crew.Card(0.5, 0.5))
        shown = {name for expression, _ in panels for name in re.findall(r"hamlet_\w+", expression)}
        there = {name for name, *_ in samples(instructor)}
        crew.forget("worker 1")
        assert shown <= there
        plain = {re.sub(r"_(bucket|count|sum)$", "", name) for name in there if not name.endswith("_created")}
        assert plain == {re.sub(r"_bucket$", "", name) for name in shown}

    def test_the_dashboard_takes_rates_of_what_only_grows_and_names_lines_by_labels_that_are_there(
        self, instructor, panels
    ):
        crew.sign("worker 1", "GPU 1", crew.Card(0.5, 0.5))
        told = {sample.name: (family.type, sample.labels) for family in families(instructor)
                for sample in family.samples}  # fmt: skip
        crew.forget("worker 1")
        for expression, legend in panels:
            (name,) = re.findall(r"hamlet_\w+", expression)
            kind, labels = told[name]
            assert ("rate(" in expression) == (kind in ("counter", "histogram")), expression
            drawn_apart = set(labels) - ({"le"} if "histogram_quantile" in expression else set())
            assert set(re.findall(r"{{(\w+)}}", legend)) == drawn_apart, expression

    def test_workers_are_scaled_by_a_figure_that_is_told(self, instructor):
        documents = yaml.safe_load_all((ROOT / "deploy" / "kubernetes" / "scale.yaml").read_text())
        metrics = [metric for one in documents for metric in one["spec"].get("metrics", ())]
        (name,) = [metric["external"]["metric"]["name"] for metric in metrics if metric["type"] == "External"]
        assert (name,) in samples(instructor)


class TestReady:
    def test_it_tells_what_it_needs_and_how_many_workers_live(self, client, db):
        answer = client.get("/readyz")
        assert answer.status_code == 200
        told = answer.json()
        assert isinstance(told.pop("workers_alive"), int)
        assert told == {"status": "ok", "database": "ok", "broker": "ok", "tables": "ok", "disk": "ok"}

    def test_a_worker_counts_while_it_says_that_it_lives(self, client, db):
        before = client.get("/readyz").json()["workers_alive"]
        crew.sign("worker 1", "cpu")
        assert client.get("/readyz").json()["workers_alive"] == before + 1
        crew.forget("worker 1")
        assert client.get("/readyz").json()["workers_alive"] == before

    @pytest.mark.parametrize(("used", "told"), [(0.949, "ok"), (0.95, "nearly full"), (1.0, "nearly full")])
    def test_a_disk_on_which_no_run_may_begin_is_told_and_pages_are_served(self, client, db, monkeypatch, used, told):
        monkeypatch.setattr(disk, "share_used", lambda: used)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["disk"]) == (200, told)

    def test_a_database_that_goes_while_it_is_asked_is_named(self, client, db, monkeypatch):
        def gone():
            raise OperationalError("the server closed the connection unexpectedly")

        monkeypatch.setattr("lab.database.why_not_these_tables", gone)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "no answer")

    def test_tables_of_another_version_are_not_ready(self, client, db):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('runs', '9999_of_tomorrow', '2026-01-01')"
            )
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["tables"]) == (503, "other version")

    def test_a_broker_that_is_gone_is_named(self, client, db, settings, tmp_path):
        settings.BROKER = BrokerAddress(f"unix://{tmp_path}/gone", "", embedded=False, database=0)
        assert problem(settings.BROKER.url)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["broker"]) == (503, "no answer")


def test_a_record_as_json_carries_run_and_slice_while_a_slice_lasts():
    def told(message, **extra):
        record = logging.getLogger("lab.x").makeRecord("lab.x", logging.INFO, "", 0, message, (), None, extra=extra)
        return json.loads(JsonLine().format(record))

    with about(run="r1", slice=3):
        inside = told("two\nlines")
    about_one = told("of another process's slice", run="r2", slice=4)
    assert (inside["run"], inside["slice"], inside["message"], inside["level"]) == ("r1", 3, "two\nlines", "INFO")
    assert inside["time"].endswith("Z")
    assert (about_one["run"], about_one["slice"]) == ("r2", 4)
    assert "run" not in told("after")
