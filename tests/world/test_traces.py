"""The world replays the older HAMLET: recorded lives of all five levels, to the last bit.

A trace holds 8 episodes, 790 steps in all, of 16 lanes: inputs, and every result of every step (traces/README.md).
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hamlet.world import VectorWorld, load_level

TRACES = Path(__file__).parent / "traces"
LANES = 16


@pytest.fixture(params=sorted(path.stem for path in TRACES.glob("*.npz")), scope="module")
def trace(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    with np.load(TRACES / f"{request.param}.npz") as file:
        return request.param, dict(file)


@pytest.fixture(params=["cpu", "torch", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> str:
    if request.param != "cpu":
        torch = pytest.importorskip("torch")
        if request.param == "cuda" and not torch.cuda.is_available():
            pytest.skip("needs a CUDA device, and torch sees none here")
    return request.param


def world_at(name: str, trace: dict[str, Any], episode: int, device: str) -> VectorWorld:
    """A world put into the state in which an episode of the trace begins."""
    level = load_level(name)
    world = VectorWorld(level, LANES, seed=0, lifespan=int(trace["ep_lifespan"][episode]), device=device)
    cells = trace["ep_affordance_pos"][episode]
    assert tuple(trace["affordance_names"]) == level.vocabulary
    assert tuple(np.flatnonzero(trace["deployed"])) == level.deployed
    world.set_state(
        positions=trace["ep_init_positions"][episode],
        meters=trace["ep_init_meters"][episode],
        affordance_positions={level.vocabulary[place]: tuple(map(int, cells[place])) for place in level.deployed},
        hour=int(trace["ep_init_time_of_day"][episode]),
        step_counts=0,
        interaction_progress=0,
    )
    return world


def test_every_step_of_every_trace_is_replayed_without_any_error(trace, device):
    name, recorded = trace
    # The rules are float32 operations in one order; only a GPU's fused arithmetic may differ, in the last digits.
    tolerance = 1e-6 if device == "cuda" else 0.0
    for episode, (first, steps) in enumerate(zip(recorded["ep_start"], recorded["ep_len"], strict=True)):
        world = world_at(name, recorded, episode, device)

        def same(what: str, ours: Any, theirs: Any, world: VectorWorld = world, episode: int = episode) -> None:
            ours, theirs = world.backend.numpy(ours), np.asarray(theirs)
            where = f"{what}, episode {episode}"
            assert ours.shape == theirs.shape, where
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance, err_msg=where)

        same("first observation", world.observe(), recorded["ep_init_obs"][episode])
        for t in range(first, first + steps):
            same("masks", world.action_masks(), recorded["masks_before"][t])
            obs, reward, terminated, truncated, info = world.step(
                recorded["actions"][t], recorded["depletion_multiplier"][t]
            )
            same("observations", obs, recorded["obs"][t])
            same("rewards", reward, recorded["rewards"][t])
            same("terminated", terminated, recorded["dones"][t])
            same("truncated", truncated, np.zeros(LANES, dtype=bool))
            same("meters", world.meters, recorded["meters"][t])
            same("positions", info["positions"], recorded["positions"][t])
            same("step counts", info["step_counts"], recorded["step_counts"][t])
            same("places used", info["used"], recorded["success_affordance"][t])
            same("hours", world.hours, np.full(LANES, recorded["time_of_day"][t]))
            same("progress", world.progress, recorded["interaction_progress"][t])
        same("last masks", world.action_masks(), recorded["ep_final_masks"][episode])


def test_the_traces_hold_what_the_rules_are_about(trace):
    """A replay proves only what happens in it: deaths, retirement, uses, forbidden actions, changing multipliers."""
    name, recorded = trace
    assert recorded["dones"].any()
    assert 60 in recorded["ep_lifespan"]
    assert (recorded["success_affordance"] >= 0).any()
    assert len(np.unique(recorded["depletion_multiplier"])) > 1
    chosen = np.take_along_axis(recorded["masks_before"], recorded["actions"][..., None].astype(np.int64), axis=2)
    assert not chosen.all()
    assert (recorded["interaction_progress"] > 0).any() == load_level(name).temporal
