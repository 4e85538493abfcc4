"""Teach a trained mind one more thing, in plain torch: when tired and in front of a bed, sleep.

The weights are a torch state_dict as they stand. Here is the network they belong to, a lesson (a margin loss on the
moments that matter, the old answers as a tether on all others), and the way back into a file.

    python fine_tune.py model_ep00012.safetensors tuned.safetensors          needs torch
"""

import sys

import numpy as np
import torch
from torch import nn

from hamlet import HamletModel

TIRED, MARGIN, ROUNDS, ROWS = 0.2, 0.5, 300, 256

model = HamletModel.load(sys.argv[1])
if model.network != "simple":
    sys.exit("This lesson is for the simple network; the recurrent one wants sequences.")


class Mind(nn.Module):
    """world.md, section 13: the names of the parts are the names of the weights."""

    def __init__(self, obs_dim: int, actions: int, width: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(obs_dim, width), nn.LayerNorm(width), nn.ReLU(),
            nn.Linear(width, width), nn.LayerNorm(width), nn.ReLU(),
            nn.Linear(width, actions),
        )  # fmt: skip

    def forward(self, obs: torch.Tensor) -> torch.Tensor:
        """(rows, obs_dim) to (rows, actions)."""
        return self.net(obs)


fields = {field["name"]: field for field in model.contract["observation"]}
energy = fields["meters"]["start"] + fields["meters"]["labels"].index("energy")
here = fields["affordance_here"]
places, bed = len(here["labels"]), here["labels"].index("Bed")
interact = model.action_names.index("INTERACT")
low, high = (
    np.concatenate([np.full(f["stop"] - f["start"], f[end]) for f in fields.values()]) for end in ("low", "high")
)


def moments(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Random observations, half of them tired in front of a bed; and which."""
    obs = (low + rng.random((rows, model.obs_dim)) * (high - low)).round().astype(np.float32)
    meters = slice(fields["meters"]["start"], fields["meters"]["stop"])
    obs[:, meters] = rng.random((rows, meters.stop - meters.start))
    obs[:, here["start"] : here["stop"]] = np.eye(places)[rng.integers(bed + 1, places, rows)]
    lesson = np.arange(rows) < rows // 2
    obs[lesson, energy] = rng.random(lesson.sum()) * TIRED
    obs[lesson, here["start"] : here["stop"]] = np.eye(places)[bed]
    return obs, lesson


def sleeps(mind: HamletModel) -> float:
    """Share of tired moments in front of a bed in which it sleeps, on moments it was not taught with."""
    obs, lesson = moments(np.random.default_rng(999), 2000)
    return float((mind.predict(obs[lesson])["actions"] == interact).mean())


torch.manual_seed(0)
rng = np.random.default_rng(0)
mind = Mind(model.obs_dim, model.num_actions, len(model.weights["net.0.bias"]))
mind.load_state_dict({name: torch.tensor(array) for name, array in model.weights.items()})
optimiser = torch.optim.Adam(mind.parameters(), lr=1e-3)
for _ in range(ROUNDS):
    obs, lesson = moments(rng, ROWS)
    q, before = mind(torch.from_numpy(obs)), torch.from_numpy(model.predict(obs)["q_values"])
    others = q.clone()
    others[:, interact] = -torch.inf
    wanted = (others.max(dim=1).values + MARGIN - q[:, interact]).clamp(min=0)
    told = torch.from_numpy(lesson)
    loss = wanted[told].mean() + (q - before)[~told].square().mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()

weights = {name: tensor.numpy() for name, tensor in mind.state_dict().items()}
tuned = HamletModel(model.network, weights, model.contract, {**model.metadata, "fine_tuned": "sleep when tired"})
tuned.save_inference_checkpoint(sys.argv[2])
print(f"Tired in front of a bed it slept in {sleeps(model):.0%} of moments, now in {sleeps(tuned):.0%}.")
