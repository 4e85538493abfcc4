"""PQN: a parallelised Q-network (Gallici et al. 2024). No replay, no target network; many lanes, LayerNorm, Q(lambda).

Each iteration: all lanes take T steps with the acting network, the targets are computed backwards over them, and the
rollout is learnt from `epochs` times in `minibatches` parts, then dropped.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hamlet.learning.config import TrainConfig
from hamlet.learning.networks import QNetwork, RecurrentNetwork, SimpleNetwork
from hamlet.learning.optimiser import Optimiser
from hamlet.learning.rollout import Report, Rollout, Tally


def q_lambda(rollout: Rollout, gamma: float, trace: float, cut: bool = False) -> Tensor:
    """Targets G (T, N), backwards from the last step:

    G_t = r_t + gamma (1 - d_t) [ lambda G_{t+1} + (1 - lambda) max_a Q(o_{t+1}, a) ],  G_T = max_a Q(o_T, a)

    with the maximum over allowed actions, of the values the acting network gave during the rollout. This is Peng's
    Q(lambda) (Peng & Williams 1994): it is not cut at exploring steps, and so reckons with a share of them.
    cut: Watkins's (1989), where lambda is 0 if the action at t + 1 is not the greedy one, and reckons with none.
    """
    targets = torch.empty_like(rollout.reward)
    later = rollout.best[-1]
    discount = gamma * (1.0 - rollout.terminated)
    for t in range(targets.shape[0] - 1, -1, -1):
        following = torch.lerp(rollout.best[t + 1], later, trace)
        if cut and t + 1 < targets.shape[0]:
            following = torch.where(rollout.greedy[t + 1], following, rollout.best[t + 1])
        later = torch.addcmul(rollout.reward[t], discount[t], following, out=targets[t])
    return targets


class PQN:
    """Learns from whole rollouts. The recurrent network is trained through time from the memory that was carried."""

    def __init__(self, config: TrainConfig, network: QNetwork, shuffle: Callable[[int], Tensor]) -> None:
        """shuffle(n) gives 0..n-1 in a random order, on the network's device."""
        self.config = config
        self.network = network
        self.shuffle = shuffle
        self.optimiser = Optimiser(network, config.learning_rate, config.gradient_clip, config.averaging)

    def learn(self, rollout: Rollout, progress: float) -> Report | None:
        """Fit Q(s, a) to the targets: half the mean squared error."""
        targets = q_lambda(rollout, self.config.gamma, self.config.trace, self.config.trace_cut)
        if isinstance(self.network, RecurrentNetwork):
            return self._through_time(self.network, rollout, targets)
        return self._shuffled(self.network, rollout, targets)

    def _shuffled(self, network: SimpleNetwork, rollout: Rollout, targets: Tensor) -> Report:
        """One moment is as good as another: minibatches over all steps of all lanes."""
        obs = rollout.obs[:-1].flatten(0, 1)
        action, target = rollout.action.view(-1, 1), targets.view(-1)
        tally = Tally()
        for _ in range(self.config.epochs):
            order = self.shuffle(target.shape[0])
            for part in order.tensor_split(self.config.minibatches):
                q = network(obs[part]).gather(1, action[part]).squeeze(1)
                tally.add(*self._update(q, target[part]))
        return tally.report()

    def _through_time(self, network: RecurrentNetwork, rollout: Rollout, targets: Tensor) -> Report:
        """Memory needs its past: minibatches over lanes, each with the whole rollout in order."""
        assert rollout.hidden is not None
        tally = Tally()
        for _ in range(self.config.epochs):
            order = self.shuffle(targets.shape[1])
            for part in order.tensor_split(self.config.minibatches):
                hidden = (rollout.hidden[0][part], rollout.hidden[1][part])
                q, _ = network(rollout.obs[:-1, part], hidden, rollout.keep[:-1, part])
                taken = q.gather(2, rollout.action[:, part].unsqueeze(2)).squeeze(2)
                tally.add(*self._update(taken, targets[:, part]))
        return tally.report()

    def _update(self, q: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        error = target - q
        loss = 0.5 * error.square().mean()
        norm = self.optimiser.step(loss)
        return loss.detach(), error.detach().abs().mean(), q.detach().mean(), norm

    def state(self) -> dict[str, Any]:
        """What must be kept beside the weights to go on exactly: nothing, for there is no replay and no target."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a `state()` again."""
