"""The one error of this room that its user can mend."""


class TrainingError(Exception):
    """A run cannot begin or go on, for a reason the user can act on. The message is shown as it is."""
