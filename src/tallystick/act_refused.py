"""The one base of every refusal: what was asked for is not done, and whoever asked is told why."""

from typing import ClassVar, Self


class ActRefused(Exception):
    """Nothing was changed. `str()` says what happened and what to do now, for people.

    `code` names the refusal for programs; `message` is what happened, `remedy` what to do now.
    """

    code: ClassVar[str]

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return that of a kept text: its first sentence is what happened, the rest what to do."""
        message, dot, remedy = text.partition(". ")
        return cls(f"{message}{dot.strip()}", remedy=remedy)
