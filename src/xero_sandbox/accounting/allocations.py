"""Allocating credit notes, prepayments and overpayments to invoices and bills (facts 6.3)."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import allocation_records as records
from xero_sandbox.accounting import bookings, credit_records, invoice_records
from xero_sandbox.accounting.allocation_records import Allocation
from xero_sandbox.accounting.answers import Invalid, Saved, write_batch
from xero_sandbox.accounting.credit_records import CREDIT_NOTES, FAMILIES, Credit, Family
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.papers import settling
from xero_sandbox.accounting.payment_rules import find_credit, find_invoice
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.settlement import settle
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.messages import Response, json_response
from xero_sandbox.problems import NotFound, ValidationFailed
from xero_sandbox.routing import Call, Route

PLURAL = "Allocations"
PAID_OFF = "The invoice you are trying to allocate to has already been paid off"  # xeroizer#320


def allocate(family: Family, call: Call) -> Response:
    """PUT: each element gives some of the credit to one invoice."""
    desk = open_desk(call)
    ident = named(family, call).id
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda one: _allocate(desk, ident, one), flag="")


def load(call: Call) -> Response:
    """As `allocate`, but each element names its credit too: a document, or a number."""
    desk = open_desk(call)
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda one: _load_one(desk, one), flag="")


def remove(family: Family, call: Call) -> Response:
    desk, credit = open_desk(call), named(family, call)
    found = records.by_id(call.db, credit.id, read_guid(call.params["allocation"]) or "")
    if found is None:
        raise NotFound
    desk.check_edit_locks(found.day)
    element = {
        "AllocationID": found.id,
        "Amount": found.amount,
        "Date": wire.day_instant(found.day),
        "Invoice": {"InvoiceID": found.invoice_id},
    }
    if desk.errors:
        errors = [{"Message": message} for message in desk.errors]
        raise ValidationFailed([element | {"ValidationErrors": errors}])
    records.remove(call.db, found)
    bookings.unbook(desk, found.id)
    settle(desk, _invoice(desk, found.invoice_id), tell=desk.switches.allocation_event)
    settle(desk, credit)
    settling.allocation_removed(desk, credit.id, found.invoice_id, found.amount)
    return json_response(element | {"IsDeleted": True})


def named(family: Family, call: Call) -> Credit:
    """Return the credit in the path: by id, or a credit note by its number."""
    name = call.params["id"]
    ident = read_guid(name)
    found = credit_records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None and family is CREDIT_NOTES:
        found = credit_records.by_number(call.db, call.organisation, family, name)
    if found is None or found.family is not family:
        raise NotFound
    return found


def _load_one(desk: Desk, sent: Sent) -> Saved:
    desk.clear()
    for family in FAMILIES.values():
        child = sent.child(family.singular)
        if child is not None and (credit := find_credit(desk, family, child)):
            return _allocate(desk, credit.id, sent)
    raise Invalid(desk.errors or ["The credit of an allocation must be specified."], sent.raw)


def _allocate(desk: Desk, credit_id: str, sent: Sent) -> Saved:
    desk.clear()
    credit = credit_records.by_id(desk.db, desk.books.id, credit_id)
    assert credit is not None  # noqa: S101 - found a moment ago, and documents are never removed
    child, day = sent.child("Invoice"), sent.day("Date")
    invoice = find_invoice(desk, child) if child else None
    if child is None:
        desk.errors.append("The Invoice of an allocation must be specified.")
    if day is None:
        desk.errors.append("The Date of an allocation must be specified.")
    amount = rounded(sent.number("Amount") or Decimal(0))
    if amount <= 0:
        desk.errors.append("The Amount of an allocation must be greater than zero.")
    if invoice is None or day is None:
        raise Invalid(desk.errors, sent.raw)
    _check(desk, credit, invoice, amount, day)
    if desk.errors:
        raise Invalid(desk.errors, sent.raw)
    return Saved(_apply(desk, credit, invoice, amount, day))


def _check(desk: Desk, credit: Credit, invoice: Invoice, amount: Decimal, day: date) -> None:
    name = "Credit Note" if credit.family is CREDIT_NOTES else credit.family.singular
    if credit.status not in ("AUTHORISED", "PAID"):
        desk.errors.append(f"{name} cannot be allocated as it is not of status AUTHORISED")
    if invoice.status == "PAID":
        desk.errors.append(PAID_OFF)
    elif invoice.status != "AUTHORISED":
        desk.errors.append(f"{name} can only be allocated to Authorised documents")
    if amount > min(credit.remaining, invoice.amount_due):
        desk.errors.append(
            f"{name} cannot be allocated as amount is greater than amount outstanding"
        )
    if invoice.sells != credit.sells:
        desk.errors.append(f"{name} cannot be allocated to an incorrect invoice type")
    if invoice.contact_id != credit.contact_id:
        desk.errors.append(f"{name} cannot be allocated to an invoice of another contact")
    if invoice.currency != credit.currency:
        desk.errors.append(f"{name} cannot be allocated to an invoice in another currency")
    desk.check_locks(day)


def _apply(
    desk: Desk, credit: Credit, invoice: Invoice, amount: Decimal, day: date
) -> dict[str, Any]:
    made = Allocation(str(uuid.uuid4()), desk.books.id, credit.id, invoice.id, day, amount)
    records.add(desk.db, made)
    rate = credit.currency_rate
    bookings.book_allocation(desk, made.id, invoice, credit_rate=rate, amount=amount, day=day)
    settle(desk, invoice, tell=desk.switches.allocation_event)
    settle(desk, credit)
    settling.allocated(desk, credit, invoice, amount)
    return {
        **made.wire(invoice.number),
        credit.family.singular: {**credit.names(), "LineItems": []},
        "ValidationErrors": [],
    }


def _invoice(desk: Desk, ident: str) -> Invoice:
    found = invoice_records.by_id(desk.db, desk.books.id, ident)
    assert found is not None  # noqa: S101 - documents are never removed
    return found


def routes(family: Family, scope: str) -> tuple[Route, ...]:
    path = f"/api.xro/2.0/{family.plural}/{{id}}/Allocations"
    return (
        Route("PUT", path, partial(allocate, family), "api", (scope,), writes=True),
        Route(
            "DELETE",
            f"{path}/{{allocation}}",
            partial(remove, family),
            "api",
            (scope,),
            writes=True,
        ),
    )


#: No route of the API: what the control interface loads by.
LOADS = (Route("PUT", f"/api.xro/2.0/{PLURAL}", load, "control", writes=True),)
