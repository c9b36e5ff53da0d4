"""Checks one record's values and gathers everything that is wrong, not only the first."""

from collections.abc import Sequence
from decimal import Decimal

from tallystick.books.errors import InvalidRecord, RejectedValue

#: Quantities, prices and amounts stay below; wider ones do not fit our columns or Xero's.
LIMIT = Decimal(10) ** 13
#: Tracking pairs of a line, and characters of a category or option; Xero takes no more.
_MOST_TRACKING, _LONGEST_TRACKING = 2, 100


def tracking_problem(pairs: Sequence[tuple[str, str]]) -> str:
    """Say what is wrong with a line's pairs of category and option; empty where nothing is."""
    texts = [text for pair in pairs for text in pair]
    if len(pairs) > _MOST_TRACKING:
        return f"Name at most {_MOST_TRACKING} categories, as Xero takes."
    if not all(text.strip() for text in texts):
        return "Enter both category and option."
    if any(len(text) > _LONGEST_TRACKING for text in texts):
        return f"Shorten category and option to {_LONGEST_TRACKING} characters."
    if any("\0" in text for text in texts):
        return "Remove the invisible NUL character."
    if len({category.strip() for category, _ in pairs}) < len(pairs):
        return "Name each category once."
    return ""


class Checker:
    """Gathers the problems of one record; `line` names the line that is being checked."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.line: int | None = None
        self.problems: list[RejectedValue] = []

    def refuse(self, field: str, value: object, message: str) -> None:
        shown = "" if value is None else str(value)[:100]
        self.problems.append(RejectedValue(self.subject, self.line, field, shown, message))

    def text(self, field: str, value: str, *, at_most: int, required: bool = False) -> str:
        """Return the text without blanks around it."""
        value = value.strip()
        if required and not value:
            self.refuse(field, value, "Enter one.")
        if len(value) > at_most:
            self.refuse(field, value, f"Shorten it to {at_most} characters; it has {len(value)}.")
        if "\0" in value:
            self.refuse(field, value.replace("\0", ""), "Remove the invisible NUL character.")
        return value

    def number(
        self,
        field: str,
        value: Decimal | None,
        *,
        at_least: Decimal = -LIMIT,
        at_most: Decimal = LIMIT,
        decimals: int = 4,
    ) -> None:
        """Check bounds and that there are at most so many decimals; Xero keeps four."""
        if value is None:
            return
        if not value.is_finite():
            self.refuse(field, value, "Enter a number, such as 12 or 2.5.")
        elif not at_least <= value <= at_most:
            self.refuse(field, value, f"Enter a number from {at_least:f} to {at_most:f}.")
        elif value != round(value, decimals):
            self.refuse(field, value, f"Enter at most {decimals} decimals.")

    def finish(self) -> None:
        """Raise InvalidRecord if anything was refused."""
        if self.problems:
            raise InvalidRecord(self.subject, self.problems)
