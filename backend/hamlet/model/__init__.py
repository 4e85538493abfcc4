"""The mind, to go: a trained network that runs on numpy alone, and its files.

This room imports nothing of ours, so it travels. torch and onnx are imported only where their files are written.
"""

from hamlet.model.contract import Fit, contract_of
from hamlet.model.core import HamletModel, Prediction, StatefulModel
from hamlet.model.errors import (
    ContractError,
    DamagedFileError,
    InputError,
    MissingPackageError,
    ModelError,
    ParityError,
    UnknownFormatError,
)

__all__ = [
    "ContractError",
    "DamagedFileError",
    "Fit",
    "HamletModel",
    "InputError",
    "MissingPackageError",
    "ModelError",
    "ParityError",
    "Prediction",
    "StatefulModel",
    "UnknownFormatError",
    "contract_of",
]
