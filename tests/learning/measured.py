"""The measured tables of docs/learning.md, from the runs that bench_learning.py wrote to benchmarks/measured.jsonl."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.bench_learning import ROWS, prepared

FILE = Path(__file__).parents[1] / "benchmarks" / "measured.jsonl"
LEARNT = 990.0
"""mean greedy survival from which a run counts as having learnt to live out its life"""
SPARSE = ("curriculum", "first_stage", "retreat_under")
"""settings that begin, and stay, in the stage whose reward is 1 a step alive"""

SCRIPTS = {
    "random play": "random", "WAIT only": "wait", "a script that goes round through all cells": "sweeping",
    "a script that remembers": "remembering",
}  # fmt: skip
"""who -> its name among the bounds of the levels made for memory"""
NEEDS_MEMORY = ("doors", "rooms")
"""rows of those levels"""

Line = dict[str, Any]


def lines(row: str | None = None) -> list[Line]:
    """What was measured, of one row or all."""
    read = [json.loads(text) for text in FILE.read_text(encoding="utf-8").splitlines()]
    return [line for line in read if row in (None, line["row"])]


def runs(row: str, changed: dict[str, Any] | None = None) -> list[Line]:
    """The runs of a row with just these settings changed."""
    return [line for line in lines(row) if "exams" in line and line["changed"] == (changed or {})]


def bound(row: str) -> dict[str, float]:
    """What can be reached on a row's level."""
    return next(line["bounds"] for line in lines(row) if "bounds" in line)


def measured_table() -> str:
    """A line a level: what its preset reached."""
    out = [
        "| | seeds | lives, median | worst | best | CPU s | lane-steps a CPU s | random | WAIT | can be reached |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row, (settings, _) in ROWS.items():
        mine, (_, level) = runs(row), prepared(settings)
        if row in ("DQN", *NEEDS_MEMORY) or not mine:
            continue
        lived, seconds = [run["mean"] for run in mine], np.median([run["seconds"] for run in mine])
        speed = np.median([run["exams"][-1][0] / run["seconds"] for run in mine])
        random, wait = level.floors["random"], level.floors["wait"]
        out.append(
            f"| {row} | {len(mine)} | **{np.median(lived):,.0f}** | {min(lived):,.0f} | {max(lived):,.0f} "
            f"| {seconds:,.1f} | {speed:,.0f} | {random:.0f} | {wait:.0f} | {_reach(bound(row))} |"
        )
    return "\n".join(out)


def _reach(known: dict[str, float]) -> str:
    if "optimum" in known:
        return f"{known['optimum']:.0f} at most; {known['richest']:.0f} by the life with the largest return"
    return f"{known['expert']:,.0f} by the scripted expert"


def ablations_table() -> str:
    """A line for every change of settings that was tried, the unchanged preset first."""
    out = ["| | changed | seeds | each seed's life | learnt by | after |", "|---|---|---|---|---|---|"]
    for row in [name for name in ROWS if name not in NEEDS_MEMORY]:
        tried: list[dict[str, Any]] = []
        for line in lines(row):
            if "exams" in line and line["changed"] not in tried:
                tried.append(line["changed"])
        if len(tried) < 2 and row != "DQN":
            continue
        for changed in tried:
            out.append(_ablation(row, changed))
    return "\n".join(out)


def _ablation(row: str, changed: dict[str, Any]) -> str:
    mine = runs(row, changed)
    learnt = [next((steps for steps, _, mean in run["exams"] if mean >= LEARNT), None) for run in mine]
    after = [steps for steps in learnt if steps is not None]
    lived = " ".join(f"{run['mean']:.0f}" for run in mine)
    median = f"{np.median(after) / 1e6:.2f} M" if after else "–"
    return f"| {row} | {_told(changed)} | {len(mine)} | {lived} | {len(after)} of {len(mine)} | {median} |"


def memory_table() -> str:
    """What memory is worth: the same models, their memory wiped before every step."""
    out = ["| | changed | seed | lives | memory wiped |", "|---|---|---|---|---|"]
    for line in lines("L2"):
        if line.get("wiped") is not None:
            out.append(f"| L2 | {_told(line['changed'])} | {line['seed']} | {line['mean']:.0f} | {line['wiped']:.0f} |")
    return "\n".join(out)


def doors_table() -> str:
    """The five doors."""
    return _needs_memory("doors")


def rooms_table() -> str:
    """The four rooms."""
    return _needs_memory("rooms")


def _needs_memory(row: str) -> str:
    """Where memory is needed: both networks, the recurrent one's memory wiped, and what scripts reach."""
    known = bound(row)
    out = ["| who lives there | seeds | lives, median | worst | best | CPU s |", "|---|---|---|---|---|---|"]
    out += [f"| {who} | | {known[name]:.0f} | | | |" for who, name in SCRIPTS.items()]
    for who, changed in (("the recurrent network", {}), ("the simple network", {"network": "simple"})):
        mine = runs(row, changed)
        seconds = f"{np.median([run['seconds'] for run in mine]):.0f}"
        out.append(f"| {who} | {len(mine)} | {_spread([run['mean'] for run in mine], bold=True)} | {seconds} |")
        if not changed:
            wiped = _spread([run["wiped"] for run in mine])
            out.append(f"| the same, its memory wiped before every step | {len(mine)} | {wiped} | |")
    return "\n".join(out)


def doors_trials_table() -> str:
    """What else was tried there, a run each."""
    out = ["| changed | lives | memory wiped |", "|---|---|---|"]
    for line in lines("doors"):
        if "tried" in line:
            wiped = "–" if line["wiped"] is None else f"{line['wiped']:.0f}"
            out.append(f"| {_told(line['tried'])} | {line['mean']:.0f} | {wiped} |")
    return "\n".join(out)


def _spread(lived: list[float], bold: bool = False) -> str:
    median = f"{np.median(lived):.0f}"
    return f"{f'**{median}**' if bold else median} | {min(lived):.0f} | {max(lived):.0f}"


def trials_table() -> str:
    """What was tried on the smallest level, a number a run: its best examination and its last; of the later trials the
    best examined weights and the last, on fresh lives."""
    out = ["| reward | changed | best | last | lives |", "|---|---|---|---|---|"]
    tried: dict[str, list[Line]] = {}
    for line in lines("L0_0"):
        if "tried" in line:
            tried.setdefault(json.dumps(line["tried"]), []).append(line)
    for told, mine in tried.items():
        changed = json.loads(told)
        alive = changed.get("first_stage") == 5
        rest = {name: value for name, value in changed.items() if name not in SPARSE or not alive}
        best, last = (" ".join(str(line[name]) for line in mine) for name in ("best", "last"))
        on = f"{mine[0]['fresh']} fresh" if "fresh" in mine[0] else "64 examined"
        out.append(f"| {'1 a step alive' if alive else 'the level’s'} | {_told(rest)} | {best} | {last} | {on} |")
    return "\n".join(out)


def _told(changed: dict[str, Any]) -> str:
    return ", ".join(f"`{name}` {json.dumps(value).strip(chr(34))}" for name, value in changed.items()) or "nothing"
