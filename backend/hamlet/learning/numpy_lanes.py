"""The loop on the CPU: the world in numpy, one step after the other, each told as it happens."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hamlet.learning.exploration import choose
from hamlet.learning.lanes import LOWEST_START, Lanes, Moment, do_nothing
from hamlet.learning.rollout import Rollout
from hamlet.world import AutoReset


class NumpyLanes(Lanes):
    """Steps the lanes in numpy. Only observations go to the network's device, and Q-values come back."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        level, lanes, steps = self.level, self.config.lanes, self.steps
        self._thrown = 0  # by the loop on a device, should the run have been there
        self._dice, self._order, self._starts = (np.random.default_rng((self.config.seed, n)) for n in (1, 2, 3))
        self._auto = AutoReset(self.world)
        self._obs: NDArray[np.float32] = self.world.observe()
        self._keep = np.zeros(lanes, dtype=np.float32)
        self._row_mask = np.zeros((steps + 1, lanes, level.num_actions), dtype=bool)
        self._row_best, self._row_keep = np.zeros((2, steps + 1, lanes), dtype=np.float32)
        self._row_action = np.zeros((steps, lanes), dtype=np.int64)
        self._row_greedy = np.zeros((steps, lanes), dtype=bool)
        self._row_reward, self._row_terminated, self._row_novelty = np.zeros((3, steps, lanes), dtype=np.float32)
        self._row_meters = np.zeros((steps, level.num_meters, lanes), dtype=np.float32)
        self._last_q = np.zeros((lanes, level.num_actions), dtype=np.float32)

    def stepped_on(self) -> Any:
        """numpy"""
        return "cpu"

    @property
    def novelty(self) -> NDArray[np.float32]:
        """(T, lanes)"""
        return self._row_novelty

    def begin(self) -> NDArray[np.bool_]:
        """First lives in all lanes."""
        everywhere = np.ones(self.config.lanes, dtype=bool)
        self._obs = self.world.reset()
        moved = self._begin_in_the_middle(everywhere)
        return ~everywhere if moved is None else moved

    def rollout(self, epsilons: NDArray[np.float64], before_step: Callable[[], None] = do_nothing) -> Iterator[Moment]:
        """T steps of every lane, each told right after it."""
        self._hidden_before = self._hidden
        for t in range(self.steps):
            before_step()
            layout = self.world.affordance_positions if self._keep[0] == 0.0 else None
            q, mask = self._look(t)
            choice = choose(q, mask, epsilons, self._dice)
            cells, hours = self.world.cells, self.world.hours
            seen = self._seen(mask)
            obs, reward, terminated, _, info = self._auto.step(choice.action, self.births.drain)
            bonus = self._bonus(t, obs, terminated, info)
            self._row_best[t], self._row_action[t], self._row_terminated[t] = choice.best, choice.action, terminated
            self._row_greedy[t] = choice.action == choice.greedy
            self._row_meters[t] = info["final_meters"].T
            self._row_reward[t] = (self._learnt(reward, terminated, info) + bonus) * self.scale
            self._obs, self._keep = obs, 1.0 - self._row_terminated[t]
            moved = self._begin_in_the_middle(terminated) if terminated.any() else None
            curious = self.curiosity is not None
            yield Moment(
                layout=layout, seen=seen, q=q[0].copy(), action=int(choice.action[0]), greedy=int(choice.greedy[0]),
                random=bool(choice.random[0]), bonus=float(bonus[0]), cells=cells, hours=hours,
                used=info["used"], reward=reward, terminated=terminated,
                arrived=self._cells(info["final_positions"]) if curious else None,
                novelty=self._row_novelty[t] if curious else None, moved=moved,
                final=_final(info) if terminated[0] else None,
            )  # fmt: skip
        self._last_q, mask = self._look(self.steps, remember=False)
        self._row_best[-1] = np.where(mask, self._last_q, -np.inf).max(axis=1)

    def _look(self, t: int, remember: bool = True) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Q-values and mask of what every lane sees now; kept as row t."""
        self._row_obs[t].copy_(torch.from_numpy(self._obs))
        self._row_mask[t], self._row_keep[t] = self.world.action_masks(), self._keep
        hidden = self._hidden
        with torch.no_grad():
            if hidden is not None and not self._keep.all():
                keep = torch.from_numpy(self._keep).to(self.device).unsqueeze(1)
                hidden = (hidden[0] * keep, hidden[1] * keep)
            q, after = self.network.step(self._row_obs[t], hidden)  # type: ignore[arg-type]
        if remember:
            self._hidden = after
        return q.cpu().numpy(), self._row_mask[t]

    def rows(self) -> Rollout:
        """The rollout, where the network is."""

        def on_device(array: NDArray[Any]) -> Tensor:
            return torch.from_numpy(array).to(self.device)

        return Rollout(
            obs=self._row_obs, mask=on_device(self._row_mask), best=on_device(self._row_best),
            action=on_device(self._row_action), greedy=on_device(self._row_greedy),
            reward=on_device(self._row_reward),
            terminated=on_device(self._row_terminated), keep=on_device(self._row_keep), hidden=self._hidden_before,
        )  # fmt: skip

    def deaths(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Meters that ran out in the rollout, and those at the root."""
        return self.roots.rollout(self._row_meters, self._row_action, self._row_terminated > 0.0)

    def undecided(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Q-values and mask after the rollout."""
        return self._last_q, self._row_mask[-1]

    def shuffle(self, count: int) -> Tensor:
        """A random order of 0..count-1."""
        return torch.from_numpy(self._order.permutation(count)).to(self.device)

    @property
    def replay_dice(self) -> np.random.Generator:
        """What old steps are drawn with: the generator that shuffles."""
        return self._order

    def _seen(self, mask: NDArray[np.bool_]) -> dict[str, Any]:
        """What the watched lane's choice is made from."""
        world = self.world
        x, y = world.positions[0]
        return {
            "x": int(x), "y": int(y), "mask": mask[0].copy(), "meters": world.meters[0].copy(),
            "hour": int(world.hours[0]), "progress": int(world.progress[0]),
        }  # fmt: skip

    def _learnt(
        self, reward: NDArray[np.float32], terminated: NDArray[np.bool_], info: dict[str, Any]
    ) -> NDArray[np.float32]:
        """The reward that is learnt from: the world's own, or 1 a step alive in lives of the sparse stage."""
        sparse = self.births.sparse
        if not sparse.any():
            return reward
        dead = terminated & (info["step_counts"] < self.level.lifespan)
        learnt: NDArray[np.float32] = np.where(sparse, (~dead).astype(np.float32), reward)
        return learnt

    def _bonus(
        self, t: int, obs: NDArray[np.float32], ended: NDArray[np.bool_], info: dict[str, Any]
    ) -> NDArray[np.float32]:
        """Curiosity about what every lane arrived at, (lanes,)."""
        if self.curiosity is None:
            return np.zeros(self.config.lanes, dtype=np.float32)
        if ended.any():
            obs = np.where(ended[:, None], info["final_observation"], obs)
        self._row_novelty[t] = self.curiosity.novelty(torch.from_numpy(obs).to(self.device)).cpu().numpy()
        return self.curiosity.bonus(self._row_novelty[t])

    def _begin_in_the_middle(self, born: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
        """Exploring starts: some of the lives that were just born are moved to another age and to meters that a life
        can have at that age, never the watched lane's. Returns which; None if none."""
        share, lanes = self.config.exploring_starts, self.config.lanes
        if share <= 0.0:
            return None
        chance = np.ones(lanes)
        chance[born] = self._starts.random(int(born.sum()))
        chance[0] = 1.0
        moved = chance < share
        if not moved.any():
            return None
        count = int(moved.sum())
        meters, ages = self.world.meters, self.world.step_counts.copy()
        shares = self._starts.uniform(LOWEST_START, 1.0, (count, self.level.num_meters))
        ages[moved] = self._starts.integers(0, self.level.lifespan, count)
        start, loss = self._most
        lost = ages[moved, None] * (loss * self.births.curriculum.multiplier)
        meters[moved] = shares * np.clip(start - lost, 0.0, 1.0)
        self.world.set_state(meters=meters, step_counts=ages)
        self._obs = self.world.observe()
        return moved

    def _cells(self, xy: NDArray[np.int64]) -> NDArray[np.int64]:
        cells: NDArray[np.int64] = xy[:, 1] * self.level.width + xy[:, 0]
        return cells

    def state(self) -> dict[str, Any]:
        """What the lanes see and remember, and the dice."""
        generators = {"dice": self._dice, "shuffle": self._order, "starts": self._starts}
        return {
            "keep": self._keep, "hidden": self._hidden, "roots": self.roots.state(), "thrown": self._thrown,
            "random": {name: json.dumps(generator.bit_generator.state) for name, generator in generators.items()},
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._obs, self._keep = self.world.observe(), state["keep"]
        self._hidden = state["hidden"] and tuple(part.to(self.device) for part in state["hidden"])
        self.roots.restore(state["roots"])
        self._thrown = state["thrown"]
        generators = {"dice": self._dice, "shuffle": self._order, "starts": self._starts}
        # A run that was trained on a GPU from its beginning has thrown only what old steps are drawn with.
        for name, text in state["random"].items():
            generators[name].bit_generator.state = json.loads(text)


def _final(info: dict[str, Any]) -> dict[str, Any]:
    """The state a step left the watched lane in, before the next life began."""
    x, y = info["final_positions"][0]
    return {"x": int(x), "y": int(y), "meters": info["final_meters"][0].copy(), "hour": int(info["final_hours"][0])}
