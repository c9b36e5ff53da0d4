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
from xero_sandbox.accounting import contact_records, line_tracking, lines
from xero_sandbox.accounting.contact_records import Contact
from xero_sandbox.accounting.lines import Line
from xero_sandbox.accounting.totals import NO_TOTALS, ZERO, Amounts, Totals, rounded
from xero_sandbox.store import fold
from xero_sandbox.webhooks import outbox

#: Left out of `summaryOnly=true` (facts 5.6).
_NOT_IN_SUMMARY = ("Payments", "CreditNotes", "Prepayments", "Overpayments", "HasAttachments")


@dataclass
class Invoice:
    id: str
    organisation: str
    type: str
    client_id: str
    issued_on: date
    currency: str
    contact: Contact | None = None
    sent_contact: dict[str, Any] = field(default_factory=dict)  #: echoed if it cannot be found
    number: str = ""
    reference: str = ""
    due_date: date | None = None
    expected_payment_date: date | None = None
    planned_payment_date: date | None = None
    status: str = "DRAFT"
    kind: Amounts = "Exclusive"
    currency_rate: Decimal = Decimal(1)
    url: str | None = None
    branding_theme_id: str | None = None
    sent_to_contact: bool = False
    lines: list[Line] = field(default_factory=list)
    totals: Totals = NO_TOTALS
    amount_paid: Decimal = ZERO
    amount_credited: Decimal = ZERO
    fully_paid_on: date | None = None
    updated_ms: int = 0
    seq: int | None = None  #: None until it is stored

    @property
    def sells(self) -> bool:
        return self.type == "ACCREC"

    @property
    def amount_due(self) -> Decimal:
        return self.totals.total - self.amount_paid - self.amount_credited

    @property
    def settled(self) -> bool:
        return bool(self.amount_paid or self.amount_credited)

    def wire(self) -> dict[str, Any]:
        """Everything, as a single read or a write answers."""
        contact = self.contact.wire() if self.contact else self.sent_contact
        items = [line.wire() for line in self.lines]
        return _with_contact(self.head(), contact) | {"LineItems": items}

    def head(self) -> dict[str, Any]:
        discount = sum((_discount(line) for line in self.lines), ZERO)
        values = {
            "Type": self.type,
            "InvoiceID": self.id,
            "InvoiceNumber": self.number,
            "Reference": self.reference if self.sells else None,
            "Payments": [],
            "CreditNotes": [],
            "Prepayments": [],
            "Overpayments": [],
            "AmountDue": self.amount_due,
            "AmountPaid": self.amount_paid,
            "AmountCredited": self.amount_credited,
            "CurrencyRate": self.currency_rate,
            "IsDiscounted": bool(discount),
            "TotalDiscount": discount or None,
            "HasAttachments": False,
            "HasErrors": False,
            "SentToContact": self.sent_to_contact,
            **_days("Date", self.issued_on),
            **_days("DueDate", self.due_date),
            **_days("ExpectedPaymentDate", self.expected_payment_date),
            **_days("PlannedPaymentDate", self.planned_payment_date),
            **_days("FullyPaidOnDate", self.fully_paid_on, text=False),
            "BrandingThemeID": self.branding_theme_id,
            "Url": self.url,
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "Total": self.totals.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "UpdatedDateUTCString": wire.iso_seconds(self.updated_ms),
            "CurrencyCode": self.currency,
        }
        return {name: value for name, value in values.items() if value is not None}


def single(invoice: Invoice) -> dict[str, Any]:
    """A read by id or number: no `Payments` when there are none (facts 6.1)."""
    element = invoice.wire() | {"Attachments": []}
    return {name: value for name, value in element.items() if name != "Payments" or value}


def listed(row: sqlite3.Row, *, unit_places: int, summary_only: bool) -> str:
    """One element of a list as JSON text. `row` has contact_name, and lines_text if lines go in."""
    head = wire.loads(row["head"])
    if summary_only:
        head = {name: value for name, value in head.items() if name not in _NOT_IN_SUMMARY}
    contact = contact_records.summary(row["contact_id"], row["contact_name"])
    text = wire.dumps(_with_contact(head, contact))
    if summary_only:
        return text
    return f'{text[:-1]},"LineItems":{_lines_text(row, unit_places)}}}'


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


def shorten_units(items: list[dict[str, Any]]) -> None:
    """Unit prices to 2 places, as reads without `unitdp=4` show them (facts 5.6)."""
    for item in items:
        if "UnitAmount" in item:
            item["UnitAmount"] = rounded(Decimal(item["UnitAmount"]))


def load(db: sqlite3.Connection, row: sqlite3.Row) -> Invoice:
    head = wire.loads(row["head"])
    stored = db.execute("SELECT * FROM invoice_lines WHERE invoice = ?", (row["seq"],)).fetchone()
    overridden = set(wire.loads(stored["overridden"]))
    items = wire.loads(stored["lines"])
    return Invoice(
        id=row["id"],
        organisation=row["organisation"],
        type=row["type"],
        client_id=row["client_id"],
        issued_on=date.fromisoformat(row["date"]),
        currency=row["currency"],
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"]),
        number=head["InvoiceNumber"],
        reference=head.get("Reference", ""),
        due_date=_day(head, "DueDateString"),
        expected_payment_date=_day(head, "ExpectedPaymentDateString"),
        planned_payment_date=_day(head, "PlannedPaymentDateString"),
        status=row["status"],
        kind=head["LineAmountTypes"],
        currency_rate=Decimal(head["CurrencyRate"]),
        url=head.get("Url"),
        branding_theme_id=head.get("BrandingThemeID"),
        sent_to_contact=head["SentToContact"],
        lines=[
            lines.from_wire(item, overridden=item["LineItemID"] in overridden) for item in items
        ],
        totals=Totals(head["SubTotal"], head["TotalTax"], head["Total"]),
        amount_paid=head["AmountPaid"],
        amount_credited=head["AmountCredited"],
        fully_paid_on=wire.parse_day(head["FullyPaidOnDate"])
        if "FullyPaidOnDate" in head
        else None,
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Invoice | None:
    return _one(db, "organisation = ? AND id = ?", (organisation, ident))


def by_sales_number(db: sqlite3.Connection, organisation: str, number: str) -> Invoice | None:
    """Return the sales invoice of that number: a live one before a deleted one."""
    return _one(
        db,
        "organisation = ? AND number_key = ? AND type = 'ACCREC' ORDER BY status = 'DELETED', seq",
        (organisation, fold(number)),
    )


def by_any_number(db: sqlite3.Connection, organisation: str, number: str) -> Invoice | None:
    found = by_sales_number(db, organisation, number)
    return found or _one(
        db, "organisation = ? AND number_key = ? ORDER BY seq", (organisation, fold(number))
    )


def save(db: sqlite3.Connection, invoice: Invoice, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    invoice.updated_ms = now_ms
    assert invoice.contact is not None  # noqa: S101 - the rules see to it
    kind: outbox.Kind = "CREATE" if invoice.seq is None else "UPDATE"
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
        "long_units": any(_has_long_unit(line) for line in invoice.lines),
        "head": wire.dumps(invoice.head()),
        "seq": invoice.seq,
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    written = db.execute(f"INSERT OR REPLACE INTO invoice ({names}) VALUES ({marks})", values)  # noqa: S608
    invoice.seq = invoice.seq or written.lastrowid
    items = wire.dumps([line.wire() for line in invoice.lines])
    overridden = wire.dumps([line.id for line in invoice.lines if line.tax_overridden])
    db.execute(
        "INSERT OR REPLACE INTO invoice_lines VALUES (?, ?, ?)", (invoice.seq, items, overridden)
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


def _with_contact(head: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """Put the contact where Xero has it, before the dates."""
    element: dict[str, Any] = {}
    for name, value in head.items():
        if name == "DateString":
            element["Contact"] = contact
        element[name] = value
    return element


def _days(name: str, day: date | None, *, text: bool = True) -> dict[str, Any]:
    if day is None:
        return {}
    shown = {f"{name}String": wire.date_text(day)} if text else {}
    return shown | {name: wire.day_instant(day)}


def _day(head: dict[str, Any], name: str) -> date | None:
    return wire.parse_day(head[name]) if name in head else None


def _discount(line: Line) -> Decimal:
    if not (line.discount_rate or line.discount_amount):
        return ZERO
    return rounded((line.quantity or ZERO) * (line.unit_amount or ZERO)) - line.line_amount


def _has_long_unit(line: Line) -> bool:
    return line.unit_amount is not None and rounded(line.unit_amount) != line.unit_amount
