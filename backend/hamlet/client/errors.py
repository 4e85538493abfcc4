"""What can go wrong between here and the lab."""


class ClientError(Exception):
    """The lab refused, or could not be reached. The message is one line for a person.

    Attributes:
        status: the HTTP status of the refusal; 0 where no answer came
        fields: field -> what is wrong with it, where the refusal is about fields
    """

    def __init__(self, message: str, status: int = 0, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.fields = fields or {}
