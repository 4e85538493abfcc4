"""Which learner a run has."""

from hamlet.learning.config import TrainConfig
from hamlet.learning.dqn import DQN
from hamlet.learning.lanes import Lanes
from hamlet.learning.networks import QNetwork
from hamlet.learning.pqn import PQN
from hamlet.world import Level

Learner = PQN | DQN


def steps_between(config: TrainConfig, level: Level) -> int:
    """Steps of every lane in one iteration. With DQN a whole sequence if the network remembers, else as few as give one
    update."""
    if config.learner == "pqn":
        return config.rollout
    if config.network_for(level) == "recurrent":
        return config.sequence
    return -(-config.steps_per_update // config.lanes)


def build_learner(config: TrainConfig, level: Level, network: QNetwork, lanes: Lanes) -> Learner:
    """The learner the settings name, around a network whose weights it takes charge of; its chance is the lanes'."""
    if config.learner == "pqn":
        return PQN(config, network, lanes.shuffle)
    return DQN(config, level, network, lanes.replay_dice)
