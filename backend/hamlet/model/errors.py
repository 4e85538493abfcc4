"""What can go wrong with a model, by kind. Every message says what was found, what is allowed, and where."""

from typing import Any


def short(value: Any) -> str:
    """The value for a message: never longer than a line, whatever a file put there."""
    try:
        text = repr(value)
    except RecursionError:
        text = f"a deeply nested {type(value).__name__}"
    return text if len(text) <= 60 else text[:59] + "…"


class ModelError(ValueError):
    """Base of all errors about a model, its file, or what it was asked."""


class UnknownFormatError(ModelError):
    """The file is not a HAMLET model, or is of a kind that this call does not take."""


class DamagedFileError(ModelError):
    """The file is a HAMLET model that was cut short, changed, or carries numbers that are none."""


class ContractError(ModelError):
    """Weights, contract and metadata do not belong together."""


class InputError(ModelError):
    """An observation, hidden state, mask or epsilon that the model cannot take."""


class ParityError(ModelError):
    """An export answered differently from the model it was made from, so it was not kept."""


class MissingPackageError(ModelError):
    """This format needs a package that is not installed."""
