"""HAMLET in parts, as several machines run it: two web processes, a worker and the housekeeper, each on its own.

Four data folders stand for four machines: what they share are PostgreSQL, Valkey and one folder of files, by address.
"""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lab.processes import spawn
from tests.platform.test_up import eventually, healthy, run_up, sign_in
from tests.product import ROOT, HamletUp


class Site:
    """The machines of one site."""

    def __init__(self, folder: Path, **shared: str) -> None:
        self.folder, self.shared = (
            folder,
            {
                "HAMLET_SECRET_KEY": "one key for all machines, 32 characters or more",
                "HAMLET_ALLOWED_HOSTS": "lab.school.org",
                **shared,
            },
        )
        self.machines: list[HamletUp] = []
        # A started process ends with the thread that started it, so these threads live as long as the site.
        self.hands = ThreadPoolExecutor()

    def start(self, name: str, *only: str, **env: str) -> HamletUp:
        machine = HamletUp(self.folder / name, *only, **{**self.shared, **env})
        self.machines.append(machine)
        return machine

    def stop(self) -> None:
        for machine in self.machines:
            machine.stop()
        self.hands.shutdown()


@pytest.fixture(scope="module")
def new_site(tmp_path_factory, postgres, valkey):
    """Makes sites, each with a database of its own."""
    sites = []

    def make():
        folder = tmp_path_factory.mktemp("site")
        database, broker = postgres.create(folder.name), f"{valkey}?db={9 + len(sites)}"
        sites.append(Site(folder, DATABASE_URL=database, REDIS_URL=broker, HAMLET_STORAGE=str(folder / "files")))
        return sites[-1]

    yield make
    for site in sites:
        site.stop()


@pytest.fixture
def site(new_site):
    found = new_site()
    yield found
    found.stop()


def launch(client, password, **config):
    assert sign_in(client, password).status_code == 200
    token = client.get("/api/v1/me").json()["csrf"]
    body = {"name": "Shared", "config": {"level": "L0_0_minimal", "steps": 200_000, **config}}
    answer = client.post("/api/v1/runs", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_parts_on_their_own_make_one_hamlet(site):
    # Both web processes find an empty database: one makes the tables.
    webs = list(site.hands.map(lambda name: site.start(name, "web"), ("web1", "web2")))
    (password,) = [web.password for web in webs if web.password]
    worker = site.start("gpus", "worker")
    site.start("house", "beat")
    assert set(worker.pids) == {"worker"}
    first, second = (httpx.Client(base_url=web.url, timeout=30) for web in webs)
    with first, second:
        run = launch(first, password)
        # The other web process knows the session and the run.
        second.cookies = first.cookies
        eventually(lambda: second.get(f"/api/v1/runs/{run}").json()["state"] == "finished", 120)
        model = second.get(f"/api/v1/runs/{run}").json()["model"]
        assert second.get(f"/api/v1/models/{model['id']}/download").status_code == 200
        # Either tells the same figures, of what the others did.
        told = [figures(client) for client in (first, second)]
        assert told[0] == told[1]
        assert told[0]["hamlet_slices_total", "committed"] >= 1
        assert told[0]["hamlet_runs", "finished"] == 1
        assert second.get("/readyz").json()["workers_alive"] == 1
        # One web process goes; the other serves on.
        webs[0].stop()
        assert second.get(f"/api/v1/runs/{run}").status_code == 200


def figures(client):
    """What /metrics tells, without what is measured anew each time."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families for sample in family.samples
        if not re.search("seconds$|created$|disk", sample.name)
    }  # fmt: skip


def test_a_worker_waits_for_the_tables_that_the_web_part_makes(site):
    worker = site.hands.submit(site.start, "gpus", "worker")
    time.sleep(3)
    assert not worker.done()
    site.start("web", "web")
    assert worker.result(60).url == "worker"


def test_parts_need_a_broker_between_them(tmp_path):
    lines, status = run_up("--only", "worker", HAMLET_DATA=str(tmp_path))
    assert (status, lines) == (
        1, ["hamlet: REDIS_URL: is not set; parts that run apart (--only) need one broker between them."]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "lacks"), [("web", "HAMLET_SECRET_KEY"), ("worker", "HAMLET_SECRET_KEY"), ("web", "HAMLET_ALLOWED_HOSTS")]
)
def test_parts_do_not_start_without_what_they_must_share(tmp_path, valkey, part, lacks):
    shared = {
        "HAMLET_SECRET_KEY": "one key for all machines, 32 characters or more",
        "HAMLET_ALLOWED_HOSTS": "lab.school.org", "REDIS_URL": valkey, "HAMLET_DATA": str(tmp_path),
    }  # fmt: skip
    lines, status = run_up("--only", part, **{**shared, lacks: ""})
    assert status == 1
    assert len(lines) == 1
    assert lines[0].startswith(f"hamlet: {lacks}: is not set; ")


@pytest.fixture(scope="class")
def front(new_site):
    """deploy/nginx.conf itself before two web processes, with its names, ports and certificate exchanged."""
    site = new_site()
    webs = [site.start(n, "web", HAMLET_ALLOWED_HOSTS="https://lab.school.org") for n in ("web1", "web2")]
    port, plain = free_port(), free_port()
    folder = site.folder / "nginx"
    folder.mkdir()
    certificate(folder)
    exchanged = {
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "/etc/ssl/hamlet/": f"{folder}/",
    }
    with nginx(folder, port, [web.url for web in webs], exchanged):
        yield port, plain, folder, webs


@contextmanager
def nginx(folder: Path, port: int, webs: list[str], exchanged: dict[str, str]) -> Iterator[None]:
    """nginx with deploy/nginx.conf before these web processes, its texts exchanged; answers at the port."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    servers = "\n".join(f"    server {web.removeprefix('http://')} max_fails=0;" for web in webs)
    for ours, theirs in {"    server 127.0.0.1:8000 max_fails=0;": servers, **exchanged}.items():
        assert ours in text
        text = text.replace(ours, theirs)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ }}\n"
        f"http {{ access_log off; include {folder}/site.conf; }}\n"
    )
    server = spawn(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], death_signal=signal.SIGKILL)
    try:
        eventually(lambda: answers(port), 20)
        yield
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx: apt-get install nginx-light")
class TestBehindNginx:
    def test_pages_sign_in_and_sockets_come_through_with_tls(self, front):
        port, _, folder, webs = front
        password = next(web.password for web in webs if web.password)
        with client_for(port, folder) as client:
            page = client.get("/")
            assert page.status_code == 200
            assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
            answer = client.post(
                "/api/v1/auth/login",
                json={"username": "instructor", "password": password},
                headers={"X-CSRFToken": client.get("/api/v1/me").json()["csrf"], "Referer": "https://lab.school.org/"},
            )
            assert answer.status_code == 200, answer.text
            assert "Secure" in answer.headers["Set-Cookie"]
            assert client.get("/admin/").status_code == 200
        assert upgrade(port, folder) == 101

    def test_the_plain_port_only_sends_to_tls(self, front):
        _, plain, _, _ = front
        answer = httpx.get(f"http://127.0.0.1:{plain}/runs", headers={"Host": "lab.school.org"})
        assert (answer.status_code, answer.headers["Location"]) == (301, "https://lab.school.org/runs")

    def test_a_web_process_that_dies_is_not_noticed(self, front):
        port, _, folder, webs = front
        os.kill(webs[0].pid, signal.SIGKILL)
        eventually(lambda: not healthy(webs[0]))
        with client_for(port, folder) as client:
            assert [client.get("/").status_code for _ in range(20)] == [200] * 20


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def certificate(folder: Path, name: str = "lab.school.org") -> None:
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    keys = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *keys, *names]
    subprocess.run(command, check=True, capture_output=True)


def client_for(port: int, folder: Path) -> httpx.Client:
    """A browser that finds lab.school.org at our port and trusts its certificate."""
    context = ssl.create_default_context(cafile=folder / "fullchain.pem")
    return httpx.Client(
        base_url=f"https://127.0.0.1:{port}", verify=context, timeout=30, headers={"Host": "lab.school.org"},
        event_hooks={"request": [lambda request: request.extensions.update(sni_hostname="lab.school.org")]},
    )  # fmt: skip


def upgrade(port: int, folder: Path) -> int:
    """The status with which a WebSocket of a page is answered."""
    context = ssl.create_default_context(cafile=folder / "fullchain.pem")
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="lab.school.org") as secure,
    ):
        secure.sendall(
            b"GET /ws/runs/00000000-0000-4000-8000-000000000000 HTTP/1.1\r\nHost: lab.school.org\r\n"
            b"Origin: https://lab.school.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        return int(secure.recv(4096).split()[1])
