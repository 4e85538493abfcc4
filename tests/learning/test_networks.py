"""The two networks have the shapes of world.md §13, remember nothing by themselves, and agree with the model to go."""

import numpy as np
import pytest
import torch

from hamlet.learning.lstm import lstm_over_time
from hamlet.learning.networks import build_network
from hamlet.model import HamletModel, contract_of
from hamlet.world import VectorWorld, load_level


@pytest.mark.parametrize(
    ("level", "parameters"),
    [("L0_0_minimal", 22_534), ("L0_5_dual_resource", 27_654), ("L1_full_observability", 29_574)],
)
def test_the_simple_network_has_as_many_weights_as_the_rule_book_counts(level, parameters):
    network = build_network("simple", load_level(level), seed=0)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_the_recurrent_network_has_the_rule_book_shapes():
    shapes = {name: tuple(t.shape) for name, t in build_network("recurrent", _l2(), seed=0).state_dict().items()}
    assert shapes["vision_encoder.0.weight"] == (16, 1, 3, 3)
    assert shapes["vision_encoder.2.weight"] == (32, 16, 3, 3)
    assert shapes["vision_encoder.5.weight"] == (128, 800)
    assert shapes["position_encoder.0.weight"] == (32, 2)
    assert shapes["meter_encoder.0.weight"] == (32, 8)
    assert shapes["affordance_encoder.0.weight"] == (32, 15)
    assert shapes["lstm.weight_ih_l0"] == (1024, 224)
    assert shapes["lstm.weight_hh_l0"] == (1024, 256)
    assert shapes["lstm_norm.weight"] == (256,)
    assert shapes["q_head.0.weight"] == (128, 256)
    assert shapes["q_head.3.weight"] == (6, 128)


def test_initial_weights_follow_the_seed_and_leave_the_global_dice_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, same, other = (build_network("simple", load_level("L1_full_observability"), seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(one.net[0].weight, same.net[0].weight)
    assert not torch.equal(one.net[0].weight, other.net[0].weight)


def test_one_moment_after_the_other_is_the_same_as_a_stretch_of_time():
    network, obs, keep = build_network("recurrent", _l2(), seed=0), torch.rand(6, 3, 54), torch.ones(6, 3)
    keep[2, 1] = 0.0
    hidden = tuple(torch.randn(3, 256) for _ in range(2))
    q, last = network(obs, hidden, keep)
    with torch.no_grad():
        for t in range(6):
            wiped = tuple(part * keep[t].unsqueeze(1) for part in hidden)
            step, hidden = network.step(obs[t], wiped)
            torch.testing.assert_close(step, q[t], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(hidden, last, rtol=1e-4, atol=1e-5)


def test_a_wiped_memory_knows_nothing_of_the_life_before():
    network, keep = build_network("recurrent", _l2(), seed=0), torch.tensor([[1.0], [1.0], [0.0], [1.0]])
    obs = torch.rand(4, 1, 54)
    other = obs.clone()
    other[:2] = torch.rand(2, 1, 54)
    q, _ = network(obs, network.initial(1), keep)
    again, _ = network(other, network.initial(1), keep)
    assert torch.equal(q[2:], again[2:])
    assert not torch.equal(q[1], again[1])


def test_the_backward_pass_of_the_lstm_is_the_derivative_of_its_forward_pass():
    """Finite differences in float64, with a wipe in the middle of one lane."""
    torch.manual_seed(0)
    T, lanes, width = 4, 2, 3
    inputs, h, c = torch.randn(T, lanes, 4 * width), torch.randn(lanes, width), torch.randn(lanes, width)
    weight, keep = torch.randn(4 * width, width), torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])
    given = [x.double().requires_grad_() for x in (inputs, h, c, weight)]

    def run(inputs, h, c, weight):
        return lstm_over_time(inputs, h, c, keep.double(), weight)

    assert torch.autograd.gradcheck(run, given)


def test_the_lstm_is_torchs_where_nothing_is_wiped():
    torch.manual_seed(0)
    lstm, x = torch.nn.LSTM(5, 7), torch.randn(6, 2, 5)
    expected, (_, c) = lstm(x)
    inputs = torch.nn.functional.linear(x, lstm.weight_ih_l0, lstm.bias_ih_l0 + lstm.bias_hh_l0)
    zeros = torch.zeros(2, 7)
    hs, last_c = lstm_over_time(inputs, zeros, zeros, torch.ones(6, 2), lstm.weight_hh_l0)
    torch.testing.assert_close(hs, expected)
    torch.testing.assert_close(last_c, c[0])


@pytest.mark.parametrize(
    ("kind", "level"), [("simple", "L1_full_observability"), ("recurrent", "L3_temporal_mechanics")]
)
def test_the_model_to_go_gives_the_same_values(kind, level):
    """Ten steps of a real world, memory carried: numpy against torch."""
    level = load_level(level)
    network = build_network(kind, level, seed=3)
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    model = HamletModel(kind, weights, contract_of(level.describe(), kind))
    world = VectorWorld(level, 4, seed=1)
    obs, hidden, carried = world.reset(), network.initial(4), None
    rng = np.random.default_rng(0)
    for _ in range(10):
        with torch.no_grad():
            q, hidden = network.step(torch.from_numpy(obs), hidden)
        out = model.predict(obs, hidden=carried)
        carried = out["hidden"]
        np.testing.assert_allclose(out["q_values"], q.numpy(), rtol=1e-3, atol=1e-4)
        obs = world.step(rng.integers(0, 6, 4))[0]


def test_memory_needs_a_window():
    with pytest.raises(ValueError, match="shows the whole grid"):
        build_network("recurrent", load_level("L1_full_observability"), seed=0)


def _l2():
    return load_level("L2_partial_observability")
