"""What columns beside the goods say: lines of shipping, fees and tips, money off, the status.

Most stand once for the whole order, some in each row for that row.
"""

from collections.abc import Container, Iterator, Sequence
from decimal import Decimal

from tallystick.importing.documents.heads import OfOrder, Opened
from tallystick.importing.documents.lines import Contents, LineParser
from tallystick.importing.meaning.leftover import says_something
from tallystick.importing.meaning.mapping import Mapping, places_of, plain
from tallystick.importing.meaning.precision import of_amount, rounded
from tallystick.importing.meaning.values import BadValue, number

_ONE = Decimal(1)


class OrderLines:
    """The order columns of one file.

    Their figures come as one sequence: those of all columns, of their taxes, their tax codes, what
    is left after them, and what the columns of the status say.
    """

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        found, self._absent = places_of(header), len(header)
        self._columns = mapping.order_columns
        self._mark = mapping.decimal_mark
        self._statuses = mapping.status_columns
        names = [
            *(each.column for each in self._columns),
            *(_first(each.tax_names(), found) for each in self._columns),
            *(each.tax_code_column for each in self._columns),
            *(each.after_column for each in self._columns),
            *(each.column for each in self._statuses),
        ]
        of_row = [each.of_row for each in self._columns] * 4 + [False] * len(self._statuses)
        places = [found.get(plain(name), self._absent) if name else self._absent for name in names]
        self._places, self._row_places = (
            [
                place if is_of_row == wanted else self._absent
                for place, is_of_row in zip(places, of_row, strict=True)
            ]
            for wanted in (False, True)
        )
        self._row_total = mapping.row_total
        self._total = self._absent
        if self._row_total:
            self._total = found.get(plain(self._row_total), self._absent)
        #: Whether rows bear figures besides those of the order and of their line.
        self.speaks_of_rows = {*self._row_places, self._total} != {self._absent}

    def figures(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Return the figures of the order; `cells` end in an empty one."""
        return tuple(cells[place].strip() for place in self._places)

    def row_figures(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Return the figures of the row; `cells` end in an empty one."""
        return tuple(cells[place].strip() for place in self._row_places)

    def name(self, place: int) -> str:
        count = len(self._columns)
        return self._columns[place % count].column

    def says(self, figures: tuple[str, ...]) -> OfOrder:
        """Return what the columns say of the document itself."""
        count = len(self._columns)
        filled = zip(self._statuses, figures[4 * count :], strict=True)
        return OfOrder(
            figures,
            next(filter(None, figures[3 * count : 4 * count]), ""),
            [column for column, cell in filled if says_something(cell)],
        )

    def spread(self, place: int, text: str, currency: str) -> Decimal:
        """Return what the figure at `place` takes off all lines together; 0 where it does not."""
        if place >= len(self._columns) or not self._columns[place].is_spread:
            return Decimal(0)
        return abs(rounded(number(text, self._mark, currency), 2))

    def line(
        self, place: int, figures: Sequence[str], document: Opened, lines: LineParser
    ) -> Contents | None:
        """Return the line that the figure at `place` makes; None for a nothing and for a tax.

        Raises BadValue.
        """
        count = len(self._columns)
        if count <= place < 2 * count:
            self._check_tax(place - count, figures, document)
        if place >= count or self._columns[place].is_spread or not figures[place]:
            return None
        column = self._columns[place]
        amount = self._amount(figures[place], document)
        if not amount:
            return None
        text = figures[place + count]
        tax = self._amount(text, document) if text else None
        if column.is_discount:
            amount, tax = -abs(amount), None if tax is None else -abs(tax)
        return lines.line(
            document,
            of_amount(_ONE if amount > 0 else -_ONE, amount),
            description=column.description,
            tax=self.tax_code(place, figures),
            charge=column.charge or None,
            stated_tax=tax,
        )

    def _check_tax(self, place: int, figures: Sequence[str], document: Opened) -> None:
        """Raise BadValue for a tax of nothing."""
        text = figures[place + len(self._columns)]
        if text and not says_something(figures[place]) and self._amount(text, document):
            raise BadValue(
                f"The file states a tax of {text} here and nothing that it is of. Look which column "
                f"holds the amount; it is {self._columns[place].column} so far."
            )

    def tax_code(self, place: int, figures: Sequence[str]) -> str:
        """Return what the file, else the mapping, says is the tax code of the figure at `place`."""
        return figures[place + 2 * len(self._columns)] or self._columns[place].tax_code

    def of_row(
        self, cells: Sequence[str], document: Opened, lines: LineParser
    ) -> Iterator[tuple[int, Contents]]:
        """Give place and line of each figure of the row. Raises BadValue with the column's name."""
        figures = self.row_figures(cells)
        for place, column in enumerate(self._columns):
            try:
                self._check_tax(place, figures, document)
                found = self.line(place, figures, document, lines)
            except BadValue as error:
                raise BadValue(str(error), field=column.column) from None
            if found:
                yield place, found

    def check_total(self, cells: Sequence[str], document: Opened, made: Sequence[Contents]) -> None:
        """Raise BadValue if the row comes to something else than the file says, or it does not say.

        `made` are the lines of it.
        """
        text = cells[self._total].strip()
        if self._total == self._absent:
            return
        if not text:
            raise BadValue("Enter what the row comes to.", field=self._row_total)
        stated = self._amount(text, document)
        found = sum((Decimal(each.amount) for each in made), Decimal(0))
        if document.basis == "exclusive":
            found += sum((Decimal(each.tax) for each in made), Decimal(0))
        if found != stated:
            raise BadValue(
                f"The file says the row comes to {stated}, but its figures make {found}. Look for a "
                "figure that was changed, or a column that is not read.",
                field=self._row_total,
            )

    def _amount(self, text: str, document: Opened) -> Decimal:
        return rounded(number(text, self._mark, document.currency), 2)


def _first(names: Sequence[str], found: Container[str]) -> str:
    """Return the first of the names that the file has; empty for none."""
    return next((name for name in names if plain(name) in found), "")
