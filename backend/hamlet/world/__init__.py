"""The world: its rules, its levels, and many lives of it at once. numpy, or torch on a GPU; knows nothing of ours."""

from importlib.util import find_spec

from hamlet.world.autoreset import AutoReset
from hamlet.world.level import Action, Cascade, Curriculum, Field, Level, Meter, Modulation, Place
from hamlet.world.load import LevelError, Problem, level_names, load_level, own_text, parse_level, shipped_names
from hamlet.world.vector import VectorWorld

__all__ = [
    "Action",
    "AutoReset",
    "Cascade",
    "Curriculum",
    "Field",
    "Level",
    "LevelError",
    "Meter",
    "Modulation",
    "Place",
    "Problem",
    "VectorWorld",
    "level_names",
    "load_level",
    "own_text",
    "parse_level",
    "shipped_names",
]

# Where Gymnasium is installed, importing the world registers its environments, as is the custom there.
if find_spec("gymnasium") is not None:
    from hamlet.world import gym_env as gym_env
