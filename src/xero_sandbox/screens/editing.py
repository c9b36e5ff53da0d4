"""The form of an invoice or bill: a new one, or one whose lines, date or reference change."""

from __future__ import annotations

import re
from typing import Any

from xero_sandbox.accounting import contact_records, invoices
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import load_books
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.document import found
from xero_sandbox.screens.frame import back, do, entered, number, plain, show

BLANK_ROWS = 3
_HEAD = ("contact", "number", "reference", "date", "due_date", "amounts")
_LINE = ("id", "description", "quantity", "price", "account", "tax")
_AMOUNTS = {
    "Exclusive": "Tax exclusive",
    "Inclusive": "Tax inclusive",
    "NoTax": "No tax",
}
Rows = list[dict[str, str]]


def begin(call: Call) -> Response:
    """An empty form for `accrec` or `accpay`."""
    call = entered(call)
    books = load_books(call.db, call.organisation)
    today = call.sandbox.clock.today(books.utc_offset_hours).isoformat()
    return _form(call, _kind(call), {"date": today, "amounts": "Exclusive"}, [], "")


def create(call: Call) -> Response:
    call = entered(call)
    kind, head, rows = _kind(call), _head(call), _rows(call)
    body = _body(head, rows) | {"Type": kind}
    body["Contact"] = {"Name": head["contact"]}
    known = contact_records.by_name(call.db, call.organisation, head["contact"])
    refused = do(call, invoices.create, body)
    if refused:
        return _form(call, kind, head, rows, "", " ".join(refused))
    if known is None:
        contact_records.mark_made_by_hand(call.db, call.organisation, head["contact"])
    return back(call, ("sales" if kind == "ACCREC" else "bills") + "?tab=drafts")


def edit(call: Call) -> Response:
    call = entered(call)
    invoice = found(call)
    head = {
        "contact": invoice.contact.name if invoice.contact else "",
        "number": invoice.number,
        "reference": invoice.reference,
        "date": invoice.issued_on.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else "",
        "amounts": invoice.kind,
    }
    return _form(call, invoice.type, head, _stored_rows(invoice), invoice.id)


def save(call: Call) -> Response:
    call = entered(call)
    invoice, head, rows = found(call), _head(call), _rows(call)
    refused = do(call, invoices.update, _body(head, rows), id=invoice.id)
    if refused:
        return _form(call, invoice.type, head, rows, invoice.id, " ".join(refused))
    return back(call, f"invoices/{invoice.id}")


def _form(
    call: Call, kind: str, head: dict[str, str], rows: Rows, ident: str, message: str | None = None
) -> Response:
    books = load_books(call.db, call.organisation)
    blank = dict.fromkeys(_LINE, "")
    return show(
        call,
        "edit.html",
        "sales" if kind == "ACCREC" else "bills",
        kind=kind,
        head=dict.fromkeys(_HEAD, "") | head,
        rows=[*rows, *[blank] * BLANK_ROWS],
        ident=ident,
        amounts=_AMOUNTS,
        accounts=[a for a in books.accounts.values() if a.status == "ACTIVE" and a.type != "BANK"],
        taxes=[rate for rate in books.tax_rates.values() if rate.status == "ACTIVE"],
        message=message,
    )


def _kind(call: Call) -> str:
    kind = call.params["kind"].upper()
    if kind not in ("ACCREC", "ACCPAY"):
        raise NotFound
    return kind


def _head(call: Call) -> dict[str, str]:
    return {name: call.request.form.get(name, "").strip() for name in _HEAD}


def _rows(call: Call) -> Rows:
    """The rows of the form in which something is written and which are not to be removed."""
    form = call.request.form
    numbers = sorted(int(n[12:]) for n in form if re.fullmatch(r"description-[0-9]{1,4}", n))
    rows = []
    for at in numbers:
        row = {name: form.get(f"{name}-{at}", "").strip() for name in _LINE}
        if any(row.values()) and f"remove-{at}" not in form:
            rows.append(row)
    return rows


def _stored_rows(invoice: Invoice) -> Rows:
    return [
        {
            "id": line.id,
            "description": line.description or "",
            "quantity": plain(line.quantity),
            "price": plain(line.unit_amount, 2),
            "account": line.account_code or "",
            "tax": line.tax_type or "",
        }
        for line in invoice.lines
    ]


def _body(head: dict[str, str], rows: Rows) -> dict[str, Any]:
    return {
        "InvoiceNumber": head["number"] or None,
        "Reference": head["reference"],
        "Date": head["date"] or None,
        "DueDate": head["due_date"] or None,
        "LineAmountTypes": head["amounts"] or None,
        "LineItems": [
            {
                "LineItemID": row["id"] or None,
                "Description": row["description"] or None,
                "Quantity": number(row["quantity"]),
                "UnitAmount": number(row["price"]),
                "AccountCode": row["account"] or None,
                "TaxType": row["tax"] or None,
            }
            for row in rows
        ],
    }


ROUTES = (
    Route("GET", "/org/{org}/new/{kind}", begin, "screen"),
    Route("POST", "/org/{org}/new/{kind}", create, "screen", writes=True),
    Route("GET", "/org/{org}/invoices/{id}/edit", edit, "screen"),
    Route("POST", "/org/{org}/invoices/{id}/edit", save, "screen", writes=True),
)
