"""A lab that has grown old: what pages ask goes through an index, whatever the number of runs and rows.

How long it takes at full size tells tests/benchmarks/bench_growth.py. Here the lab is small, so PostgreSQL is told that
reading a table from end to end is dear, and sorting too: what is still read whole or sorted has no index that serves.
"""

import pytest
from django.db import connection

from tests.benchmarks.bench_growth import ask, grow, questions

WHOLE = {
    # A word may stand anywhere in a name: 10,000 of them are read in some milliseconds.
    "runs with a word": {"runs_run"},
    "runs with a word that none has": {"runs_run"},
    "figures": {"runs_run"},
    "admin, runs": {"runs_run"},
    "admin, checkpoints": {"runs_run", "runs_checkpoint"},
}
"""what may be read from end to end: small tables, for questions that are about all of them"""


@pytest.fixture
def answers(db, settings):
    if connection.vendor != "postgresql":
        pytest.skip("plans are PostgreSQL's; SQLite is for one machine's lab")
    settings.ALLOWED_HOSTS = ["*"]
    grow(60, 30_000, long=5, long_rows=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    return {name: ask(name, question, times=1) for name, question in questions().items()}


def test_no_question_reads_a_table_of_rows_from_end_to_end(answers):
    read = {name: answer.whole for name, answer in answers.items() if answer.whole - WHOLE.get(name, set())}
    assert read == {}
    assert "run_newest" in answers["runs, the newest 50"].indexes
    assert "run_newest" in answers["runs, the oldest page"].indexes
    for name in ("its curve, 10,000 rows", "8 curves over steps", "100 curves over steps", "8 curves over time"):
        assert any(one.startswith(("runs_metricrow_run", "one_metric_row")) for one in answers[name].indexes), name
    # A fixed number of questions, whatever the number of runs; curves are cut run by run.
    lists = ("runs, the newest 50", "one run", "its lives", "its models")
    assert {name: answers[name].queries for name in lists if answers[name].queries > 3} == {}
