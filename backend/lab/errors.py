"""What the person at the page can mend. The message is shown as it is; anything else that goes wrong is ours."""

from typing import Any, NamedTuple


class FieldError(NamedTuple):
    """What is wrong with one field of what was sent."""

    field: str
    message: str
    value: Any = None


class MendableError(Exception):
    """Something that cannot be done as it was asked.

    Args:
        message: one sentence for the person
        errors: the fields it is about, if it is about fields
    """

    def __init__(self, message: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or []
