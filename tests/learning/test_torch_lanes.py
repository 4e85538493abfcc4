"""The loop for a GPU, on the CPU: the same learning as the numpy loop, with its state on one device throughout."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from hamlet.learning import Trainer, TrainingError
from hamlet.learning.dice import Dice
from hamlet.learning.events import EpisodeStart, Evaluation, Step
from tests.learning.runs import L2, MEMORY, iterations, same_weights, small, to_the_end, told
from tests.learning.test_exactness import RUNS

NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and torch sees none here")
DEVICES = ["torch", pytest.param("cuda", marks=NO_GPU)]


class NumpyDice:
    """The dice of the numpy loop, thrown in its order, for the torch loop."""

    thrown = 0

    def __init__(self, seed: int) -> None:
        self.acting, self.orders = np.random.default_rng((seed, 1)), np.random.default_rng((seed, 2))

    def uniform(self, steps: int, kinds: int, lanes: int) -> torch.Tensor:
        return torch.from_numpy(np.stack([self.acting.random((kinds, lanes)) for _ in range(steps)]))

    def order(self, count: int) -> torch.Tensor:
        return torch.from_numpy(self.orders.permutation(count))


SAME: dict[str, dict[str, Any]] = {
    **RUNS,
    "layouts": {"layouts": "episode"},
    "sparse": {"curriculum": "stages", "first_stage": 5},
    "cut": {"trace_cut": True},
    "dqn uniform": {"learner": "dqn"},
    "clock": {"level": "L3_temporal_mechanics", "network": "simple"},
}


@pytest.mark.parametrize("name", SAME)
def test_with_the_same_dice_both_loops_are_the_same_run(name):
    """Every event and every weight, to the bit. Exploring starts throw other dice here, and have tests of their own."""
    config = small(**SAME[name], exploring_starts=0.0)
    numbers, tensors = Trainer(config), Trainer(config, device="torch")
    tensors.lanes.dice = NumpyDice(config.seed)
    expected, events = [], []
    to_the_end(numbers, lambda e: expected.append(told(e)))
    to_the_end(tensors, lambda e: events.append(told(e)))
    assert events == expected
    assert same_weights(tensors, numbers)
    assert tensors.census.told() == numbers.census.told()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_taken_up_again_exactly(tmp_path, name, device):
    expected, events = [], []
    whole = to_the_end(Trainer(small(**RUNS[name]), device=device), lambda e: expected.append(told(e)))
    trainer = Trainer(small(**RUNS[name]), device=device)
    for cut, count in enumerate((1, 4)):
        events += iterations(trainer, count)
        trainer.save(tmp_path / f"{cut}.pt")
        trainer = Trainer.restore(tmp_path / f"{cut}.pt", device=device)
    events += trainer.run()
    assert [told(e) for e in events] == expected
    assert same_weights(trainer, whole)


@pytest.mark.parametrize(("first", "then"), [("cpu", "torch"), ("torch", "cpu")])
def test_a_run_can_move_to_the_other_loop(tmp_path, first, then):
    """Not exactly, since its dice are others there; but all it has learnt and lived comes along."""
    trainer = Trainer(small(**L2), device=first)
    iterations(trainer, 4)
    trainer.save(tmp_path / "c.pt")
    moved = Trainer.restore(tmp_path / "c.pt", device=then)
    assert same_weights(moved, trainer)
    host = moved.world.backend.numpy
    np.testing.assert_array_equal(host(moved.world.observe()), trainer.world.backend.numpy(trainer.world.observe()))
    assert moved.census.told() == trainer.census.told()
    to_the_end(moved)
    assert moved.steps >= moved.config.steps


@pytest.mark.parametrize(("first", "then"), [("cpu", "torch"), ("torch", "cpu")])
def test_a_run_that_comes_back_throws_no_dice_twice(tmp_path, first, then):
    trainer = Trainer(small(**L2), device=first)
    iterations(trainer, 2)
    trainer.save(tmp_path / "there.pt")
    before = trainer.lanes.state()
    moved = Trainer.restore(tmp_path / "there.pt", device=then)
    iterations(moved, 1)
    moved.save(tmp_path / "back.pt")
    back = Trainer.restore(tmp_path / "back.pt", device=first).lanes.state()
    if first == "cpu":
        assert back["thrown"] == moved.lanes.state()["thrown"] > 0
        assert [back["random"][name] for name in ("dice", "starts")] == [
            before["random"][name] for name in ("dice", "starts")
        ]
    else:
        assert back["thrown"] == before["thrown"] > 0
        assert back["random"]["dice"] == moved.lanes.state()["random"]["dice"]


@pytest.mark.parametrize("device", DEVICES)
def test_it_learns(device):
    """Held-out lives far above the random floor, which is some 107 steps."""
    exams = []
    config = small(level="L0_5_dual_resource", lanes=64, rollout=16, steps=160_000, evaluation_lives=64, minibatches=4)
    trainer = to_the_end(Trainer(config, device=device), lambda e: exams.append(e) if isinstance(e, Evaluation) else 0)
    assert trainer.best.mean > 2.5 * trainer.level.floors["random"]


class Waits(TorchDispatchMode):
    """Counts what a GPU would have to be waited for: values read by the host, and shapes that depend on values."""

    READS = ("_local_scalar_dense", "equal", "nonzero", "masked_select", "bincount", "_unique2", "unique_dim")

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        for owner, name in (
            (torch.Tensor, "cpu"), (torch.Tensor, "numpy"), (torch.Tensor, "tolist"),
            (torch, "from_numpy"), (torch, "tensor"), (torch, "as_tensor"),
        ):  # fmt: skip
            monkeypatch.setattr(owner, name, self._counted(name, getattr(owner, name)))

    def _counted(self, name: str, real: Any) -> Any:
        def counting(*args: Any, **more: Any) -> Any:
            self.seen[name] += 1
            return real(*args, **more)

        return counting

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name.removeprefix("aten::")
        masked = name in ("index", "index_put_") and any(i is not None and i.dtype == torch.bool for i in args[1])
        if name in self.READS or masked:
            self.seen[name] += 1
        return func(*args, **(kwargs or {}))


def waits(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Counter[str]:
    """What the third iteration of a run has to wait for, with a budget so large that no examination is due."""
    trainer = Trainer(small(**{**changes, "steps": 10**9}), device="torch")
    iterations(trainer, 2)
    with monkeypatch.context() as patched, Waits(patched) as counted:
        iterations(trainer, 1)
    return counted.seen


@pytest.mark.parametrize(
    "changes",
    [{}, {**L2}, {"layouts": "episode"}, {"curiosity": True, "curriculum": "stages", "first_stage": 5}],
    ids=["simple", "recurrent", "layouts", "curious"],
)
def test_no_step_and_no_update_waits_for_the_device(monkeypatch, changes):
    few = waits(monkeypatch, **changes, rollout=4, minibatches=1)
    many = waits(monkeypatch, **changes, rollout=16, minibatches=8)
    assert few == many
    assert 0 < sum(many.values()) < 30


def test_uniform_replay_waits_once_a_rollout(monkeypatch):
    dqn = {"learner": "dqn", "replay_start": 8, "steps_per_update": 64}
    few, many = (waits(monkeypatch, **dqn, **{"lanes": n, "replay_capacity": 128 * n}) for n in (64, 256))
    assert few == many


@NO_GPU
def test_on_a_gpu_torch_itself_sees_no_step_wait():
    trainer = Trainer(small(curiosity=True, layouts="episode"), device="cuda")
    iterations(trainer, 1)
    act = trainer.lanes._act

    def watched(epsilons: torch.Tensor) -> Any:
        torch.cuda.set_sync_debug_mode("error")
        try:
            return act(epsilons)
        finally:
            torch.cuda.set_sync_debug_mode("default")

    trainer.lanes._act = watched
    iterations(trainer, 2)


def test_exploring_starts_are_at_any_age_and_with_any_meters_and_never_the_watched_lanes():
    trainer = Trainer(small(lanes=512, rollout=4, steps=512 * 4 * 4, exploring_starts=0.75), device="torch")
    partial, world = trainer._book.lives.partial, trainer.world
    assert 0.65 < partial.mean() < 0.85
    assert not partial[0]
    ages, meters = world.step_counts.numpy(), world.meters.numpy()
    start = [m.start for m in trainer.level.meters]
    assert (ages[~partial] == 0).all()
    np.testing.assert_allclose(meters[~partial], np.broadcast_to(start, meters[~partial].shape))
    moved = meters[partial]
    assert moved.min() >= 0.1
    assert moved.max() <= 1.0
    assert np.histogram(moved, bins=5, range=(0.1, 1.0))[0].min() > 0.17 * moved.size
    assert np.histogram(ages[partial], bins=5, range=(0, trainer.level.lifespan))[0].min() > 0.12 * len(ages[partial])


def test_lives_that_begin_in_the_middle_are_told_of_as_such():
    """With nothing else but those no life counts, and the watched lane's always begin at the beginning."""
    trainer = Trainer(small(exploring_starts=1.0, steps=16 * 8 * 30), device="torch")
    events = []
    to_the_end(trainer, events.append)
    first = [b for a, b in pairwise(events) if isinstance(a, EpisodeStart) and isinstance(b, Step)]
    start = [m.start for m in trainer.level.meters]
    assert len(first) > 1
    assert all(step.step == 0 and step.meters.tolist() == pytest.approx(start) for step in first)
    assert trainer.episodes > len(first)
    # Lane 0 is the only one whose lives are whole.
    assert len(trainer._book.lives._survived) <= len(first)


def test_the_devices_account_of_what_lives_were_given_is_the_hosts():
    trainer = Trainer(small(curriculum="stages", lanes=64, rollout=16, steps=64 * 16 * 20), device="torch")
    for stage in (1, 5, 2):
        trainer.curriculum._stage = stage
        iterations(trainer, 6)
    lanes, births = trainer.lanes, trainer.births
    assert len(set(births.stages)) == 3
    drain = trainer.world.drain(1.0).numpy() * births.multipliers.astype(np.float32)
    np.testing.assert_array_equal(lanes._drain.numpy(), drain)
    np.testing.assert_array_equal(lanes._sparse.numpy(), births.sparse)


def test_a_run_that_diverges_stops_after_the_iteration_and_keeps_its_model():
    trainer = Trainer(small(steps=16 * 8 * 20), device="torch")
    iterations(trainer, 8)
    before = trainer.learner.optimiser.weights()
    trainer.lanes.scale = float("nan")
    with pytest.raises(TrainingError, match=r"diverged after 16 to 18 updates.* learning rate"):
        list(trainer.run())
    after = trainer.learner.optimiser.weights()
    assert all(torch.equal(before[name], after[name]) for name in before)
    for which in ("best", "last"):
        assert all(np.isfinite(w).all() for w in trainer.model(which).weights.values())


def test_dice_are_even_and_go_on_from_their_count():
    dice = Dice(7, torch.device("cpu"))
    first = dice.uniform(4, 2, 50_000)
    assert first.min() >= 0.0
    assert first.max() < 1.0
    # 40,000 expected in each of 10 bins, standard deviation 190
    bins = torch.histc(first, bins=10, min=0.0, max=1.0)
    assert (bins - 40_000).abs().max() < 1000
    order = dice.order(1000)
    assert order.sort().values.tolist() == list(range(1000))
    assert not torch.equal(dice.order(1000), order)
    again = Dice(7, torch.device("cpu"))
    again.thrown = 1
    assert torch.equal(again.order(1000), order)
    assert not torch.equal(Dice(8, torch.device("cpu")).uniform(4, 2, 50_000), first)


@pytest.mark.parametrize("settings", [L2 | MEMORY | {"learner": "dqn"}], ids=["dqn recurrent"])
def test_a_checkpoint_holds_the_dice(tmp_path, settings):
    trainer = Trainer(small(**settings), device="torch")
    iterations(trainer, 2)
    trainer.save(tmp_path / "c.pt")
    again = Trainer.restore(tmp_path / "c.pt", device="torch")
    assert again.lanes.dice.thrown == trainer.lanes.dice.thrown > 0
    assert again.lanes.replay_dice.random() == trainer.lanes.replay_dice.random()
