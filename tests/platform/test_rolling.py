"""A rolling restart while somebody watches: one web process after the other goes and comes back, behind nginx."""

import shutil
import threading
import time
from itertools import pairwise

import pytest

from hamlet.client import Client
from tests.platform.test_parts import Site, free_port, nginx
from tests.platform.test_up import eventually

MOST_SILENT = 3.0
"""seconds that a screen may stand still"""
PLAIN = {
    "listen 443 ssl http2": "listen 127.0.0.1:{port}",
    "listen 80": "listen 127.0.0.1:{other}",
    "    ssl_certificate     /etc/ssl/hamlet/fullchain.pem;\n": "",
    "    ssl_certificate_key /etc/ssl/hamlet/privkey.pem;\n": "",
}
"""of deploy/nginx.conf, what makes it speak without TLS: the way of a frame is the same"""


@pytest.fixture
def site(tmp_path_factory, postgres, valkey):
    folder = tmp_path_factory.mktemp("rolling")
    shared = {"DATABASE_URL": postgres.create(folder.name), "REDIS_URL": f"{valkey}?db=14"}
    found = Site(folder, HAMLET_STORAGE=str(folder / "files"), **shared)
    yield found
    found.stop()


class Viewer(threading.Thread):
    """Watches a run as `hamlet watch` does, and comes back when it is cut off; notes when each frame came."""

    def __init__(self, run):
        super().__init__(daemon=True)
        self.run_watched, self.frames = run, []

    def run(self):
        for frame in self.run_watched.frames():
            self.frames.append((time.monotonic(), frame["episode"], frame["seq"]))


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx: apt-get install nginx-light")
@pytest.mark.learns
def test_screens_come_back_training_never_stops_and_nothing_is_lost(site):
    ports = {"web1": free_port(), "web2": free_port()}
    webs = {name: site.start(name, "web", HAMLET_PORT=str(port)) for name, port in ports.items()}
    site.start("gpus", "worker")
    site.start("house", "beat")
    password = next(web.password for web in webs.values() if web.password)
    port, other = free_port(), free_port()
    folder = site.folder / "nginx"
    folder.mkdir()
    exchanged = {ours: theirs.format(port=port, other=other) for ours, theirs in PLAIN.items()}
    with (
        nginx(folder, port, [web.url for web in webs.values()], exchanged),
        Client(f"http://127.0.0.1:{port}", token="") as lab,
    ):
        lab.sign_in("instructor", password)
        run = lab.launch("watched", level="L1_full_observability", steps=100_000_000)
        viewers = [Viewer(run), Viewer(run)]  # nginx gives one to each web process
        for viewer in viewers:
            viewer.start()
        eventually(lambda: all(len(viewer.frames) > 20 for viewer in viewers), 60)
        began = time.monotonic()
        for name in webs:
            webs[name].stop()
            webs[name] = site.start(name, "web", HAMLET_PORT=str(ports[name]))
            time.sleep(MOST_SILENT)
        ended = time.monotonic()
        run = run.stop().wait(60)

        for viewer in viewers:
            seen = [frame for frame in viewer.frames if began - 1 < frame[0] < ended]
            silent = max(after[0] - before[0] for before, after in pairwise([*seen, (ended, 0, 0)]))
            assert silent <= MOST_SILENT, f"a screen stood still for {silent:.1f} s"
            print(f"longest silence on a screen: {silent:.2f} s of {ended - began:.0f} s")
        rows = run.metrics(points=10_000)["steps"]
        assert rows == sorted(set(rows))
        assert run.state == "stopped"
        assert run.checkpoints()[0].steps == run.steps
        assert "is gone, its lease has run out" not in "".join(machine.output for machine in site.machines)
