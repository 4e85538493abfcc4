"""The picture of docs/learning.md: greedy survival over CPU seconds, a line a seed.

python -m tests.benchmarks.draw_curves docs/learning-curves.svg
"""

import math
import sys
from pathlib import Path

from tests.benchmarks.bench_learning import ROWS, prepared
from tests.learning.measured import NEEDS_MEMORY, Line, bound, runs

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300, 190, 40, 26, 34
COLUMNS = 3
STYLE = """
.paper{fill:#fff}.title{font-size:13px;font-weight:600;fill:#1b1b1f}.tick{font-size:10px;fill:#5c5c66}
.grid{stroke:#e4e4e8}.line{stroke:#8a8a94;stroke-dasharray:3 3}.run{fill:none;stroke-width:1.5}
.s0{stroke:#2f4fdf}.s1{stroke:#0f8a5f}.s2{stroke:#b3541e}.s3{stroke:#8a2be2}.s4{stroke:#c02860}
@media (prefers-color-scheme:dark){
.paper{fill:#16161a}.title{fill:#f0f0f4}.tick{fill:#a4a4b0}.grid{stroke:#2b2b33}.line{stroke:#7c7c88}
.s0{stroke:#8ea2ff}.s1{stroke:#4fd0a0}.s2{stroke:#f0985c}.s3{stroke:#c49bff}.s4{stroke:#ff86b0}}
"""


def panel(row: str, mine: list[Line], x0: int, y0: int) -> list[str]:
    """One level: axes, floors, what can be reached, a line a run."""
    _, level = prepared(ROWS[row][0])
    last = max(seconds for run in mine for _, seconds, _ in run["exams"])
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if last / s <= 6)
    left, right, plot = x0 + LEFT, x0 + WIDTH - 10, HEIGHT - TOP - BOTTOM

    def x(seconds: float) -> float:
        return left + (right - left) * seconds / last

    def y(steps: float) -> float:
        return y0 + TOP + plot * (1 - steps / level.lifespan)

    out = [f'<text x="{left}" y="{y0 + 16}" class="title">{row}</text>']
    for steps in range(0, level.lifespan + 1, 250):
        out.append(f'<path d="M{left} {y(steps):.1f}H{right}" class="grid"/>')
        out.append(f'<text x="{left - 6}" y="{y(steps) + 4:.1f}" class="tick" text-anchor="end">{steps}</text>')
    for seconds in range(0, math.floor(last) + 1, step):
        out.append(
            f'<text x="{x(seconds):.1f}" y="{y0 + HEIGHT - 18}" class="tick" text-anchor="middle">{seconds}</text>'
        )
    out.append(f'<text x="{right}" y="{y0 + HEIGHT - 4}" class="tick" text-anchor="end">CPU seconds</text>')
    marks = {"random": level.floors["random"], "WAIT": level.floors["wait"], "longest life": bound(row).get("optimum")}
    for name, lived in marks.items():
        if lived is not None:
            out.append(
                f'<path d="M{left} {y(lived):.1f}H{right}" class="line"><title>{name}: {lived:.0f}</title></path>'
            )
    floor = min(marks["random"] or 0.0, marks["WAIT"] or 0.0)
    out.append(f'<text x="{right}" y="{y(floor) + 12:.1f}" class="tick" text-anchor="end">random, WAIT</text>')
    if marks["longest life"]:
        above = y(marks["longest life"]) - 4
        out.append(f'<text x="{right}" y="{above:.1f}" class="tick" text-anchor="end">longest possible life</text>')
    for run in mine:
        points = " ".join(f"{x(seconds):.1f},{y(mean):.1f}" for _, seconds, mean in run["exams"])
        out.append(
            f'<polyline points="{points}" class="run s{run["seed"] % 5}"><title>seed {run["seed"]}</title></polyline>'
        )
    return out


def main(target: Path) -> None:
    """Draw a panel for every row that has runs of its unchanged preset."""
    drawn = {row: mine for row in ROWS if row not in ("DQN", *NEEDS_MEMORY) and (mine := runs(row))}
    width, height = WIDTH * COLUMNS, HEIGHT * math.ceil(len(drawn) / COLUMNS)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif">',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" class="paper"/>',
    ]
    for i, (row, mine) in enumerate(drawn.items()):
        out += panel(row, mine, i % COLUMNS * WIDTH, i // COLUMNS * HEIGHT)
    target.write_text("\n".join([*out, "</svg>", ""]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
