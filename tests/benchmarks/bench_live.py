"""How soon, how much and how harmless watching is, on the machine it runs on. Prints tables, asserts nothing.

    python -m tests.benchmarks.bench_live [latency] [browser] [stock] [webs] [throttled] [harmless]     (none: all)

The real product trains a run; load clients (load.py) watch it as pages do. An age is the time from the trainer's clock
at a frame's newest step to the frame in the client; the frame's oldest step is up to 100 ms older. A browser adds the
time to its next animation frame: `browser` is Chromium, from the trainer's clock to the painted pixel, as the page
itself measures it (its LIVE badge: 95th percentile of the last 5 s), in a run held to a pace. `--pin 0,1` keeps
everything on these cores.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median
from typing import Any

import httpx
import psutil
from playwright.sync_api import sync_playwright

from tests.product import ROOT, HamletUp

VIEWERS = (1, 100, 500)
SESSIONS = """
import django; django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from lab.people.models import Person
person = Person.objects.get(username="instructor")
for _ in range(20):
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    print(session.session_key)
"""


class Lab:
    """A running product and someone signed in to it."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.product = HamletUp(folder / "data", **env)
        self.env = {**self.product.env, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}
        self.env["DJANGO_SETTINGS_MODULE"] = "lab.settings"
        done = subprocess.run(
            [sys.executable, "-c", SESSIONS], env=self.env, capture_output=True, text=True, check=True
        )
        self.cookies = done.stdout.split()
        self.client = httpx.Client(
            base_url=f"{self.product.url}/api/v1", cookies={"sessionid": self.cookies[0]}, timeout=60
        )
        self.client.headers["X-CSRFToken"] = self.client.get("/me").json()["csrf"]
        self.web = psutil.Process(self.product.pids["web"])

    def launch(self, name: str) -> str:
        body = {"name": name, "config": {"level": "L1_full_observability", "seed": 1, "steps": 100_000_000}}
        answer = self.client.post("/runs", json=body)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def stop_run(self, run: str) -> None:
        self.client.post(f"/runs/{run}/stop")

    def wait_for(self, run: str, state: str, steps: int = 0) -> None:
        while (now := self.client.get(f"/runs/{run}").json())["state"] != state or now["steps"] < steps:
            time.sleep(0.2)

    def load(self, viewers: int, seconds: float, warm_up: float, url: str = "", path: str = "", **more: Any) -> "Load":
        asked = {"url": url or self.product.url, "path": path, "cookies": self.cookies, "viewers": viewers}
        return Load(self.env, {**asked, "seconds": seconds, "warm_up": warm_up, **more})


class Load:
    """One load client's process."""

    def __init__(self, env: Any, asked: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.load"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked))
        self.process.stdin.close()

    def wait_until_counting(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def result(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.process.wait()
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def measured(load: Load, seconds: float, webs: list[psutil.Process]) -> dict[str, Any]:
    load.wait_until_counting()
    cpu = [sum(web.cpu_times()[:2]) for web in webs]
    found = load.result()
    spent = sum(sum(web.cpu_times()[:2]) for web in webs) - sum(cpu)
    found["web_cpu"] = 100 * spent / seconds
    found["rss"] = sum(web.memory_info().rss for web in webs) / 2**20
    return found


def row(name: str, viewers: int, seconds: float, found: dict[str, Any]) -> None:
    ages = found["ages"]
    got = found["frames"] / max(1, viewers)
    print(
        f"{name:24} {viewers:4} viewers  age p50 {percentile(ages, 0.5):5.0f}  p95 {percentile(ages, 0.95):5.0f}  "
        f"max {max(ages, default=float('nan')):5.0f} ms  web {found['web_cpu']:5.1f} % CPU {found['rss']:4.0f} MB  "
        f"frames a viewer {got:6.1f}  {found['bytes'] / viewers / seconds / 1000:5.1f} kB/s a viewer  "
        f"in {percentile(found['joined'], 0.95):5.0f} ms (p95)  cut {found['lost']}  "
        f"lives whole {found['lives']}, dropped {found['dropped']} [quick, slow]",
        flush=True,
    )


def daphne(application: str, env: Any) -> tuple[int, subprocess.Popen[bytes]]:
    """One more web process, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "daphne", "-p", str(port), "--verbosity", "0", application]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return port, process
        except OSError:
            time.sleep(0.2)


def latency(lab: Lab, run: str, server: str, seconds: float) -> None:
    for viewers in VIEWERS:
        load = lab.load(viewers, seconds, 3, path=f"/ws/runs/{run}")
        row(server, viewers, seconds, measured(load, seconds, [lab.web]))


def throttled(lab: Lab, run: str, server: str, seconds: float) -> None:
    """What one slow viewer does to 49 others: 50 kB/s is more than it is sent, 2 kB/s is far less."""
    for slow, rate in ((0, 50_000), (1, 50_000), (1, 2_000), (0, 50_000)):
        load = lab.load(50, seconds, 3, path=f"/ws/runs/{run}", throttled=slow, rate=rate)
        row(f"{server}, {slow} at {rate // 1000} kB/s", 50, seconds, measured(load, seconds, [lab.web]))


def browser(lab: Lab, run: str, server: str, beside: int) -> None:
    """Chromium, one viewer beside others: from the trainer's clock to the painted pixel, as the page measures it."""
    crowd = lab.load(beside, 600, 2, path=f"/ws/runs/{run}") if beside else None
    if crowd is not None:
        crowd.wait_until_counting()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(base_url=lab.product.url)
        page.context.add_cookies([{"name": "sessionid", "value": lab.cookies[0], "url": lab.product.url}])
        page.goto("/")
        page.get_by_role("banner").wait_for()
        began = time.monotonic()
        page.goto(f"/runs/{run}")
        page.get_by_role("img", name=re.compile(r"Agent at")).first.wait_for()
        life = time.monotonic() - began
        page.locator(".curvebox svg").first.wait_for()
        curve = time.monotonic() - began
        for pace in (5, 20):
            lab.client.patch(f"/runs/{run}", json={"pace": pace}).raise_for_status()
            page.wait_for_timeout(7000)  # the page counts the last 5 s
            said = []
            for _ in range(10):
                page.wait_for_timeout(1000)
                said += [
                    int(found)
                    for found in re.findall(r"^(\d+) ms from", page.locator(".live").get_attribute("title") or "")
                ]
            print(f"{server}, {beside} beside, {pace} steps/s: p95 of 5 s, each second: {said} ms", flush=True)
        lab.client.patch(f"/runs/{run}", json={"pace": None}).raise_for_status()
        chromium.close()
    print(
        f"{server}, {beside} beside: a page that comes late has the life after {life:.2f} s, "
        f"the curve after {curve:.2f} s"
    )
    if crowd is not None:
        crowd.end()


def stock(lab: Lab, run: str, seconds: float) -> None:
    env = {**lab.env, "STOCK_REDIS": f"unix://{lab.product.data / 'valkey.sock'}"}
    del env["DJANGO_SETTINGS_MODULE"]
    with httpx.Client() as probe:
        port = 18_765
        command = [
            sys.executable,
            "-m",
            "daphne",
            "-p",
            str(port),
            "--verbosity",
            "0",
            "tests.benchmarks.stock:application",
        ]
        server = subprocess.Popen(command, cwd=ROOT, env=env)
        while True:
            try:
                probe.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                time.sleep(0.2)
    try:
        for viewers in VIEWERS:
            load = lab.load(viewers, seconds, 3, url=f"http://127.0.0.1:{port}", path="/")
            command = [sys.executable, "-m", "tests.benchmarks.stock", run, str(seconds + viewers * 0.012 + 4)]
            relay = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
            row("stock (daphne, JSON)", viewers, seconds, measured(load, seconds, [psutil.Process(server.pid)]))
            relay.wait()
    finally:
        server.terminate()
        server.wait()


def webs(lab: Lab, run: str, server: str, seconds: float) -> None:
    """A second web process beside the first, half of the viewers on each."""
    port, second = daphne("lab.asgi:application", lab.env)
    try:
        loads = [
            lab.load(250, seconds, 3, path=f"/ws/runs/{run}"),
            lab.load(250, seconds, 3, url=f"http://127.0.0.1:{port}", path=f"/ws/runs/{run}"),
        ]
        found = measured(loads[0], seconds, [lab.web, psutil.Process(second.pid)])
        loads[1].wait_until_counting()
        other = loads[1].result()
        for name in ("ages", "joined"):
            found[name] += other[name]
        for name in ("frames", "bytes", "lost"):
            found[name] += other[name]
        for name in ("lives", "dropped"):
            found[name] = [one + two for one, two in zip(found[name], other[name], strict=True)]
        row(f"{server} + daphne", 500, seconds, found)
    finally:
        second.terminate()
        second.wait()


def harmless(lab: Lab, run: str, repetitions: int, steps: int) -> None:
    """The same training with nobody and with 500 watching, in pairs: 0 500, 500 0, 0 500 ..."""
    command = [sys.executable, "-m", "tests.benchmarks.trained"]
    trainer = subprocess.Popen(
        ["nice", "-n", "5", *command], cwd=ROOT, env=lab.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # the priority that `manage.py up` gives its worker
    tell, hear = trainer.stdin, trainer.stdout
    assert tell is not None
    assert hear is not None
    crowd: Load | None = None
    found: dict[int, list[dict[str, Any]]] = {0: [], 500: []}

    def train() -> dict[str, Any]:
        tell.write(f"{run} {steps}\n")
        tell.flush()
        answer: dict[str, Any] = json.loads(hear.readline())
        return answer

    train()  # what torch does once
    for repetition in range(repetitions):
        for viewers in (0, 500) if repetition % 2 == 0 else (500, 0):
            if viewers and crowd is None:
                crowd = lab.load(500, 600, 2, path=f"/ws/runs/{run}")
                crowd.wait_until_counting()
            elif not viewers and crowd is not None:
                crowd.end()
                crowd = None
                time.sleep(1)
            found[viewers].append(train())
    if crowd is not None:
        crowd.end()
    tell.close()
    trainer.wait()
    for what in ("cpu", "wall"):
        ratios = [b[what] / a[what] - 1 for a, b in zip(found[0], found[500], strict=True)]
        spread = ", ".join(f"{100 * ratio:+.1f}" for ratio in ratios)
        print(
            f"training {what:4} with 500 viewers against 0: median {100 * median(ratios):+.2f} %, "
            f"mean {100 * mean(ratios):+.2f} % ({spread}); {median(a[what] for a in found[0]):.2f} s with nobody"
        )
    weights = {one["weights"] for kind in found.values() for one in kind}
    print(f"weights after {found[0][0]['steps']} steps, {2 * repetitions} trainings: {len(weights)} different hash(es)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=[])
    parser.add_argument("--pin", default="")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--steps", type=int, default=150_000)
    parser.add_argument("--repetitions", type=int, default=10)
    asked = parser.parse_args()
    parts = asked.parts or ["latency", "browser", "stock", "webs", "throttled", "harmless"]
    if asked.pin:
        os.sched_setaffinity(0, {int(core) for core in asked.pin.split(",")})
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    for server in ("daphne", "uvicorn"):
        with tempfile.TemporaryDirectory(prefix="live") as folder:
            lab = Lab(Path(folder), HAMLET_SERVER=server)
            try:
                run = lab.launch("benchmark")
                lab.wait_for(run, "training", 100_000)
                if "latency" in parts:
                    latency(lab, run, server, asked.seconds)
                if "browser" in parts:
                    for beside in (0, 500):
                        browser(lab, run, server, beside)
                if "throttled" in parts:
                    throttled(lab, run, server, asked.seconds)
                if server == "daphne":
                    if "webs" in parts:
                        webs(lab, run, server, asked.seconds)
                    if "stock" in parts:
                        stock(lab, run, asked.seconds)
                    if "harmless" in parts:
                        lab.stop_run(run)
                        lab.wait_for(run, "stopped")
                        harmless(lab, run, asked.repetitions, asked.steps)
            finally:
                lab.product.stop()


if __name__ == "__main__":
    main()
