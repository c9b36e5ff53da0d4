"""Whether the days of a document make sense together and in their time."""

from collections import Counter
from datetime import date, timedelta

#: A document is not dated further ahead of today.
_FURTHEST_AHEAD = timedelta(days=2 * 366)
#: Nor further back, whatever the other days of its file are.
_FURTHEST_BACK = timedelta(days=50 * 366)
#: Nor further from the years that most documents of its file are of.
_MOST_YEARS_APART = 12
#: Nor due so much later.
_LONGEST_TERMS = timedelta(days=5 * 366)


class Plausible:
    """Looks at days with today and the other days of the file in view."""

    def __init__(self, today: date, years: Counter[int]) -> None:
        """`years` counts the rows of each year in the file."""
        self._today = today
        self._usual = _median(years) if years else today.year

    def doubt(self, issued_on: date, due_on: date) -> str:
        """Return, in a sentence, why the days look wrong; empty where they do not."""
        if issued_on > self._today + _FURTHEST_AHEAD:
            return f"Its date, {issued_on}, lies far ahead."
        if issued_on < self._today - _FURTHEST_BACK:
            return f"Its date, {issued_on}, lies far back."
        if abs(issued_on.year - self._usual) > _MOST_YEARS_APART:
            return f"Its date, {issued_on}, is far from {self._usual}, the year of this file."
        if due_on < issued_on:
            return f"It would be due on {due_on}, before its date, {issued_on}."
        if due_on > issued_on + _LONGEST_TERMS:
            return f"It would be due on {due_on}, years after its date, {issued_on}."
        return ""


def _median(years: Counter[int]) -> int:
    half, seen = sum(years.values()) / 2, 0
    for year in sorted(years):
        seen += years[year]
        if seen >= half:
            return year
    raise ValueError("There are no years.")
