"""HAMLET_SENTRY: a Sentry project is told of errors, of what was trained meanwhile, and of no secret."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured

from lab import environment
from tests.product import ROOT, clean_environment

BREAKS = """
import django; django.setup()
import logging
from lab.logs import about
password = "the-password-of-polonius"
with about(run="r1", slice=3):
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger("lab.runs.tasks").exception("run r1 failed")
"""


@pytest.fixture
def project():
    """A server that takes what a Sentry project would; gives its address and what it has got."""
    told = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append((gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Takes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", told
    server.shutdown()


def test_an_error_is_told_with_run_and_slice_and_without_secrets(project, tmp_path):
    address, told = project
    env = {
        **clean_environment(), "HAMLET_SENTRY": address, "HAMLET_DATA": str(tmp_path), "HAMLET_ROOM": "worker",
        "DJANGO_SETTINGS_MODULE": "lab.settings", "PYTHONPATH": os.pathsep.join([str(ROOT / "backend"), *sys.path]),
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", BREAKS], env=env, check=True, capture_output=True)
    events = [json.loads(line) for line in "\n".join(told).splitlines() if '"exception"' in line]
    assert len(events) == 1
    assert events[0]["tags"] == {"room": "worker", "run": "r1", "slice": 3}
    assert events[0]["exception"]["values"][0]["type"] == "ZeroDivisionError"
    assert "the-password-of-polonius" not in "".join(told)


@pytest.mark.parametrize("address", ["sentry.school.org", "https://sentry.school.org/1", "https://key@host/project"])
def test_what_is_no_address_ends_the_start(monkeypatch, address):
    monkeypatch.setenv("HAMLET_SENTRY", address)
    with pytest.raises(ImproperlyConfigured, match="HAMLET_SENTRY: is no DSN"):
        environment.sentry()
