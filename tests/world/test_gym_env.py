"""The levels are at home in Gymnasium: its own checker, masks, seeds, vectors, rendering."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

gym = pytest.importorskip("gymnasium")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from hamlet.world import VectorWorld, load_level  # noqa: E402
from hamlet.world.gym_env import HamletEnv  # noqa: E402

IDS = ["hamlet/L0_0-v0", "hamlet/L0_5-v0", "hamlet/L1-v0", "hamlet/L2-v0", "hamlet/L3-v0"]
STATION = str(Path(__file__).parent / "levels" / "station.yaml")


@pytest.mark.parametrize("render_mode", [None, "ansi", "rgb_array"])
@pytest.mark.parametrize("name", [*IDS, STATION], ids=lambda name: Path(name).stem)
def test_gymnasiums_checker_has_no_complaint_and_no_warning(name, render_mode):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if name in IDS:
            check_env(gym.make(name, render_mode=render_mode).unwrapped)
        else:  # not registered: the checker would warn that it cannot make a second one by its id
            env = HamletEnv(name, render_mode=render_mode)
            env.spec = gym.envs.registration.EnvSpec("station-v0", HamletEnv, kwargs={"level": name})
            check_env(env)


@pytest.mark.parametrize(
    "imports", ["import gymnasium, hamlet.world", "import hamlet.world, gymnasium", "import gymnasium"]
)
def test_importing_the_world_registers_its_environments(imports):
    name = "hamlet/L1-v0" if "world" in imports else "hamlet.world:hamlet/L1-v0"
    code = f"{imports}; print(gymnasium.make('{name}').reset(seed=0)[0].shape)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(91,)", done.stderr


def test_the_mask_in_info_is_what_the_world_allows():
    env = gym.make("hamlet/L3-v0")
    _, info = env.reset(seed=1)
    env.action_space.seed(1)
    for _ in range(200):
        assert info["action_mask"].dtype == np.int8
        np.testing.assert_array_equal(info["action_mask"], env.unwrapped.world.action_masks()[0])
        _, _, terminated, truncated, info = env.step(env.action_space.sample(info["action_mask"]))
        assert not truncated
        if terminated:
            _, info = env.reset()


def test_one_seed_is_one_life_alone_in_a_vector_and_in_the_world():
    alone, _ = gym.make("hamlet/L2-v0").reset(seed=7)
    many, _ = gym.make_vec("hamlet/L2-v0", num_envs=5).reset(seed=7)
    world = VectorWorld(load_level("L2_partial_observability"), 3, seed=7)
    np.testing.assert_array_equal(alone, many[0])
    np.testing.assert_array_equal(many[:3], world.reset())


def test_a_vector_env_begins_new_lives_in_the_same_step():
    vec = gym.make_vec("hamlet/L1-v0", num_envs=3, lifespan=4)
    assert vec.metadata["autoreset_mode"] == gym.vector.AutoresetMode.SAME_STEP
    vec.reset(seed=0)
    for t in range(1, 5):
        obs, reward, terminated, truncated, info = vec.step(np.full(3, 5))
        assert (terminated == (t == 4)).all()
        assert not truncated.any()
        assert vec.observation_space.contains(obs)
    lifetime = load_level("L1_full_observability").observation[-1].start
    assert (info["final_obs"][:, lifetime] == 1).all()
    assert (info["final_info"]["step_count"] == 4).all()
    assert info["_final_obs"].all()
    assert (obs[:, lifetime] == 0).all()
    assert (reward > 1).all()


def test_a_life_may_begin_in_a_chosen_state():
    env = gym.make("hamlet/L1-v0")
    bed = {"positions": [[3, 4]], "step_counts": 10}
    _, info = env.reset(seed=0, options=bed)
    assert info["position"].tolist() == [3, 4]
    assert info["step_count"] == 10


def test_pictures_show_the_world_that_is():
    env = gym.make("hamlet/L3-v0", render_mode="ansi")
    env.reset(seed=0)
    world = env.unwrapped.world
    cell = world.affordance_positions["Bar"]
    world.set_state(positions=[cell], hour=12)
    noon = env.render()
    assert "ba@" in noon  # closed, and the agent stands there
    assert "12:00  at Bar" in noon
    world.set_state(hour=20)
    assert "Ba@" in env.render()

    picture = gym.make("hamlet/L3-v0", render_mode="rgb_array")
    picture.reset(seed=0)
    pixels = picture.render()
    assert (pixels.dtype, pixels.shape[2]) == (np.uint8, 3)
    picture.unwrapped.world.set_state(positions=[[0, 0]])
    here = picture.render()
    picture.unwrapped.world.set_state(positions=[[7, 7]])
    there = picture.render()
    assert not np.array_equal(here, there)
    meters = np.tile(np.float32([0, 1, 1, 1, 1, 1, 1, 1]), (1, 1))
    picture.unwrapped.world.set_state(meters=meters)
    assert not np.array_equal(picture.render(), there)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="render_mode is 'human'; must be one of"):
        HamletEnv(render_mode="human")
    with pytest.raises(gym.error.ResetNeeded):
        HamletEnv().step(0)
    env = HamletEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"actions\[0\] is 6"):
        env.step(6)
    with pytest.raises(ValueError, match="seed is"):
        gym.make_vec("hamlet/L1-v0", num_envs=2).unwrapped.reset(seed=[1, 2])
