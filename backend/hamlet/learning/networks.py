"""The two networks: observation (and memory) in, one Q-value an action out.

Names and shapes of the weights are those of world.md §13, so a state_dict goes into `HamletModel` as it stands. Both
are pure functions of (obs, hidden): nothing is remembered inside the module.
"""

from typing import cast

import torch
from torch import Tensor, nn

from hamlet.learning.lstm import lstm_over_time
from hamlet.world import Level

HIDDEN = 256
"""width of the LSTM's h and of its c"""

Hidden = tuple[Tensor, Tensor]
"""(h, c), each (lanes, 256); zero when a life begins"""


class SimpleNetwork(nn.Module):
    """obs -> 128 -> 128 -> actions, LayerNorm before each ReLU. It sees one moment and has no memory."""

    kind = "simple"
    recurrent = False

    def __init__(self, obs_dim: int, actions: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(obs_dim, 128), nn.LayerNorm(128), nn.ReLU(),
            nn.Linear(128, 128), nn.LayerNorm(128), nn.ReLU(),
            nn.Linear(128, actions),
        )  # fmt: skip

    def initial(self, lanes: int) -> None:
        """No memory: None."""

    def step(self, obs: Tensor, hidden: None = None) -> tuple[Tensor, None]:
        """(lanes, obs_dim) -> Q-values (lanes, actions)."""
        return self.net(obs), None

    def forward(self, obs: Tensor) -> Tensor:
        """(..., obs_dim) -> Q-values (..., actions)."""
        out: Tensor = self.net(obs)
        return out


class RecurrentNetwork(nn.Module):
    """A convolution over the window and small encoders for position, meters and place, into an LSTM.

    It reads the first numbers of the observation (in the shipped levels 50: window 5 x 5, position 2, meters 8, place
    15). The clock, the progress and the age that follow are ignored (world.md §13).
    """

    kind = "recurrent"
    recurrent = True

    def __init__(self, side: int, meters: int, places: int, actions: int) -> None:
        super().__init__()
        self.side = side
        self.cuts = (side * side, 2, meters, places + 1)
        self.vision_encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(),
            nn.Linear(32 * side * side, 128), nn.LayerNorm(128), nn.ReLU(),
        )  # fmt: skip
        self.position_encoder = nn.Sequential(nn.Linear(2, 32), nn.ReLU())
        self.meter_encoder = nn.Sequential(nn.Linear(meters, 32), nn.ReLU())
        self.affordance_encoder = nn.Sequential(nn.Linear(places + 1, 32), nn.ReLU())
        self.lstm = nn.LSTM(224, HIDDEN)
        self.lstm_norm = nn.LayerNorm(HIDDEN)
        self.q_head = nn.Sequential(nn.Linear(HIDDEN, 128), nn.LayerNorm(128), nn.ReLU(), nn.Linear(128, actions))

    def initial(self, lanes: int) -> Hidden:
        """The memory of a life that begins: zeros."""
        zeros = self._gates()[1].new_zeros((lanes, HIDDEN))
        return zeros, zeros.clone()

    def _gates(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The LSTM's weight_ih, weight_hh, bias_ih and bias_hh."""
        return cast(tuple[Tensor, Tensor, Tensor, Tensor], tuple(self.lstm.parameters()))

    def encode(self, obs: Tensor) -> Tensor:
        """(n, obs_dim) -> what the LSTM reads, (n, 224)."""
        window, position, meters, here = torch.split(obs[:, : sum(self.cuts)], list(self.cuts), dim=1)
        parts = (
            self.vision_encoder(window.reshape(-1, 1, self.side, self.side)),
            self.position_encoder(position),
            self.meter_encoder(meters),
            self.affordance_encoder(here),
        )
        return torch.cat(parts, dim=1)

    def head(self, h: Tensor) -> Tensor:
        """LSTM output (..., 256) -> Q-values (..., actions)."""
        out: Tensor = self.q_head(self.lstm_norm(h))
        return out

    def step(self, obs: Tensor, hidden: Hidden) -> tuple[Tensor, Hidden]:
        """One moment: (lanes, obs_dim) and the memory -> Q-values (lanes, actions) and the new memory."""
        h, c = torch.lstm_cell(self.encode(obs), hidden, *self._gates())
        return self.head(h), (h, c)

    def forward(self, obs: Tensor, hidden: Hidden, keep: Tensor) -> tuple[Tensor, Hidden]:
        """A stretch of time, for backpropagation through it.

        obs (T, lanes, obs_dim); hidden before the first step; keep (T, lanes), 0.0 where a life begins at that step
        (the memory is wiped before it), else 1.0. Returns Q-values (T, lanes, actions) and the memory after the last.
        """
        T, lanes, _ = obs.shape
        weight_ih, weight_hh, bias_ih, bias_hh = self._gates()
        inputs = nn.functional.linear(self.encode(obs.reshape(T * lanes, -1)), weight_ih, bias_ih + bias_hh)
        h, last_c = lstm_over_time(inputs.view(T, lanes, 4 * HIDDEN), *hidden, keep, weight_hh)
        return self.head(h), (h[-1], last_c)


QNetwork = SimpleNetwork | RecurrentNetwork


def build_network(kind: str, level: Level, seed: int) -> QNetwork:
    """A fresh network for a level, torch's default initial weights drawn from `seed`, apart from the global generator.

    kind: "simple" or "recurrent"; the latter wants a level that shows a window.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if kind == "simple":
            return SimpleNetwork(level.obs_dim, level.num_actions)
        if level.sight is None:
            raise ValueError(f"the recurrent network wants a window; {level.name} shows the whole grid")
        return RecurrentNetwork(2 * level.sight + 1, level.num_meters, len(level.vocabulary), level.num_actions)
