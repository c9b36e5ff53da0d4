"""What must stand in Xero after a file was imported and pushed, read from the file itself.

Shares no code with Tallystick, so that a mistake there cannot hide here: its own reading of the
CSV, its own rounding (half up on each line, to two places, as Xero does), its own idea of which
documents are sales invoices. Knows the four kinds of files that Tallystick ships mappings for.
"""

import csv
import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import IO

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
    party: str = ""  #: The customer's number.
    discount: str = ""
    tax: str = ""  #: The name of a tax rate that begins with its percentage.
    basis: str = ""
    kind: str = ""
    currency: str = ""
    usual_basis: str = "none"
    usual_currency: str = ""
    not_invoices: tuple[str, ...] = ()  #: What numbers of other documents begin with.
    walk_in: bool = True  #: Rows without a customer are sales like any other.


_FORMATS = (
    Format(
        *("InvoiceNo", "InvoiceDate", "Quantity", "UnitPrice", "CustomerID"),
        usual_currency="GBP",
        not_invoices=("C", "A"),
    ),
    Format(
        *("InvoiceId", "InvoiceDate", "Quantity", "UnitPrice", "CustomerId"),
        usual_currency="USD",
    ),
    Format(
        *("InvoiceNumber", "InvoiceDate", "Quantity", "UnitAmount"),
        discount="Discount",
        tax="TaxType",
        currency="Currency",
        usual_basis="exclusive",
    ),
    Format(
        *("number", "issued_on", "quantity", "unit_price", "party_number", "discount"),
        tax="tax_code",
        basis="tax_basis",
        kind="kind",
        currency="currency",
        usual_basis="exclusive",
    ),
)


@dataclass
class Invoice:
    """A sales invoice as the file has it."""

    number: str
    day: date
    currency: str
    party: str
    lines: int = 0
    total: Decimal = Decimal(0)
    has_something_to_bill: bool = False
    is_readable: bool = True


@dataclass
class Expectation:
    """The invoices expected, and what the run has to know to get them in."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    #: The names of tax rates in the file with their percentages.
    tax_rates: dict[str, Decimal] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)


def expect(path: Path, *, currency: str) -> Expectation:
    """Read the file; `currency` is that of documents for which the file names none."""
    found, rates = {}, {}
    for form, row in _rows(path):
        number = row[form.number].strip()
        if not number or _is_other_kind(form, row, number):
            continue
        try:
            invoice = found.get(number) or _opened(form, row, number, currency)
            found[number] = invoice
            _add_line(invoice, form, row, rates)
        except (InvalidOperation, ValueError):
            found.setdefault(number, Invoice(number, date.min, "", "")).is_readable = False
    kept = {
        number: invoice
        for number, invoice in found.items()
        if invoice.is_readable and invoice.has_something_to_bill
    }
    return Expectation(kept, rates, {invoice.currency for invoice in kept.values()})


def keep_month(path: Path, month: str, target: Path) -> None:
    """Write the rows of one month, such as "2010-12", and the header."""
    with _opened_text(path) as source, target.open("w", encoding="utf-8", newline="") as kept:
        reader, writer = csv.reader(source), csv.writer(kept, lineterminator="\n")
        header = next(reader)
        form = _format_of(header)
        column = [_plain(name) for name in header].index(form.day)
        writer.writerow(header)
        writer.writerows(row for row in reader if _day(row[column]).isoformat()[:7] == month)


def _rows(path: Path) -> Iterator[tuple[Format, Row]]:
    with _opened_text(path) as source:
        reader = csv.reader(source)
        header = [_plain(name) for name in next(reader)]
        form = _format_of(header)
        for cells in reader:
            yield form, dict(zip(header, cells, strict=False))


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


def _is_other_kind(form: Format, row: Row, number: str) -> bool:
    kind = row.get(form.kind, "").strip() if form.kind else ""
    return number.startswith(form.not_invoices) or kind not in {"", "sales_invoice"}


def _opened(form: Format, row: Row, number: str, currency: str) -> Invoice:
    named = row.get(form.currency, "").strip().upper() if form.currency else ""
    party = row.get(form.party, "").strip() if form.party else ""
    return Invoice(number, _day(row[form.day]), named or form.usual_currency or currency, party)


def _add_line(invoice: Invoice, form: Format, row: Row, rates: dict[str, Decimal]) -> None:
    quantity, price = _number(row[form.quantity]), _number(row[form.price])
    discount = _number(row.get(form.discount, "") or "0") if form.discount else Decimal(0)
    amount = _cents(quantity * price * (100 - discount) / 100)
    basis = (row.get(form.basis, "").strip() if form.basis else "") or form.usual_basis
    name = row.get(form.tax, "").strip() if form.tax else ""
    if name:
        rates[name] = _rate(name)
    invoice.lines += 1
    invoice.has_something_to_bill |= amount > 0
    invoice.total += amount
    if basis == "exclusive" and name:
        invoice.total += _cents(amount * rates[name] / 100)


def _number(text: str) -> Decimal:
    number = Decimal(text.strip().rstrip("%").replace(",", ""))
    if not number.is_finite():
        raise ValueError(text)
    return number


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _rate(name: str) -> Decimal:
    match = _LEADING_RATE.match(name)
    return Decimal(match[1]) if match else Decimal(0)


def _day(text: str) -> date:
    """Read 2010-12-01 08:26:00, or 1/12/2010 with the day first."""
    first, middle, last = re.split(r"[-/.]", text.strip().split(" ")[0].split("T")[0])
    if len(first) == 4:
        return date(int(first), int(middle), int(last))
    return date(int(last), int(middle), int(first))
