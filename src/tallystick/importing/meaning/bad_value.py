"""A text that cannot be used."""


class BadValue(ValueError):
    """The text cannot be used; the message is whole sentences that say what to enter."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        #: Which of several values it is; empty where there is only one.
        self.field = field
