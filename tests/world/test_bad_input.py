"""Bad input is turned away by name, value and what is allowed, and nothing has moved by then."""

from typing import Any

import numpy as np
import pytest

from hamlet.world import VectorWorld, load_level


@pytest.fixture(params=["cpu", "torch"])
def world(request: pytest.FixtureRequest) -> VectorWorld:
    if request.param == "torch":
        pytest.importorskip("torch")
    return VectorWorld(load_level("L3_temporal_mechanics"), 3, seed=0, device=request.param)


def state_of(world: VectorWorld) -> dict[str, Any]:
    return {key: np.asarray(value).tolist() for key, value in world.snapshot().items()}


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([0, 1], r"actions is int64 of shape \(2,\); must be integers of shape \(3,\)"),
        ([[0, 1, 2]], r"actions is int64 of shape \(1, 3\)"),
        (0, r"actions is int64 of shape \(\)"),
        ([0.0, 1.0, 2.0], "actions is float64"),
        ([True, False, True], "actions is bool"),
        (["UP", "UP", "UP"], "must be integers"),
        ([0, 6, 0], r"actions\[1\] is 6; must be one of 0 UP, 1 DOWN, 2 LEFT, 3 RIGHT, 4 INTERACT, 5 WAIT"),
        ([0, 0, -1], r"actions\[2\] is -1; must be one of"),
        (np.array([0, 0, 2**64 - 1], dtype=np.uint64), r"actions\[2\] is -1"),
        (None, "actions is object"),
    ],
)
def test_actions_must_be_one_allowed_number_a_lane(world, actions, message):
    before = state_of(world)
    with pytest.raises(ValueError, match=message):
        world.step(actions)
    assert state_of(world) == before


def test_actions_may_be_any_kind_of_integers(world):
    for kind in (np.int8, np.uint8, np.int32, np.int64):
        world.step(np.array([0, 4, 5], dtype=kind))
    world.step([0, 1, 2])


def test_torch_actions_are_judged_alike():
    torch = pytest.importorskip("torch")
    for device in ("cpu", "torch"):
        world = VectorWorld(load_level("L0_0_minimal"), 2, seed=0, device=device)
        world.step(torch.tensor([0, 5]))
        for bad in (torch.tensor([0.0, 1.0]), torch.tensor([0, 6]), torch.tensor([-1, 0]), torch.tensor([0])):
            with pytest.raises(ValueError, match="actions"):
                world.step(bad)


@pytest.mark.parametrize("multiplier", [-0.1, float("nan"), float("inf"), [1.0, 1.0], [1.0, -1.0, 1.0], "much", None])
def test_the_multiplier_must_be_finite_and_not_negative(world, multiplier):
    before = state_of(world)
    with pytest.raises(ValueError, match="depletion_multiplier is"):
        world.step([0, 0, 0], multiplier)
    assert state_of(world) == before


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"meters": np.full((3, 8), 1.5)}, r"meters\[0, 0\] \(energy\) is 1.5; must be a number from 0 to 1"),
        ({"meters": np.full((3, 8), np.nan)}, r"meters\[0, 0\] \(energy\) is nan"),
        ({"meters": np.zeros((3, 7))}, r"meters is float64 of shape \(3, 7\); must be numbers of shape \(3, 8\)"),
        ({"meters": np.full((3, 8), "full")}, "meters is"),
        ({"positions": np.array([[0, 0], [8, 0], [0, 0]])}, r"positions\[:, 0\] is 8 \(entry 1\); must be from 0 to 7"),
        ({"positions": np.array([[0, 0], [0, 0], [0, -1]])}, r"positions\[:, 1\] is -1"),
        ({"positions": np.zeros((3, 2))}, "positions is float64"),
        ({"positions": np.zeros((2, 2), dtype=int)}, r"must be integers of shape \(3, 2\)"),
        ({"hour": 24}, "hour is 24 .* must be from 0 to 23"),
        ({"hour": 1.5}, "hour is float64"),
        ({"hour": [1, 2]}, "hour is int64"),
        ({"step_counts": -1}, "step_counts is -1"),
        ({"interaction_progress": 6}, "interaction_progress is 6 .* must be from 0 to 5"),
        ({"interaction_affordance": 14, "interaction_progress": 1}, "interaction_affordance is 14"),
        ({"interaction_affordance": "Pub"}, "interaction_affordance is 'Pub'; must be None or one of Bed, LuxuryBed"),
        (
            {"affordance_positions": {"Bed": (0, 0)}},
            "affordance_positions has Bed; must have exactly the deployed places",
        ),
        ({"affordance_positions": 3}, "affordance_positions has 3"),
    ],
)
def test_a_state_must_be_possible_and_is_taken_whole_or_not_at_all(world, state, message):
    before = state_of(world)
    with pytest.raises(ValueError, match=message):
        world.set_state(**{"step_counts": 7, **state})
    assert state_of(world) == before


def test_places_stand_on_distinct_cells_of_the_grid():
    world = VectorWorld(load_level("L0_5_dual_resource"), 2, seed=0)
    good = {"Bed": (0, 0), "HomeMeal": (1, 0), "Hospital": (2, 0), "Job": (6, 6)}
    world.set_state(affordance_positions=good)
    assert world.affordance_positions == good
    with pytest.raises(ValueError, match="puts Bed and Job on one cell"):
        world.set_state(affordance_positions=good | {"Job": (0, 0)})
    with pytest.raises(ValueError, match=r"affordance_positions\['Job'\] x is 7 .* must be from 0 to 6"):
        world.set_state(affordance_positions=good | {"Job": (7, 0)})
    with pytest.raises(ValueError, match=r"affordance_positions\['Job'\] is \(1,\); must be \(x, y\)"):
        world.set_state(affordance_positions=good | {"Job": (1,)})
    with pytest.raises(ValueError, match="lanes share one layout"):
        world.set_state(affordance_positions=good | {"Job": np.array([[5, 5], [6, 6]])})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lanes": 0}, "lanes is 0; must be a whole number from 1 to"),
        ({"lanes": 2.5}, "lanes is 2.5"),
        ({"lanes": True}, "lanes is True"),
        ({"seed": -1}, "seed is -1"),
        ({"lifespan": 0}, "lifespan is 0"),
        ({"temporal": "yes"}, "temporal is 'yes'; must be True, False or None"),
        ({"layouts": "never"}, "layouts is 'never'; must be 'run' or 'episode'"),
        ({"layout_seed": -3}, "layout_seed is -3"),
        ({"device": "abacus"}, "device is 'abacus'; must be 'cpu'"),
        ({"device": None}, "device is None; must be 'cpu'"),
        ({"device": "cuda:63"}, "device is 'cuda:63'; must be 'cpu'"),
    ],
)
def test_a_world_is_not_made_of_nonsense(arguments, message):
    with pytest.raises(ValueError, match=message):
        VectorWorld(load_level("L0_0_minimal"), **{"lanes": 1, "seed": 0, **arguments})


@pytest.mark.parametrize("where", [[True], [1, 0, 1], [[True, True, True]], "all"])
def test_lanes_to_reset_are_told_by_a_mask(world, where):
    with pytest.raises(ValueError, match=r"where is .*; must be bool of shape \(3,\)"):
        world.reset(where)
