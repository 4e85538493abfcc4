"""The fast world and the plain one (scalar.py) agree to the bit, on shipped levels and on universes made by dice."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hamlet.world import Level, VectorWorld, level_names, load_level, parse_level
from hamlet.world.writing import level_text
from tests.world.scalar import F, Life

STATION = Path(__file__).parent / "levels" / "station.yaml"


def random_universe(seed: int) -> Level:
    """A level with random size, meters, cascades, places, hours and moves; every rule of the format may occur."""
    dice = np.random.default_rng(seed)

    def some(low: float, high: float) -> float:
        return round(float(dice.uniform(low, high)), 4)

    meters = [f"m{i}" for i in range(dice.integers(1, 8))]
    width, height = int(dice.integers(2, 7)), int(dice.integers(1, 6))
    places = [f"P{i}" for i in range(dice.integers(1, min(6, width * height)))]
    hours = int(dice.integers(3, 25))
    currency = meters[-1] if len(meters) > 1 and dice.random() < 0.8 else None

    def effects(low: float = -0.2) -> dict[str, float]:
        return {m: some(low, 0.5) for m in dice.permutation(meters)[: dice.integers(0, len(meters) + 1)].tolist()}

    def price() -> float:
        return some(0, 0.3) if currency and dice.random() < 0.7 else 0.0

    def pairs(count: int) -> list[tuple[str, str]]:
        return [tuple(dice.permutation(meters)[:2].tolist()) for _ in range(count)] if len(meters) > 1 else []

    def opening() -> list[int]:
        opens = int(dice.integers(0, hours))
        return [opens, opens + int(dice.integers(1, hours + 1))]

    moves = {"A": [0, -1], "B": [0, 1], "C": [-1, 0], "D": [1, 0], "E": [int(dice.integers(1, 3)), -1]}
    data = {
        "name": f"random{seed}",
        "title": "Random",
        "summary": "Made by dice.",
        "grid": {"width": width, "height": height},
        "sight": "full" if dice.random() < 0.5 else {"radius": int(dice.integers(0, 4))},
        "temporal": bool(dice.random() < 0.6),
        "hours_per_day": hours,
        "lifespan": int(dice.integers(20, 90)),
        "actions": {**moves, "USE": "interact", "REST": "wait"},
        "meters": {
            m: {"start": some(0.2, 1), "depletion": some(-0.01, 0.03), "lethal": bool(dice.random() < 0.4)}
            for m in meters
        },
        "currency": currency,
        "reward": {"product": meters[: dice.integers(1, len(meters) + 1)], "retirement": some(0, 2)},
        "costs": {
            "move": {m: some(0.01, 0.02) for m in meters[:2]},
            "wait": {m: some(0, 0.009) for m in meters[:1]},
            "interact": {m: some(0, 0.02) for m in meters[1:3]},
        },
        "modulation": [
            {"source": a, "target": b, "amount": some(0, 0.01), "base": some(0, 1), "range": some(0, 3)}
            for a, b in pairs(int(dice.integers(0, 3)))
        ],
        "cascades": [
            {"source": a, "target": b, "threshold": some(0.1, 1), "strength": some(0, 0.03)}
            for a, b in pairs(int(dice.integers(0, 9)))
        ],
        "places": {
            p: {
                "use": {"cost": price(), "effects": effects()},
                **({"hours": opening()} if dice.random() < 0.6 else {}),
                **(
                    {
                        "ticks": {
                            "count": int(dice.integers(1, 5)),
                            "cost": price(),
                            "effects": effects(),
                            "completion": effects(),
                        }
                    }
                    if dice.random() < 0.8
                    else {}
                ),
            }
            for p in places
        },
        "deployed": "all" if dice.random() < 0.5 else places[::2],
        "curriculum": {"multipliers": [1.0], "advance": 0.7, "retreat": 0.3, "entropy_gate": 0.5},
    }
    return parse_level(level_text(data), file=f"random universe {seed}")


def compare(level: Level, device: str, steps: int = 60, seed: int = 0, temporal: bool | None = None) -> None:
    lanes = 5
    dice = np.random.default_rng(seed)
    world = VectorWorld(level, lanes, seed, temporal=temporal, layouts="episode", device=device)
    host = world.backend.numpy
    world.set_state(
        meters=dice.uniform(0.05, 1, (lanes, level.num_meters)).astype(np.float32),
        hour=dice.integers(0, level.hours_per_day, lanes),
        step_counts=dice.integers(0, level.lifespan, lanes),
    )
    lives = [
        Life(
            level,
            world.temporal,
            world.lifespan,
            world.layout_of(i),
            *(int(v) for v in world.positions[i]),
            meters=dict(zip(level.meter_names, map(F, host(world.meters)[i]), strict=True)),
            hour=int(world.hours[i]),
            count=int(world.step_counts[i]),
        )
        for i in range(lanes)
    ]
    use = next(i for i, action in enumerate(level.actions) if action.kind == "interact")
    for _ in range(steps):
        np.testing.assert_array_equal(host(world.action_masks()), [life.mask() for life in lives])
        actions = np.where(dice.random(lanes) < 0.5, use, dice.integers(0, level.num_actions, lanes))
        multipliers = dice.choice([0.0, 0.2, 1.0, 1.7], lanes)
        obs, reward, terminated, _, info = world.step(actions, multipliers)
        told = [life.step(int(a), float(m)) for life, a, m in zip(lives, actions, multipliers, strict=True)]
        np.testing.assert_array_equal(host(world.meters), [list(life.meters.values()) for life in lives])
        np.testing.assert_array_equal(host(reward), [reward for reward, _, _ in told])
        np.testing.assert_array_equal(host(terminated), [over for _, over, _ in told])
        assert dict(info["successful_interactions"]) == {i: used for i, (_, _, used) in enumerate(told) if used}
        np.testing.assert_array_equal(host(world.progress), [life.progress for life in lives])
        np.testing.assert_array_equal(host(obs), np.array([life.observation() for life in lives], dtype=np.float32))


def backends() -> list[Any]:
    return ["cpu", "torch"]


@pytest.mark.parametrize("device", backends())
@pytest.mark.parametrize("temporal", [False, True])
@pytest.mark.parametrize("name", [*level_names(), str(STATION)], ids=lambda name: Path(name).stem)
def test_the_fast_world_does_what_the_rule_book_says(name, temporal, device):
    if device == "torch":
        pytest.importorskip("torch")
    compare(load_level(name), device, steps=150, temporal=temporal)


@pytest.mark.parametrize("seed", range(60))
def test_the_fast_world_agrees_on_universes_nobody_planned(seed):
    compare(random_universe(seed), "cpu", seed=seed)


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_torch_agrees_on_universes_nobody_planned(seed):
    pytest.importorskip("torch")
    compare(random_universe(seed), "torch", seed=seed)
