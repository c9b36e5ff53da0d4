"""Errors of the books, by what the caller does next.

BooksError
    InvalidRecord    correct the values named in .problems and save again
    NotADraft        it was submitted or cancelled: cancel it and make a new one
    NotFound         it is not in this workspace: look it up again
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One value that cannot be kept, and what to do about it."""

    #: What the value belongs to, as a person knows it: a document's or party's number.
    subject: str
    #: The document's line, counted from 1; None for what concerns the whole.
    line: int | None
    #: The name in the input classes, such as `unit_price`.
    field: str
    value: str
    #: A whole sentence that says what to enter.
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}, " if self.line else ""
        value = f" “{self.value}”" if self.value else ""
        return f"{place}{self.field.replace('_', ' ')}{value}: {self.message}"


class BooksError(Exception):
    """Something in the books cannot be done as asked."""


class InvalidRecord(BooksError):
    """Values that cannot be kept; nothing was saved."""

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        listed = "; ".join(map(str, self.problems))
        super().__init__(f"{subject} was not saved. {listed[:1].upper()}{listed[1:]}")


class NotADraft(BooksError):
    """Only drafts can be edited."""


class NotFound(BooksError):
    """The workspace has no such record."""
