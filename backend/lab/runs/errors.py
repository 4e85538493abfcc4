"""What the person at the page can mend about runs and what they leave (lab/errors.py)."""

from lab.errors import MendableError


class RunError(MendableError):
    """Something about a run that its owner can act on."""


class WrongStateError(RunError):
    """The run is not in a state in which this can be done."""


class LimitError(RunError):
    """No more of this now."""


class NotAllowedError(RunError):
    """Others may do this."""


class GoneError(RunError):
    """The row is there, its file is not."""
