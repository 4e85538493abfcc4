"""What the person at the page can mend about people and classes. The message is shown as it is."""

from typing import Any, NamedTuple


class FieldError(NamedTuple):
    """What is wrong with one field of what was sent."""

    field: str
    message: str
    value: Any = None


class PeopleError(Exception):
    """Something that cannot be done as it was asked.

    Args:
        message: one sentence for the person
        errors: the fields it is about, if it is about fields
    """

    def __init__(self, message: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or []


class NotForYouError(PeopleError):
    """Others may do this."""


class ConflictError(PeopleError):
    """Not as things are now."""


class SignInError(Exception):
    """What was given does not let anyone in. One message for all reasons, so that names cannot be tried out."""


class TooManyTriesError(Exception):
    """Too many wrong ones lately.

    Attributes:
        wait: whole seconds until the next try is listened to
    """

    def __init__(self, wait: int, what: str = "passwords") -> None:
        self.wait = wait
        super().__init__(f"Too many wrong {what}. Try again in {wait} seconds.")


class BusyError(Exception):
    """Too many requests in this minute.

    Attributes:
        wait: whole seconds until more are answered
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"Too many requests in this minute. Ask again in {wait} seconds.")
