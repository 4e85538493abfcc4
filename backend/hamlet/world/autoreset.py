"""A thin layer over `VectorWorld.step`: a lane that ends begins its next life at once."""

from typing import Any

from hamlet.world.backend import Array
from hamlet.world.vector import StepResult, VectorWorld


class AutoReset:
    """Steps a world and resets finished lanes in the same call. Everything else is the world's own: `auto.world`."""

    def __init__(self, world: VectorWorld) -> None:
        self.world = world

    def reset(self) -> Array:
        """Begin new lives in all lanes; (lanes, obs_dim)."""
        return self.world.reset()

    def step(self, actions: Any, depletion_multiplier: Any = 1.0) -> StepResult:
        """As `VectorWorld.step`, but where a lane terminated the returned observation is its next life's first.

        info also has the states the step led to, before any reset, for all lanes: final_observation (lanes, obs_dim),
        final_meters (lanes, num_meters), final_positions (lanes, 2), final_hours (lanes,). step_counts and positions
        are of the step, too: the lengths of the lives that ended.
        """
        world = self.world
        observation, reward, terminated, truncated, info = world.step(actions, depletion_multiplier)
        info["final_observation"] = observation
        info["final_meters"] = world.meters
        info["final_positions"] = info["positions"]
        info["final_hours"] = world.hours
        # A GPU would have to be waited for to know whether any lane has ended; there all are gone through.
        if world.backend.name == "torch" or terminated.any():
            observation = world.reset(terminated)
        return observation, reward, terminated, truncated, info
