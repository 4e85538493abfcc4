"""Which learner a run has."""

import numpy as np

from hamlet.learning.config import TrainConfig
from hamlet.learning.dqn import DQN
from hamlet.learning.networks import QNetwork
from hamlet.learning.pqn import PQN
from hamlet.world import Level

Learner = PQN | DQN


def build_learner(config: TrainConfig, level: Level, network: QNetwork, rng: np.random.Generator) -> Learner:
    """The learner the settings name, around a network whose weights it takes charge of."""
    return PQN(config, network, rng) if config.learner == "pqn" else DQN(config, level, network, rng)
