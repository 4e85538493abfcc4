"""The embedded broker: a real Valkey, private, and with a memory."""

import stat

import pytest
import redis

from lab import broker, environment


@pytest.fixture
def server(tmp_path):
    valkey = broker.start_valkey(tmp_path)
    yield valkey
    valkey.stop()


def test_it_listens_on_a_socket_for_its_owner_and_on_no_port(server, tmp_path):
    client = redis.Redis.from_url(server.url)
    assert client.ping()
    assert client.config_get("port") == {"port": "0"}
    assert stat.S_IMODE((tmp_path / "valkey.sock").stat().st_mode) == 0o700


def test_what_waits_in_it_survives_a_restart(server, tmp_path):
    redis.Redis.from_url(server.url).rpush("train", "a slice")
    server.stop()
    again = broker.start_valkey(tmp_path)
    try:
        assert redis.Redis.from_url(again.url).lrange("train", 0, -1) == [b"a slice"]
    finally:
        again.stop()


def test_a_deep_data_folder_has_its_socket_in_a_private_place(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("deep" * 30)
    deep.mkdir(parents=True)
    server = broker.start_valkey(deep)
    try:
        assert redis.Redis.from_url(f"unix://{environment.socket_path(deep)}").ping()
        assert stat.S_IMODE(environment.socket_path(deep).parent.stat().st_mode) == 0o700
    finally:
        server.stop()


def test_a_place_that_others_can_write_to_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    environment.socket_path(deep).parent.mkdir()
    environment.socket_path(deep).parent.chmod(0o777)
    with pytest.raises(broker.BrokerError, match="is not a private folder of yours"):
        broker.command(deep)


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path):
    reason = broker.problem(f"unix://{tmp_path}/none.sock")
    assert reason
    assert "\n" not in reason


def test_a_server_that_cannot_start_is_told_with_the_place_of_its_log(tmp_path):
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "dump.rdb").write_text("not a database of Valkey's")
    with pytest.raises(broker.BrokerError, match=r"ended at once.*broker\.log"):
        broker.start_valkey(tmp_path)
