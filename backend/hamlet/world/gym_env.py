"""The levels as Gymnasium environments: `gymnasium.make("hamlet/L1-v0")`, and vector ones with `gymnasium.make_vec`.

Ids: hamlet/L0_0-v0, hamlet/L0_5-v0, hamlet/L1-v0, hamlet/L2-v0, hamlet/L3-v0, hamlet/broken_reward-v0.
`import hamlet.world` registers them where Gymnasium is installed; `gymnasium.make("hamlet.world:hamlet/L1-v0")` does
both at once.

A life that ends, by death or retirement, is `terminated`; nothing is ever `truncated`. `info["action_mask"]` has what
is allowed now, as int8, ready for `env.action_space.sample(mask)`.
"""

import re
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from hamlet.world import render
from hamlet.world.level import Level
from hamlet.world.load import load_level, shipped_names
from hamlet.world.vector import VectorWorld

Observation = NDArray[np.float32]


def _spaces(level: Level) -> tuple[Any, Any]:
    low = np.concatenate([np.full(field.stop - field.start, field.low) for field in level.observation])
    high = np.concatenate([np.full(field.stop - field.start, field.high) for field in level.observation])
    box = gym.spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)
    return box, gym.spaces.Discrete(level.num_actions)


class HamletEnv(gym.Env[Observation, np.int64]):
    """One life at a time.

    Observation: (obs_dim,) float32, fields as in `level.observation`. Actions: as in `level.actions`. Reward: health
    times energy while alive (whatever the level multiplies), and 1 for reaching the lifespan.
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 5}

    def __init__(
        self,
        level: str | Level = "L1_full_observability",
        render_mode: str | None = None,
        temporal: bool | None = None,
        lifespan: int | None = None,
        layouts: Any = "run",
        depletion_multiplier: float = 1.0,
    ) -> None:
        """
        Args:
            level: name of a shipped level, path of a level file, or a `Level`
            render_mode: None, "ansi" or "rgb_array"
            temporal, lifespan, layouts: as for `VectorWorld`
            depletion_multiplier: scales the meters' base depletion; 1 is the full world
        """
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode is {render_mode!r}; must be one of None, {self.metadata['render_modes']}")
        self.level = level if isinstance(level, Level) else load_level(level)
        self.render_mode = render_mode
        self.depletion_multiplier = depletion_multiplier
        self._options = {"temporal": temporal, "lifespan": lifespan, "layouts": layouts}
        self.observation_space: gym.Space[Observation]
        self.observation_space, self.action_space = _spaces(self.level)
        self.world: VectorWorld | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a life.

        Args:
            seed: the world's seed: its first life is lane 0's first life of any `VectorWorld` of that seed. Without
                one, the next life of the world there is.
            options: a state to begin in, as `VectorWorld.set_state` takes it (for one lane)
        """
        super().reset(seed=seed)
        if seed is not None or self.world is None:
            chosen = int(self.np_random.integers(2**31)) if seed is None else seed
            self.world = VectorWorld(self.level, 1, chosen, **self._options)
        observation = self.world.reset()
        if options:
            self.world.set_state(**options)
            observation = self.world.observe()
        return observation[0], self._info(-1)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """One step; see `VectorWorld.step`."""
        if self.world is None:
            raise gym.error.ResetNeeded("call reset() before step()")
        actions = np.asarray(action).reshape(1)
        observation, reward, terminated, _, info = self.world.step(actions, self.depletion_multiplier)
        return observation[0], float(reward[0]), bool(terminated[0]), False, self._info(int(info["used"][0]))

    def _info(self, used: int) -> dict[str, Any]:
        assert self.world is not None
        return {
            "action_mask": self.world.action_masks()[0].astype(np.int8),
            "step_count": int(self.world.step_counts[0]),
            "position": self.world.positions[0],
            "used": self.level.vocabulary[used] if used >= 0 else None,
        }

    def render(self) -> Any:
        """Text or (height, width, 3) uint8, by render_mode."""
        if self.world is None:
            raise gym.error.ResetNeeded("call reset() before render()")
        if self.render_mode == "ansi":
            return render.ansi(self.world)
        return render.rgb_array(self.world) if self.render_mode == "rgb_array" else None


class HamletVectorEnv(VectorEnv[Observation, NDArray[np.int64], NDArray[Any]]):
    """Many lives at once, with Gymnasium's same-step autoreset: info has final_obs and final_info where one ended."""

    metadata = {
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": 5,
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        num_envs: int = 1,
        level: str | Level = "L1_full_observability",
        render_mode: str | None = None,
        temporal: bool | None = None,
        lifespan: int | None = None,
        layouts: Any = "run",
        depletion_multiplier: float = 1.0,
    ) -> None:
        """As `HamletEnv`, for `num_envs` lanes of one world."""
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode is {render_mode!r}; must be one of None, {self.metadata['render_modes']}")
        self.level = level if isinstance(level, Level) else load_level(level)
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.depletion_multiplier = depletion_multiplier
        self._options = {"temporal": temporal, "lifespan": lifespan, "layouts": layouts}
        self.single_observation_space, self.single_action_space = _spaces(self.level)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.world: VectorWorld | None = None

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Observation, dict[str, Any]]:
        """Begin a life in every lane. `seed` is one integer: lane i lives as lane i of that seed on any lane count."""
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer)):
            raise ValueError(f"seed is {seed!r}; must be one whole number for all lanes, each has dice of its own")
        super().reset(seed=None if seed is None else int(seed))
        if seed is not None or self.world is None:
            chosen = int(self.np_random.integers(2**31)) if seed is None else int(seed)
            self.world = VectorWorld(self.level, self.num_envs, chosen, **self._options)
        observation = self.world.reset()
        if options:
            self.world.set_state(**options)
            observation = self.world.observe()
        return observation, self._info(np.full(self.num_envs, -1))

    def step(self, actions: Any) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """One step of every lane; a lane that ended returns its next life's first observation."""
        if self.world is None:
            raise gym.error.ResetNeeded("call reset() before step()")
        observation, reward, terminated, truncated, told = self.world.step(actions, self.depletion_multiplier)
        info = self._info(told["used"])
        if terminated.any():
            final = {"final_obs": observation, "final_info": info}
            observation = self.world.reset(terminated)
            none = np.where(terminated, -1, told["used"])
            info = self._info(none)
            info |= final | {"_final_obs": terminated, "_final_info": terminated}
        return observation, reward, terminated, truncated, info

    def _info(self, used: Any) -> dict[str, Any]:
        assert self.world is not None
        all_lanes = np.ones(self.num_envs, dtype=bool)
        told = {
            "action_mask": self.world.action_masks().astype(np.int8),
            "step_count": self.world.step_counts,
            "position": self.world.positions,
            "used": used,
        }
        return told | {f"_{key}": all_lanes for key in told}

    def render(self) -> Any:
        """A tuple of one picture for each lane, by render_mode."""
        if self.world is None:
            raise gym.error.ResetNeeded("call reset() before render()")
        draw = {"ansi": render.ansi, "rgb_array": render.rgb_array}.get(self.render_mode or "")
        return None if draw is None else tuple(draw(self.world, lane) for lane in range(self.num_envs))


def env_id(level: str) -> str:
    """L1_full_observability -> hamlet/L1-v0."""
    short = re.match(r"L\d+(_\d+)?(?=_)", level)
    return f"hamlet/{short.group() if short else level}-v0"


def register_envs() -> None:
    """Register all shipped levels with Gymnasium. Harmless when they are already."""
    for name in shipped_names():
        if env_id(name) not in gym.registry:
            gym.register(
                env_id(name),
                entry_point="hamlet.world.gym_env:HamletEnv",
                vector_entry_point="hamlet.world.gym_env:HamletVectorEnv",
                kwargs={"level": name},
            )


register_envs()
