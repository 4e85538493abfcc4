"""Lanes are lives of their own: same seed, same life, on any lane count; each with its own clock, reset and layout."""

import numpy as np
import pytest

from hamlet.world import AutoReset, VectorWorld, load_level, rng

L3 = "L3_temporal_mechanics"


def play(world: VectorWorld, steps: int, lanes: int) -> list[np.ndarray]:
    """Observations of the first `lanes` lanes, acting by lane and time alone, with resets."""
    auto, seen = AutoReset(world), []
    for t in range(steps):
        actions = np.array([(7 * lane + t * t + t // 3) % 6 for lane in range(world.lanes)])
        obs, *_ = auto.step(actions)
        seen.append(np.array(world.backend.numpy(obs)[:lanes]))
    return seen


@pytest.mark.parametrize("layouts", ["run", "episode"])
def test_the_number_of_lanes_changes_nothing_about_a_lane(layouts):
    few = play(VectorWorld(load_level(L3), 3, seed=5, layouts=layouts), 400, 3)
    many = play(VectorWorld(load_level(L3), 20, seed=5, layouts=layouts), 400, 3)
    np.testing.assert_array_equal(few, many)


def test_the_same_seed_gives_the_same_lives_and_another_seed_others():
    first, again, other = (play(VectorWorld(load_level(L3), 4, seed=s), 60, 4) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_torch_and_numpy_live_the_same_lives():
    pytest.importorskip("torch")
    level = load_level("L1_full_observability")
    numbers, tensors = VectorWorld(level, 4, seed=9), VectorWorld(level, 4, seed=9, device="torch")
    assert numbers.affordance_positions == tensors.affordance_positions
    np.testing.assert_array_equal(numbers.observe(), tensors.observe().numpy())


@pytest.mark.parametrize("layouts", ["run", "episode"])
def test_torch_and_numpy_begin_the_same_new_lives(layouts):
    pytest.importorskip("torch")
    level = load_level(L3)
    worlds = [VectorWorld(level, 5, seed=3, layouts=layouts, device=device) for device in ("cpu", "torch")]
    np.testing.assert_array_equal(*(play(world, 400, 5) for world in worlds))
    assert worlds[0]._life.max() > 2
    for one, other in zip(*(world.snapshot().values() for world in worlds), strict=True):
        np.testing.assert_array_equal(one, other)


def test_dice_are_splitmix64s_on_numpy_and_torch():
    """The first numbers of SplitMix64 from state 1234567, as its authors' program gives them."""
    torch = pytest.importorskip("torch")
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    n = np.arange(4)
    states = rng.nth(np.array([1234567]), n), rng.nth(torch.tensor([1234567]), torch.from_numpy(n))
    for state in states:
        assert np.asarray(rng._mix(state)).view(np.uint64).tolist() == expected
        assert np.asarray(rng.below(1000, state)).tolist() == [((e >> 32) * 1000) >> 32 for e in expected]
        assert np.asarray(rng.sorted_by(state)).tolist() == [1, 3, 0, 2]


def test_moving_lanes_on_the_device_is_setting_their_state():
    torch = pytest.importorskip("torch")
    level = load_level(L3)
    moved, put = (VectorWorld(level, 4, seed=1, device=device) for device in ("torch", "cpu"))
    where, meters, ages = np.array([False, True, False, True]), np.full((4, 8), 0.3, np.float32), np.array([5, 6, 7, 8])
    moved.move(torch.from_numpy(where), torch.from_numpy(meters.T), torch.from_numpy(ages))
    put.set_state(
        meters=np.where(where[:, None], meters, put.meters), step_counts=np.where(where, ages, put.step_counts)
    )
    np.testing.assert_array_equal(moved.observe().numpy(), put.observe())


def test_start_cells_and_layouts_are_uniform():
    world = VectorWorld(load_level("L0_0_minimal"), 9000, seed=3, layouts="episode")
    x, y = world.positions.T
    starts = np.bincount(3 * y + x, minlength=9)
    beds = np.bincount(world.get_state()["affordance_positions"]["Bed"] @ [1, 3], minlength=9)
    # 1000 expected in each of 9 cells, standard deviation 30
    assert starts.min() > 850
    assert starts.max() < 1150
    assert beds.min() > 850
    assert beds.max() < 1150


def test_one_layout_for_the_run_or_one_for_each_life():
    level = load_level("L1_full_observability")
    run = VectorWorld(level, 4, seed=1)
    layout = run.affordance_positions
    run.reset()
    assert run.affordance_positions == layout
    assert len(set(layout.values())) == 14
    each = VectorWorld(level, 4, seed=1, layouts="episode")
    before = [each.layout_of(lane) for lane in range(4)]
    assert before[0] != before[1]
    each.reset(np.array([True, False, False, False]))
    after = [each.layout_of(lane) for lane in range(4)]
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_the_layout_has_a_seed_of_its_own_if_asked():
    level = load_level("L1_full_observability")
    here, there = (VectorWorld(level, 2, seed=s, layout_seed=7) for s in (1, 2))
    assert here.affordance_positions == there.affordance_positions
    assert not np.array_equal(VectorWorld(level, 64, seed=1).positions, VectorWorld(level, 64, seed=2).positions)


def test_resetting_some_lanes_leaves_the_others_alone():
    world = VectorWorld(load_level(L3), 6, seed=2)
    for t in range(10):
        world.step(np.full(6, t % 6))
    before = world.get_state()
    chosen = np.array([False, True, False, False, True, False])
    obs = world.reset(chosen)
    after = world.get_state()
    for key in ("positions", "meters", "hour", "step_counts", "interaction_progress", "interaction_affordance"):
        np.testing.assert_array_equal(after[key][~chosen], before[key][~chosen], err_msg=key)
    assert (after["hour"][chosen] == 0).all()
    assert (after["hour"][~chosen] == 10).all()
    assert (after["step_counts"][chosen] == 0).all()
    np.testing.assert_array_equal(after["meters"][chosen], np.tile([m.start for m in world.level.meters], (2, 1)))
    np.testing.assert_array_equal(obs, world.observe())


def test_a_world_without_time_lets_its_hidden_clock_run_on_over_resets():
    world = VectorWorld(load_level("L1_full_observability"), 2, seed=2)
    for _ in range(5):
        world.step(np.zeros(2, dtype=int))
    world.reset()
    assert (world.hours == 5).all()


def test_arrays_handed_out_are_never_written_to_again():
    world = VectorWorld(load_level(L3), 4, seed=2)
    obs, reward, terminated, _, info = world.step(np.full(4, 5))
    kept = [obs, reward, terminated, info["step_counts"], info["positions"], info["used"], world.hours, world.meters]
    copies = [array.copy() for array in kept]
    for t in range(5):
        world.step(np.full(4, t % 6))
    world.reset(np.array([True, False, True, False]))
    for array, copy in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_autoreset_begins_the_next_life_at_once_and_tells_how_the_last_one_ended():
    auto = AutoReset(VectorWorld(load_level(L3), 3, seed=4, lifespan=3))
    plain = VectorWorld(load_level(L3), 3, seed=4, lifespan=3)
    for t in range(1, 4):
        obs, _, terminated, truncated, info = auto.step(np.full(3, 5))
        expected, *_ = plain.step(np.full(3, 5))
        np.testing.assert_array_equal(info["final_observation"], expected)
        assert (terminated == (t == 3)).all()
        assert not truncated.any()
    np.testing.assert_array_equal(info["step_counts"], [3, 3, 3])
    np.testing.assert_array_equal(info["final_meters"], plain.meters)
    np.testing.assert_array_equal(info["final_positions"], plain.positions)
    np.testing.assert_array_equal(info["final_hours"], [3, 3, 3])
    np.testing.assert_array_equal(obs, plain.reset())
    assert (auto.world.step_counts == 0).all()


@pytest.mark.parametrize("layouts", ["run", "episode"])
@pytest.mark.parametrize("device", ["cpu", "torch"])
def test_a_restored_world_goes_on_exactly_dice_included(layouts, device):
    if device == "torch":
        pytest.importorskip("torch")
    level = load_level(L3)
    world = VectorWorld(level, 5, seed=11, layouts=layouts, device=device)
    play(world, 130, 5)
    snapshot = world.snapshot()
    expected = play(world, 200, 5)
    other = VectorWorld(level, 5, seed=99, layouts=layouts, device="cpu")
    other.restore(snapshot)
    np.testing.assert_array_equal(play(other, 200, 5), expected)


def test_a_snapshot_is_plain_data_and_does_not_move_with_the_world():
    world = VectorWorld(load_level(L3), 2, seed=1)
    snapshot = world.snapshot()
    copies = {key: np.array(value) for key, value in snapshot.items()}
    assert all(isinstance(value, np.ndarray | int | str | bool) for value in snapshot.values())
    play(world, 50, 2)
    for key, value in snapshot.items():
        np.testing.assert_array_equal(value, copies[key])


def test_a_snapshot_of_another_world_is_refused():
    world = VectorWorld(load_level(L3), 2, seed=1)
    with pytest.raises(ValueError, match="snapshot's lanes is 3; this world's is 2"):
        world.restore(VectorWorld(load_level(L3), 3, seed=1).snapshot())
    with pytest.raises(ValueError, match="snapshot's digest"):
        world.restore(VectorWorld(load_level("L2_partial_observability"), 2, seed=1).snapshot())
    damaged = world.snapshot() | {"hour": np.array([0, 99])}
    with pytest.raises(ValueError, match="snapshot's hour is 99"):
        world.restore(damaged)
    with pytest.raises(ValueError, match="snapshot has"):
        world.restore({})


def test_state_goes_out_and_in_again():
    world = VectorWorld(load_level(L3), 4, seed=6)
    bed = world.affordance_positions["Bed"]
    world.set_state(positions=np.tile(bed, (4, 1)))
    world.step(np.full(4, 4))
    world.step(np.full(4, 4))
    state = world.get_state()
    assert (state["interaction_progress"] == 2).all()
    assert (state["interaction_affordance"] == world.level.vocabulary.index("Bed")).all()
    other = VectorWorld(load_level(L3), 4, seed=60)
    other.set_state(**state)
    np.testing.assert_array_equal(other.observe(), world.observe())
    np.testing.assert_array_equal(other.step(np.full(4, 4))[0], world.step(np.full(4, 4))[0])
    assert (other.progress == 3).all()


def test_progress_set_without_a_place_belongs_to_the_place_under_the_agent():
    world = VectorWorld(load_level(L3), 2, seed=6)
    cells = [world.affordance_positions["Bed"], world.affordance_positions["Shower"]]
    world.set_state(positions=np.array(cells), interaction_progress=np.array([3, 0]))
    world.step(np.full(2, 4))
    np.testing.assert_array_equal(world.progress, [4, 1])
    world.set_state(interaction_progress=2, interaction_affordance="Job")
    world.step(np.full(2, 4))
    np.testing.assert_array_equal(world.progress, [1, 1])
    world.set_state(interaction_progress=2, interaction_affordance=["Bed", None])
    world.step(np.full(2, 4))
    np.testing.assert_array_equal(world.progress, [3, 1])


@pytest.mark.parametrize("hold", ["array", "view", "tensor", "memory"])
def test_observations_one_still_holds_are_not_used_again(hold):
    """Large buffers are recycled (backend.py); only those that nobody can see any more may be."""
    if hold == "tensor":
        torch = pytest.importorskip("torch")
    world = VectorWorld(load_level("L1_full_observability"), 64, seed=1)
    kept, copies = [], []
    for t in range(12):
        obs = world.step(np.full(64, t % 6))[0]
        copies.append(obs.copy())
        kept.append(
            {
                "array": lambda obs=obs: obs,
                "view": lambda obs=obs: obs[3:, ::2].T,
                "tensor": lambda obs=obs: torch.from_numpy(obs),
                "memory": lambda obs=obs: memoryview(obs),
            }[hold]()
        )
        del obs
    for held, copy in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(np.asarray(held), copy[3:, ::2].T if hold == "view" else copy)


def test_observations_nobody_holds_are_used_again():
    world = VectorWorld(load_level("L1_full_observability"), 64, seed=1)
    assert len({world.observe().__array_interface__["data"][0] for _ in range(50)}) == 1
