"""HTTP from afar: what is asked again, what is waited out, and what comes whole or not at all."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hamlet.client import Client, ClientError
from hamlet.client.line import Line


@pytest.fixture
def server():
    """A server that answers with what is in `answers`, in turn: (status, headers, body), or None to hang up."""

    class Says(BaseHTTPRequestHandler):
        def _say(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append((self.command, self.path, dict(self.headers), body))
            answer = server.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _say  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    server.asked, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def line(server):
    line = Line(f"http://127.0.0.1:{server.server_port}", "hamlet_x", 5.0)
    yield line
    line.close()


def answer(content, status=200, **headers):
    return status, headers, json.dumps(content).encode()


BUSY = {"type": "about:blank", "title": "", "status": 429, "detail": "Too many requests.", "errors": []}


def test_too_many_is_waited_out_as_long_as_it_says(server, line):
    server.answers = [answer(BUSY, 429, **{"Retry-After": "0"}), answer({"a": 1})]
    assert line.ask("POST", "/runs", json={}) == {"a": 1}
    assert len(server.asked) == 2


@pytest.mark.parametrize("wait", ["300", "tomorrow", ""])
def test_what_takes_longer_is_told(server, line, wait):
    server.answers = [answer(BUSY, 429, **{"Retry-After": wait})]
    with pytest.raises(ClientError, match="Too many") as error:
        line.ask("GET", "/runs")
    assert error.value.status == 429


def test_a_question_is_asked_again_when_the_answer_is_cut_off(server, line):
    server.answers = [None, answer({"a": 1})]
    assert line.ask("GET", "/runs") == {"a": 1}


def test_a_change_is_asked_again_only_with_a_key_and_with_the_same(server, line):
    server.answers = [None]
    with pytest.raises(ClientError, match="does not answer"):
        line.ask("POST", "/runs", json={})
    server.asked.clear()
    server.answers = [None, answer({"a": 1})]
    assert line.ask("POST", "/runs", json={}, key="k") == {"a": 1}
    assert [headers["Idempotency-Key"] for _, _, headers, _ in server.asked] == ["k", "k"]


def test_a_damaged_file_is_not_kept(server, line, tmp_path):
    server.answers = [(200, {}, b"half")]
    with pytest.raises(ClientError, match="damaged"):
        line.save("/models/1/download", tmp_path / "m.pt", sha256="00" * 32)
    server.answers = [answer(BUSY | {"status": 404, "detail": "There is no such file."}, 404)]
    with pytest.raises(ClientError, match="no such file"):
        line.save("/models/1/download", tmp_path / "m.pt", sha256="00" * 32)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_hamlet_is_told(server, line):
    server.answers = [(200, {}, b"<html>")]
    with pytest.raises(ClientError, match="does not answer as HAMLET does"):
        line.ask("GET", "/runs")
    server.answers = [(502, {}, b"Bad Gateway")]
    with pytest.raises(ClientError, match="answered 502"):
        line.ask("GET", "/runs")


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://lab", "", "http://"])
def test_what_is_no_address_is_refused(address, monkeypatch):
    monkeypatch.setenv("HAMLET_URL", "nonsense")
    with pytest.raises(ClientError, match="no server's address"):
        Client(address, "")
