"""Measures all that docs/performance.md claims, anew, in some minutes, each figure beside a baseline of the same run.

    python -m tests.benchmarks.all [--parts world,learning,model,live,api,pages] [--out FILE] [--keep]

A figure alone says as much of the machine and of what else ran as of HAMLET, so it is the ratio that is watched: where
one has fallen by more than a fifth against `performance.json`, it is named, and the exit status is 1. `--keep` makes
what was measured the new `performance.json`, in which parts not asked for stay, and writes the table of
docs/performance.md anew.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

KEPT = Path(__file__).with_name("performance.json")
DOC = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: python -m tests.benchmarks.all --keep -->\n", "<!-- /figures -->"
FALL = 0.2
"""share of a ratio that may be lost before it is named"""


@dataclass(frozen=True)
class Figure:
    part: str
    name: str
    value: float
    unit: str
    baseline: str
    """what it is measured against, in the same run"""
    against: float
    """the baseline's value, in the same unit unless the baseline says otherwise"""
    ratio: float
    """to the baseline, turned so that more is better"""
    command: str
    """that prints the figure, and more of its kind"""


def more(part: str, name: str, value: float, unit: str, baseline: str, against: float, command: str) -> Figure:
    """A figure of which more is better."""
    return Figure(part, name, value, unit, baseline, against, value / against, command)


def less(part: str, name: str, value: float, unit: str, baseline: str, against: float, command: str) -> Figure:
    """A figure of which less is better."""
    return Figure(part, name, value, unit, baseline, against, against / value, command)


def in_turn(ours: Callable[[], float], baseline: Callable[[], float], rounds: int = 5) -> tuple[float, float]:
    """The best of some short measures of either, in turn: what else runs here slows both, and seldom all of them."""
    found = [(ours(), baseline()) for _ in range(rounds)]
    return max(one for one, _ in found), max(other for _, other in found)


def yardstick() -> float:
    """What this core does now: rounds a CPU second of a fixed piece of numpy work, of the size of a world's step."""
    dice = np.random.default_rng(0)
    a, b = dice.random((256, 64), dtype=np.float32), dice.random((64, 64), dtype=np.float32)
    began, rounds = time.thread_time(), 0
    while time.thread_time() - began < 0.2:
        (np.maximum(a @ b, 0.0) * a).argmax(axis=1)
        rounds += 1
    return rounds / (time.thread_time() - began)


def acts_a_second(act: Callable[[], object], times: int = 300) -> float:
    """How often a CPU second something is done."""
    return times / timeit.timeit(act, timer=time.thread_time, number=times)


def starts_a_second(code: str) -> float:
    """How often a second python starts and runs this."""
    return 1 / timeit.timeit(lambda: subprocess.run([sys.executable, "-c", code], check=True), number=1)


def world() -> Iterator[Figure]:
    from tests.benchmarks.bench_world import lane_steps_per_second

    command = "python -m tests.benchmarks.bench_world"
    unit, baseline = "lane-steps a CPU s", "rounds of fixed numpy work a CPU s"
    for lanes in (16, 256):
        speed, work = in_turn(partial(lane_steps_per_second, "L1_full_observability", lanes, "cpu", 0.4), yardstick)
        yield more("world", f"level 1, {lanes} lanes", speed, unit, baseline, work, command)


def learning() -> Iterator[Figure]:
    from tests.benchmarks.bench_learning import ROWS, throughput, train
    from tests.benchmarks.bench_world import lane_steps_per_second

    command = "python -m tests.benchmarks.bench_learning --rows L1"
    settings, target = ROWS["L1"]
    speed, alone = in_turn(
        partial(throughput, settings, 1.5), partial(lane_steps_per_second, "L1_full_observability", 256, "cpu", 0.5)
    )
    yield more(
        "learning", "PQN on level 1, learner included", speed, "lane-steps a CPU s",
        "the world alone, 256 lanes", alone, f"{command} --only throughput",
    )  # fmt: skip
    from lab.runs.levels import describe

    floor = describe("L1_full_observability")["floors"]["random"]
    result = train(settings, target)
    yield more(
        "learning", "level 1, standard settings, seed 0: survival on 256 fresh lives", result["mean"], "steps",
        "random play", floor, command,
    )  # fmt: skip


def model() -> Iterator[Figure]:
    import torch

    from hamlet.learning.networks import build_network
    from hamlet.world import load_level
    from tests.benchmarks.bench_model import COLD, COLD_TORCH, LEVELS
    from tests.model.minds import mind

    command = "python -m tests.benchmarks.bench_model"
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for network, level in LEVELS.items():
            own, path = mind(network), Path(folder) / "m.pt"
            own.save_inference_checkpoint(path)
            starts = COLD.format(path=str(path)), COLD_TORCH.format(path=str(path), network=network, level=level)
            cold, through = (1 / rate for rate in in_turn(*(partial(starts_a_second, code) for code in starts)))
            yield less("model", f"{network}, cold start to the first action", cold, "s", "torch", through, command)
            obs = np.zeros((1, own.obs_dim), np.float32)
            hidden = own.predict(obs)["hidden"]
            net = build_network(network, load_level(level), 0)
            start, seen = net.initial(1), torch.zeros(1, own.obs_dim)
            with torch.inference_mode():
                speed, slow = in_turn(
                    partial(acts_a_second, partial(own.predict, obs, hidden)),
                    partial(acts_a_second, partial(net.step, seen, start)),
                    10,
                )
            name = f"{network}, one observation at a time"
            yield more("model", name, speed, "actions a CPU s", "torch", slow, command)


def live() -> Iterator[Figure]:
    import httpx
    import psutil

    from tests.benchmarks.bench_live import ROOT, Lab, measured, percentile

    viewers, span, command = 100, 8.0, "python -m tests.benchmarks.bench_live latency stock"
    with tempfile.TemporaryDirectory(prefix="live") as folder:
        lab = Lab(Path(folder))
        server = None
        try:
            run = lab.launch("benchmark")
            lab.wait_for(run, "training", 100_000)
            ours = measured(lab.load(viewers, span, 3, path=f"/ws/runs/{run}"), span, [lab.web])
            env = {**lab.env, "STOCK_REDIS": f"unix://{lab.product.data / 'valkey.sock'}"}
            del env["DJANGO_SETTINGS_MODULE"]
            address = "http://127.0.0.1:18765"
            stock = [
                sys.executable,
                "-m",
                "daphne",
                "-p",
                "18765",
                "--verbosity",
                "0",
                "tests.benchmarks.stock:application",
            ]
            server = subprocess.Popen(stock, cwd=ROOT, env=env)
            while True:
                try:
                    httpx.get(address)
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            load = lab.load(viewers, span, 3, url=address, path="/")
            relay = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.stock", run, str(span + 6)], cwd=ROOT, env=env,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            theirs = measured(load, span, [psutil.Process(server.pid)])
            relay.wait()
        finally:
            if server is not None:
                server.kill()
                server.wait()
            lab.product.stop()
    against = "stock Channels consumer, JSON"
    for share, name in ((0.5, "p50"), (0.95, "p95")):
        yield less(
            "live", f"{viewers} viewers, age of a frame, {name}", percentile(ours["ages"], share), "ms", against,
            percentile(theirs["ages"], share), command,
        )  # fmt: skip
    each = [found["web_cpu"] / max(1, found["frames"]) for found in (ours, theirs)]
    yield less(
        "live", f"{viewers} viewers, CPU of the web process a frame sent", 1e6 * each[0] * span / 100, "µs", against,
        1e6 * each[1] * span / 100, command,
    )  # fmt: skip


def api() -> Iterator[Figure]:
    from tests.benchmarks.bench_growth import ask, lab, questions

    command = "python -m tests.benchmarks.bench_growth"
    place = Path(tempfile.mkdtemp(prefix="hamlet-"))
    try:
        with lab(place, 1000, 1_090_000):
            asked = questions()
            least = ask("", asked["one run"]).cpu
            for name in (
                "runs, the newest 50", "runs, the newest 1,000", "its curve, 10,000 rows", "8 curves over steps",
                "100 curves over steps",
            ):  # fmt: skip
                yield less(
                    "api", f"1,000 runs, 100 of 10,000 rows: {name}", ask(name, asked[name]).cpu, "ms of CPU",
                    "one run", least, command,
                )  # fmt: skip
    finally:
        shutil.rmtree(place, ignore_errors=True)


def pages() -> Iterator[Figure]:
    from tests.benchmarks.bench_pages import (
        EMPTY,
        at_16,
        browsed,
        first_paint,
        frames,
        fresh,
        gzipped,
        rate,
        replay_at_16,
        scripts_of,
    )

    command = "python -m tests.benchmarks.bench_pages"
    size = gzipped(scripts_of("src/features/watch/Watch.tsx")) / 1000
    yield less(
        "pages", "script of Watch before its first picture, gzipped", size, "kB", "what is promised", 200.0, command
    )
    with browsed() as (chromium, lab, watch):
        empty = median(first_paint(chromium, lab, EMPTY, 3))
        for name, address in (("Runs", "/"), ("Watch", watch)):
            took = median(first_paint(chromium, lab, address, 3))
            yield less("pages", f"first paint of {name}, CPU at a quarter", took, "ms", "an empty page", empty, command)
        idle = fresh(chromium, lab)
        idle.goto(EMPTY)
        still = rate(frames(idle))
        idle.context.close()
        page = at_16(chromium, lab, watch)
        moving = rate(frames(page))
        page.context.close()
        yield more(
            "pages", "Watch, a life at 16x, training beside", moving, "frames/s", "an empty page", still, command
        )
        moving = rate(frames(replay_at_16(chromium, lab, watch.rpartition("/")[2]), 5))
        yield more(
            "pages", "Replay, a life at 16x, nothing trains", moving, "frames/s", "an empty page", still, command
        )


PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "world": world, "learning": learning, "model": model, "live": live, "api": api,
    "pages": pages,
}  # fmt: skip


def machine() -> dict[str, Any]:
    """Where this was measured."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return {
        "cpu": cpu, "cores": len(os.sched_getaffinity(0)), "python": platform.python_version(),
        "numpy": np.__version__,
    }  # fmt: skip


def fallen(figures: list[dict[str, Any]], kept: list[dict[str, Any]]) -> list[str]:
    """A line for each figure whose ratio has fallen by more than FALL; one that is no longer measured is not named."""
    now = {(one["part"], one["name"]): one for one in figures}
    lines = []
    for old in kept:
        found = now.get((old["part"], old["name"]))
        if found is not None and found["ratio"] < (1 - FALL) * old["ratio"]:
            lines.append(
                f"{old['part']}, {old['name']}: {found['ratio']:.3g} times {old['baseline']}, was {old['ratio']:.3g}"
            )
    return lines


def merged(kept: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What was kept, with each part that was measured again in place of its old figures."""
    left = kept["parts"].keys() - found["parts"].keys()
    if left and kept["machine"] != found["machine"]:
        raise SystemExit(f"--keep: {', '.join(sorted(left))} were measured on another machine; measure all parts anew.")
    figures = [one for one in kept["figures"] if one["part"] in left] + found["figures"]
    return {
        "machine": found["machine"],
        "parts": {name: {**kept["parts"], **found["parts"]}[name] for name in PARTS},
        "figures": sorted(figures, key=lambda one: list(PARTS).index(one["part"])),
    }


def table(measured: dict[str, Any]) -> str:
    """The figures as docs/performance.md has them."""
    told, parts = measured["machine"], measured["parts"]
    days = " and ".join(sorted({part["at"] for part in parts.values()}))
    lines = [
        f"Measured {days} on {told['cores']} cores ({told['cpu']}), Python {told['python']}, numpy {told['numpy']}, in "
        f"{sum(part['seconds'] for part in parts.values()) / 60:.0f} minutes.\n",
        "| part | figure | value | baseline of the same run | its value | ratio, more is better | load | command |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in measured["figures"]:
        command = one["command"].removeprefix("python -m tests.benchmarks.")
        lines.append(
            f"| {one['part']} | {one['name']} | {shown(one['value'])} {one['unit']} | {one['baseline']} | "
            f"{shown(one['against'])} | {one['ratio']:.3g} | {one['load']} | `{command}` |"
        )
    return "\n".join(lines) + "\n"


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def filled(text: str, measured: dict[str, Any]) -> str:
    """The page with its table made anew."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table(measured) + END + rest.partition(END)[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    asked_for = asked.parts.split(",")
    if unknown := set(asked_for) - set(PARTS):
        parser.error(f"--parts: {', '.join(sorted(unknown))} is unknown; allowed are {', '.join(PARTS)}.")
    figures: list[dict[str, Any]] = []
    parts: dict[str, dict[str, Any]] = {}
    for part in asked_for:
        began = time.monotonic()
        for figure in PARTS[part]():
            figures.append({**asdict(figure), "load": round(os.getloadavg()[0], 1)})
            print(
                f"{part:9} {figure.name:70} {shown(figure.value):>12} {figure.unit:18} "
                f"{figure.ratio:>8.3g} times {figure.baseline} ({shown(figure.against)})",
                flush=True,
            )
        parts[part] = {"at": datetime.now(UTC).date().isoformat(), "seconds": round(time.monotonic() - began)}
    found = {"machine": machine(), "parts": parts, "figures": figures}
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    kept = json.loads(KEPT.read_text())
    if asked.keep:
        found = merged(kept, found)
        KEPT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        DOC.write_text(filled(DOC.read_text(), found))
    elif lines := fallen(figures, kept["figures"]):
        sys.exit("\n".join(["These have fallen by more than a fifth:", *lines]))


if __name__ == "__main__":
    main()
