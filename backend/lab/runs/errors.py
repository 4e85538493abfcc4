"""What the person at the page can mend. The message is shown as it is; anything else that goes wrong is ours."""

from lab.people.errors import FieldError

__all__ = ["FieldError", "GoneError", "LimitError", "NotAllowedError", "RunError", "WrongStateError"]


class RunError(Exception):
    """Something about a run that its owner can act on.

    Args:
        message: one sentence for the person
        errors: the fields it is about, if it is about fields
    """

    def __init__(self, message: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or []


class WrongStateError(RunError):
    """The run is not in a state in which this can be done."""


class LimitError(RunError):
    """No more of this now."""


class NotAllowedError(RunError):
    """Others may do this."""


class GoneError(RunError):
    """The row is there, its file is not."""
