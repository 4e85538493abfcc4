"""The root of every death, from running sums: it must be what the whole life says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hamlet.learning.roots import Roots
from hamlet.learning.watch import fatal_meter
from hamlet.world import VectorWorld, load_level
from hamlet.world.causes import root_cause

STATION = Path(__file__).parents[1] / "world" / "levels" / "station.yaml"
LANES, STEPS, ROLLOUTS = 32, 8, 60


class Kept:
    """Lives at random, kept whole, and the roots of their deaths as `causes` finds them."""

    def __init__(self, level, device):
        self.level, self.dice = level, np.random.default_rng(0)
        self.world = VectorWorld(level, LANES, seed=3, device=device)
        self.host, self.deaths = self.world.backend.numpy, []
        self.meters = [[row] for row in self.host(self.world.meters)]
        self.actions = [[] for _ in range(LANES)]

    def rollout(self):
        rows = []
        for _ in range(STEPS):
            actions = self.dice.integers(0, self.level.num_actions, LANES)
            _, _, terminated, _, _ = self.world.step(actions)
            meters, ended = self.host(self.world.meters), self.host(terminated)
            rows.append((meters.T, actions, ended))
            for lane in range(LANES):
                self.meters[lane].append(meters[lane])
                self.actions[lane].append(actions[lane])
            self.world.reset(ended)
            for lane in np.flatnonzero(ended):
                died_of = fatal_meter(self.level, meters[lane])
                if died_of:
                    root = root_cause(self.level, self.meters[lane], self.actions[lane], died_of)
                    self.deaths.append((died_of, root))
                self.meters[lane], self.actions[lane] = [self.host(self.world.meters)[lane]], []
        return tuple(self.world.backend.asarray(np.stack(part)) for part in zip(*rows, strict=True))


@pytest.mark.parametrize("device", ["cpu", "torch"])
@pytest.mark.parametrize("name", ["L1_full_observability", "L3_temporal_mechanics", STATION], ids=["L1", "L3", "own"])
def test_it_is_the_root_that_the_whole_life_has(name, device):
    level = load_level(name)
    lives = Kept(level, device)
    roots, found = Roots(level, LANES, STEPS, lives.world.backend), []
    for _ in range(ROLLOUTS):
        died_of, root = (lives.host(part) for part in roots.rollout(*lives.rollout()))
        found += [(level.meter_names[i], level.meter_names[j]) for i, j in zip(died_of, root, strict=True) if i >= 0]
    assert found == lives.deaths
    assert len(found) > 5
    assert level.name == "station" or len({root for _, root in found}) > 2


@pytest.mark.parametrize("device", ["cpu", "torch"])
def test_where_no_meter_drains_another_what_ran_out_is_the_root(device):
    level = replace(load_level("L1_full_observability"), modulation=(), cascades=())
    lives = Kept(level, device)
    roots = Roots(level, LANES, STEPS, lives.world.backend)
    died = [roots.rollout(*lives.rollout()) for _ in range(ROLLOUTS)]
    assert sum(int((died_of >= 0).sum()) for died_of, _ in died) > 100
    assert all((died_of == root).all() for died_of, root in died)
