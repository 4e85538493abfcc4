"""What the person at the page can mend about people and classes (lab/errors.py)."""

from lab.errors import MendableError


class PeopleError(MendableError):
    """Something about people or classes that cannot be done as it was asked."""


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
