"""What all tests share: the servers, the cast, the product.

Tests that touch the database run on a real PostgreSQL, with HAMLET_TEST_DB=sqlite on SQLite as the embedded default
uses it. News and queues run through a real Valkey. Both start when the first test needs them, so that a test of the
world or of the model waits for neither, and both end with pytest.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import TransactionTestCase

if settings.configured:
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests bring settings of their own.")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from lab.people.models import Person
    from tests.product import HamletUp
    from tests.servers import PostgreSQL, Valkey

ROOT = Path(__file__).resolve().parents[1]
# Django reads its settings while pytest is being configured, before any fixture: the addresses of the servers must be
# known by then, the servers themselves need not run yet. Short names: a unix socket's path has 107 bytes.
PLACE = Path(tempfile.mkdtemp(prefix="hamlet-"))
PLACE.chmod(0o755)  # PostgreSQL may have to run as another user (tests/servers.py)
(PLACE / "data" / "static").mkdir(parents=True)  # whitenoise warns when it is missing
ON_SQLITE = os.environ.get("HAMLET_TEST_DB") == "sqlite"

for name in [name for name in os.environ if name.startswith("HAMLET_") and name != "HAMLET_TEST_DB"]:
    del os.environ[name]
os.environ["DJANGO_SETTINGS_MODULE"] = "lab.settings"
os.environ["HAMLET_DATA"] = str(PLACE / "data")
os.environ["REDIS_URL"] = f"unix://{PLACE / 'data' / 'valkey.sock'}"
os.environ.pop("DATABASE_URL", None)
if not ON_SQLITE:
    os.environ["DATABASE_URL"] = f"postgresql://postgres@/hamlet?host={PLACE / 'pg'}"
# One thread for torch and BLAS: more only spin for cores that other tests use.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure() -> None:
    django.setup()  # here, and not by an ini option: pytest-django would read that before this file
    from django.contrib.auth.hashers import Argon2PasswordHasher

    # Argon2 is dear on purpose, a quarter of a second each time: here it is at its cheapest. What is started as the
    # product (tests/product.py) has its full price.
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def pytest_unconfigure() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite only what touches the database is run again, but for what is marked `once`."""
    if ON_SQLITE:
        touching = {item for item in items if {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))}
        touching |= {item for item in items if item.get_closest_marker("django_db")}
        again = {item for item in touching if not item.get_closest_marker("once")}
        config.hook.pytest_deselected(items=[item for item in items if item not in again])
        items[:] = [item for item in items if item in again]


def pytest_report_header() -> str:
    return f"database: {'SQLite' if ON_SQLITE else 'PostgreSQL'}"


@pytest.fixture(scope="session")
def postgres() -> "Iterator[PostgreSQL]":
    """A real PostgreSQL server; `postgres.create("name")` makes a database and gives its address."""
    from tests.servers import start_postgresql

    server = start_postgresql(PLACE / "pg")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_server() -> "Iterator[Valkey]":
    """A real Valkey server, the one that Django's settings name."""
    from tests.servers import Valkey

    server = Valkey(PLACE / "data")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey(valkey_server: "Valkey") -> str:
    """The address of a real Valkey server."""
    return valkey_server.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, request: pytest.FixtureRequest) -> None:
    """Starts the servers just before Django makes its test database."""
    request.getfixturevalue("valkey")  # a commit may send a task or news
    if ON_SQLITE:
        # A file as in the product, not Django's database in memory: locks and WAL are the point.
        connections["default"].settings_dict["TEST"]["NAME"] = str(PLACE / "test.sqlite3")
    else:
        request.getfixturevalue("postgres")


KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""tables that hold what migrations made, and no test changes"""


def _empty_tables(case: TransactionTestCase) -> None:
    """Django's own way truncates each table and makes content types and permissions anew: half a second a test."""
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        with transaction.atomic(using=name), connection.cursor() as cursor:
            # Foreign keys are looked at when the transaction ends, so the order does not matter.
            for table in set(connection.introspection.django_table_names(only_existing=True)) - KEPT:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty_tables)
        yield


def _member(username: str, **rights: Any) -> "Person":
    from lab.people.models import Person

    return Person.objects.create_user(username, password=f"{username}-of-elsinore", **rights)


@pytest.fixture
def polonius(db: None) -> "Person":
    """He teaches, and may launch."""
    return _member("polonius", role="instructor")


@pytest.fixture
def ophelia(db: None) -> "Person":
    """His student: she watches and downloads."""
    return _member("ophelia", role="student")


@pytest.fixture
def fortinbras(db: None) -> "Person":
    """He comes from elsewhere, and must see nothing of theirs."""
    return _member("fortinbras", role="student")


@pytest.fixture(scope="session")
def _product() -> "Iterator[HamletUp]":
    from tests.product import HamletUp

    product = HamletUp(PLACE / "product")
    yield product
    product.stop()


@pytest.fixture(scope="module")
def hamlet_up(_product: "HamletUp") -> "Iterator[HamletUp]":
    """The running product, with everything of its own: SQLite, broker, web process, worker, beat (tests/product.py).

    One for the session. A module's runs are stopped with it: a run that trains on takes a core from all that follow.
    """
    yield _product
    _product.stop_runs()


@pytest.fixture(scope="session")
def student_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of someone who took a model home: an environment with our wheel and what it asks for, nothing else."""
    folder = tmp_path_factory.mktemp("home")
    pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([sys.executable, *pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    # By our own pip: to give the environment one of its own takes as long as all that is installed.
    subprocess.run([sys.executable, *pip, "--python", python, "install", "--no-compile", wheel], check=True)
    return python


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A real browser: `page = chromium.new_page(base_url=hamlet_up.url)`.

    Not for the whole session: Playwright keeps an event loop running, beside which asynchronous tests cannot run.
    """
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.fail("no Chromium on this machine; deploy/test installs it or says how")
    quiet = ["background-networking", "component-update", "sync", "quic", "gpu"]
    args = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=args)
        yield browser
        browser.close()
