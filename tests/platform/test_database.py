"""A worker starts only beside tables of its own version."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from lab import database


class WaitingError(Exception):
    """Whoever waits for tables has nothing else to do."""


class Supervisor:
    asked_to_stop = False

    def wait(self, seconds):
        raise WaitingError


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch):
    monkeypatch.setattr(database, "forget_connections", lambda: None)  # the test's transaction lives in it
    monkeypatch.setattr(database, "require_database", lambda: None)


def test_tables_of_this_version_are_no_reason_to_wait(db):
    database.wait_for_tables(Supervisor())


def test_it_waits_for_tables_that_are_lacking(db):
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("runs")
    MigrationRecorder(connection).record_unapplied(*newest)
    with pytest.raises(WaitingError):
        database.wait_for_tables(Supervisor())


def test_it_waits_where_a_newer_version_changed_the_tables(db):
    MigrationRecorder(connection).record_applied("runs", "0999_of_tomorrow")
    assert ("runs", "0999_of_tomorrow") in MigrationLoader(connection).applied_migrations
    with pytest.raises(WaitingError):
        database.wait_for_tables(Supervisor())
