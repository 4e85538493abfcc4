"""Let the trained mind live, once or many times, and print how long it lived.

python play.py                    one life
python play.py --lives 100        a hundred lives, and their mean
python play.py --level my.yaml    in a level of your own, if the model fits it
"""

import argparse
from pathlib import Path

import numpy as np

from hamlet import HamletModel
from hamlet.model import StatefulModel
from hamlet.world import VectorWorld, load_level

HERE = Path(__file__).parent


def main() -> None:
    """Read the arguments, play, print."""
    parser = argparse.ArgumentParser(description="Let the trained mind live.")
    parser.add_argument("--model", type=Path, help="the model file; the one beside this script if you do not say")
    parser.add_argument("--level", help="name or YAML file of a level; the model's own if you do not say")
    parser.add_argument("--lives", type=int, default=1, help="how many lives to play")
    parser.add_argument("--seed", type=int, default=7, help="decides where each life begins")
    asked = parser.parse_args()

    path = asked.model or next(p for p in sorted(HERE.iterdir()) if p.suffix in (".safetensors", ".pt", ".onnx"))
    model = HamletModel.load(path)
    own = HERE / "level.yaml"  # there, if the level does not come with HAMLET
    level = load_level(asked.level or (own if own.exists() else model.contract["level"]))
    fit = model.fits(level)
    if not fit:
        raise SystemExit(f"The model cannot live in {level.name}: {'; '.join(fit.reasons)}.")

    world = VectorWorld(level, lanes=asked.lives, seed=asked.seed)
    if model.metadata.get("layout") and level.name == model.contract["level"]:
        world.set_state(affordance_positions=model.metadata["layout"])
    player = StatefulModel(model)
    obs = world.reset()
    alive = np.ones(asked.lives, dtype=bool)
    lived = np.zeros(asked.lives, dtype=int)
    while alive.any():
        mine = player.act(obs[:, fit.observation], world.action_masks()[:, fit.actions])
        obs, _, terminated, _, _ = world.step(fit.actions[mine])
        lived += alive
        alive &= ~terminated
    if asked.lives == 1:
        print(f"It lived {lived[0]} of {level.lifespan} steps.")
    else:
        print(f"{asked.lives} lives: {lived.mean():.1f} steps on average, {lived.min()} to {lived.max()}.")


if __name__ == "__main__":
    main()
