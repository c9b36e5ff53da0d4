"""Errors of the books, by what the caller does next.

BooksError
    InvalidRecord    correct the values named in .problems and save again
    WrongState       bring the document into the state that the message names, or leave it
    HasSettlements       delete the payments and remove the allocations in .settlements first
    NotFound         it is not in this workspace: look it up again
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallystick.act_refused import ActRefused

if TYPE_CHECKING:
    from tallystick.books.models import Allocation, Payment

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class RejectedValue:
    """One value that cannot be kept, and what to do about it."""

    #: What the value belongs to, as a person knows it: a document's or party's number.
    subject: str
    #: The document's line, or the place in a list of records, counted from 1; None for what
    #: concerns the whole.
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


class BooksError(ActRefused):
    """Something in the books cannot be done as asked."""


class InvalidRecord(BooksError):
    """Values that cannot be kept; nothing was saved."""

    code = "invalid_record"

    def __init__(self, subject: str, problems: Sequence[RejectedValue]) -> None:
        self.problems = list(problems)
        listed = "; ".join(map(str, self.problems))
        super().__init__(f"{subject} was not saved.", remedy=f"{listed[:1].upper()}{listed[1:]}")


class WrongState(BooksError):
    """The document is a draft, submitted or cancelled where it must not be."""

    code = "wrong_state"


class HasSettlements(BooksError):
    """Payments or allocations stand on documents that were to be cancelled; none was."""

    code = "has_settlements"

    def __init__(self, settlements: Sequence["Payment | Allocation"]) -> None:
        self.settlements = list(settlements)
        super().__init__(
            "Nothing was cancelled.",
            remedy=f"Delete these first, {self._theirs}then cancel again: {self.named}",
        )

    @property
    def _theirs(self) -> str:
        """What is said of those that only Xero takes back."""
        if not any(one.is_xeros for one in self.settlements):
            return ""
        return "those that were recorded in Xero in Xero, "

    @property
    def named(self) -> str:
        """The first of them in words, how many more there are, and a full stop."""
        named = "; ".join(
            f"{one} (recorded in Xero)" if one.is_xeros else str(one)
            for one in self.settlements[:_MOST_NAMED]
        )
        more = len(self.settlements) - _MOST_NAMED
        return named + (f"; and {more:,} more." if more > 0 else ".")


class NotFound(BooksError):
    """The workspace has no such record."""

    code = "not_found"
