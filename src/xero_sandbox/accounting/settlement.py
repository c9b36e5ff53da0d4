"""What payments and allocations make of a document: amounts, PAID and back (facts 6.1 to 6.4).

Everything is worked out anew from the payments and allocations that stand, so that no history
of adding and removing can leave a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import (
    allocation_records,
    credit_records,
    invoice_records,
    payment_records,
)
from xero_sandbox.accounting.allocation_records import Allocation
from xero_sandbox.accounting.bookings import book_credit, book_invoice
from xero_sandbox.accounting.credit_records import Credit
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import Document
from xero_sandbox.accounting.invoice_records import CREDITS, Invoice
from xero_sandbox.accounting.payment_records import Payment
from xero_sandbox.accounting.rates import in_base
from xero_sandbox.accounting.totals import ZERO


def settle(
    desk: Desk, document: Invoice | Credit, *, now_ms: int | None = None, tell: bool = True
) -> None:
    """Bring a document in line with what is applied to it, save it and post it anew.

    `now_ms` becomes its UpdatedDateUTC, if it is not to be now. Not to `tell` raises no webhook
    for an invoice.
    """
    at = desk.now_ms if now_ms is None else now_ms
    if isinstance(document, Invoice):
        _settle_invoice(desk, document, now_ms=at, tell=tell)
    else:
        _settle_credit(desk, document, now_ms=at)


def refresh_credits(desk: Desk, invoice: Invoice) -> None:
    """Show a new number of `invoice` on the credits allocated to it, which it does not change."""
    for allocation in allocation_records.of_invoice(desk.db, invoice.id):
        credit = _credit(desk, allocation)
        settle(desk, credit, now_ms=credit.updated_ms)


def _settle_invoice(desk: Desk, invoice: Invoice, *, now_ms: int, tell: bool) -> None:
    paid = payment_records.of_document(desk.db, invoice.id)
    allocated = allocation_records.of_invoice(desk.db, invoice.id)
    invoice.payments = [payment.within_document() for payment in paid]
    invoice.amount_paid = sum((payment.amount for payment in paid), ZERO)
    invoice.amount_credited = sum((allocation.amount for allocation in allocated), ZERO)
    invoice.credits = {name: [] for name in CREDITS}
    for allocation in allocated:
        credit = _credit(desk, allocation)
        shown = credit.within_invoice(allocation.amount, allocation.day)
        invoice.credits[credit.family.plural].append(shown)
    left_over = _close(invoice, invoice.amount_due, [*paid, *allocated])
    invoice_records.save(desk.db, invoice, now_ms=now_ms, tell=tell)
    book_invoice(desk, invoice, left_over=left_over)


def _settle_credit(desk: Desk, credit: Credit, *, now_ms: int) -> None:
    refunded = payment_records.of_document(desk.db, credit.id)
    allocated = allocation_records.of_credit(desk.db, credit.id)
    credit.payments = [payment.within_document() for payment in refunded]
    credit.allocations = [
        allocation.wire(_invoice_number(desk, allocation)) for allocation in allocated
    ]
    parts: list[Payment | Allocation] = [*refunded, *allocated]
    credit.applied = sum((part.amount for part in parts), ZERO)
    left_over = _close(credit, credit.remaining, parts)
    credit_records.save(desk.db, credit, now_ms=now_ms)
    book_credit(desk, credit, left_over=left_over)


def _close(
    document: Document, outstanding: Decimal, parts: Sequence[Payment | Allocation]
) -> Decimal:
    """PAID when nothing is outstanding, else AUTHORISED again.

    Returns what the parts, each turned into base currency and rounded, leave of a paid total.
    """
    days: list[date] = [part.day for part in parts]
    if outstanding:
        document.status, document.fully_paid_on = "AUTHORISED", None
        return ZERO
    document.status, document.fully_paid_on = "PAID", max(days, default=document.issued_on)
    whole = in_base(document.totals.total, document.currency_rate)
    return whole - sum((in_base(part.amount, document.currency_rate) for part in parts), ZERO)


def _credit(desk: Desk, allocation: Allocation) -> Credit:
    found = credit_records.by_id(desk.db, allocation.organisation, allocation.credit_id)
    assert found is not None  # noqa: S101 - documents are never removed
    return found


def _invoice_number(desk: Desk, allocation: Allocation) -> str:
    sql = "SELECT json_extract(head, '$.InvoiceNumber') AS number FROM invoice WHERE id = ?"
    return str(desk.db.execute(sql, (allocation.invoice_id,)).fetchone()["number"])
