"""The root of a death: who drained whom."""

import numpy as np
import pytest

from hamlet.world import VectorWorld, load_level
from hamlet.world.causes import drains, root_cause

LEVEL = load_level("L1_full_observability")
ROW = {name: i for i, name in enumerate(LEVEL.meter_names)}
WAIT = 5


def life(start: dict[str, float], action: int = WAIT) -> tuple[np.ndarray, np.ndarray, str]:
    """Meters, actions and fatal meter of a life that does one thing only, far from every place."""
    world = VectorWorld(LEVEL, 1, seed=0)
    free = next((x, 0) for x in range(8) if (x, 0) not in world.affordance_positions.values())
    meters = np.ones((1, 8), dtype=np.float32)
    for name, value in start.items():
        meters[0, ROW[name]] = value
    world.set_state(positions=[free], meters=meters)
    rows, actions = [world.meters[0]], []
    while not world.step([action])[2][0]:
        rows.append(world.meters[0])
        actions.append(action)
    rows.append(world.meters[0])
    actions.append(action)
    died_of = next(m.name for m in LEVEL.meters if m.lethal and rows[-1][ROW[m.name]] <= 0)
    return np.array(rows), np.array(actions), died_of


def test_loneliness_is_the_root_when_mood_only_passes_it_on():
    rows, actions, died_of = life({"social": 0.05, "mood": 0.5, "hygiene": 1.0})
    assert died_of == "energy"
    assert root_cause(LEVEL, rows, actions, died_of) == "social"


def test_hunger_is_the_root_of_a_starved_body():
    rows, actions, died_of = life({"satiation": 0.0, "health": 0.2})
    assert died_of == "health"
    assert root_cause(LEVEL, rows, actions, died_of) == "satiation"


def test_a_meter_nobody_drained_is_its_own_root():
    rows, actions, died_of = life({"energy": 0.1})
    assert died_of == "energy"
    assert root_cause(LEVEL, rows, actions, died_of) == "energy"


def test_the_wear_of_a_fit_body_is_nobodys_fault():
    fit = np.ones((51, 8), dtype=np.float32)
    assert root_cause(LEVEL, fit, np.full(50, WAIT), "health") == "health"
    fit[:, ROW["fitness"]] = 0.5
    assert root_cause(LEVEL, fit, np.full(50, WAIT), "health") == "fitness"


def test_late_drains_weigh_more_than_old_ones():
    rows = np.ones((301, 8), dtype=np.float32)
    rows[1:120, ROW["hygiene"]] = 0.0  # long ago, and long
    rows[280:, ROW["social"]] = 0.0  # just before the end
    assert root_cause(LEVEL, rows, np.full(300, WAIT), "energy") == "social"


def test_drains_name_source_target_and_amount():
    meters = np.ones(8, dtype=np.float32)
    assert drains(LEVEL, meters) == [("fitness", "health", pytest.approx(0.0005))]
    meters[ROW["social"]] = 0.15
    found = {(source, target): amount for source, target, amount in drains(LEVEL, meters)}
    assert found[("social", "mood")] == pytest.approx(0.002)
    assert found[("social", "energy")] == pytest.approx(0.0004)
    assert len(found) == 3


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"meters is of shape \(3, 8\); must be \(6, 8\)"):
        root_cause(LEVEL, np.ones((3, 8)), np.zeros(5, dtype=int), "energy")
    with pytest.raises(ValueError, match="died_of is 'boredom'; must be one of energy, hygiene"):
        root_cause(LEVEL, np.ones((2, 8)), np.zeros(1, dtype=int), "boredom")
