"""Linked transactions: lines of bills to be billed to a customer, all verbs (facts 6.12)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records, invoice_records
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Resource, choose, one
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.listing import Clause
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.messages import Response
from xero_sandbox.problems import QueryParse, ValidationFailed
from xero_sandbox.routing import Call, Route

PLURAL = "LinkedTransactions"
PAGE = 100
RESOURCE = Resource("linked_transaction", "LinkedTransaction", {}, "updated, id")
SOURCE_MISMATCH = "The SourceLineItemID and SourceTransactionID do not match"
CONTACT_MISMATCH = "The ContactID and the TargetTransaction ContactID do not match"
_FILTERS = {
    "LinkedTransactionID": "id",
    "SourceTransactionID": "source",
    "ContactID": "contact_id",
    "TargetTransactionID": "target",
}
#: Columns and the fields that set them.
_FIELDS = {
    "source": "SourceTransactionID",
    "source_line": "SourceLineItemID",
    "contact_id": "ContactID",
    "target": "TargetTransactionID",
    "target_line": "TargetLineItemID",
}


def list_all(call: Call) -> Response:
    """Pages of 100, the first unless asked for; `Status` is worked out from both documents."""
    asked = call.request.query
    clauses: list[Clause] = []
    for name, column in _FILTERS.items():
        if text := asked.get(name.lower(), "").strip():
            ident = read_guid(text)
            if ident is None:
                raise QueryParse(f"{name}: '{text[:50]}' is not an id")
            clauses.append((f"{column} = ?", (ident,)))
    rows = choose(call, RESOURCE, extra=clauses, where=False)
    items = [_wire(call.db, row) for row in rows]
    if status := asked.get("status", "").strip().upper():
        items = [item for item in items if item["Status"] == status]
    page = asked.get("page", "")
    first = (max(int(page[:9]), 1) - 1) * PAGE if page.isdecimal() else 0
    return envelope(call, PLURAL, items[first : first + PAGE])


def read_one(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(call.db, one(call, RESOURCE.table))])


def create(call: Call) -> Response:
    """PUT: a link of one line of a bill, be it to a customer or an invoice or to none yet."""
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda element: _save(call, None, element), flag="")


def update(call: Call) -> Response:
    row = one(call, RESOURCE.table)
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda element: _save(call, row, element), flag="")


def delete(call: Call) -> Response:
    """204; not once it has been billed."""
    element = _wire(call.db, one(call, RESOURCE.table))
    if element["Status"] == "BILLED":
        message = "A billed linked transaction cannot be deleted."
        raise ValidationFailed([element | {"ValidationErrors": [{"Message": message}]}])
    ident = element["LinkedTransactionID"]
    call.db.execute("DELETE FROM linked_transaction WHERE id = ?", (ident,))
    return Response(204)


def _save(call: Call, row: sqlite3.Row | None, sent: Sent) -> Saved:
    values: dict[str, Any] = {column: row[column] if row else None for column in _FIELDS}
    values |= {column: sent.guid(name) or values[column] for column, name in _FIELDS.items()}
    ident = row["id"] if row else str(uuid.uuid4())
    errors = _errors(call, values)
    if errors:
        zero = {"LinkedTransactionID": ident if row else wire.ZERO_ID}
        raise Invalid(errors, sent.raw | zero)
    call.db.execute(
        "INSERT OR REPLACE INTO linked_transaction VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row["seq"] if row else None,
            ident,
            call.organisation,
            *values.values(),
            call.sandbox.clock.now_ms(),
        ),
    )
    call.params["id"] = ident
    return Saved(_wire(call.db, one(call, RESOURCE.table)))


def _errors(call: Call, values: dict[str, Any]) -> list[str]:
    errors = []
    source = _invoice(call, values["source"])
    if source is None or source.sells or not _has_line(source, values["source_line"]):
        errors.append(SOURCE_MISMATCH)
    contact = values["contact_id"]
    if contact and contact_records.by_id(call.db, call.organisation, contact) is None:
        errors.append("The contact with the specified ContactID could not be found.")
    if values["target"] is None:
        return errors
    target = _invoice(call, values["target"])
    if target is None or not target.sells:
        errors.append("The TargetTransactionID is not the id of a sales invoice.")
    elif target.contact is None or target.contact.id != contact:
        errors.append(CONTACT_MISMATCH)
    elif values["target_line"] and not _has_line(target, values["target_line"]):
        errors.append("The TargetLineItemID and TargetTransactionID do not match")
    return errors


def _invoice(call: Call, ident: str | None) -> Invoice | None:
    return invoice_records.by_id(call.db, call.organisation, ident) if ident else None


def _has_line(invoice: Invoice, ident: str | None) -> bool:
    return any(line.id == ident for line in invoice.lines)


def _wire(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    values = {
        "LinkedTransactionID": row["id"],
        **{name: row[column] for column, name in _FIELDS.items()},
        "Status": _status(db, row),
        "Type": "BILLABLEEXPENSE",
        "UpdatedDateUTC": wire.instant(row["updated"]),
        "SourceTransactionTypeCode": "ACCPAY",
    }
    return {name: value for name, value in values.items() if value is not None}


def _status(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    """What the documents say: the bill until there is an invoice, then the invoice."""
    source, target = (_status_of(db, row[column]) for column in ("source", "target"))
    if source in ("VOIDED", "DELETED"):
        return "VOIDED"
    if target in ("AUTHORISED", "PAID"):
        return "BILLED"
    if target in ("DRAFT", "SUBMITTED"):
        return "ONDRAFT"
    return "APPROVED" if source in ("AUTHORISED", "PAID") else "DRAFT"


def _status_of(db: sqlite3.Connection, ident: str | None) -> str:
    row = db.execute("SELECT status FROM invoice WHERE id = ?", (ident,)).fetchone()
    return str(row["status"]) if row else ""


_SCOPES = ("accounting.invoices",)
_PATH = f"/api.xro/2.0/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
    Route("DELETE", f"{_PATH}/{{id}}", delete, "api", _SCOPES, writes=True),
)
