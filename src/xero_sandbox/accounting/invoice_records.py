"""Invoices and bills in storage and on the wire.

The head is stored as the JSON it is answered with, apart from contact and lines, and the lines
as theirs, so that a page of a list is put together from texts without reading them.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records, line_tracking
from xero_sandbox.accounting.documents import (
    Document,
    days,
    dump_lines,
    fill,
    has_long_units,
    load_lines,
    read_day,
    shorten_units,
)
from xero_sandbox.accounting.shapes import (
    EVERY,
    FULL_LISTS,
    NESTS,
    READS,
    SINGLES,
    AnswerKind,
    FieldShape,
    Presence,
    shaped,
)
from xero_sandbox.accounting.totals import ZERO, Totals
from xero_sandbox.store import fold
from xero_sandbox.webhooks import outbox

#: Lists of what is allocated to an invoice.
CREDITS = ("CreditNotes", "Prepayments", "Overpayments")
_WHOLE = EVERY - {AnswerKind.SUMMARY}  #: what `summaryOnly=true` leaves out (facts 5.6)
#: Answers to writes never say what is applied (facts 12.1). Single reads leave out payments where
#: there are none (facts 6.1); what a payment shows of its document leaves out credits too.
INVOICE = (
    FieldShape("Type"),
    FieldShape("InvoiceID"),
    FieldShape("InvoiceNumber"),
    FieldShape("Reference", Presence.EMPTY, ""),
    FieldShape("Payments", Presence.EMPTY, [], FULL_LISTS),
    FieldShape("Payments", Presence.ABSENT, answers=SINGLES | NESTS),
    FieldShape("CreditNotes", Presence.EMPTY, [], FULL_LISTS | SINGLES),
    FieldShape("CreditNotes", Presence.ABSENT, answers=NESTS),
    FieldShape("Prepayments", Presence.EMPTY, [], _WHOLE),
    FieldShape("Overpayments", Presence.EMPTY, [], _WHOLE),
    FieldShape("AmountDue"),
    FieldShape("AmountPaid"),
    FieldShape("AmountCredited", Presence.EMPTY, ZERO, READS),
    FieldShape("AmountCredited", Presence.ABSENT, answers=NESTS),
    FieldShape("SentToContact"),
    FieldShape("CurrencyRate"),
    FieldShape("IsDiscounted"),
    FieldShape("TotalDiscount", Presence.ABSENT),
    FieldShape("HasAttachments", answers=_WHOLE),
    FieldShape("Attachments", Presence.EMPTY, [], SINGLES),
    FieldShape("InvoiceAddresses", Presence.EMPTY, [], FULL_LISTS),
    FieldShape("HasErrors"),
    FieldShape("InvoicePaymentServices", Presence.EMPTY, [], FULL_LISTS),
    FieldShape("Contact"),
    FieldShape("DateString"),
    FieldShape("Date"),
    FieldShape("DueDateString", Presence.ABSENT),
    FieldShape("DueDate", Presence.ABSENT),
    FieldShape("ExpectedPaymentDateString", Presence.ABSENT),
    FieldShape("ExpectedPaymentDate", Presence.ABSENT),
    FieldShape("PlannedPaymentDateString", Presence.ABSENT),
    FieldShape("PlannedPaymentDate", Presence.ABSENT),
    FieldShape("BrandingThemeID", Presence.ABSENT),
    FieldShape("Url", Presence.ABSENT),
    FieldShape("Status"),
    FieldShape("LineAmountTypes"),
    FieldShape("LineItems", answers=_WHOLE),
    FieldShape("SubTotal"),
    FieldShape("TotalTax"),
    FieldShape("RoundingAmount", Presence.ABSENT),
    FieldShape("EnteredTotal", Presence.ABSENT),
    FieldShape("Total"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("UpdatedDateUTCString"),
    FieldShape("CurrencyCode"),
    FieldShape("FullyPaidOnDate", Presence.ABSENT),
)
#: An invoice, bill or credit as payments, batches and allocations name it.
SHORT_INVOICE = (
    FieldShape("Type", Presence.ABSENT),
    FieldShape("InvoiceID"),
    FieldShape("InvoiceNumber", Presence.ABSENT),
    FieldShape("Payments", Presence.EMPTY, []),
    *(FieldShape(name, Presence.EMPTY, []) for name in CREDITS),
    FieldShape("HasErrors", Presence.EMPTY, False),
    FieldShape("IsDiscounted", Presence.EMPTY, False),
    FieldShape("Contact", Presence.ABSENT),
    FieldShape("LineItems", Presence.EMPTY, []),
    FieldShape("CurrencyCode", Presence.ABSENT),
)


@dataclass
class Invoice(Document):
    due_date: date | None = None
    expected_payment_date: date | None = None
    planned_payment_date: date | None = None
    url: str | None = None
    rounding: Decimal = ZERO  #: RoundingAmount, part of the total
    entered_total: Decimal | None = None
    amount_paid: Decimal = ZERO
    amount_credited: Decimal = ZERO
    #: Credits allocated to it, as on the wire: CreditNotes, Prepayments, Overpayments.
    credits: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def amount_due(self) -> Decimal:
        return self.totals.total - self.amount_paid - self.amount_credited

    @property
    def settled(self) -> bool:
        return bool(self.amount_paid or self.amount_credited)

    @property
    def shape(self) -> tuple[FieldShape, ...]:
        return INVOICE

    def values(self) -> dict[str, Any]:
        discount = sum((line.discount for line in self.lines), ZERO)
        return {
            "Type": self.type,
            "InvoiceID": self.id,
            "InvoiceNumber": self.number,
            "Reference": self.reference or None,
            "Payments": self.payments or None,
            **{name: self.credits.get(name) or None for name in CREDITS},
            "AmountDue": self.amount_due,
            "AmountPaid": self.amount_paid,
            "AmountCredited": self.amount_credited or None,
            "CurrencyRate": self.currency_rate,
            "IsDiscounted": bool(discount),
            "TotalDiscount": discount or None,
            "HasAttachments": self.has_attachments,
            "HasErrors": False,
            "SentToContact": self.sent_to_contact,
            **days("Date", self.issued_on),
            **days("DueDate", self.due_date),
            **days("ExpectedPaymentDate", self.expected_payment_date),
            **days("PlannedPaymentDate", self.planned_payment_date),
            **days("FullyPaidOnDate", self.fully_paid_on, text=False),
            "BrandingThemeID": self.branding_theme_id,
            "Url": self.url,
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "RoundingAmount": self.rounding or None,
            "EnteredTotal": self.entered_total,
            "Total": self.totals.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "UpdatedDateUTCString": wire.iso_seconds(self.updated_ms),
            "CurrencyCode": self.currency,
        }


def listed(row: sqlite3.Row, *, unit_places: int, summary_only: bool) -> str:
    """One element of a list as JSON text. `row` has contact_name, and lines_text if lines go in."""
    contact = contact_records.summary(row["contact_id"], row["contact_name"])
    if summary_only:
        values = wire.loads(row["head"]) | {"Contact": contact}
        return wire.dumps(shaped(INVOICE, values, AnswerKind.SUMMARY))
    return fill(row["head"], contact, _lines_text(row, unit_places))


def _lines_text(row: sqlite3.Row, unit_places: int) -> str:
    if "lines_text" not in row.keys():  # noqa: SIM118 - a Row is no mapping
        return "[]"
    text: str = row["lines_text"]
    long_units = row["long_units"] and unit_places != 4
    tracked = '"TrackingOptionID"' in text
    if not (long_units or tracked):
        return text
    items = wire.loads(text)
    if long_units:
        shorten_units(items)
    line_tracking.summarise(items)
    return wire.dumps(items)


def load(db: sqlite3.Connection, row: sqlite3.Row) -> Invoice:
    head = wire.loads(row["head"])
    stored = db.execute("SELECT * FROM invoice_lines WHERE invoice = ?", (row["seq"],)).fetchone()
    return Invoice(
        id=row["id"],
        organisation=row["organisation"],
        type=row["type"],
        client_id=row["client_id"],
        issued_on=date.fromisoformat(row["date"]),
        currency=row["currency"],
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"]),
        number=head["InvoiceNumber"],
        reference=head["Reference"],
        due_date=read_day(head, "DueDateString"),
        expected_payment_date=read_day(head, "ExpectedPaymentDateString"),
        planned_payment_date=read_day(head, "PlannedPaymentDateString"),
        status=row["status"],
        kind=head["LineAmountTypes"],
        currency_rate=Decimal(head["CurrencyRate"]),
        url=head.get("Url"),
        branding_theme_id=head.get("BrandingThemeID"),
        sent_to_contact=head["SentToContact"],
        lines=load_lines(stored["lines"], stored["overridden"]),
        totals=Totals(head["SubTotal"], head["TotalTax"], head["Total"]),
        amount_paid=head["AmountPaid"],
        amount_credited=head["AmountCredited"],
        rounding=Decimal(head.get("RoundingAmount", ZERO)),
        entered_total=head.get("EnteredTotal"),
        payments=head["Payments"],
        credits={name: head[name] for name in CREDITS},
        fully_paid_on=read_day(head, "FullyPaidOnDate"),
        has_attachments=head["HasAttachments"],
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Invoice | None:
    return _one(db, "organisation = ? AND id = ?", (organisation, ident))


def by_sales_number(db: sqlite3.Connection, organisation: str, number: str) -> Invoice | None:
    """Return the sales invoice of that number: a live one before one that has ended."""
    return _one(
        db,
        "organisation = ? AND number_key = ? AND type = 'ACCREC' "
        "ORDER BY status IN ('DELETED', 'VOIDED'), seq",
        (organisation, fold(number)),
    )


def by_any_number(db: sqlite3.Connection, organisation: str, number: str) -> Invoice | None:
    found = by_sales_number(db, organisation, number)
    return found or _one(
        db, "organisation = ? AND number_key = ? ORDER BY seq", (organisation, fold(number))
    )


def save(db: sqlite3.Connection, invoice: Invoice, *, now_ms: int, tell: bool = True) -> None:
    """Insert or update; sets UpdatedDateUTC and, unless not to `tell`, raises its webhook."""
    invoice.updated_ms = now_ms
    assert invoice.contact is not None  # noqa: S101 - the rules see to it
    kind: outbox.Kind = "CREATE" if invoice.seq is None else "UPDATE"
    if tell:
        outbox.note(db, invoice.organisation, "INVOICE", invoice.id, kind)
    values: dict[str, Any] = {
        "id": invoice.id,
        "organisation": invoice.organisation,
        "type": invoice.type,
        "number_key": fold(invoice.number),
        "reference_key": fold(invoice.reference),
        "contact_id": invoice.contact.id,
        "date": invoice.issued_on.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "status": invoice.status,
        "currency": invoice.currency,
        "total": int(invoice.totals.total * 100),
        "due": int(invoice.amount_due * 100),
        "paid": int(invoice.amount_paid * 100),
        "client_id": invoice.client_id,
        "updated": now_ms,
        "long_units": has_long_units(invoice),
        "head": wire.dumps(invoice.head()),
        "seq": invoice.seq,
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    written = db.execute(f"INSERT OR REPLACE INTO invoice ({names}) VALUES ({marks})", values)  # noqa: S608
    invoice.seq = invoice.seq or written.lastrowid
    db.execute(
        "INSERT OR REPLACE INTO invoice_lines VALUES (?, ?, ?)",
        (invoice.seq, *dump_lines(invoice)),
    )


def take_number(db: sqlite3.Connection, organisation: str) -> str:
    """Return the next free number of the organisation's own pattern, `INV-0055`."""
    while True:
        row = db.execute(
            "UPDATE organisation SET next_invoice = next_invoice + 1 WHERE id = ? "
            "RETURNING next_invoice - 1 AS number",
            (organisation,),
        ).fetchone()
        number = f"INV-{row['number']:04d}"
        if by_sales_number(db, organisation, number) is None:
            return number


def _one(db: sqlite3.Connection, test: str, values: tuple[Any, ...]) -> Invoice | None:
    row = db.execute(f"SELECT * FROM invoice WHERE {test} LIMIT 1", values).fetchone()  # noqa: S608
    return load(db, row) if row else None
