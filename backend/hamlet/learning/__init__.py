"""How the agent learns: settings, networks, learners, and the loop that tells what happens.

`from hamlet.learning import Trainer` imports torch, at that moment and not before; `hamlet.learning.config`,
`.events` and `.metrics` import none of it, so the web process may read them.
"""

from typing import TYPE_CHECKING, Any

from hamlet.learning.errors import TrainingError

if TYPE_CHECKING:
    from hamlet.learning.trainer import Trainer as Trainer

__all__ = ["Trainer", "TrainingError"]


def __getattr__(name: str) -> Any:
    if name == "Trainer":
        from hamlet.learning.trainer import Trainer

        return Trainer
    raise AttributeError(f"module 'hamlet.learning' has no attribute {name!r}")
