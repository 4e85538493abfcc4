"""A trained mind plays whole lives in its own world, and says what it thought at the end of one.

python play.py model_ep00012.safetensors
"""

import sys

from hamlet import HamletModel
from hamlet.world import VectorWorld, load_level

model = HamletModel.load(sys.argv[1])
level = load_level(model.contract["level"])
world = VectorWorld(level, lanes=1, seed=7)
if layout := model.metadata.get("layout"):
    # The places as they stood while it learned. Without this they stand elsewhere, and it may be lost.
    world.set_state(affordance_positions=layout)

for life in range(3):
    obs, hidden, steps = world.reset(), None, 0
    while True:
        out = model.predict(obs, hidden, mask=world.action_masks())
        hidden = out["hidden"]
        obs, reward, terminated, truncated, info = world.step(out["actions"])
        steps += 1
        if terminated[0]:
            break
    print(f"Life {life}: {steps} of {level.lifespan} steps.")

print("Before its last step it thought:")
for name, value in zip(model.action_names, out["q_values"][0], strict=True):
    print(f"  {name:8} {value:7.3f}")
