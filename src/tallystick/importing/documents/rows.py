"""Checks the rows of a file one by one and makes of each what is staged for its document."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from tallystick.importing.documents.alike import marks_of
from tallystick.importing.documents.cells import Columns, readable, unusable
from tallystick.importing.documents.heads import HeadParser, Opened
from tallystick.importing.documents.lines import Contents, LineParser
from tallystick.importing.documents.orders import OrderLines
from tallystick.importing.documents.plausible import Plausible
from tallystick.importing.documents.taxes import TaxCodes
from tallystick.importing.home import Home
from tallystick.importing.meaning.control import control_rows
from tallystick.importing.meaning.fields import HEAD_FIELDS, LINE_FIELDS
from tallystick.importing.meaning.leftover import says_something
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.texts import Texts
from tallystick.importing.meaning.values import BadValue
from tallystick.importing.report import BadRow
from tallystick.importing.tables.table import Row

#: Where among the head's cells stands what tells one document from another.
_NAMED_BY = [HEAD_FIELDS.index(field) for field in ("number", "kind", "party_number", "party_name")]
_NUMBER = HEAD_FIELDS.index("number")
_NO_NUMBER = "The row names no document, so it cannot be told which one it belongs to."

#: Places of a staged row: of the file itself, or a mere mark on its document. Lines that columns of
#: the order make stand behind, at the place of their column, then those of columns that each row has
#: a figure in; figures to be spread at SPREAD.
FROM_FILE, NO_ROW, OF_ORDER, OF_ROW, SPREAD = 0, -1, 1, 50, 100


class StagedRow(NamedTuple):
    """One line on its way into the database; figures are text, as COPY takes them."""

    line: int
    place: int
    kind: str
    #: Empty for a row that belongs to nobody knows which document.
    number: str
    supplier: str
    #: Counts up with each document that begins; rows of one document with two are scattered.
    stretch: int
    #: JSON of the Head where it begins or changes.
    head: str | None
    #: Why its document cannot be made, in whole sentences; None where it can.
    bad: str | None
    item_code: str | None = None
    description: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    discount: str | None = None
    tax_code: str | None = None
    tax_level: str | None = None
    account_code: str | None = None
    charge: str | None = None
    tracking: str | None = None
    amount: str | None = None
    tax: str | None = None
    other_tax: str | None = None
    stated_tax: str | None = None
    tax_is_stated: str = "f"
    rounding: str = ""
    tie: int = 0
    #: Which of the rows packed into its line of the file it is.
    item: int = 0
    #: Where the head is: by what the document may be the same as one of another key.
    alike: str | None = None
    seller: str | None = None
    is_kind_open: bool | None = None


class RowParser:
    """Takes the rows in the order of the file; bad values go to `report`."""

    def __init__(
        self,
        mapping: Mapping,
        header: Sequence[str],
        *,
        tax_codes: TaxCodes,
        templates: Collection[str],
        home: Home,
        plausible: Plausible,
        continues: bool,
        report: Callable[[BadRow], None],
    ) -> None:
        """`continues`: rows without a number are further lines of the document above."""
        self._columns = Columns(mapping, header)
        self._line_cells = self._columns.pick(LINE_FIELDS)
        self._head_cells = self._columns.pick(HEAD_FIELDS)
        self._texts = Texts(mapping, header)
        self._orders = OrderLines(mapping, header)
        self._is_control = control_rows(mapping, header)
        self._lines = LineParser(mapping, tax_codes, has=self._columns.has() | mapping.texts.keys())
        self.heads = HeadParser(
            mapping,
            home=home,
            has=self._columns.has(),
            templates=templates,
            plausible=plausible,
            refuse=self._refuse,
        )
        self._continues_above = continues
        self._report = report
        self._cells: tuple[str, ...] = ()
        self._figures: tuple[str, ...] = ()
        self._document = Opened()
        self._stretch = 0
        #: Why the next row that can be placed takes its document with it.
        self._lost = ""
        #: Whether cents of some line were as good as tossed.
        self.has_ties = False
        #: Rows that nobody knows the document of.
        self.lost = 0
        #: Those of them that only lack a number.
        self.unnumbered = 0

    def parse(self, row: Row) -> Iterator[StagedRow]:
        """Give what to stage.

        A row that cannot be told to which document it belongs may belong to the one before or
        after it: both are left out.
        """
        if reason := unusable(row):
            yield from self._lose(row, "", reason)
            return
        if self._is_control(row.cells):
            return
        cells = [*row.cells, ""]
        head_cells, figures = self._head_cells(cells), self._orders.figures(cells)
        if self._texts.names_documents:
            head_cells = self._texts.naming(head_cells, cells)
        if not head_cells[_NUMBER].strip():
            if not (self._continues_above and self._may_continue(head_cells)):
                self.unnumbered += 1
                yield from self._lose(row, "number", _NO_NUMBER)
                return
            head_cells = self._cells
        head: str | None = None
        order_lines: Sequence[int] = ()
        before = self._document
        if head_cells != self._cells or figures != self._figures:
            head, order_lines = self._open(row, head_cells, figures)
        found, bad = self._contents(row, cells)
        beside, bad = self._beside(row.line, cells, found, bad)
        if self._lost or self._document.head is None:
            bad = self._lost or bad or f"Line {row.line} says something of it that cannot be read."
            self._lost = ""
        marks: dict[str, Any] = {} if self._document is before else marks_of(self._document)
        yield self._staged(row.line, FROM_FILE, head, bad, found, item=row.item, **marks)
        for place in order_lines:
            yield self._order_line(row.line, place)
        for place, line in beside:
            yield self._staged(row.line, OF_ROW + place, None, None, line, item=row.item)

    def _open(
        self, row: Row, cells: tuple[str, ...], figures: tuple[str, ...]
    ) -> tuple[str | None, Sequence[int]]:
        """Take up the document that the cells name.

        Return its head as JSON, and which of the order's columns are told here first.
        """
        before = ("",) * len(figures)
        if self._continues(cells):
            # Exports often say customer, dates and sums in a document's first row only.
            cells = tuple(new or old for new, old in zip(cells, self._cells, strict=True))
            before = self._figures
            # A nothing there is no other figure, be it of the row or of the document.
            figures = tuple(
                new if says_something(new) else old or new
                for new, old in zip(figures, before, strict=True)
            )
            if cells == self._cells and figures == before:
                return None, ()
        else:
            self._stretch += 1
            self._texts.begin()
        self._cells, self._figures = cells, figures
        texts = self._texts.for_head(cells, row.cells)
        # What is bad in it is told of it, not of the document before.
        self._document = Opened(number=" ".join(cells[_NUMBER].split()))
        self._document = self.heads.parse(row.line, texts, self._orders.says(figures))
        head = self._document.head
        told = [
            place
            for place, old in enumerate(before)
            if says_something(figures[place]) and not says_something(old)
        ]
        return (msgspec.json.encode(head).decode() if head else None), told

    def _continues(self, cells: tuple[str, ...]) -> bool:
        """Say whether the row names the open document, and nothing of another one."""
        return bool(self._cells and cells[_NUMBER]) and self._may_continue(cells)

    def _may_continue(self, cells: tuple[str, ...]) -> bool:
        return bool(self._cells) and all(
            cells[place].strip() in ("", self._cells[place].strip()) for place in _NAMED_BY
        )

    def _contents(self, row: Row, cells: Sequence[str]) -> tuple[Contents | tuple[()], str]:
        """Return the line's values, or why there are none."""
        line = row.line
        if row.fault:
            self._refuse(line, "", "", row.fault)
            return (), f"Line {line}: {row.fault}"
        texts = self._texts.for_line(self._line_cells(cells), cells)
        try:
            found = self._lines.parse(texts, self._document)
        except BadValue as error:
            value = dict(zip(LINE_FIELDS, texts, strict=True)).get(error.field, "")
            if error.field == "tax_code":
                value = value or self._document.order_tax
            self._refuse(line, error.field, value, str(error))
            return (), f"Line {line}, {self._columns.name(error.field)} “{value}”: {error}"
        self.has_ties = self.has_ties or found.tie != 0
        return found, ""

    def _beside(
        self, line: int, cells: Sequence[str], found: Contents | tuple[()], bad: str
    ) -> tuple[Sequence[tuple[int, Contents]], str]:
        """Return the lines of the row's further columns, and why the row cannot be taken, if so."""
        if bad or not found or not self._orders.speaks_of_rows:
            return (), bad
        try:
            beside = list(self._orders.of_row(cells, self._document, self._lines))
            made = [found, *(each for _, each in beside)]
            self._orders.check_total(cells, self._document, made)
        except BadValue as error:
            number = readable(self._document.number)
            self._report(BadRow(line, error.field, "", str(error), number))
            return (), f"Line {line}, {error.field}: {error}"
        return beside, ""

    def _order_line(self, line: int, place: int) -> StagedRow:
        """Return what a figure of the order makes: a line, money to be spread, or a mere mark."""
        text, orders = self._figures[place], self._orders
        try:
            if off := orders.spread(place, text, self._document.currency):
                return self._staged(line, SPREAD + place, None, None, amount=str(off))
            found = orders.line(place, self._figures, self._document, self._lines)
        except BadValue as error:
            name, number = orders.name(place), self._document.number
            if error.field == "tax_code":
                text = orders.tax_code(place, self._figures) or self._document.order_tax
            self._report(BadRow(line, name, readable(text), str(error), readable(number)))
            return self._staged(line, NO_ROW, None, f"Line {line}, {name} “{text}”: {error}")
        return self._staged(line, OF_ORDER + place if found else NO_ROW, None, None, found or ())

    def _lose(self, row: Row, field: str, reason: str) -> Iterator[StagedRow]:
        self._report(BadRow(row.line, self._columns.name(field), "", reason))
        self.lost += 1
        self._lost = f"Line {row.line} may belong to it. {reason}"
        yield StagedRow(row.line, FROM_FILE, "", "", "", 0, None, reason)
        if self._document.number:
            yield self._staged(row.line, NO_ROW, None, self._lost)

    def _staged(
        self,
        line: int,
        place: int,
        head: str | None,
        bad: str | None,
        found: Sequence[str | int | None] = (),
        **further: Any,
    ) -> StagedRow:
        document = self._document
        return StagedRow(
            line,
            place,
            document.kind,
            document.number,
            document.supplier,
            self._stretch,
            head,
            readable(bad) if bad else None,
            *found,  # type: ignore[arg-type] # texts all of them
            **further,
        )

    def _refuse(self, line: int, field: str, value: str, reason: str) -> None:
        column = self._columns.name(field)
        self._report(BadRow(line, column, readable(value), reason, readable(self._document.number)))
