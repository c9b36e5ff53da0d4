"""All that an organisation holds of one sort, one JSON object a line, to compare from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.control.answers import Refused
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.routing import Call
from xero_sandbox.store import Store

_OF_CONTACT = """
    json_extract(contact.data, '$.Name') AS contact_name,
    json_extract(contact.data, '$.ContactNumber') AS contact_number
"""
_CONTACTS = "SELECT * FROM contact WHERE organisation = ? ORDER BY seq"
_ITEMS = "SELECT * FROM item WHERE organisation = ? ORDER BY code_key, id"
_INVOICES = f"""
    SELECT invoice.*, {_OF_CONTACT}, lines, json_array_length(lines) AS line_count
    FROM invoice JOIN invoice_lines ON invoice_lines.invoice = invoice.seq
    LEFT JOIN contact ON contact.id = invoice.contact_id
    WHERE invoice.organisation = ? ORDER BY invoice.seq
"""  # noqa: S608 - only the constant above goes in
_CREDITS = f"""
    SELECT credit.*, {_OF_CONTACT}, json_array_length(lines) AS line_count
    FROM credit LEFT JOIN contact ON contact.id = credit.contact_id
    WHERE credit.organisation = ? AND credit.family = '{{family}}' ORDER BY credit.seq
"""  # noqa: S608 - only the constant above goes in
_ALLOCATIONS = """
    SELECT allocation.*, credit.head AS credit_head, invoice.head AS invoice_head
    FROM allocation
    JOIN credit ON credit.id = allocation.credit_id
    JOIN invoice ON invoice.id = allocation.invoice_id
    WHERE allocation.organisation = ? ORDER BY allocation.seq
"""
_PAYMENTS = """
    SELECT payment.*, account.code AS account_code, account.name AS account_name,
           coalesce(invoice.head, credit.head) AS document
    FROM payment
    LEFT JOIN account ON account.id = payment.account_id
    LEFT JOIN invoice ON invoice.id = payment.document_id
    LEFT JOIN credit ON credit.id = payment.document_id
    WHERE payment.organisation = ? ORDER BY payment.seq
"""
_BANK_TRANSACTIONS = f"""
    SELECT bank_transaction.*, {_OF_CONTACT}, account.code AS account_code,
           account.name AS account_name, json_array_length(lines) AS line_count
    FROM bank_transaction
    LEFT JOIN account ON account.id = bank_transaction.bank_account_id
    LEFT JOIN contact ON contact.id = bank_transaction.contact_id
    WHERE bank_transaction.organisation = ? ORDER BY bank_transaction.seq
"""  # noqa: S608 - only the constant above goes in

Entry = dict[str, Any]


def contacts(call: Call) -> Response:
    """Every contact, archived and merged ones too."""
    return _dumped(call, _CONTACTS, _contact)


def items(call: Call) -> Response:
    """Every item; prices as text."""
    return _dumped(call, _ITEMS, _item)


def invoices(call: Call) -> Response:
    """Every invoice and bill; amounts as text."""
    return _dumped(call, _INVOICES, _invoice)


def credit_notes(call: Call) -> Response:
    """Every credit note; amounts as text."""
    return _dumped(call, _CREDITS.format(family="CreditNotes"), _credit)


def prepayments(call: Call) -> Response:
    """Every prepayment; amounts as text."""
    return _dumped(call, _CREDITS.format(family="Prepayments"), _credit)


def overpayments(call: Call) -> Response:
    """Every overpayment; amounts as text."""
    return _dumped(call, _CREDITS.format(family="Overpayments"), _credit)


def allocations(call: Call) -> Response:
    """Every part of a credit that counts against an invoice or bill; amounts as text."""
    return _dumped(call, _ALLOCATIONS, _allocation)


def payments(call: Call) -> Response:
    """Every payment and refund, deleted ones too; amounts as text."""
    return _dumped(call, _PAYMENTS, _payment)


def bank_transactions(call: Call) -> Response:
    """Every bank transaction, deleted ones and those of transfers too; amounts as text."""
    return _dumped(call, _BANK_TRANSACTIONS, _bank_transaction)


def _dumped(call: Call, sql: str, entry_of: Callable[[sqlite3.Row], Entry]) -> Response:
    organisation = call.request.query.get("organisation", "").lower()
    if organisation_data(call.db, organisation) is None:
        raise Refused("organisation must be the id of one: see /_sandbox/organisations.", 404)
    with_lines = call.request.query.get("lines") == "true"
    stream = _lines(call.sandbox.store, sql, organisation, entry_of, with_lines=with_lines)
    return Response(200, content_type="application/x-ndjson", stream=stream)


def _lines(
    store: Store,
    sql: str,
    organisation: str,
    entry_of: Callable[[sqlite3.Row], Entry],
    *,
    with_lines: bool,
) -> Iterator[bytes]:
    with store.read() as db:
        for row in db.execute(sql, (organisation,)):
            entry = entry_of(row)
            if with_lines and "lines" in entry:
                entry["line_items"] = [_line(line) for line in wire.loads(row["lines"])]
            yield wire.dumps(entry).encode() + b"\n"


def _contact(row: sqlite3.Row) -> Entry:
    data = wire.loads(row["data"])
    return {
        "id": row["id"],
        "name": data.get("Name", ""),
        "number": data.get("ContactNumber", ""),
        "account_number": data.get("AccountNumber", ""),
        "email": data.get("EmailAddress", ""),
        "status": row["status"],
        "merged_to": data.get("MergedToContactID"),
        "is_customer": bool(row["is_customer"]),
        "is_supplier": bool(row["is_supplier"]),
        "updated": wire.iso_seconds(row["updated"]),
    }


def _item(row: sqlite3.Row) -> Entry:
    data = wire.loads(row["data"])
    sold, bought = data.get("SalesDetails", {}), data.get("PurchaseDetails", {})
    return {
        "id": row["id"],
        "code": data.get("Code", ""),
        "name": data.get("Name", ""),
        "description": data.get("Description", ""),
        "sales_price": _plain(sold.get("UnitPrice")),
        "purchase_price": _plain(bought.get("UnitPrice")),
        "updated": wire.iso_seconds(row["updated"]),
    }


def _invoice(row: sqlite3.Row) -> Entry:
    head = wire.loads(row["head"])
    return _document(row, head) | {
        "due_date": row["due_date"],
        "amount_due": _text(head["AmountDue"]),
        "amount_paid": _text(head["AmountPaid"]),
        "amount_credited": _text(head["AmountCredited"]),
        "url": head.get("Url"),
    }


def _credit(row: sqlite3.Row) -> Entry:
    head = wire.loads(row["head"])
    remaining = _text(head["RemainingCredit"])
    return _document(row, head) | {"remaining": remaining}


def _document(row: sqlite3.Row, head: Entry) -> Entry:
    return {
        "id": row["id"],
        "type": row["type"],
        "number": _number(head),
        "status": row["status"],
        "date": row["date"],
        "currency": row["currency"],
        "sub_total": _text(head["SubTotal"]),
        "total_tax": _text(head["TotalTax"]),
        "total": _text(head["Total"]),
        "lines": row["line_count"],
        "reference": head.get("Reference", ""),
        "contact_id": row["contact_id"],
        "contact": row["contact_name"],
        "contact_number": row["contact_number"],
        "updated": wire.iso_seconds(row["updated"]),
    }


def _line(line: Entry) -> Entry:
    """A line as text; a document may have some without amounts."""
    texts = ("LineItemID", "Description", "ItemCode", "AccountCode", "TaxType")
    numbers = ("Quantity", "UnitAmount", "DiscountRate", "TaxAmount", "LineAmount")
    return {name: line.get(name) for name in texts} | {
        name: _plain(line.get(name)) for name in numbers
    }


def _allocation(row: sqlite3.Row) -> Entry:
    return {
        "id": row["id"],
        "date": row["date"],
        "amount": _cents(row["amount"]),
        "credit_id": row["credit_id"],
        "credit": _number(wire.loads(row["credit_head"])),
        "invoice_id": row["invoice_id"],
        "invoice": _number(wire.loads(row["invoice_head"])),
    }


def _payment(row: sqlite3.Row) -> Entry:
    document = wire.loads(row["document"])
    return {
        "id": row["id"],
        "type": row["type"],
        "status": row["status"],
        "date": row["date"],
        "amount": _cents(row["amount"]),
        "currency": document["CurrencyCode"],
        "reference": wire.loads(row["data"]).get("Reference", ""),
        "account": row["account_code"],
        "account_name": row["account_name"],
        "document_id": row["document_id"],
        "document": _number(document),
        "reconciled": bool(row["reconciled"]),
        "updated": wire.iso_seconds(row["updated"]),
    }


def _bank_transaction(row: sqlite3.Row) -> Entry:
    head = wire.loads(row["head"])
    return _document(row, head) | {
        "account": row["account_code"],
        "account_name": row["account_name"],
        "reconciled": bool(row["reconciled"]),
        "url": head.get("Url"),
    }


def _number(head: Entry) -> str:
    """Return the document's number; not every credit has one."""
    return str(head.get("InvoiceNumber") or head.get("CreditNoteNumber") or "")


def _cents(amount: int) -> str:
    return _text(Decimal(amount).scaleb(-2))


def _plain(number: Decimal | int | None) -> str | None:
    """Return a number without zeros at its end: `1.5`, `1200`."""
    return None if number is None else f"{Decimal(number).normalize():f}"


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
