"""The model card: what a model is, how well it lives and how that was measured, as Markdown.

Everything in it is read from the model and its metadata; what is not known there is left out, or said to be unknown.
Metadata keys it knows, all optional: `layout`, `layouts`, `which`, `steps`, `episodes`, `config`, `float16`, `source`,
`evaluation` (an examination: lives, mean, median, p10, share_retired, causes, survived, steps), `floors` ({"random":
steps, "wait": steps}, measured on the same level), `curve` ({"examined": [...]}, mean survival in each examination held
during training, oldest first).

A file may come from anywhere, so nothing in it is trusted: numbers that are none are left out, texts are made harmless.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hamlet.model.core import HamletModel

_BARS = "▁▂▃▄▅▆▇█"


def card(model: HamletModel, file_name: str, title: str | None = None) -> str:
    """The card of a model that is downloaded as `file_name`. The Python in it runs as it stands, beside that file."""
    known = model.metadata
    parts = [
        f"# {_text(title or file_name)}",
        _first_sentence(model),
        "## How long it lives",
        *_life(known),
        *_deaths(known),
        "## What it sees",
        _fields(model),
        f"It answers one Q-value for each action: {', '.join(map(_text, model.action_names))}.",
        "## Use it",
        _use(model, file_name),
        *_training(known),
        "## Limits",
        "\n".join(f"- {limit}" for limit in _limits(model, known)),
    ]
    return "\n\n".join(parts) + "\n"


def interval(survived: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the ends of its 95 % confidence interval (normal approximation: mean ± 1.96 s / √n)."""
    lives = np.asarray(survived, dtype=np.float64)
    mean = float(lives.mean())
    spread = 1.96 * float(lives.std(ddof=1)) / len(lives) ** 0.5 if len(lives) > 1 else float("inf")
    return mean, mean - spread, mean + spread


def _first_sentence(model: HamletModel) -> str:
    count = sum(array.size for array in model.weights.values())
    kind = "an LSTM with memory" if model.hidden_size else "a network without memory"
    return (
        f"A trained mind of HAMLET for the level {_text(model.contract['level'])}: {kind}, {count:,} weights, "
        f"{model.obs_dim} values in, {model.num_actions} Q-values out."
    )


def _life(known: Mapping[str, Any]) -> list[str]:
    exam = _dict(known.get("evaluation"))
    lives = _numbers(exam.get("survived"))
    if not lives:
        return ["It has not been examined: how long it lives is not known."]
    mean, low, high = interval(lives)
    between = f" (95 % confidence interval {low:.1f} to {high:.1f})" if len(lives) > 1 else ""
    rows = [("mean", f"{mean:.1f} steps{between}")]
    for key, label in (("median", "median"), ("p10", "a tenth lived at most")):
        if (value := _number(exam.get(key))) is not None:
            rows.append((label, f"{value:.1f} steps"))
    if (share := _number(exam.get("share_retired"))) is not None:
        rows.append(("lived the whole lifespan", f"{share:.1%} of lives"))
    floors = _dict(known.get("floors"))
    for key, label in (("random", "for comparison: random play"), ("wait", "for comparison: only waiting")):
        if (value := _number(floors.get(key))) is not None:
            rows.append((label, f"{value:.1f} steps"))
    few = "" if len(lives) >= 100 else f" {len(lives)} lives are few: take the figures with care."
    return [
        f"Examined on {len(lives)} lives it never trained on, with greedy actions and full depletion.{few}",
        _table(("survival", "value"), rows),
    ]


def _deaths(known: Mapping[str, Any]) -> list[str]:
    causes = _dict(_dict(known.get("evaluation")).get("causes"))
    counted = [(name, count) for name, value in causes.items() if (count := _number(value)) is not None]
    if not counted:
        return []
    counted.sort(key=lambda item: (-item[1], item[0]))
    return [
        "## How it dies",
        "The meter that drained the fatal one most, over the examined lives.",
        _table(("root cause", "deaths"), [(_text(name), f"{count:g}") for name, count in counted]),
    ]


def _fields(model: HamletModel) -> str:
    rows = [
        (f"{f['start']}-{f['stop'] - 1}", _text(f["name"]), f"{f['low']:g} to {f['high']:g}", _labels(f))
        for f in model.contract["observation"]
    ]
    return _table(("values", "field", "range", "meaning"), rows)


def _labels(field: Mapping[str, Any]) -> str:
    labels = field["labels"] or []
    if not labels or labels == [field["name"]]:
        return ""
    if all("," in label for label in labels):
        return f"cells x,y from {_text(labels[0])} to {_text(labels[-1])}, row by row"
    return ", ".join(map(_text, labels))


def _use(model: HamletModel, file_name: str) -> str:
    layout = "world.set_state(affordance_positions=model.metadata['layout'])\n" if model.metadata.get("layout") else ""
    return f"""`pip install hamlet-lab` (numpy, safetensors, pyyaml, pydantic), then, beside the file:

```python
from hamlet import HamletModel
from hamlet.world import VectorWorld, load_level

model = HamletModel.load({file_name!r})
world = VectorWorld(load_level(model.contract["level"]), lanes=1, seed=7)
{layout}obs, hidden, alive, steps = world.reset(), None, True, 0
while alive:
    out = model.predict(obs, hidden, mask=world.action_masks())
    hidden, steps = out["hidden"], steps + 1
    obs, reward, terminated, truncated, info = world.step(out["actions"])
    alive = not terminated[0]
print(f"It lived {{steps}} steps.")
```"""


def _training(known: Mapping[str, Any]) -> list[str]:
    facts = [
        f"{value:,.0f} {label}"
        for key, label in (("steps", "steps"), ("episodes", "lives"), ("updates", "gradient updates"))
        if (value := _number(known.get(key))) is not None
    ]
    parts = [f"Trained for {', '.join(facts)}."] if facts else []
    if values := _numbers(_dict(known.get("curve")).get("examined")):
        reach = f"from {values[0]:.0f} to {values[-1]:.0f} steps (best {max(values):.0f})"
        line = f"Mean survival in its examinations during training, {reach}:"
        parts.append(f"{line}\n\n`{_spark(values)}`")
    if rows := _flat(_dict(known.get("config"))):
        parts.append(_table(("setting", "value"), rows))
    return ["## How it was trained", *parts] if parts else []


def _flat(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in config.items():
        inner = [(f"{name}.{key}", item) for key, item in value.items()] if isinstance(value, dict) else [(name, value)]
        rows += [(_text(key), _text(item)) for key, item in inner]
    return rows


def _spark(values: Sequence[float], width: int = 60) -> str:
    """The curve in at most `width` characters, each the mean of its stretch; the lowest bar is zero."""
    means = [float(part.mean()) for part in np.array_split(np.asarray(values), min(width, len(values)))]
    top = max(*means, 1e-9)
    return "".join(_BARS[min(7, max(0, int(mean / top * 8)))] for mean in means)


def _limits(model: HamletModel, known: Mapping[str, Any]) -> list[str]:
    level = _text(model.contract["level"])
    limits = [f"It knows one level, {level}; `model.fits(level)` tells whether another shows the same."]
    if known.get("layouts", "run") == "run" and known.get("layout"):
        limits.append("It grew up with the places in one layout (`metadata['layout']`); in another it may be lost.")
    if not model.hidden_size:
        limits.append("It has no memory: it acts on what it sees at that moment.")
    if known.get("which") == "last":
        limits.append("These are the last weights of the training, not its best examined ones.")
    rounding = _dict(known.get("float16"))
    change, same = _number(rounding.get("largest_change")), _number(rounding.get("same_actions"))
    if change is not None and same is not None:
        limits.append(
            f"Stored in float16: answers differ by up to {change:.2g} of an observation's largest Q-value, "
            f"{same:.2%} of actions are the same as in float32."
        )
    if known.get("source"):
        limits.append(f"It comes from a {_text(known['source'])}.")
    return limits


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and abs(value) < 1e300 else None


def _numbers(values: Any) -> list[float]:
    return [n for value in values if (n := _number(value)) is not None] if isinstance(values, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """One line of Markdown that is only text."""
    line = " ".join(str(value).split())
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", line if len(line) <= 200 else line[:199] + "…")
