"""The environment variables: each is optional, checked, and spelled right for each of its readers."""

import os
import stat
from pathlib import Path

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

from lab import environment


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """No variable of ours is set, whatever the tests' own settings needed."""
    for name in list(os.environ):
        if name.startswith("HAMLET_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)


def complaint(call, *args):
    with pytest.raises(ImproperlyConfigured) as raised:
        call(*args)
    message = str(raised.value)
    assert "\n" not in message
    return message


class TestLevels:
    def test_a_folder_of_ones_own(self, monkeypatch):
        folder = str(Path(__file__).parents[1] / "world" / "levels")
        monkeypatch.setenv("HAMLET_LEVELS", folder)
        assert environment.levels() == folder

    def test_what_is_no_level_is_named_and_the_rest_is_counted(self, monkeypatch, tmp_path):
        (tmp_path / "mine.yaml").write_text("name: mine\nlifespan: never\n")
        monkeypatch.setenv("HAMLET_LEVELS", str(tmp_path))
        said = complaint(environment.levels)
        assert said.startswith(f"HAMLET_LEVELS: {tmp_path}/mine.yaml:")
        assert "`hamlet validate` tells them all" in said


class TestPort:
    def test_it_is_8000_when_nothing_is_said(self):
        assert environment.port() == 8000

    @pytest.mark.parametrize("text", ["abc", "-1", "65536", "80.5", "٨٠"])
    def test_what_is_no_port_is_refused_by_name_and_value(self, monkeypatch, text):
        monkeypatch.setenv("HAMLET_PORT", text)
        assert complaint(environment.port) == f"HAMLET_PORT: {text!r} is not a port; allowed are 0 to 65535."


class TestServer:
    def test_it_is_daphne_when_nothing_is_said(self):
        assert environment.server() == "daphne"

    def test_uvicorn_is_the_other_choice(self, monkeypatch):
        monkeypatch.setenv("HAMLET_SERVER", "uvicorn")
        assert environment.server() == "uvicorn"

    def test_one_that_is_not_known_is_refused_with_what_is_allowed(self, monkeypatch):
        monkeypatch.setenv("HAMLET_SERVER", "apache")
        assert complaint(environment.server) == ("HAMLET_SERVER: 'apache' is unknown; allowed are daphne and uvicorn.")

    def test_one_that_is_not_installed_is_named_with_how_to_get_it(self, monkeypatch):
        monkeypatch.setenv("HAMLET_SERVER", "uvicorn")
        monkeypatch.setattr(environment, "find_spec", lambda name: None)
        assert complaint(environment.server).endswith("pip install 'hamlet-lab[uvicorn]'.")


class TestKeep:
    def test_all_is_kept_when_nothing_is_said(self):
        assert environment.keep() == environment.Keep(None, None, None, 7)

    def test_a_policy_is_read_with_its_powers_of_a_thousand(self, monkeypatch):
        monkeypatch.setenv("HAMLET_KEEP", "checkpoints:4, recordings:100,bytes:50M,days:0")
        assert environment.keep() == environment.Keep(4, 100, 50_000_000, 0)

    @pytest.mark.parametrize(
        "part",
        ["checkpoints:0", "recordings:many", "films:3", "bytes:5T", "days:-1", "checkpoints", "days:1M", "days:٣"],
    )
    def test_what_is_no_rule_is_refused_with_what_is_allowed(self, monkeypatch, part):
        monkeypatch.setenv("HAMLET_KEEP", part)
        assert complaint(environment.keep).startswith(f"HAMLET_KEEP: {part!r} is no rule; allowed are, once each, ")

    def test_a_rule_said_twice_is_refused(self, monkeypatch):
        monkeypatch.setenv("HAMLET_KEEP", "days:1,days:2")
        assert "'days:2'" in complaint(environment.keep)


class TestLog:
    def test_it_is_lines_when_nothing_is_said_and_json_on_wish(self, monkeypatch):
        assert environment.log_form() == "lines"
        monkeypatch.setenv("HAMLET_LOG", "json")
        assert environment.log_form() == "json"

    def test_another_form_is_refused(self, monkeypatch):
        monkeypatch.setenv("HAMLET_LOG", "xml")
        assert complaint(environment.log_form) == "HAMLET_LOG: 'xml' is unknown; allowed are lines and json."


class TestDataFolder:
    def test_it_is_made_for_its_owner_only(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HAMLET_DATA", str(tmp_path / "deep" / "data"))
        folder = environment.data_folder()
        assert folder == tmp_path / "deep" / "data"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_a_place_where_nothing_can_be_written_is_named_with_the_reason(self, monkeypatch):
        monkeypatch.setenv("HAMLET_DATA", "/proc/hamlet")
        assert complaint(environment.data_folder).startswith("HAMLET_DATA: cannot write in /proc/hamlet: ")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
    def test_a_full_disk_is_told_in_one_line(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HAMLET_DATA", str(tmp_path))
        monkeypatch.setattr("tempfile.TemporaryFile", lambda dir: Path("/dev/full").open("wb"))  # noqa: SIM115
        message = complaint(environment.data_folder)
        assert message == f"HAMLET_DATA: cannot write in {tmp_path}: No space left on device."


class TestSecretKey:
    def test_it_is_made_once_and_only_its_owner_can_read_it(self, tmp_path):
        first = environment.secret_key(tmp_path)
        assert len(first) >= 50
        assert environment.secret_key(tmp_path) == first
        assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]

    def test_the_environment_comes_first(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HAMLET_SECRET_KEY", "k" * 40)
        assert environment.secret_key(tmp_path) == "k" * 40
        assert not list(tmp_path.iterdir())

    def test_a_short_one_is_refused_without_being_shown(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HAMLET_SECRET_KEY", "hunter2")
        assert "hunter2" not in complaint(environment.secret_key, tmp_path)


class TestBroker:
    def test_the_embedded_one_is_a_socket_in_the_data_folder(self, tmp_path):
        address = environment.broker(tmp_path)
        assert address.embedded
        assert address.url == f"unix://{tmp_path}/valkey.sock"
        assert address.celery_url == f"redis+socket://{tmp_path}/valkey.sock"

    def test_a_long_path_moves_the_socket_to_a_folder_that_depends_on_the_data_folder_only(self, tmp_path):
        deep = tmp_path / ("d" * 120)
        path = environment.socket_path(deep)
        assert len(os.fsencode(path)) <= environment.LONGEST_SOCKET_PATH
        assert path == environment.socket_path(deep)
        assert path != environment.socket_path(tmp_path / ("e" * 120))

    def test_a_socket_and_its_database_are_the_same_to_celery_and_to_channels(self, monkeypatch, tmp_path, valkey):
        monkeypatch.setenv("REDIS_URL", f"{valkey}?db=3")
        address = environment.broker(tmp_path)
        assert address.database == 3
        with Connection(address.celery_url) as connection:
            connection.SimpleQueue("orders").put("from Celery")
        channels = redis.Redis.from_url(address.url)
        assert channels.connection_pool.connection_kwargs["db"] == 3
        assert channels.llen("orders") == 1
        channels.flushdb()

    def test_a_server_on_the_network_is_shown_without_its_password(self, monkeypatch, tmp_path):
        monkeypatch.setenv("REDIS_URL", "rediss://:secret@cache.school:6380/2")
        address = environment.broker(tmp_path)
        assert address.url == address.celery_url == "rediss://:secret@cache.school:6380/2"
        assert address.safe_url == "rediss://cache.school:6380/2"
        assert (address.database, address.embedded) == (2, False)

    @pytest.mark.parametrize("url", ["http://x", "cache.school", "redis://x/one", "unix://v.sock", "redis://x:no/0"])
    def test_other_addresses_are_refused(self, monkeypatch, tmp_path, url):
        monkeypatch.setenv("REDIS_URL", url)
        assert complaint(environment.broker, tmp_path).startswith("REDIS_URL: ")


@pytest.mark.parametrize("sign", "/#?[]@%")
@pytest.mark.parametrize("start", ["hunter", "2"])  # what is a number may be taken for the port
@pytest.mark.parametrize(
    ("name", "read", "url"),
    [
        ("REDIS_URL", lambda data: environment.broker(data).safe_url, "redis://:{}@cache.school/0"),
        ("DATABASE_URL", lambda data: environment.database(data)["HOST"], "postgres://hamlet:{}@cache.school/lab"),
    ],
)
def test_a_password_whose_signs_must_be_written_otherwise_is_not_shown(
    monkeypatch, tmp_path, name, read, url, start, sign
):
    monkeypatch.setenv(name, url.format(f"{start}{sign}elsinore"))
    try:
        said = read(tmp_path)
    except ImproperlyConfigured as error:
        said = str(error)
    assert "cache.school" in said or said.startswith(f"{name}: is no address; ")
    assert "elsinore" not in said
    assert "hunter" not in said


class TestDatabase:
    def test_sqlite_waits_for_a_lock_instead_of_failing(self, tmp_path):
        options = environment.database(tmp_path)["OPTIONS"]
        assert options["transaction_mode"] == "IMMEDIATE"
        assert "journal_mode=WAL" in options["init_command"]

    def test_a_url_names_a_postgresql(self, monkeypatch, tmp_path):
        monkeypatch.setenv("DATABASE_URL", "postgres://hamlet:pw@db.school:5433/lab")
        database = environment.database(tmp_path)
        assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.school", 5433, "lab")
        assert database["OPTIONS"]["pool"]

    @pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "postgres://["])
    def test_other_databases_are_refused(self, monkeypatch, tmp_path, url):
        monkeypatch.setenv("DATABASE_URL", url)
        assert complaint(environment.database, tmp_path).startswith("DATABASE_URL: ")


class TestAllowedHosts:
    def test_this_machine_only_by_default(self):
        hosts, origins = environment.allowed_hosts()
        assert hosts[:3] == ["localhost", "127.0.0.1", "[::1]"]
        assert "*" not in hosts
        assert origins == []

    def test_a_name_behind_a_proxy_that_speaks_https(self, monkeypatch):
        monkeypatch.setenv("HAMLET_ALLOWED_HOSTS", "lab.local, https://lab.school.org, 192.168.1.20")
        hosts, origins = environment.allowed_hosts()
        assert hosts[3:] == ["lab.local", "lab.school.org", "192.168.1.20"]
        assert origins == ["https://lab.school.org"]

    @pytest.mark.parametrize("text", ["ftp://x", "https://", "lab.school.org/hamlet"])
    def test_what_is_no_name_is_refused(self, monkeypatch, text):
        monkeypatch.setenv("HAMLET_ALLOWED_HOSTS", text)
        assert complaint(environment.allowed_hosts).startswith(f"HAMLET_ALLOWED_HOSTS: {text!r} ")


class TestStorage:
    def test_files_lie_in_the_data_folder_or_where_one_says(self, monkeypatch, tmp_path):
        assert environment.storage(tmp_path)["OPTIONS"]["location"] == str(tmp_path / "files")
        monkeypatch.setenv("HAMLET_STORAGE", str(tmp_path / "elsewhere"))
        assert environment.storage(tmp_path)["OPTIONS"]["location"] == str(tmp_path / "elsewhere")
        assert (tmp_path / "elsewhere").is_dir()

    def test_other_schemes_are_refused(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HAMLET_STORAGE", "ftp://files")
        assert "neither a folder nor s3://bucket/prefix" in complaint(environment.storage, tmp_path)
