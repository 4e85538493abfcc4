"""The loop on one device: world, choice and rollout are torch tensors that stay where they are.

No step waits for the device. What the host needs of a rollout (the watched lane's rows, and who lived, died and used
what) is gathered there and copied once, when the rollout is done. Meant for a GPU; it runs on the CPU as it stands
(`Trainer(config, device="torch")`), which is how it is tested.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hamlet.learning.dice import Dice
from hamlet.learning.lanes import LOWEST_START, Lanes, Moment, do_nothing
from hamlet.learning.rollout import Rollout


class TorchLanes(Lanes):
    """Steps the lanes on the network's device."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        level, lanes, steps, device = self.level, self.config.lanes, self.steps, self.device
        self.dice = Dice(self.config.seed, device)
        self._random: dict[str, str] = {}  # the dice of the loop on the CPU, should the run have been there
        self._replay = np.random.default_rng((self.config.seed, 2))
        self._keep = torch.zeros(lanes, device=device)
        self._not_watched = torch.arange(lanes, device=device) > 0
        self._most_here = tuple(torch.from_numpy(part).to(device).unsqueeze(1) for part in self._most)
        self._row_mask = torch.zeros((steps + 1, lanes, level.num_actions), dtype=torch.bool, device=device)
        self._row_q = torch.zeros((steps + 1, lanes, level.num_actions), device=device)
        self._row_keep = torch.zeros((steps + 1, lanes), device=device)
        self._action, self._reward = (torch.zeros(0, device=device) for _ in range(2))
        self._novelty: NDArray[np.float32] = np.zeros((steps, lanes), dtype=np.float32)
        self._died: NDArray[np.int64] = np.zeros((2, 0), dtype=np.int64)
        self._take_births()

    def stepped_on(self) -> Any:
        """Where the network is."""
        return self.device

    @property
    def novelty(self) -> NDArray[np.float32]:
        """(T, lanes)"""
        return self._novelty

    def _take_births(self) -> None:
        """What the lives under way were given, from the host's account of it."""
        multipliers = torch.from_numpy(self.births.multipliers.astype(np.float32)).to(self.device)
        self._drain = self.world.drain(1.0) * multipliers
        self._sparse = torch.from_numpy(self.births.sparse).to(self.device)

    def begin(self) -> NDArray[np.bool_]:
        """First lives in all lanes."""
        everywhere = torch.ones(self.config.lanes, dtype=torch.bool, device=self.device)
        self.world.begin(everywhere)
        moved = self._begin_in_the_middle(everywhere, self._starts(1)[0])
        out: NDArray[np.bool_] = moved.cpu().numpy()
        return out

    # ------------------------------------------------------------------------------------------------ on the device

    def rollout(self, epsilons: NDArray[np.float64], before_step: Callable[[], None] = do_nothing) -> Iterator[Moment]:
        """T steps of every lane, all told when they are done: a run that is held to a pace is told at that pace."""
        with torch.no_grad():
            kept = self._act(torch.from_numpy(epsilons).to(self.device))
            self._action, self._reward = torch.stack(kept["action"]), torch.stack(kept["learnt"])
            self._terminated = torch.stack(kept["terminated"])
            told = self._gathered(kept)
        for moment in self._moments(*told):
            before_step()
            yield moment

    def _act(self, epsilons: Tensor) -> dict[str, list[Tensor]]:
        """The rollout. Returns what is kept of each step, beside the rows that are tensors from the start."""
        kept: dict[str, list[Tensor]] = defaultdict(list)
        self._hidden_before = self._hidden
        dice = self.dice.uniform(self.steps, 2, self.config.lanes)
        starts = self._starts(self.steps)
        born = self.births.curriculum
        drain, sparse = self.world.drain(born.multiplier), born.sparse
        any_sparse = sparse or bool(self.births.sparse.any())
        for t in range(self.steps):
            world = self.world
            for name in ("cells", "hours", "progress"):
                kept[name].append(getattr(world, name))
            if self.config.layouts == "episode":
                kept["places"].append(world.place_cells[0])
            action, rolled = self._choose(*self._look(t), epsilons, dice[t])
            reward, terminated, _, info = world.advance(action, self._drain)
            meters = world.meters
            learnt = reward
            if any_sparse:
                dead = terminated & (info["step_counts"] < self.level.lifespan)
                learnt = torch.where(self._sparse, (~dead).to(reward.dtype), reward)
            if self.curiosity:
                novelty = self.curiosity.novelty(world.observe())
                bonus = novelty * self.curiosity.factor
                learnt = learnt + bonus
                kept["novelty"].append(novelty)
                kept["bonus"].append(bonus[0])
                kept["arrived"].append(world.cells)
            for name, value in (
                ("action", action), ("rolled", rolled), ("reward", reward), ("learnt", learnt * self.scale),
                ("terminated", terminated), ("used", info["used"]), ("meters", meters),
                ("final_hour", world.hours[0]), ("final_cell", world.cells[0]),
            ):  # fmt: skip
                kept[name].append(value)
            world.begin(terminated)
            self._keep = (~terminated).to(torch.float32)
            self._drain = torch.where(terminated, drain, self._drain)
            if any_sparse:
                self._sparse = torch.where(terminated, sparse, self._sparse)
            kept["moved"].append(self._begin_in_the_middle(terminated, starts[t]))
        self._look(self.steps, remember=False)
        return kept

    def _look(self, t: int, remember: bool = True) -> tuple[Tensor, Tensor]:
        """Q-values and mask of what every lane sees now; kept as row t."""
        self._row_obs[t] = self.world.observe()
        self._row_mask[t], self._row_keep[t] = self.world.action_masks(), self._keep
        hidden = self._hidden
        if hidden is not None:
            keep = self._keep.unsqueeze(1)
            hidden = (hidden[0] * keep, hidden[1] * keep)
        self._row_q[t], after = self.network.step(self._row_obs[t], hidden)  # type: ignore[arg-type]
        if remember:
            self._hidden = after
        return self._row_q[t], self._row_mask[t]

    def _choose(self, q: Tensor, mask: Tensor, epsilons: Tensor, dice: Tensor) -> tuple[Tensor, Tensor]:
        """Epsilon-greedy as `exploration.choose`: the action of every lane, and whether the dice chose it."""
        greedy = q.masked_fill(~mask, -torch.inf).argmax(dim=1)
        rolled = dice[0] < epsilons
        count = mask.cumsum(dim=1)
        drawn = count > (dice[1] * count[:, -1]).to(torch.int64).unsqueeze(1)
        return torch.where(rolled, drawn.to(torch.int8).argmax(dim=1), greedy), rolled

    def _starts(self, steps: int) -> Tensor:
        """Dice of exploring starts, (steps, 2 + meters, lanes); none are thrown where there are none."""
        count = 2 + self.level.num_meters if self.config.exploring_starts > 0.0 else 0
        return self.dice.uniform(steps, count, self.config.lanes)

    def _begin_in_the_middle(self, born: Tensor, dice: Tensor) -> Tensor:
        """Exploring starts: a share of the lives just born, never the watched lane's, is moved to another age, and to
        meters that a life can have at that age. Returns which, (lanes,)."""
        if self.config.exploring_starts <= 0.0:
            return torch.zeros_like(born)
        moved = born & self._not_watched & (dice[0] < self.config.exploring_starts)
        ages = (dice[1] * self.level.lifespan).to(torch.int64).clamp(max=self.level.lifespan - 1)
        start, loss = self._most_here
        most = (start - ages * (loss * self.births.curriculum.multiplier)).clamp(0.0, 1.0)
        self.world.move(moved, (LOWEST_START + (1.0 - LOWEST_START) * dice[2:]) * most, ages)
        return moved

    def rows(self) -> Rollout:
        """The rollout, where it was lived."""
        best, greedy = self._row_q.masked_fill(~self._row_mask, -torch.inf).max(dim=2)
        return Rollout(
            obs=self._row_obs, mask=self._row_mask, best=best, action=self._action,
            greedy=self._action == greedy[:-1], reward=self._reward,
            terminated=self._terminated.to(torch.float32), keep=self._row_keep, hidden=self._hidden_before,
        )  # fmt: skip

    def shuffle(self, count: int) -> Tensor:
        """A random order of 0..count-1."""
        return self.dice.order(count)

    @property
    def replay_dice(self) -> np.random.Generator:
        """What old steps are drawn with."""
        return self._replay

    # -------------------------------------------------------------------------------------------------- to the host

    def _gathered(self, kept: dict[str, list[Tensor]]) -> tuple[NDArray[Any], ...]:
        """What the host needs, in four copies: whole numbers (kinds, T, lanes), fractions (kinds, T, lanes), whole
        numbers and fractions of the watched lane, a row a step."""
        curious = ("arrived",) if self.curiosity else ()
        names = ("cells", "hours", "used", "terminated", "moved", *curious)
        meters = torch.stack(kept["meters"])
        died = self.roots.rollout(meters.transpose(1, 2), self._action, self._terminated)
        rows = [*(torch.stack(kept[name]) for name in names), *(part.view(self.steps, -1) for part in died)]
        whole = torch.stack([row.to(torch.int32) for row in rows])
        parts = torch.stack([torch.stack(kept[name]) for name in ("reward", "novelty") if kept[name]])
        first = [
            *(torch.stack([row[0] for row in kept[name]]) for name in ("action", "rolled", "progress")),
            *(torch.stack(kept[name]) for name in ("final_hour", "final_cell")),
            self._row_keep[:-1, 0],
        ]
        numbers = [torch.stack([column.to(torch.int64) for column in first], dim=1), self._row_mask[:-1, 0]]
        if kept["places"]:
            numbers.append(torch.stack(kept["places"]))
        seen = next(field for field in self.level.observation if field.name == "meters")
        fractions = [
            self._row_obs[:-1, 0, seen.start : seen.stop], meters[:, 0], self._row_q[:-1, 0],
        ]  # fmt: skip
        if self.curiosity:
            fractions.append(torch.stack(kept["bonus"]).unsqueeze(1))
        watched = torch.cat([part.to(torch.int64) for part in numbers], dim=1), torch.cat(fractions, dim=1)
        return tuple(part.cpu().numpy() for part in (whole, parts, *watched))

    def _moments(
        self, whole: NDArray[Any], parts: NDArray[Any], numbers: NDArray[Any], fractions: NDArray[Any]
    ) -> Iterator[Moment]:
        level, M, A = self.level, self.level.num_meters, self.level.num_actions
        if self.curiosity:
            self._novelty = parts[1]
        died = whole[-2:].reshape(2, -1).astype(np.int64)
        self._died = died[:, died[0] >= 0]
        for t in range(self.steps):
            cells, hours, used, ended, moved = whole[:5, t].astype(np.int64)
            action, rolled, progress, final_hour, final_cell, keep = (int(n) for n in numbers[t, :6])
            mask, places = numbers[t, 6 : 6 + A].astype(bool), numbers[t, 6 + A :]
            meters, final_meters, q = np.split(fractions[t, : 2 * M + A], [M, 2 * M])
            y, x = divmod(int(cells[0]), level.width)
            layout = self.world.layout_at(places) if places.size else self.world.affordance_positions
            final_y, final_x = divmod(final_cell, level.width)
            yield Moment(
                layout=None if keep else layout,
                seen={"x": x, "y": y, "mask": mask, "meters": meters, "hour": int(hours[0]), "progress": progress},
                q=q, action=action, greedy=int(np.where(mask, q, -np.inf).argmax()), random=bool(rolled),
                bonus=float(fractions[t, -1]) if self.curiosity else 0.0, cells=cells, hours=hours, used=used,
                reward=parts[0, t], terminated=ended.astype(bool),
                arrived=whole[5, t].astype(np.int64) if self.curiosity else None,
                novelty=parts[1, t] if self.curiosity else None, moved=moved.astype(bool),
                final={"x": final_x, "y": final_y, "meters": final_meters, "hour": final_hour} if ended[0] else None,
            )  # fmt: skip

    def deaths(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Meters that ran out in the rollout, and those at the root."""
        died_of, root = self._died
        return died_of, root

    def undecided(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Q-values and mask after the rollout."""
        return self._row_q[-1].cpu().numpy(), self._row_mask[-1].cpu().numpy()

    # ------------------------------------------------------------------------------------------------------ to keep

    def state(self) -> dict[str, Any]:
        """What the lanes remember, and how many dice were thrown."""
        return {
            "keep": self._keep.cpu().numpy(), "hidden": self._hidden, "roots": self.roots.state(),
            "thrown": self.dice.thrown,
            "random": {**self._random, "shuffle": json.dumps(self._replay.bit_generator.state)},
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self._keep = torch.from_numpy(state["keep"]).to(self.device)
        self._hidden = state["hidden"] and tuple(part.to(self.device) for part in state["hidden"])
        self.roots.restore(state["roots"])
        self.dice.thrown, self._random = state["thrown"], dict(state["random"])
        self._replay.bit_generator.state = json.loads(state["random"]["shuffle"])
        self._take_births()
