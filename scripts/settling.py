"""Credits and payments laid over the sales of a file, by the rule in docs/real-run.md.

The files have none, so they are made up: always the same for the same file. Which credit note
counts against which invoice follows from customer, goods and time; who pays when and how, from a
hash of the document's number, so that the whole behaves as the payments of a real business do.
"""

import csv
import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from expectation import SALES_CREDIT_NOTE, SALES_INVOICE, Document, Expectation, cents

CASH = "Cash"
#: Share of the invoices that are paid within so many days, straight lines between.
_SETTLED_WITHIN = ((0.0, 0), (0.25, 18), (0.5, 26), (0.644, 30), (0.75, 35), (0.95, 44), (1.0, 75))
_DISPUTED = 0.227  #: Share of the invoices that are not paid in full; half of them not at all.
_IN_TWO_PARTS = 0.15  #: Share of the others.
_METHODS = ((0.6, "Bank transfer"), (0.9, "Card"), (1.0, "Cheque"))


@dataclass(frozen=True)
class Allocation:
    """A part of a credit note, set against an invoice."""

    credit_note: Document
    invoice: Document
    amount: Decimal

    @property
    def day(self) -> date:
        return self.credit_note.day


@dataclass(frozen=True)
class Payment:
    """Money for an invoice, or back for a credit note."""

    document: Document
    amount: Decimal
    day: date
    method: str
    reference: str


@dataclass
class _Lot:
    """How much of something an invoice holds that was not given back yet."""

    invoice: Document
    quantity: Decimal


def allocate(expected: Expectation) -> list[Allocation]:
    """Set the credit notes against invoices, and note it on both."""
    lots = _lots(expected.of_kind(SALES_INVOICE))
    return [
        allocation
        for credit_note in expected.of_kind(SALES_CREDIT_NOTE)
        if credit_note.party
        for allocation in _allocated(credit_note, lots)
    ]


def pay(expected: Expectation) -> list[Payment]:
    """Pay what is left of the invoices and give back what walk-in customers returned; noted too."""
    payments: list[Payment] = []
    for document in [*expected.of_kind(SALES_INVOICE), *expected.of_kind(SALES_CREDIT_NOTE)]:
        for part, (amount, day, method) in enumerate(_paid(document), start=1):
            payment = Payment(document, amount, day, method, f"{document.number}/{part}")
            payments.append(payment)
            document.paid += amount
    return payments


def write_allocations(allocations: Iterable[Allocation], path: Path) -> None:
    """Write them as a file that Tallystick imports."""
    header = ("credit_note", "invoice", "party_number", "amount", "allocated_on", "direction")
    rows = (
        (each.credit_note.number, each.invoice.number, each.invoice.party, each.amount, each.day)
        for each in allocations
    )
    _write(path, header, ((*row, "sales") for row in rows))


def write_payments(payments: Iterable[Payment], path: Path) -> None:
    """Write them as a file that Tallystick imports."""
    header = ("kind", "number", "party_number", "paid_on", "amount", "method", "reference")
    rows = (
        (
            *(each.document.kind, each.document.number, each.document.party),
            *(each.day, each.amount, each.method, each.reference),
        )
        for each in payments
    )
    _write(path, header, rows)


def _lots(invoices: Sequence[Document]) -> dict[tuple[str, str], list[_Lot]]:
    """Return by customer and code what the invoices hold, the oldest first."""
    lots: dict[tuple[str, str], list[_Lot]] = defaultdict(list)
    for invoice in invoices:
        quantities: dict[str, Decimal] = defaultdict(Decimal)
        for each in invoice.goods:
            if each.code and each.quantity > 0 and each.price > 0:
                quantities[each.code] += each.quantity
        for code, quantity in quantities.items():
            lots[invoice.party, code].append(_Lot(invoice, quantity))
    return lots


def _allocated(
    credit_note: Document, lots: dict[tuple[str, str], list[_Lot]]
) -> Iterator[Allocation]:
    """Take each line from the latest invoices before the credit note that hold its goods."""
    by_invoice: dict[str, tuple[Document, Decimal]] = {}
    for goods in credit_note.goods:
        wanted = goods.quantity
        held = lots.get((credit_note.party, goods.code), [])
        before = bisect_right(held, credit_note.moment, key=lambda lot: lot.invoice.moment)
        for lot in reversed(held[:before]):
            pieces = min(wanted, lot.quantity)
            left = min(credit_note.outstanding, lot.invoice.outstanding)
            amount = min(cents(pieces * goods.price), left)
            if amount <= 0 or lot.invoice.currency != credit_note.currency:
                continue
            lot.quantity -= pieces
            wanted -= pieces
            credit_note.credited += amount
            lot.invoice.credited += amount
            _, earlier = by_invoice.get(lot.invoice.number, (lot.invoice, Decimal(0)))
            by_invoice[lot.invoice.number] = lot.invoice, earlier + amount
    for invoice, amount in by_invoice.values():
        yield Allocation(credit_note, invoice, amount)


def _paid(document: Document) -> Iterator[tuple[Decimal, date, str]]:
    """Yield amount, day and method of each payment of the document."""
    due = document.outstanding
    if not due:
        return
    if not document.party:
        yield due, document.day, CASH
        return
    if document.kind == SALES_CREDIT_NOTE:
        return  # What a customer has to his credit stays open.
    amount, days = due, _days_to_settle(document)
    method = next(name for share, name in _METHODS if _drawn(document, "method") < share)
    dispute = _drawn(document, "dispute")
    if dispute < _DISPUTED / 2:
        return
    if dispute < _DISPUTED:
        amount = cents(due * (40 + int(_drawn(document, "short") * 56)) / 100)
    elif _drawn(document, "parts") < _IN_TWO_PARTS:
        first = cents(due / 2)
        if first < due:
            yield first, document.day + timedelta(days=days // 2), method
            amount = due - first
    if amount:
        yield amount, document.day + timedelta(days=days), method


def _days_to_settle(document: Document) -> int:
    share = _drawn(document, "days")
    for (low, least), (high, most) in pairwise(_SETTLED_WITHIN):
        if share <= high:
            # Rounded up, so that a day begun counts.
            return -int(-(least + (most - least) * (share - low) / (high - low)) // 1)
    raise ValueError(share)


def _drawn(document: Document, what: str) -> float:
    """Return a number from 0 to 1 that looks drawn but is always the same."""
    digest = hashlib.sha256(f"{what} {document.number}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
