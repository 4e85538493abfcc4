"""DQN, the textbook's: remembered steps, a target network, and three refinements that can be switched off.

Double (van Hasselt et al. 2016), n-step targets, prioritised replay (Schaul et al. 2016). The recurrent network learns
from sequences that begin with the memory the agent had there, warmed up by a burn-in (Kapturowski et al. 2019).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hamlet.learning.config import TrainConfig
from hamlet.learning.networks import HIDDEN, QNetwork, RecurrentNetwork, SimpleNetwork, build_network
from hamlet.learning.optimiser import Optimiser
from hamlet.learning.replay import Draw, Prioritised, Rows, Uniform
from hamlet.learning.rollout import Report, Rollout, Tally
from hamlet.world import Level

MIXED = 0.9
"""eta of Kapturowski et al. 2019: a sequence's priority is eta * largest + (1 - eta) * mean of its errors"""


def n_step_targets(reward: Tensor, terminated: Tensor, value: Tensor, gamma: float) -> Tensor:
    """G = sum_{k<n} gamma^k r_k + gamma^n V, cut where a life ends.

    reward and terminated (n, ...): of the n steps; value (...): of what is seen after them. A step that ended the life
    is the last that counts, and V then counts nothing. Being cut off by the trainer is no end, and never marked so.
    """
    total = value
    for k in range(reward.shape[0] - 1, -1, -1):
        total = reward[k] + gamma * (1.0 - terminated[k]) * total
    return total


class DQN:
    """Learns from remembered steps: one update for every `steps_per_update` lane-steps."""

    def __init__(self, config: TrainConfig, level: Level, network: QNetwork, rng: np.random.Generator) -> None:
        self.config = config
        self.network = network
        self.rng = rng
        self.device = next(network.parameters()).device
        self.optimiser = Optimiser(network, config.learning_rate, config.gradient_clip, config.averaging)
        self.target = build_network(network.kind, level, 0).to(self.device).requires_grad_(False)
        self.target.load_state_dict(self.optimiser.weights())
        stride = config.sequence if network.recurrent else 1
        rows = config.replay_capacity // config.lanes // stride * stride
        self.rows = Rows(rows, config.lanes, level.obs_dim, level.num_actions, self.device)
        self.replay: Uniform = (
            Prioritised(stride, rows, config.lanes, config.priority_alpha)
            if config.replay == "prioritised"
            else Uniform(stride, rows, config.lanes)
        )
        self.reach = config.n_step + (config.burn_in + config.sequence - 1 if network.recurrent else 0)
        """how many rows beyond its first an update reads"""
        size = (rows // stride, config.lanes, 2, HIDDEN) if network.recurrent else (0,)
        self._memories = torch.zeros(size, device=self.device)
        self._owed = 0

    def learn(self, rollout: Rollout, progress: float) -> Report | None:
        """Remember the rollout, and make the updates that are due; None if none is, or too little is remembered."""
        self._remember(rollout)
        if self.rows.stored < self.config.replay_start or self.rows.total - 1 - self.reach <= self.rows.oldest:
            return None
        due, self._owed = divmod(self._owed + rollout.action.numel(), self.config.steps_per_update)
        if not due:
            return None
        tally = Tally()
        for draw, row, lane in self._draws(due, progress):
            self._update(tally, draw, row, lane)
        return tally.report()

    def _draws(self, count: int, progress: float) -> Iterator[tuple[Draw, Tensor, Tensor]]:
        """What so many updates learn from, and its rows and lanes, (batch,) each, on the device."""
        config = self.config
        beta = config.priority_beta + (1.0 - config.priority_beta) * progress
        newest = self.rows.total - 1 - self.reach
        at_once = 1 if isinstance(self.replay, Prioritised) else count
        for _ in range(0, count, at_once):
            draws = [self.replay.draw(config.batch, self.rows.oldest, newest, beta, self.rng) for _ in range(at_once)]
            # One copy for all of them: a GPU is not waited for between updates, but where errors are priorities.
            where = torch.from_numpy(np.stack([(draw.row, draw.lane) for draw in draws])).to(self.device)
            for draw, (row, lane) in zip(draws, where, strict=True):
                yield draw, row, lane

    def _remember(self, rollout: Rollout) -> None:
        before, T = self.rows.total, rollout.action.shape[0]
        if isinstance(self.replay, Prioritised):
            self.replay.overwritten(before, before + T)
        if rollout.hidden is not None:
            keep = rollout.keep[0].unsqueeze(1)
            group = before % self.rows.rows // self.replay.stride
            self._memories[group] = torch.stack([part * keep for part in rollout.hidden], dim=1)
        self.rows.add(rollout)
        self.replay.ready(before - self.reach, before + T - self.reach)

    def _update(self, tally: Tally, draw: Draw, row: Tensor, lane: Tensor) -> None:
        if isinstance(self.network, RecurrentNetwork):
            q, target = self._sequences(self.network, row, lane)
        else:
            q, target = self._steps(self.network, row, lane)
        error = target - q
        prioritised = isinstance(self.replay, Prioritised)
        weighted = torch.from_numpy(draw.weight).to(q) * error.square() if prioritised else error.square()
        loss = 0.5 * weighted.mean()
        norm = self.optimiser.step(loss)
        size = error.detach().abs()
        if prioritised:
            each = MIXED * size.amax(dim=0) + (1.0 - MIXED) * size.mean(dim=0) if size.dim() == 2 else size
            self.replay.learnt(draw, each.double().cpu().numpy())
        tally.add(loss.detach(), size.mean(), q.detach().mean(), norm)
        if self.optimiser.updates % self.config.target_every == 0:
            self.target.load_state_dict(self.optimiser.weights())

    def _steps(self, network: SimpleNetwork, row: Tensor, lane: Tensor) -> tuple[Tensor, Tensor]:
        """Q(s, a) and its target for single steps, each (batch,)."""
        n = self.config.n_step
        row, lane = _onwards(row, lane, n + 1)
        q = network(self.rows.take("obs", row[0], lane[0]))
        taken = q.gather(1, self.rows.take("action", row[0], lane[0]).unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            after = self.rows.take("obs", row[n], lane[n])
            later = self._target(after)
            chosen = network(after) if self.config.double else later
            value = _best(chosen, later, self.rows.take("mask", row[n], lane[n]))
            target = self._targets(row, lane, value)
        return taken, target

    def _sequences(self, network: RecurrentNetwork, row: Tensor, lane: Tensor) -> tuple[Tensor, Tensor]:
        """Q(s, a) and targets along sequences, each (sequence, batch)."""
        warm, length, n = self.config.burn_in, self.config.sequence, self.config.n_step
        row, lane = _onwards(row, lane, warm + length + n)
        obs, keep = self.rows.take("obs", row, lane), self.rows.take("keep", row, lane)
        # The stored memory already has the wipe at its first row in it.
        keep[0] = 1.0
        memory = self._memories[row[0] % self.rows.rows // self.replay.stride, lane[0]]
        hidden = (memory[:, 0].contiguous(), memory[:, 1].contiguous())
        with torch.no_grad():
            later, _ = self.target(obs, hidden, keep)
            if warm:
                _, hidden = network(obs[:warm], hidden, keep[:warm])
        q, _ = network(obs[warm:], hidden, keep[warm:])
        action = self.rows.take("action", row[warm : warm + length], lane[warm : warm + length])
        taken = q[:length].gather(2, action.unsqueeze(2)).squeeze(2)
        with torch.no_grad():
            chosen, later = q.detach()[n:] if self.config.double else later[warm + n :], later[warm + n :]
            value = _best(chosen, later, self.rows.take("mask", row[warm + n :], lane[warm + n :]))
            targets = [
                self._targets(row[warm + t : warm + t + n + 1], lane[warm + t : warm + t + n + 1], value[t])
                for t in range(length)
            ]
        return taken, torch.stack(targets)

    def _target(self, obs: Tensor) -> Tensor:
        out: Tensor = self.target(obs)
        return out

    def _targets(self, row: Tensor, lane: Tensor, value: Tensor) -> Tensor:
        reward, terminated = (self.rows.take(name, row[:-1], lane[:-1]) for name in ("reward", "terminated"))
        return n_step_targets(reward, terminated, value, self.config.gamma)

    def state(self) -> dict[str, Any]:
        """Target network, everything remembered, priorities, and how many steps are owed an update."""
        return {
            "target": {name: tensor.clone() for name, tensor in self.target.state_dict().items()},
            "rows": self.rows.state(),
            "replay": self.replay.state(),
            "memories": self._memories,
            "owed": self._owed,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
        self.target.load_state_dict(state["target"])
        self.rows.restore(state["rows"])
        self.replay.restore(state["replay"])
        self._memories.copy_(state["memories"])
        self._owed = state["owed"]


def _onwards(row: Tensor, lane: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Rows and lanes of `count` steps in a row from each of (batch,), (count, batch) each."""
    rows = row + torch.arange(count, device=row.device).unsqueeze(1)
    return rows, lane.expand_as(rows)


def _best(chosen: Tensor, valued: Tensor, mask: Tensor) -> Tensor:
    """Value, by `valued`, of the allowed action that `chosen` likes best; (..., actions) -> (...)."""
    action = chosen.masked_fill(~mask, -torch.inf).argmax(dim=-1, keepdim=True)
    return valued.gather(-1, action).squeeze(-1)
