"""One set of answers: numpy gives what torch gives, for the very networks that training uses."""

import numpy as np
import pytest
import torch

from hamlet.learning.networks import build_network
from hamlet.model import HamletModel, parity
from hamlet.world import load_level
from tests.model.minds import mind


@pytest.mark.parametrize("seed", [0, 1])
def test_numpy_and_the_training_network_agree_on_10000_observations(either: HamletModel, seed: int) -> None:
    model = mind(either.network, seed)
    network = build_network(model.network, load_level(model.contract["level"]), seed=9)
    network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in model.weights.items()})

    def trained(obs, hidden):
        with torch.inference_mode():
            memory = hidden and tuple(torch.from_numpy(part) for part in hidden)
            q, after = network.step(torch.from_numpy(obs), memory)
            return q.numpy(), after and tuple(part.numpy() for part in after)

    largest, same = parity.distance(model, trained, 10_000)
    assert largest <= 1e-5
    assert same == 1


def test_the_order_of_the_keys_does_not_matter(either: HamletModel) -> None:
    backwards = dict(reversed(either.weights.items()))
    obs = parity.questions(either.contract, 4)
    again = HamletModel(either.network, backwards, either.contract)
    np.testing.assert_array_equal(again.predict(obs)["q_values"], either.predict(obs)["q_values"])


def test_the_gate_notices_a_network_that_is_slightly_off(either: HamletModel) -> None:
    weights = dict(either.weights)
    name = "net.3.weight" if either.network == "simple" else "lstm.weight_hh_l0"
    weights[name] = weights[name] * np.float32(1.001)
    largest, _ = parity.distance(either, parity.own(HamletModel(either.network, weights, either.contract)))
    assert largest > 1e-5


def test_the_gate_notices_swapped_actions(simple: HamletModel) -> None:
    def swapped(obs, hidden):
        return simple.predict(obs)["q_values"][:, [1, 0, 2, 3, 4, 5]], None

    with pytest.raises(parity.ParityError, match="actions are the same"):
        parity.prove(simple, swapped, "a mixed-up runtime")
