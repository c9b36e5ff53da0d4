"""Checks the rows of a file one by one and makes of each what is staged for its document."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import msgspec

from tallystick.books.checking import LIMIT
from tallystick.importing.heads import HEAD_FIELDS, LINE_FIELDS, HeadParser, Opened
from tallystick.importing.mappings import Mapping
from tallystick.importing.read import Row
from tallystick.importing.report import BadRow
from tallystick.importing.taxes import TaxCodes
from tallystick.importing.values import BadValue, number
from tallystick.money import line_amount, line_tax


class StagedRow(NamedTuple):
    """One line on its way into the database; figures are text, as COPY takes them."""

    line: int
    kind: str
    number: str
    #: JSON of the Head where it begins or changes.
    head: str | None
    is_bad: bool
    item_code: str | None = None
    description: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    discount: str | None = None
    tax_code: str | None = None
    account_code: str | None = None
    amount: str | None = None
    tax: str | None = None


class _Figures(NamedTuple):
    quantity: str | None
    unit_price: str | None
    discount: str | None
    amount: Decimal


class RowParser:
    """Takes the rows in the order of the file; bad values go to `report`."""

    def __init__(
        self,
        mapping: Mapping,
        header: Sequence[str],
        *,
        tax_codes: TaxCodes,
        currency: str,
        report: Callable[[BadRow], None],
    ) -> None:
        """`currency` is that of documents for which neither file nor mapping names one."""
        places = mapping.places(header)
        # A field without a column reads the empty cell that `parse` puts behind the others.
        absent = len(header)
        self._line_cells = itemgetter(*(places.get(field, absent) for field in LINE_FIELDS))
        self._head_cells = itemgetter(*(places.get(field, absent) for field in HEAD_FIELDS))
        self._columns = {field: header[place] for field, place in places.items()}
        self._decimal_mark = mapping.decimal_mark
        self._tax_codes = tax_codes
        self._report = report
        self._heads = HeadParser(mapping, currency=currency, refuse=self._refuse)
        self._cells: tuple[str, ...] = ()
        self._document = Opened()
        self._after_lost_row = False

    def parse(self, row: Row) -> StagedRow | None:
        """Return what to stage, or None.

        A row that cannot be told to which document it belongs may belong to the one before or
        after it: both are staged as bad.
        """
        if row.problem is not None:
            return self._lose(row.line, "", "", row.problem)
        cells = row.cells
        cells.append("")
        if not "".join(cells).isprintable() and (reason := _unstorable(cells)):
            return self._lose(row.line, "", "", reason)
        head_cells = self._head_cells(cells)
        head = None
        if head_cells != self._cells:
            head = self._open(row.line, head_cells)
        document = self._document
        if not document.number:
            reason = "The row names no document, so it cannot be told which one it belongs to."
            return self._lose(row.line, "number", "", reason)
        is_bad = document.head is None or self._after_lost_row
        self._after_lost_row = False
        contents = self._contents(row.line, self._line_cells(cells))
        if is_bad or contents is None:
            return StagedRow(row.line, document.kind, document.number, head, True)
        return StagedRow(row.line, document.kind, document.number, head, False, *contents)

    def _open(self, line: int, cells: tuple[str, ...]) -> str | None:
        """Take up the document that the cells name; return its head as JSON."""
        number_before = self._cells[0] if self._cells else ""
        if cells[0] and cells[0] == number_before:
            # Exports often say customer and dates in a document's first row only.
            cells = tuple(new or old for new, old in zip(cells, self._cells, strict=True))
            if cells == self._cells:
                return None
        self._cells = cells
        self._document = self._heads.parse(line, cells)
        head = self._document.head
        return msgspec.json.encode(head).decode() if head else None

    def _contents(self, line: int, cells: Sequence[str]) -> tuple[str | None, ...] | None:
        """Return the line's values from the item code on; None where one is bad."""
        item_code, description, quantity, unit_price, discount, tax_code, account_code = cells
        item_code, account_code = item_code.strip(), account_code.strip()
        description = " ".join(description.split()) or item_code
        field = "description"
        try:
            _check_texts(item_code, description, account_code)
            figures = _figures(quantity, unit_price, discount, self._decimal_mark)
            field = "tax_code"
            tax_code, tax = self._tax(tax_code.strip(), figures.amount)
        except BadValue as error:
            field = error.field or field
            value = dict(zip(LINE_FIELDS, cells, strict=True))[field]
            self._refuse(line, field, value, str(error))
            return None
        return (
            item_code,
            description,
            figures.quantity,
            figures.unit_price,
            figures.discount,
            tax_code or None,
            account_code,
            str(figures.amount),
            tax,
        )

    def _tax(self, name: str, amount: Decimal) -> tuple[str, str]:
        if not name:
            return "", "0"
        code, rate = self._tax_codes.find(name)
        return code, str(line_tax(amount, rate, self._document.basis))

    def _lose(self, line: int, field: str, value: str, reason: str) -> StagedRow | None:
        self._refuse(line, field, value, reason)
        self._after_lost_row = True
        document = self._document
        if not document.number:
            return None
        return StagedRow(line, document.kind, document.number, None, True)

    def _refuse(self, line: int, field: str, value: str, reason: str) -> None:
        column = self._columns.get(field, field)
        self._report(BadRow(line, column, _readable(value), reason))


@lru_cache(maxsize=16_384)
def _figures(quantity: str, unit_price: str, discount: str, decimal_mark: str) -> _Figures:
    """Return the figures and the line's amount, all nothing for a line of text alone."""
    parsed = {
        "quantity": _optional_number("quantity", quantity, decimal_mark),
        "unit_price": _optional_number("unit_price", unit_price, decimal_mark),
        "discount": _optional_number("discount", discount.strip().rstrip("%"), decimal_mark),
    }
    count, price, percent = parsed.values()
    if count is None and price is None:
        return _Figures(None, None, None, Decimal(0))
    if count is None or price is None:
        field = "quantity" if count is None else "unit_price"
        raise BadValue("Enter quantity and price, or neither for a mere text.", field=field)
    if percent is not None and not 0 <= percent <= 100:
        raise BadValue("Enter a percentage from 0 to 100.", field="discount")
    amount = line_amount(count, price, percent)
    if abs(amount) >= LIMIT:
        raise BadValue("Quantity times price is too large.", field="quantity")
    return _Figures(_text(count), _text(price), _text(percent), amount)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _optional_number(field: str, text: str, decimal_mark: str) -> Decimal | None:
    if not text or text.isspace():
        return None
    try:
        return number(text, decimal_mark)
    except BadValue as error:
        raise BadValue(str(error), field=field) from None


def _check_texts(item_code: str, description: str, account_code: str) -> None:
    if not description:
        raise BadValue("Enter a description or an item code.", field="description")
    if len(item_code) > 30:
        raise BadValue("Shorten it to 30 characters, as Xero allows.", field="item_code")
    if len(description) > 4000:
        raise BadValue("Shorten it to 4,000 characters, as Xero allows.", field="description")
    if len(account_code) > 10:
        raise BadValue("Shorten it to 10 characters, as Xero allows.", field="account_code")


def _unstorable(cells: Sequence[str]) -> str | None:
    """Say what in the cells no database takes; None where they only hold line breaks and such."""
    text = "".join(cells)
    if "\0" in text:
        return "The row holds NUL characters. Export the file anew; this one is damaged."
    try:
        text.encode()
    except UnicodeEncodeError:
        return "The row is not in UTF-8. Save the file as CSV UTF-8 and import again."
    return None


def _readable(value: str) -> str:
    return " ".join(value.encode(errors="replace").decode().replace("\0", "").split())[:200]
