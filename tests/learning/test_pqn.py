"""Q(lambda) targets, on numbers one can check by hand."""

import numpy as np
import pytest
import torch

from hamlet.learning.pqn import q_lambda
from hamlet.learning.rollout import Rollout


def rollout(reward, best, terminated, greedy=()):
    """One lane. reward, terminated and greedy have T entries, best has T + 1."""

    def column(values):
        return torch.tensor(values, dtype=torch.float32).unsqueeze(1)

    nothing = torch.empty(0)
    return Rollout(
        obs=nothing, mask=nothing, best=column(best), action=nothing, greedy=column(greedy).bool(),
        reward=column(reward), terminated=column(terminated), keep=nothing, hidden=None,
    )  # fmt: skip


def targets(gamma, trace, cut=False, **columns):
    return q_lambda(rollout(**columns), gamma, trace, cut).squeeze(1).tolist()


def test_lambda_0_is_one_step_of_q_learning():
    out = targets(0.5, 0.0, reward=[1, 2, 3], best=[9, 10, 20, 40], terminated=[0, 0, 0])
    assert out == [1 + 0.5 * 10, 2 + 0.5 * 20, 3 + 0.5 * 40]


def test_lambda_1_is_the_whole_rollout():
    out = targets(0.5, 1.0, reward=[1, 2, 4], best=[9, 10, 20, 8], terminated=[0, 0, 0])
    assert out == [1 + 1 + 1 + 1, 2 + 2 + 2, 4 + 4]


def test_lambda_between_mixes_the_two():
    last = 2 + 0.5 * 8
    first = 1 + 0.5 * (0.25 * last + 0.75 * 4)
    assert targets(0.5, 0.25, reward=[1, 2], best=[9, 4, 8], terminated=[0, 0]) == [first, last]


def test_nothing_is_expected_after_the_end_of_a_life():
    """The next row is another life: neither its value nor its reward may leak back."""
    out = targets(0.5, 0.9, reward=[1, 2, 3], best=[9, 100, 100, 100], terminated=[1, 1, 0])
    assert out == [1, 2, 3 + 0.5 * 100]


def test_a_cut_trace_reaches_back_as_far_as_the_steps_after_it_are_greedy():
    """The dice spoiled the last step: what it earned is its own, and the step before it expects what was best there."""
    lived = {"reward": [1, 2, 4], "best": [9, 10, 20, 8], "terminated": [0, 0, 0]}
    assert targets(0.5, 1.0, cut=True, greedy=[1, 1, 1], **lived) == targets(0.5, 1.0, **lived)
    assert targets(0.5, 1.0, cut=True, greedy=[0, 1, 0], **lived) == [1 + 1 + 5, 2 + 0.5 * 20, 4 + 4]
    assert targets(0.5, 1.0, cut=True, greedy=[0, 0, 0], **lived) == targets(0.5, 0.0, **lived)


@pytest.mark.parametrize("trace", [0.0, 0.6, 1.0])
def test_values_that_are_right_stay_as_they_are(trace):
    """A constant reward r forever is worth r / (1 - gamma); its target is itself for every lambda."""
    gamma, worth = 0.9, 2.0 / (1.0 - 0.9)
    out = targets(gamma, trace, reward=[2.0] * 5, best=[worth] * 6, terminated=[0.0] * 5)
    np.testing.assert_allclose(out, worth, rtol=1e-6)
