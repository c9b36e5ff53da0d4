"""Rows that hold what the others come to, and whether they do."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from tallystick.importing.errors import ImportRefused
from tallystick.importing.meaning.mapping import Control, Mapping, places_of, plain
from tallystick.importing.meaning.values import BadValue, number

_MARKS = (".", ",")


def control_rows(mapping: Mapping, header: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """Return what says of a row's cells whether it holds a total of others instead of a line."""
    if mapping.control is None:
        return _is_never
    total, of, *_ = _places(mapping.control, header)
    return partial(_is_control, total, of)


class ControlSums:
    """The totals that a file states and what its rows come to, in one walk over the rows.

    Both decimal marks are tried, for which it is shows at the end.
    """

    def __init__(self, control: Control, header: Sequence[str]) -> None:
        self._control = control
        self._places = _places(control, header)
        self._stated: dict[str, set[str]] = {}
        self._sums: dict[str, dict[str, Decimal | None]] = {}
        self._currencies: set[str] = set()
        #: What is amiss with the first row or figure that cannot be read.
        self._amiss = ""

    def miss(self, line: int, problem: str) -> None:
        """Remember a row that cannot be read, for the totals cannot be right without it."""
        self._amiss = self._amiss or f"line {line} cannot be read. {problem}"

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Take a row into account."""
        stated, figure, name, currency = (cells[place].strip() for place in self._places)
        if stated:
            self._stated.setdefault(name, set()).add(stated)
        if currency:
            self._currencies.add(currency)
        sums = self._sums.setdefault(name, dict.fromkeys(_MARKS, Decimal(0)))
        for mark in _MARKS if figure else ():
            sums[mark] = _plus(sums[mark], figure, mark)
        if figure and not any(_plus(Decimal(0), figure, mark) is not None for mark in _MARKS):
            self.miss(line, f"“{figure[:40]}” in {self._control.of} is no number.")

    def currency(self) -> str:
        """Return the currency of the file. Raises ImportRefused where it has several."""
        if len(self._currencies) > 1:
            raise ImportRefused(
                f"The file holds amounts in {', '.join(sorted(self._currencies))[:100]}, and its rows "
                "do not say which is in which.",
                remedy="Import each report by itself; nothing was imported.",
            )
        return next(iter(self._currencies), "")

    def check(self, mark: str) -> None:
        """Raise ImportRefused where rows do not come to the total that the file states."""
        for name, sums in self._sums.items():
            stated = self._stated.get(name, set())
            totals = {_plus(Decimal(0), text, mark) for text in stated}
            if totals != {sums[mark]} or None in totals:
                said = ", ".join(sorted(stated)) or "nothing"
                found = "no sum" if sums[mark] is None else f"{sums[mark]:f}"
                amiss = self._amiss or "rows are missing or were changed."
                raise ImportRefused(
                    f"For {name or 'rows without a name'} the file states {said} in "
                    f"{self._control.total}, but its rows come to {found} in {self._control.of}: "
                    f"{amiss}",
                    remedy="Download the report again and import that file; nothing was imported.",
                )


def _plus(sum_: Decimal | None, text: str, mark: str) -> Decimal | None:
    try:
        return None if sum_ is None else sum_ + number(text, mark)
    except BadValue:
        return None


def _places(control: Control, header: Sequence[str]) -> tuple[int, int, int, int]:
    found = places_of(header)
    return (
        found[plain(control.total)],
        found[plain(control.of)],
        found[plain(control.by)],
        found[plain(control.currency)],
    )


def _is_control(total: int, of: int, cells: Sequence[str]) -> bool:
    return bool(cells[total].strip()) and not cells[of].strip()


def _is_never(cells: Sequence[str]) -> bool:
    return False
