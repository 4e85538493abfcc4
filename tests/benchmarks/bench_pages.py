"""How quick the pages are, in Chromium on the running product. Prints, asserts nothing.

    python -m tests.benchmarks.bench_pages [--minutes 5]

A run trains beside. Script: what Watch loads before its first picture, gzipped. First paint: Chromium's own
first-contentful-paint with the CPU throttled to a quarter, of a page that was never open. Frames: animation frames a
second while a life plays at 16x, live beside the training, and from the record when nothing trains. Growth: the script
heap after a collection, one minute after the page was opened and again after `--minutes` more, while it plays life
after life.

On two cores that six other jobs kept busy (load 8 to 14): first paint 652 ms (Runs) and 692 ms (Watch), which is the
bar that index.html holds already; 52 frames/s, 48 of 520 late; heap +4.8 MB an hour. At load 15: 1,216 and 2,592 ms, an
empty page's first paint 412 ms, and 11 frames/s.
"""

import argparse
import gzip
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.benchmarks.bench_live import ROOT, Lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

THROTTLE = 4
FRAMES = """seconds => new Promise(done => {
  const times = [];
  requestAnimationFrame(function next(now) {
    times.push(now);
    now - times[0] > 1000 * seconds ? done(times) : requestAnimationFrame(next);
  });
})"""
EMPTY = "data:text/html,<p>nothing</p>"
"""an address of a page without anything: what the browser and the machine take by themselves"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


BUILT = ROOT / "backend" / "lab" / "static" / "app"


def scripts_of(page: str) -> list[Path]:
    """The scripts that a page, such as src/features/watch/Watch.tsx, and the app around it cannot do without."""
    manifest = json.loads((BUILT / "manifest.json").read_text())
    needed, ahead = set(), ["index.html", page]
    while ahead:
        name = ahead.pop()
        if name not in needed:
            needed.add(name)
            ahead += manifest[name].get("imports", [])
    return sorted(BUILT / manifest[name]["file"] for name in needed)


def gzipped(scripts: list[Path]) -> int:
    """Bytes, each file compressed by itself, as they are sent."""
    return sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts)


def fresh(chromium: "Browser", lab: Lab) -> "Page":
    """A page of someone who is signed in and whose browser has nothing of ours yet."""
    context = chromium.new_context(base_url=lab.product.url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": lab.cookies[0], "url": lab.product.url}])
    return context.new_page()


def loaded(chromium: "Browser", lab: Lab, address: str) -> tuple[int, int]:
    """Gzipped bytes, and number, of the scripts that came before the board was there."""
    page, found = fresh(chromium, lab), {}

    def keep(answer: Any) -> None:
        if answer.url.partition("?")[0].endswith(".js"):
            found[answer.url] = answer

    page.on("response", keep)
    page.goto(address)
    page.get_by_role("img", name=re.compile("Agent at")).first.wait_for()
    before = list(found.values())
    size = sum(len(gzip.compress(answer.body(), 9)) for answer in before)
    page.context.close()
    return size, len(before)


def first_paint(chromium: "Browser", lab: Lab, address: str, times: int = 5) -> list[float]:
    """Milliseconds to the first paint of content with the CPU at a quarter, each time on a page that was never open."""
    took = []
    for _ in range(times):
        page = fresh(chromium, lab)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        page.goto(address)
        while page.evaluate(PAINT) is None:
            page.wait_for_timeout(50)
        took.append(page.evaluate(PAINT))
        page.context.close()
    return sorted(took)


def rate(gaps: list[float]) -> float:
    """Frames a second."""
    return 1000 * len(gaps) / sum(gaps)


def frames(page: "Page", seconds: float = 10) -> list[float]:
    """Milliseconds between animation frames."""
    return [after - before for before, after in pairwise(page.evaluate(FRAMES, seconds))]


def at_16(chromium: "Browser", lab: Lab, address: str) -> "Page":
    """The page of a live run that plays at 16x."""
    page = fresh(chromium, lab)
    page.goto(address)
    page.get_by_role("banner").get_by_text("LIVE").first.wait_for()
    page.keyboard.press("3")
    page.wait_for_timeout(1000)
    return page


def replay_at_16(chromium: "Browser", lab: Lab, run: str) -> "Page":
    """The page of the run's longest kept life, at 16x, after the run has been stopped: nothing trains beside."""
    lab.stop_run(run)
    lab.wait_for(run, "stopped")
    lives = lab.client.get(f"/runs/{run}/episodes", params={"limit": 200}).json()["items"]
    longest = max(lives, key=lambda life: life["steps"])
    page = fresh(chromium, lab)
    page.goto(f"/runs/{run}/replay/{longest['episode']}?t=0")
    page.get_by_role("button", name="Pause the picture").or_(
        page.get_by_role("button", name="Play the picture")
    ).first.wait_for()
    page.keyboard.press("3")
    if (play := page.get_by_role("button", name="Play the picture")).count():
        play.click()
    page.wait_for_timeout(500)
    return page


def growth(page: "Page", minutes: float) -> tuple[float, float]:
    """MB of the script heap a minute from now, and `minutes` later, each after a collection."""
    cdp = page.context.new_cdp_session(page)

    def heap() -> float:
        cdp.send("HeapProfiler.collectGarbage")
        size: float = page.evaluate("performance.memory.usedJSHeapSize")
        return size / 1e6

    cdp.send("HeapProfiler.enable")
    page.wait_for_timeout(60_000)
    before = heap()
    page.wait_for_timeout(minutes * 60_000)
    return before, heap()


@contextmanager
def browsed() -> "Iterator[tuple[Browser, Lab, str]]":
    """A browser, the running product, and the address of a run that trains."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with tempfile.TemporaryDirectory(prefix="pages") as folder, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        lab = Lab(Path(folder))
        try:
            run = lab.launch("benchmark")
            lab.wait_for(run, "training", 100_000)
            yield chromium, lab, f"/runs/{run}"
        finally:
            chromium.close()
            lab.product.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    asked = parser.parse_args()
    with browsed() as (chromium, lab, watch):
        print(f"load {os.getloadavg()[0]:.1f}")
        size, files = loaded(chromium, lab, watch)
        print(f"script of Watch: {size / 1000:.0f} kB gzipped, {files} files")
        for name, address in (("Runs", "/"), ("Watch", watch), ("an empty page", EMPTY)):
            took = first_paint(chromium, lab, address)
            said = ", ".join(f"{ms:.0f}" for ms in took)
            print(f"first paint of {name}, CPU at a quarter: median {median(took):.0f} ms ({said})")
        page = at_16(chromium, lab, watch)
        gaps = frames(page)
        late = sum(gap > 1.5 * median(gaps) for gap in gaps)
        print(f"at 16x: {rate(gaps):.0f} frames/s, {late} of {len(gaps)} frames late, longest gap {max(gaps):.0f} ms")
        before, after = growth(page, asked.minutes)
        page.context.close()
        gaps = frames(replay_at_16(chromium, lab, watch.rpartition("/")[2]), 5)
        print(f"replay at 16x, nothing trains: {rate(gaps):.0f} frames/s, longest gap {max(gaps):.0f} ms")
        hour = (after - before) * 60 / asked.minutes
        print(
            f"heap {before:.1f} MB after a minute, {after:.1f} MB {asked.minutes:g} min later: {hour:+.1f} MB an hour"
        )


if __name__ == "__main__":
    main()
