"""A mind with memory, in several lanes at once: each lane forgets when its own life ends, the others remember.

python memory.py model_ep00040.safetensors
"""

import sys

import numpy as np

from hamlet import HamletModel
from hamlet.model import StatefulModel
from hamlet.world import AutoReset, VectorWorld, load_level

LANES, STEPS = 4, 600

model = HamletModel.load(sys.argv[1])
player = StatefulModel(model)
world = VectorWorld(load_level(model.contract["level"]), lanes=LANES, seed=1)
lives = AutoReset(world)
obs = world.reset()
lived = np.zeros(LANES, dtype=int)
finished: list[int] = []

for _ in range(STEPS):
    actions = player.act(obs, world.action_masks())
    obs, reward, terminated, truncated, info = lives.step(actions)
    lived += 1
    over = terminated | truncated
    finished += lived[over].tolist()
    lived[over] = 0
    player.reset(where=over)

print(f"{len(finished)} lives ended in {STEPS} steps of {LANES} lanes.")
if finished:
    print(f"They lived {np.mean(finished):.0f} steps on average.")
