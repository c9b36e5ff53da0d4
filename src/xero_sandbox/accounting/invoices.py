"""Invoices and bills: list, read one, create, create or update, change status."""

from __future__ import annotations

import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records
from xero_sandbox.accounting import invoice_records as records
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, spliced, write_batch
from xero_sandbox.accounting.bookings import book_invoice
from xero_sandbox.accounting.desk import Desk, open_desk, unit_places
from xero_sandbox.accounting.documents import shorten_units
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.invoice_rules import apply
from xero_sandbox.accounting.listing import Clause, Resource, guids, listed, one_of, select
from xero_sandbox.accounting.papers import attachments, history
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.settlement import refresh_credits, settle
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.stock.moves import move_stock
from xero_sandbox.accounting.summaries import refuse_in_summary
from xero_sandbox.accounting.where_sql import Field, head_day
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

PLURAL = "Invoices"
_SILENT = {"DueDate", "DueDateString", "SentToContact"}
_CONTACT = "(SELECT {} FROM contact WHERE contact.id = invoice.contact_id)"
_CONTACT_NAME = _CONTACT.format("json_extract(data, '$.Name')")
_LINES = "(SELECT lines FROM invoice_lines WHERE invoice_lines.invoice = invoice.seq)"


def _json(name: str, kind: str) -> Field:
    return Field(f"json_extract(head, '$.{name}')", kind)


RESOURCE = Resource(
    table="invoice",
    type_name="Invoice",
    fields={
        "InvoiceID": Field("id", "guid"),
        "InvoiceNumber": Field("number_key", "text", folded=True),
        "Reference": Field("reference_key", "text", folded=True),
        "Type": Field("type", "text"),
        "Status": Field("status", "text"),
        "Contact.ContactID": Field("contact_id", "guid"),
        "Contact.Name": Field(_CONTACT.format("name_key"), "text", folded=True),
        "Contact.EmailAddress": Field(_CONTACT.format("email_key"), "text", folded=True),
        "Contact.ContactNumber": Field(_CONTACT.format("number_key"), "text", folded=True),
        "Date": Field("date", "day"),
        "DueDate": Field("due_date", "day"),
        "Total": Field("total", "cents"),
        "AmountDue": Field("due", "cents"),
        "AmountPaid": Field("paid", "cents"),
        "CurrencyCode": Field("currency", "text"),
        "UpdatedDateUTC": Field("updated", "instant"),
        "CurrencyRate": _json("CurrencyRate", "number"),
        "Url": _json("Url", "text"),
        "LineAmountTypes": _json("LineAmountTypes", "text"),
        "SentToContact": _json("SentToContact", "bool"),
        "HasAttachments": _json("HasAttachments", "bool"),
        "IsDiscounted": _json("IsDiscounted", "bool"),
        "FullyPaidOnDate": head_day("FullyPaidOnDate"),
        "BrandingThemeID": _json("BrandingThemeID", "guid"),
        "AmountCredited": Field("CAST(round(json_extract(head, '$.AmountCredited') * 100) AS INT)", "cents"),
        "SubTotal": Field("CAST(round(json_extract(head, '$.SubTotal') * 100) AS INT)", "cents"),
        "TotalTax": Field("CAST(round(json_extract(head, '$.TotalTax') * 100) AS INT)", "cents"),
    },
    order="updated, id",  # unless asked otherwise (facts 5.2)
    by_ids=True,
    has_summary=True,
    search=("number_key", "reference_key"),
)  # fmt: skip


def list_all(call: Call) -> Response:
    asked = call.request.query
    # Without `page` no lines: the mistake of many clients (facts 5.2).
    summary = asked.get("summaryonly", "").lower() == "true"
    if summary:
        refuse_in_summary(asked)
    lines = "page" in asked and not summary
    columns = f"*, {_CONTACT_NAME} AS contact_name" + (f", {_LINES} AS lines_text" if lines else "")
    most = 100 if call.sandbox.switches.unpaged_invoices == "100" else -1
    page = select(call, RESOURCE, extra=_filters(call), columns=columns, most=most)
    items = [
        records.listed(row, unit_places=unit_places(call), summary_only=page.summary_only)
        for row in page.rows
    ]
    return spliced(call, PLURAL, items, **page.envelope())


def read_one(call: Call) -> Response:
    invoice = named(call)
    element = invoice.wire()
    if invoice.has_attachments:
        element["Attachments"] = attachments.of(call, "Invoices", invoice.id)
    if unit_places(call) != 4:
        shorten_units(element["LineItems"])
    return envelope(call, PLURAL, [element])


def create(call: Call) -> Response:
    """PUT: every element is a new document."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(call, desk, sent, _new(call, desk, sent)))


def create_or_update(call: Call) -> Response:
    """POST: matched by InvoiceID, then, for sales, by InvoiceNumber; else created."""
    desk = open_desk(call)
    return _write(
        call, lambda sent: _save(call, desk, sent, _match(call, sent) or _new(call, desk, sent))
    )


def update(call: Call) -> Response:
    desk = open_desk(call)
    return _write(call, lambda sent: _save(call, desk, sent, named(call)))


def _filters(call: Call) -> list[Clause]:
    asked = call.request.query
    clauses = []
    if numbers := listed(asked, "InvoiceNumbers"):
        clauses.append(one_of("number_key", [fold(number) for number in numbers]))
    if contacts := guids(asked, "ContactIDs"):
        clauses.append(one_of("contact_id", contacts))
    if statuses := listed(asked, "Statuses"):
        clauses.append(one_of("status", [status.upper() for status in statuses]))
    if asked.get("createdbymyapp", "").lower() == "true":
        clauses.append(("client_id = ?", (call.client_id,)))
    return clauses


def _write(call: Call, save: Any) -> Response:
    return write_batch(call, PLURAL, elements(call.request, PLURAL), save)


def named(call: Call) -> Invoice:
    """Return the invoice in the path: by id, or by its number in place of it (facts 6.1)."""
    name = call.params["id"]
    ident = read_guid(name)
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    found = found or records.by_any_number(call.db, call.organisation, name)
    if found is None:
        raise NotFound
    return found


def _match(call: Call, sent: Sent) -> Invoice | None:
    ident = sent.guid("InvoiceID")
    if ident:
        found = records.by_id(call.db, call.organisation, ident)
        if found is None:  # one unknown id answers the whole request with 404 (facts 4.3)
            raise NotFound
        return found
    number = (sent.text("InvoiceNumber") or "").strip()
    # A number names no bill: one that is sent again becomes a second bill (facts 4.4, 6.1).
    if not number or sent.text("Type") == "ACCPAY":
        return None
    found = records.by_sales_number(call.db, call.organisation, number)
    if found and call.sandbox.switches.frees_number(found.status):
        return None
    return found


def _new(call: Call, desk: Desk, sent: Sent) -> Invoice:
    invoice = Invoice(
        id=str(uuid.uuid4()),
        organisation=call.organisation,
        type=sent.text("Type") or "",
        client_id=call.client_id,
        issued_on=desk.today,
        currency=desk.books.base_currency,
    )
    if invoice.sells:
        invoice.branding_theme_id = desk.books.catalogue.default_theme
    return invoice


def _save(call: Call, desk: Desk, sent: Sent, invoice: Invoice) -> Saved:
    desk.clear()
    before = None if invoice.seq is None else invoice.status
    stored = invoice.wire() if invoice.settled else None
    apply(desk, invoice, sent)
    if stored is None and not desk.errors:
        move_stock(desk, invoice, backorders=_backorders(call, invoice))
    if desk.errors:
        raise Invalid(list(dict.fromkeys(desk.errors)), _echo(invoice, sent))
    if invoice.sells and not invoice.number:
        invoice.number = records.take_number(call.db, call.organisation)
    if invoice.contact:
        contact_records.mark_trading(call.db, invoice.contact, sells_to=invoice.sells)
    if stored is not None:
        _save_settled(desk, invoice, stored)
    else:
        records.save(call.db, invoice, now_ms=desk.now_ms)
        book_invoice(desk, invoice)
    for changes in history.changes(before, invoice.status):
        details = invoice.in_words
        history.note(
            call.db, invoice.organisation, invoice.id, changes, details, now_ms=desk.now_ms
        )
    shown = invoice.shown(AnswerKind.UPDATED if before else AnswerKind.CREATED)
    if not invoice.sells:  # told back once, and then dropped (facts 6.1, 12.1)
        shown["Reference"] = sent.text("Reference") or ""
    return Saved(shown, desk.warnings)


def _backorders(call: Call, invoice: Invoice) -> bool:
    """`allowBackorders` lets a sales invoice take more than there is (facts 6.1)."""
    return invoice.sells and call.request.query.get("allowbackorders", "").lower() == "true"


def _save_settled(desk: Desk, invoice: Invoice, before: dict[str, Any]) -> None:
    """A new DueDate or SentToContact alone does not count as a change (facts 5.5)."""
    after = invoice.wire()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    silent = bool(changed) and changed <= _SILENT
    settle(desk, invoice, now_ms=invoice.updated_ms if silent else None)
    if "InvoiceNumber" in changed:
        refresh_credits(desk, invoice)


def _echo(invoice: Invoice, sent: Sent) -> dict[str, Any]:
    """The echo of a refused document; one that was new has the zero id (facts 4.3)."""
    ident = wire.ZERO_ID if invoice.seq is None else invoice.id
    return invoice.refused(sent) | {"InvoiceID": ident}


_SCOPES = ("accounting.invoices",)
ROUTES = (
    Route("GET", "/api.xro/2.0/Invoices", list_all, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/Invoices/{id}", read_one, "api", _SCOPES),
    Route("PUT", "/api.xro/2.0/Invoices", create, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/Invoices", create_or_update, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/Invoices/{id}", update, "api", _SCOPES, writes=True),
)
