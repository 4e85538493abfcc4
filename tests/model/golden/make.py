"""Made the golden files, once. Kept to say how; not run by the tests.

python tests/model/golden/make.py version2 FOLDER     # of the older HAMLET's checkpoints and answers
python tests/model/golden/make.py model1
"""

import sys
from pathlib import Path

import numpy as np
import torch

from hamlet.model import HamletModel, contract_of, parity, torch_net
from hamlet.world import load_level
from tests.model.minds import random_weights

HERE = Path(__file__).parent


def version2(folder: Path) -> None:
    """Genuine checkpoints, less replay memory, optimiser, target and curiosity networks."""
    for level, episode in (("L1_full_observability", 60), ("L2_partial_observability", 40)):
        source = folder / level / f"checkpoint_ep{episode:05d}.pt"
        root = torch.load(source, weights_only=True)
        population = root["population_state"]
        population["optimizer"]["state"] = {}
        population["target_network"] = type(population["target_network"])()
        rnd = population["exploration_state"]["rnd_state"]
        for part in ("fixed_network", "predictor_network"):
            rnd[part] = type(rnd[part])()
        rnd["optimizer"]["state"] = {}
        replay = population["replay_buffer"]
        if "episodes" in replay:
            replay.update(num_transitions=0, episodes=[])
        else:
            replay.update({key: None for key in replay if key not in ("size", "position", "capacity")})
            replay.update(size=0, position=0)
        name = f"version2_{level}_ep{episode:05d}"
        torch.save(root, HERE / f"{name}.pt")
        answers = dict(np.load(source.with_suffix(".npz")))
        kept = ("obs", "q_values", "h_after", "c_after")
        few = {key: answers[key][:16] for key in kept if key in answers}
        few |= {key: answers[key][:, :1] for key in answers if key.startswith("seq_")}
        np.savez(HERE / f"{name}.npz", **few)


def model1() -> None:
    """Small random minds in every suffix, and what torch answers."""
    for network, name in (("simple", "L0_0_minimal"), ("recurrent", "L2_partial_observability")):
        level = load_level(name)
        contract = contract_of(level.describe())
        weights = random_weights(network, level.obs_dim, level.num_actions, seed=1, width=16)
        model = HamletModel(network, weights, contract, {"seed": 1, "episode": 12, "note": "né à Elsinore"})
        for suffix in (".safetensors", ".pt", ".onnx"):
            model.save_inference_checkpoint(HERE / f"model1_{network}{suffix}")
            model.save_inference_checkpoint(HERE / f"model1_{network}_float16{suffix}", precision="float16")
        asked = parity.questions(contract, 32, seed=2)
        ask = torch_net.runtime(network, {key: torch.from_numpy(array) for key, array in weights.items()})
        hidden, answers = (np.zeros((4, 16), np.float32),) * 2, []
        for obs in asked.reshape(8, 4, -1):
            q, after = ask(obs, hidden)
            hidden = after or hidden
            answers.append(q)
        np.savez(HERE / f"model1_{network}.npz", obs=asked.reshape(8, 4, -1), q_values=np.array(answers))

        tensors = {key: torch.from_numpy(array) for key, array in weights.items()}
        mind = {"network": network, "weights": tensors, "contract": model.contract, "metadata": model.metadata}
        torch.save({"format": "hamlet-checkpoint-1", "model": mind}, HERE / f"checkpoint1_{network}.pt")
        other = {key: tensor * 0 for key, tensor in tensors.items()}
        best = {"format": "hamlet-checkpoint-1", "model": {**mind, "weights": other, "best_weights": tensors}}
        torch.save(best, HERE / f"checkpoint1_{network}_best.pt")


if __name__ == "__main__":
    version2(Path(sys.argv[2])) if sys.argv[1] == "version2" else model1()
