"""The database at a start: bring its tables up to date, or wait until another process did."""

import contextlib
import os
import time
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from lab.supervisor import Supervisor

PATIENCE = 120.0
"""Seconds to wait for tables that another process makes."""
MIGRATION_LOCK = 0x48414D4C
"""PostgreSQL's advisory lock of those who migrate; any number that nobody else uses."""


class DatabaseNotReadyError(Exception):
    """The database cannot be used; the message is one line for the person who started HAMLET."""


def prepare() -> str | None:
    """Bring the tables up to date; gives the first instructor's one-time password when there was nobody yet."""
    try:
        require_database()
        from lab.people.services import first_instructor

        with one_at_a_time():
            call_command("migrate", interactive=False, verbosity=0)
            return first_instructor()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        where = "DATABASE_URL" if "DATABASE_URL" in os.environ else f"The database in {settings.DATA}"
        raise DatabaseNotReadyError(f"{where}: {reason}") from None
    finally:
        forget_connections()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Several web processes on one PostgreSQL start at once: one migrates, the others wait, then find it done."""
    if connection.vendor != "postgresql":
        yield  # SQLite's write lock does it
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def wait_for_tables(supervisor: Supervisor) -> None:
    """Return when the database has this version's tables: an older or newer one would break what trains."""
    end = time.monotonic() + PATIENCE
    try:
        while not supervisor.asked_to_stop:
            try:
                require_database()
                why = why_not_these_tables()
                if why is None:
                    return
            except DatabaseError as error:
                why = " ".join(str(error).split())
            if time.monotonic() > end:
                raise DatabaseNotReadyError(f"DATABASE_URL: {why}")
            supervisor.wait(0.5)
    finally:
        forget_connections()


def why_not_these_tables() -> str | None:
    """None when the database has this version's tables. Raises django.db.Error when it does not answer."""
    executor = MigrationExecutor(connection)
    lacking = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not lacking and not _of_a_newer_version(executor.loader):
        return None
    return "has another version's tables; start the part `web` of the same version, which makes them."


def _of_a_newer_version(loader: MigrationLoader) -> bool:
    """Whether migrations of ours were applied that this version does not know."""
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("lab")}
    return any(app in ours and (app, name) not in loader.disk_migrations for app, name in loader.applied_migrations)


def forget_connections() -> None:
    """The children open their own: a connection must not be shared across a fork."""
    connections.close_all()
    close_pool = getattr(connection, "close_pool", None)  # only PostgreSQL has one
    if close_pool is not None:
        close_pool()


def require_database() -> None:
    """Connect once outside the pool, which would hide the reason and go on trying."""
    if connection.vendor == "postgresql":
        import psycopg

        try:
            psycopg.connect(**connection.get_connection_params()).close()
        except psycopg.Error as error:
            raise DatabaseError(str(error)) from error
