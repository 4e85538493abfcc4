"""Actions for many observations in a CSV file: one row in, the same row with its action and Q-values out.

The columns are the model's own names, field.label, or the field alone where it is a single number:

    python batch_csv.py model_ep00012.safetensors --template > moments.csv     the header, and one row of zeros
    python batch_csv.py model_ep00012.safetensors moments.csv > answers.csv

A network with memory answers each row as if it were the first of a life.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from hamlet import HamletModel
from hamlet.model import ModelError


def columns(model: HamletModel) -> list[str]:
    """One name for each value of an observation, in order."""
    names = []
    for field in model.contract["observation"]:
        width = field["stop"] - field["start"]
        labels = field["labels"] or range(width)
        names += [field["name"]] if width == 1 else [f"{field['name']}.{label}" for label in labels]
    return names


def main(model_file: str, csv_file: str) -> None:
    """Read, predict all rows at once, write."""
    model = HamletModel.load(model_file)
    names = columns(model)
    out = csv.writer(sys.stdout)
    if csv_file == "--template":
        out.writerow(names)
        out.writerow([0] * len(names))
        return
    with Path(csv_file).open(newline="") as source:
        rows = list(csv.DictReader(source))
    if missing := [name for name in names if not rows or rows[0].get(name) is None]:
        sys.exit(f"{csv_file} lacks {len(missing)} columns, first {missing[0]}; --template prints them all")
    observations = np.array([[float(row[name]) for name in names] for row in rows], dtype=np.float32)
    answer = model.predict(observations)
    out.writerow([*rows[0], "action", *(f"q.{name}" for name in model.action_names)])
    for row, action, q in zip(rows, answer["actions"], answer["q_values"], strict=True):
        out.writerow([*row.values(), model.action_names[action], *(f"{value:.6f}" for value in q)])


try:
    main(sys.argv[1], sys.argv[2])
except ModelError as error:
    sys.exit(str(error))
