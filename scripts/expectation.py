"""What must stand in Xero after a file was imported and pushed, read from the file itself.

Shares no code with Tallystick, so that a mistake there cannot hide here: its own reading of the
CSV, its own rounding (half up on each line, to two places, as Xero does), its own idea of which
rows are which kind of document. Knows the four kinds of files that Tallystick ships mappings for.
"""

import csv
import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import IO, NamedTuple

SALES_INVOICE, SALES_CREDIT_NOTE = "sales_invoice", "sales_credit_note"
BILL, SUPPLIER_CREDIT_NOTE = "bill", "supplier_credit_note"
_CREDITS = {SALES_INVOICE: SALES_CREDIT_NOTE, BILL: SUPPLIER_CREDIT_NOTE}
_CENT = Decimal("0.01")
_LEADING_RATE = re.compile(r"(\d{1,2}(?:\.\d+)?) ?%")

Row = dict[str, str]


@dataclass(frozen=True)
class Format:
    """Which columns of a kind of file say what; "" where it has no such column."""

    number: str
    day: str
    quantity: str
    price: str
    goods: str  #: The code of what is sold.
    party: str = ""  #: The customer's or supplier's number.
    discount: str = ""
    tax: str = ""  #: The name of a tax rate that begins with its percentage.
    basis: str = ""
    kind: str = ""
    currency: str = ""
    usual_basis: str = "none"
    usual_currency: str = ""
    credit_prefix: str = ""  #: What the numbers of sales credit notes begin with.
    other_prefix: str = ""  #: What the numbers of what is no document begin with.
    negative_is_credit: bool = False


_FORMATS = (
    Format(
        *("InvoiceNo", "InvoiceDate", "Quantity", "UnitPrice", "StockCode", "CustomerID"),
        usual_currency="GBP",
        credit_prefix="C",
        other_prefix="A",
    ),
    Format(
        *("InvoiceId", "InvoiceDate", "Quantity", "UnitPrice", "TrackId", "CustomerId"),
        usual_currency="USD",
        negative_is_credit=True,
    ),
    Format(
        *("InvoiceNumber", "InvoiceDate", "Quantity", "UnitAmount", "InventoryItemCode"),
        discount="Discount",
        tax="TaxType",
        currency="Currency",
        usual_basis="exclusive",
        negative_is_credit=True,
    ),
    Format(
        *("number", "issued_on", "quantity", "unit_price", "item_code", "party_number"),
        discount="discount",
        tax="tax_code",
        basis="tax_basis",
        kind="kind",
        currency="currency",
        usual_basis="exclusive",
    ),
)


class Goods(NamedTuple):
    """So much of something, at a price each."""

    code: str
    quantity: Decimal
    price: Decimal


class Key(NamedTuple):
    """What tells a document from all others."""

    kind: str
    number: str
    supplier: str = ""  #: Of a bill; other suppliers may use the same number.


@dataclass
class Document:
    """A document as the file has it, in positive figures, with what is laid over it."""

    key: Key
    #: Day and time of day, if the file tells it.
    moment: tuple[date, str]
    currency: str
    party: str
    lines: int = 0
    total: Decimal = Decimal(0)
    highest: Decimal = Decimal(0)
    lowest: Decimal = Decimal(0)
    goods: list[Goods] = field(default_factory=list)
    is_readable: bool = True
    credited: Decimal = Decimal(0)  #: What of it is allocated.
    paid: Decimal = Decimal(0)  #: Or refunded.

    @property
    def kind(self) -> str:
        return self.key.kind

    @property
    def number(self) -> str:
        return self.key.number

    @property
    def day(self) -> date:
        return self.moment[0]

    @property
    def outstanding(self) -> Decimal:
        return self.total - self.credited - self.paid

    @property
    def status(self) -> str:
        """In Xero, once it is approved."""
        return "AUTHORISED" if self.outstanding else "PAID"


@dataclass
class Expectation:
    """The documents expected, and what the run has to know to get them in."""

    documents: dict[Key, Document] = field(default_factory=dict)
    #: The names of tax rates in the file with their percentages.
    tax_rates: dict[str, Decimal] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)

    def of_kind(self, kind: str) -> list[Document]:
        """Return the documents of the kind, oldest first."""
        found = [one for one in self.documents.values() if one.kind == kind]
        return sorted(found, key=lambda one: (one.moment, one.number))


def expect(path: Path, *, currency: str) -> Expectation:
    """Read the file; `currency` is that of documents for which the file names none."""
    found: dict[Key, Document] = {}
    rates: dict[str, Decimal] = {}
    with _opened_text(path) as source:
        form, rows = _table(source)
        for row in rows:
            key = _key(form, row)
            if not key.number or _is_no_document(form, key.number):
                continue
            try:
                document = found.get(key) or _opened(form, row, key, currency)
                found[key] = document
                _add_line(document, form, row, rates)
            except (InvalidOperation, ValueError):
                unreadable = Document(key, (date.min, ""), "", "")
                found.setdefault(key, unreadable).is_readable = False
    for document in found.values():
        _turn_round(document, form)
    kept = {
        document.key: document
        for document in found.values()
        if document.is_readable and document.highest > 0
    }
    return Expectation(kept, rates, {document.currency for document in kept.values()})


def keep_month(path: Path, month: str, target: Path) -> None:
    """Write the rows of one month, such as "2010-12", and the header."""
    with _opened_text(path) as source, target.open("w", encoding="utf-8", newline="") as kept:
        reader, writer = csv.reader(source), csv.writer(kept, lineterminator="\n")
        header = next(reader)
        form = _format_of(header)
        column = [_plain(name) for name in header].index(form.day)
        writer.writerow(header)
        writer.writerows(row for row in reader if _moment(row[column])[0].isoformat()[:7] == month)


def _table(source: IO[str]) -> tuple[Format, Iterator[Row]]:
    """Return the format and the rows; a column that the file has not is called "" and empty."""
    reader = csv.reader(source)
    header = [_plain(name) for name in next(reader)]
    rows = ({"": ""} | dict(zip(header, cells, strict=False)) for cells in reader)
    return _format_of(header), rows


def _opened_text(path: Path) -> IO[str]:
    opener: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


def _format_of(header: list[str]) -> Format:
    plain = [_plain(name) for name in header]
    for form in _FORMATS:
        if {form.number, form.day, form.quantity, form.price} <= set(plain):
            return form
    raise SystemExit(f"No shipped mapping knows a file with the columns {', '.join(header)}.")


def _plain(name: str) -> str:
    return name.strip().lstrip("*").strip()


def _is_no_document(form: Format, number: str) -> bool:
    return bool(form.other_prefix) and number.startswith(form.other_prefix)


def _key(form: Format, row: Row) -> Key:
    number = row[form.number].strip()
    kind = row.get(form.kind, "").strip() or SALES_INVOICE
    if form.credit_prefix and number.startswith(form.credit_prefix):
        kind = SALES_CREDIT_NOTE
    is_bought = kind in (BILL, SUPPLIER_CREDIT_NOTE)
    return Key(kind, number, row.get(form.party, "").strip() if is_bought else "")


def _opened(form: Format, row: Row, key: Key, currency: str) -> Document:
    named = row.get(form.currency, "").strip().upper() or form.usual_currency or currency
    return Document(key, _moment(row[form.day]), named, row.get(form.party, "").strip())


def _add_line(document: Document, form: Format, row: Row, rates: dict[str, Decimal]) -> None:
    quantity, price = _number(row[form.quantity]), _number(row[form.price])
    discount = _number(row.get(form.discount, "") or "0")
    amount = cents(quantity * price * (100 - discount) / 100)
    basis = row.get(form.basis, "").strip() or form.usual_basis
    name = row.get(form.tax, "").strip()
    if name:
        rates[name] = _rate(name)
    document.lines += 1
    document.highest = max(document.highest, amount)
    document.lowest = min(document.lowest, amount)
    document.total += amount
    document.goods.append(Goods(row.get(form.goods, "").strip(), quantity, price))
    if basis == "exclusive" and name:
        document.total += cents(amount * rates[name] / 100)


def _turn_round(document: Document, form: Format) -> None:
    """Give a credit note that the file writes in negative figures positive ones."""
    kind, number, supplier = document.key
    if form.negative_is_credit and kind in _CREDITS and document.highest <= 0 > document.lowest:
        document.key = Key(_CREDITS[kind], number, supplier)
    if document.kind in _CREDITS.values() and document.total < 0:
        document.total = -document.total
        document.highest, document.lowest = -document.lowest, -document.highest
        document.goods = [each._replace(quantity=-each.quantity) for each in document.goods]


def _number(text: str) -> Decimal:
    number = Decimal(text.strip().rstrip("%").replace(",", ""))
    if not number.is_finite():
        raise ValueError(text)
    return number


def cents(amount: Decimal) -> Decimal:
    """Round half up, away from zero."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _rate(name: str) -> Decimal:
    match = _LEADING_RATE.match(name)
    return Decimal(match[1]) if match else Decimal(0)


def _moment(text: str) -> tuple[date, str]:
    """Read 2010-12-01 08:26:00, or 1/12/2010 with the day first."""
    day, _, time = text.strip().replace("T", " ").partition(" ")
    first, middle, last = re.split(r"[-/.]", day)
    if len(first) == 4:
        return date(int(first), int(middle), int(last)), time
    return date(int(last), int(middle), int(first)), time
