"""The picture of docs/learning.md: greedy survival over CPU seconds, a line a seed, from `bench_learning.py --curves`.

python tests/benchmarks/draw_curves.py runs.jsonl docs/learning-curves.svg
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

from hamlet.learning.config import TrainConfig
from hamlet.world import load_level
from tests.benchmarks.bench_learning import ROWS

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300, 190, 40, 26, 34
COLOURS = ("#2f4fdf", "#0f8a5f", "#b3541e", "#8a2be2", "#c02860")


def panel(row: str, runs: list[dict[str, Any]], x0: int, y0: int) -> list[str]:
    """One level: axes, floors, a line a run."""
    level = load_level(TrainConfig(**ROWS[row][0]).level)
    last = max(seconds for run in runs for _, seconds, _ in run["exams"])
    step = next(s for s in (5, 10, 20, 50, 100, 200, 500) if last / s <= 6)
    right, plot = x0 + WIDTH - 10, HEIGHT - TOP - BOTTOM

    def x(seconds: float) -> float:
        return x0 + LEFT + (right - x0 - LEFT) * seconds / last

    def y(steps: float) -> float:
        return y0 + TOP + plot * (1 - steps / level.lifespan)

    out = [f'<text x="{x0 + LEFT}" y="{y0 + 16}" class="title">{row}</text>']
    for steps in range(0, level.lifespan + 1, 250):
        out.append(f'<path d="M{x0 + LEFT} {y(steps):.1f}H{right}" class="grid"/>')
        out.append(f'<text x="{x0 + LEFT - 6}" y="{y(steps) + 4:.1f}" class="tick" text-anchor="end">{steps}</text>')
    for seconds in range(0, math.floor(last) + 1, step):
        out.append(
            f'<text x="{x(seconds):.1f}" y="{y0 + HEIGHT - 18}" class="tick" text-anchor="middle">{seconds}</text>'
        )
    out.append(f'<text x="{right}" y="{y0 + HEIGHT - 4}" class="tick" text-anchor="end">CPU seconds</text>')
    for name, steps in level.floors.items():
        if steps is not None:
            out.append(f'<path d="M{x0 + LEFT} {y(steps):.1f}H{right}" class="floor">')
            out.append(f"<title>{name} {steps:.0f}</title></path>")
    for i, run in enumerate(runs):
        points = " ".join(f"{x(seconds):.1f},{y(mean):.1f}" for _, seconds, mean in run["exams"])
        out.append(f'<polyline points="{points}" stroke="{COLOURS[i % len(COLOURS)]}" class="run"/>')
    return out


def main(source: Path, target: Path) -> None:
    runs = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in ROWS if any(run["row"] == row and not run["changed"] for run in runs)]
    columns = 3
    height = HEIGHT * math.ceil(len(rows) / columns)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * columns}" height="{height}" '
        f'viewBox="0 0 {WIDTH * columns} {height}" font-family="sans-serif">',
        "<style>.title{font-size:13px;font-weight:600}.tick{font-size:10px;fill:#666}.grid{stroke:#e4e4e8}"
        ".floor{stroke:#999;stroke-dasharray:3 3}.run{fill:none;stroke-width:1.5}</style>",
        f'<rect width="{WIDTH * columns}" height="{height}" fill="#fff"/>',
    ]
    for i, row in enumerate(rows):
        mine = [run for run in runs if run["row"] == row and not run["changed"]]
        out += panel(row, mine, i % columns * WIDTH, i // columns * HEIGHT)
    target.write_text("\n".join([*out, "</svg>", ""]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
