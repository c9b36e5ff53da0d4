"""One invoice or bill: approve, void, delete, pay in whole or in part."""

from __future__ import annotations

from typing import Any

from xero_sandbox.accounting import contact_records, invoices, payment_records, payments
from xero_sandbox.accounting import invoice_records as records
from xero_sandbox.accounting.invoice_records import CREDITS, Invoice
from xero_sandbox.accounting.lifecycle import NEXT
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import load_books
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.frame import back, do, entered, number, plain, show

_STATUS_OF = {
    "submit": ("Submit for approval", "SUBMITTED"),
    "approve": ("Approve", "AUTHORISED"),
    "draft": ("Back to draft", "DRAFT"),
    "void": ("Void", "VOIDED"),
    "delete": ("Delete", "DELETED"),
}


def document(call: Call, message: str | None = None) -> Response:
    call = entered(call)
    invoice = found(call)
    books = load_books(call.db, call.organisation)
    allowed = [] if invoice.settled else NEXT[invoice.status]
    return show(
        call,
        "document.html",
        "sales" if invoice.sells else "bills",
        invoice=invoice,
        lines=[(one, plain(one.quantity), plain(one.unit_amount, 2)) for one in invoice.lines],
        actions=[
            (key, label)
            for key, (label, status) in _STATUS_OF.items()
            if status in allowed and status != invoice.status
        ],
        editable=invoice.status in ("DRAFT", "SUBMITTED", "AUTHORISED"),
        archived=_contact_is_archived(call, invoice),
        payments=[
            (payment, books.accounts_by_id[payment.account_id])
            for payment in payment_records.of_document(call.db, invoice.id)
        ],
        credits=[credit for name in CREDITS for credit in invoice.credits.get(name, [])],
        banks=[
            a for a in books.accounts_by_id.values() if a.takes_payments and a.status == "ACTIVE"
        ],
        today=call.sandbox.clock.today(books.utc_offset_hours),
        message=message,
    )


def act(call: Call) -> Response:
    """A person presses a button: the API's own rules decide."""
    call = entered(call)
    action, invoice = call.params["action"].lower(), found(call)
    if action == "pay":
        refused = _pay(call, invoice)
    elif action in _STATUS_OF:
        refused = do(call, invoices.update, {"Status": _STATUS_OF[action][1]}, id=invoice.id)
    else:
        raise NotFound
    if refused:
        return document(call, " ".join(refused))
    return back(call, f"invoices/{invoice.id}")


def found(call: Call) -> Invoice:
    """Return the document of the address; raises NotFound."""
    invoice = records.by_id(call.db, call.organisation, call.params["id"].lower())
    if invoice is None:
        raise NotFound
    return invoice


def _pay(call: Call, invoice: Invoice) -> list[str]:
    form = call.request.form
    body: dict[str, Any] = {
        "Invoice": {"InvoiceID": invoice.id},
        "Account": {"AccountID": form.get("account", "")},
        "Date": form.get("date", ""),
        "Amount": number(form.get("amount", "")),
        "Reference": form.get("reference") or None,
    }
    return do(call, payments.create, body)


def _contact_is_archived(call: Call, invoice: Invoice) -> bool:
    contact = contact_records.by_id(call.db, call.organisation, invoice.contact_id)
    return contact is not None and contact.status == "ARCHIVED"


ROUTES = (
    Route("GET", "/org/{org}/invoices/{id}", document, "screen"),
    Route("POST", "/org/{org}/invoices/{id}/{action}", act, "screen", writes=True),
)
