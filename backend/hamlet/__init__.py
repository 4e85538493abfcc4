"""HAMLET: a small life that learns.

`from hamlet import HamletModel` needs numpy alone; everything else is imported where it is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamlet.model import HamletModel as HamletModel

__version__ = "0.1.0"
__all__ = ["HamletModel", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "HamletModel":
        from hamlet.model import HamletModel

        return HamletModel
    raise AttributeError(f"module 'hamlet' has no attribute {name!r}")
