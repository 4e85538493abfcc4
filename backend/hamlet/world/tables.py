"""A level as tables of numbers: what `vector.py` looks up instead of asking in every step.

Everything here is numpy and depends on the level alone (and whether its clock runs), or on one layout. M meters,
P places, A actions, C cells = width * height; cell = y * width + x. Index P of a place table means "no place".
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hamlet.world.backend import Array, Backend
from hamlet.world.level import Cascade, Level

F32 = np.float32


class CascadeBlock(NamedTuple):
    """Cascades that can be reckoned at once: none reads a meter that an earlier one of the block has lowered.

    Amounts are never negative, so clamping each meter once after the block gives the same floats as after each line.
    """

    sources: NDArray[np.int64]
    """(n,) meter indices"""
    targets: tuple[int, ...]
    thresholds: NDArray[np.float32]
    """(n, 1)"""
    strengths: NDArray[np.float32]
    """(n, 1)"""


class Tables(NamedTuple):
    """The level's numbers, in arrays."""

    next_cell: NDArray[np.int64]
    """(A * C,) cell after action a on cell c, at a * C + c"""
    cell_xy: NDArray[np.int64]
    """(C, 2)"""
    masks: NDArray[np.bool_]
    """(2 * C + 1, A) at 2 * cell + (1 if INTERACT is allowed); the last row forbids all"""
    action_cost: NDArray[np.float32]
    """(M, A)"""
    depletion: NDArray[np.float32]
    """(M, 1)"""
    price: NDArray[np.float32]
    """(P + 1,) of one use or tick; 2 (nobody has that much) where there is no place"""
    paid: NDArray[np.float32]
    """(P + 1,) the same with 0 where there is no place"""
    effects: NDArray[np.float32]
    """(M, P + 1) of one use or tick"""
    completion: NDArray[np.float32]
    """(M, P + 1) what the last tick adds"""
    ticks: NDArray[np.int64]
    """(P + 1,)"""
    open: NDArray[np.bool_]
    """(hours * (P + 1),) at hour * (P + 1) + place"""
    clock: NDArray[np.float32]
    """(hours, 2) sine and cosine"""
    one_hot: NDArray[np.float32]
    """(P + 1, P + 1)"""
    position: NDArray[np.float32]
    """(C, 2) x and y in 0..1"""
    start: NDArray[np.float32]
    """(M, 1)"""
    cascades: tuple[CascadeBlock, ...]


def make_tables(level: Level, temporal: bool) -> Tables:
    """All tables of `level`; uses are ticks if `temporal`, instant otherwise."""
    width, height, hours = level.width, level.height, level.hours_per_day
    cells, none = width * height, len(level.places)
    xy = np.stack([np.arange(cells) % width, np.arange(cells) // width], axis=1)
    row = {name: i for i, name in enumerate(level.meter_names)}

    next_cell = np.empty((level.num_actions, cells), dtype=np.int64)
    masks = np.zeros((2 * cells + 1, level.num_actions), dtype=bool)
    action_cost = np.zeros((level.num_meters, level.num_actions), dtype=F32)
    for a, action in enumerate(level.actions):
        x, y = xy[:, 0] + action.dx, xy[:, 1] + action.dy
        next_cell[a] = y.clip(0, height - 1) * width + x.clip(0, width - 1)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        masks[1:-1:2, a] = inside
        masks[0:-1:2, a] = inside & (action.kind != "interact")
        for meter, amount in level.costs[action.kind].items():
            action_cost[row[meter], a] = amount

    price = np.full(none + 1, 2.0, dtype=F32)
    effects = np.zeros((level.num_meters, none + 1), dtype=F32)
    completion = np.zeros_like(effects)
    for place in level.places:
        price[place.index] = place.tick_cost if temporal else place.cost
        for meter, amount in (place.tick_effects if temporal else place.effects).items():
            effects[row[meter], place.index] = amount
        for meter, amount in place.completion.items():
            completion[row[meter], place.index] = amount

    opening = [[*(place.is_open(hour, hours) for place in level.places), False] for hour in range(hours)]
    angle = 2 * np.pi * np.arange(hours) / hours
    return Tables(
        next_cell=next_cell.reshape(-1),
        cell_xy=xy.astype(np.int64),
        masks=masks,
        action_cost=action_cost,
        depletion=_column([meter.depletion for meter in level.meters]),
        price=price,
        paid=np.append(price[:-1], F32(0)),
        effects=effects,
        completion=completion,
        ticks=np.array([*(place.ticks for place in level.places), 0], dtype=np.int64),
        open=np.array(opening, dtype=bool).reshape(-1),
        clock=np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(F32),
        one_hot=np.eye(none + 1, dtype=F32),
        position=(xy / np.maximum([width - 1, height - 1], 1)).astype(F32),
        start=_column([meter.start for meter in level.meters]),
        cascades=_blocks(level.cascades, row),
    )


def _column(values: Any) -> NDArray[np.float32]:
    return np.array(values, dtype=F32)[:, None]


def _blocks(cascades: tuple[Cascade, ...], row: dict[str, int]) -> tuple[CascadeBlock, ...]:
    runs: list[list[Cascade]] = []
    lowered: set[str] = set()
    for cascade in cascades:
        if not runs or cascade.source in lowered:
            runs.append([])
            lowered = set()
        runs[-1].append(cascade)
        lowered.add(cascade.target)
    return tuple(
        CascadeBlock(
            sources=np.array([row[c.source] for c in run]),
            targets=tuple(row[c.target] for c in run),
            thresholds=_column([c.threshold for c in run]),
            strengths=_column([c.strength for c in run]),
        )
        for run in runs
    )


class LayoutTables(NamedTuple):
    """What L layouts (one for all, or one for each lane) add."""

    place_at: Array
    """(L, C) place on each cell, P for none"""
    grid: Array
    """(L, C) 1 where a place stands"""
    padded: Array
    """(L, padded cells) the grid with a margin of `sight` empty cells"""


def layout_tables(level: Level, places: Array, deployed: Array, backend: Backend) -> LayoutTables:
    """Tables of the layouts `places` (L, deployed): the cell of each deployed place. All arrays are the backend's;
    `deployed` is the level's."""
    layouts, cells = len(places), level.width * level.height
    at = backend.full((layouts, cells), len(level.places))
    backend.put_in_rows(at, places, deployed)
    grid = backend.float32(at < len(level.places))
    padded = backend.margin(grid.reshape(layouts, level.height, level.width), level.sight or 0)
    return LayoutTables(at, grid, padded.reshape(layouts, -1))


def window_index(level: Level) -> NDArray[np.int64]:
    """(C, w * w) for each cell, where in the padded grid the cells of its window lie."""
    r = level.sight or 0
    stride, reach = level.width + 2 * r, np.arange(2 * r + 1)
    window = (reach[:, None] * stride + reach).reshape(-1)
    corner = (np.arange(level.height)[:, None] * stride + np.arange(level.width)).reshape(-1)
    return (corner[:, None] + window).astype(np.int64)
