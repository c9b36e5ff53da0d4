"""What columns of the whole order say: lines of shipping, fees and tips, money off, its status."""

from collections.abc import Sequence
from decimal import Decimal

from tallystick.importing.documents.heads import OfOrder, Opened
from tallystick.importing.documents.lines import Contents, LineParser
from tallystick.importing.meaning.leftover import says_something
from tallystick.importing.meaning.mapping import Mapping, places_of, plain
from tallystick.importing.meaning.precision import of_amount, rounded
from tallystick.importing.meaning.values import number

_ONE = Decimal(1)


class OrderLines:
    """The order columns of one file."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        found, absent = places_of(header), len(header)
        self._columns = mapping.order_columns
        self._mark = mapping.decimal_mark
        self._statuses = mapping.status_columns
        names = [each.column for each in self._columns]
        names += [each.tax_column for each in self._columns]
        names += [each.after_column for each in self._columns]
        names += [each.column for each in self._statuses]
        self._places = [found.get(plain(name), absent) if name else absent for name in names]

    def figures(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Return what the columns say, their taxes, what is left after them, and of the status.

        `cells` end in an empty one.
        """
        return tuple(cells[place].strip() for place in self._places)

    def name(self, place: int) -> str:
        count = len(self._columns)
        return self._columns[place % count].column

    def says(self, figures: tuple[str, ...]) -> OfOrder:
        """Return what the columns say of the document itself."""
        count = len(self._columns)
        filled = zip(self._statuses, figures[3 * count :], strict=True)
        return OfOrder(
            figures,
            next(filter(None, figures[2 * count : 3 * count]), ""),
            [column for column, cell in filled if says_something(cell)],
        )

    def spread(self, place: int, text: str, currency: str) -> Decimal:
        """Return what the figure at `place` takes off all lines together; 0 where it does not."""
        if place >= len(self._columns) or not self._columns[place].is_spread:
            return Decimal(0)
        return abs(rounded(number(text, self._mark, currency), 2))

    def line(self, place: int, text: str, document: Opened, lines: LineParser) -> Contents | None:
        """Return the line that the figure at `place` makes; None for a nothing and for a tax.

        Raises BadValue.
        """
        if place >= len(self._columns) or self._columns[place].is_spread:
            return None
        column = self._columns[place]
        amount = rounded(number(text, self._mark, document.currency), 2)
        if not amount:
            return None
        tax = self._tax(place, document)
        if column.is_discount:
            amount, tax = -abs(amount), None if tax is None else -abs(tax)
        return lines.line(
            document,
            of_amount(_ONE if amount > 0 else -_ONE, amount),
            description=column.description,
            tax=column.tax_code,
            charge=column.charge or None,
            stated_tax=tax,
        )

    def _tax(self, place: int, document: Opened) -> Decimal | None:
        head = document.head
        text = head.order_figures[place + len(self._columns)] if head else ""
        return rounded(number(text, self._mark, document.currency), 2) if text else None
