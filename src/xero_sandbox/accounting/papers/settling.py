"""What history says of payments and allocations, on the document that they settle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import Document
from xero_sandbox.accounting.papers.history import note


def paid(desk: Desk, document: Document, payment_id: str, day: date, amount: Decimal) -> None:
    name = document.contact.name if document.contact else ""
    side = "received from" if document.sells else "made to"
    details = f"Payment {side} {name} on {_text(day)} for {amount:.2f}."
    if document.status == "PAID":
        details += " This document has been fully paid."
    _tell(desk, document.id, "Payment", details)
    _tell(desk, payment_id, "Created", details)


def payment_deleted(
    desk: Desk, document: Document, payment_id: str, day: date, amount: Decimal
) -> None:
    details = f"Payment of {amount:.2f} on {_text(day)} has been removed."
    _tell(desk, document.id, "Payment Deleted", details)
    _tell(desk, payment_id, "Deleted", details)


def allocated(desk: Desk, credit: Document, invoice: Document, amount: Decimal) -> None:
    details = (
        f"{amount:.2f} of {credit.number or credit.type} has been applied to {invoice.number}."
    )
    for ident in (credit.id, invoice.id):
        _tell(desk, ident, "Credit Applied", details)


def allocation_removed(desk: Desk, credit_id: str, invoice_id: str, amount: Decimal) -> None:
    for ident in (credit_id, invoice_id):
        _tell(desk, ident, "Credit Removed", f"An allocation of {amount:.2f} has been removed.")


def _tell(desk: Desk, owner: str, changes: str, details: str) -> None:
    note(desk.db, desk.books.id, owner, changes, details, now_ms=desk.now_ms)


def _text(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
