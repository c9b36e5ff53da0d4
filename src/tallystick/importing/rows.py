"""Checks the rows of a file one by one and makes of each what is staged for its document."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import msgspec

from tallystick.importing.cells import Columns, readable, unusable
from tallystick.importing.heads import HEAD_FIELDS, HeadParser, Opened
from tallystick.importing.lines import LINE_FIELDS, Contents, contents
from tallystick.importing.mappings import Mapping
from tallystick.importing.read import Row
from tallystick.importing.report import BadRow
from tallystick.importing.taxes import TaxCodes
from tallystick.importing.values import BadValue

#: Where among the head's cells stands what tells one document from another.
_NAMED_BY = [HEAD_FIELDS.index(field) for field in ("number", "kind", "party_number", "party_name")]


class StagedRow(NamedTuple):
    """One line on its way into the database; figures are text, as COPY takes them."""

    line: int
    kind: str
    number: str
    supplier: str
    #: JSON of the Head where it begins or changes.
    head: str | None
    is_bad: bool
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


class RowParser:
    """Takes the rows in the order of the file; bad values go to `report`."""

    def __init__(
        self,
        mapping: Mapping,
        header: Sequence[str],
        *,
        tax_codes: TaxCodes,
        templates: Collection[str],
        currency: str,
        report: Callable[[BadRow], None],
    ) -> None:
        """`currency` is that of documents for which neither file nor mapping names one."""
        self._columns = Columns(mapping, header)
        self._line_cells = self._columns.pick(LINE_FIELDS)
        self._head_cells = self._columns.pick(HEAD_FIELDS)
        self._decimal_mark = mapping.decimal_mark
        self._tax_codes = tax_codes
        self._report = report
        self._heads = HeadParser(
            mapping, currency=currency, templates=templates, refuse=self._refuse
        )
        self._cells: tuple[str, ...] = ()
        self._document = Opened()
        self._after_lost_row = False

    def parse(self, row: Row) -> StagedRow | None:
        """Return what to stage, or None.

        A row that cannot be told to which document it belongs may belong to the one before or
        after it: both are staged as bad.
        """
        if reason := unusable(row):
            return self._lose(row.line, "", reason)
        cells = [*row.cells, ""]
        head_cells = self._head_cells(cells)
        head = None
        if head_cells != self._cells:
            head = self._open(row.line, head_cells)
        if not self._document.number:
            reason = "The row names no document, so it cannot be told which one it belongs to."
            return self._lose(row.line, "number", reason)
        is_bad = self._document.head is None or self._after_lost_row
        self._after_lost_row = False
        found = self._contents(row.line, self._line_cells(cells))
        if is_bad or found is None:
            return self._staged(row.line, head, is_bad=True)
        return self._staged(row.line, head, found)

    def _open(self, line: int, cells: tuple[str, ...]) -> str | None:
        """Take up the document that the cells name; return its head as JSON."""
        if self._continues(cells):
            # Exports often say customer and dates in a document's first row only.
            cells = tuple(new or old for new, old in zip(cells, self._cells, strict=True))
            if cells == self._cells:
                return None
        self._cells = cells
        self._document = self._heads.parse(line, cells)
        head = self._document.head
        return msgspec.json.encode(head).decode() if head else None

    def _continues(self, cells: tuple[str, ...]) -> bool:
        """Say whether the row names the open document, and nothing of another one."""
        return bool(self._cells and cells[0]) and all(
            cells[place] in ("", self._cells[place]) for place in _NAMED_BY
        )

    def _contents(self, line: int, cells: Sequence[str]) -> Contents | None:
        try:
            return contents(
                cells,
                decimal_mark=self._decimal_mark,
                tax_codes=self._tax_codes,
                basis=self._document.basis,
                template=self._document.head.template if self._document.head else "",
            )
        except BadValue as error:
            value = dict(zip(LINE_FIELDS, cells, strict=True))[error.field]
            self._refuse(line, error.field, value, str(error))
            return None

    def _lose(self, line: int, field: str, reason: str) -> StagedRow | None:
        self._refuse(line, field, "", reason)
        self._after_lost_row = True
        return self._staged(line, None, is_bad=True) if self._document.number else None

    def _staged(
        self, line: int, head: str | None, found: Sequence[str | None] = (), *, is_bad: bool = False
    ) -> StagedRow:
        document = self._document
        return StagedRow(
            line, document.kind, document.number, document.supplier, head, is_bad, *found
        )

    def _refuse(self, line: int, field: str, value: str, reason: str) -> None:
        column = self._columns.name(field)
        self._report(BadRow(line, column, readable(value), reason))
