"""Credit notes, prepayments and overpayments in storage and on the wire.

One table holds all three: each is a credit that can be allocated to invoices, or refunded.
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
    take_number,
)
from xero_sandbox.accounting.shapes import SINGLES, AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.accounting.totals import ZERO, Totals
from xero_sandbox.store import fold
from xero_sandbox.webhooks import outbox

_LATER = (
    FieldShape("RemainingCredit"),
    FieldShape("Allocations", Presence.EMPTY, []),
    FieldShape("HasAttachments"),
    FieldShape("Attachments", Presence.EMPTY, [], SINGLES),
)
_DATED = (FieldShape("Contact"), FieldShape("DateString"), FieldShape("Date"))
_LAST = (
    FieldShape("Status"),
    FieldShape("LineAmountTypes"),
    FieldShape("LineItems"),
    FieldShape("SubTotal"),
    FieldShape("TotalTax"),
    FieldShape("Total"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("UpdatedDateUTCString"),
    FieldShape("CurrencyCode"),
    FieldShape("FullyPaidOnDate", Presence.ABSENT),
)
CREDIT_NOTE = (
    FieldShape("CreditNoteID"),
    FieldShape("CreditNoteNumber"),
    FieldShape("Payments", Presence.EMPTY, []),
    FieldShape("ID"),
    FieldShape("CurrencyRate"),
    FieldShape("Type"),
    FieldShape("Reference"),
    FieldShape("SentToContact"),
    *_LATER,
    FieldShape("HasErrors"),
    *_DATED,
    FieldShape("BrandingThemeID"),
    *_LAST,
)
PREPAYMENT = (
    FieldShape("PrepaymentID"),
    FieldShape("ID"),
    FieldShape("CurrencyRate"),
    FieldShape("Type"),
    FieldShape("Reference"),
    FieldShape("InvoiceNumber"),
    *_LATER,
    FieldShape("Payments", Presence.EMPTY, []),
    *_DATED,
    *_LAST,
)
OVERPAYMENT = (
    FieldShape("OverpaymentID"),
    FieldShape("ID"),
    FieldShape("CurrencyRate"),
    FieldShape("Type"),
    FieldShape("Reference"),
    *_LATER,
    FieldShape("Payments", Presence.EMPTY, []),
    *_DATED,
    *_LAST,
)
#: As an invoice shows what is allocated to it (facts 6.3, 12.1).
APPLIED_CREDIT = (
    *(
        FieldShape(f"{name}ID", Presence.ABSENT)
        for name in ("CreditNote", "Prepayment", "Overpayment")
    ),
    FieldShape("CreditNoteNumber", Presence.ABSENT),
    FieldShape("ID"),
    FieldShape("HasErrors", Presence.ABSENT),
    FieldShape("AppliedAmount"),
    FieldShape("DateString"),
    FieldShape("Date"),
    FieldShape("LineItems", Presence.EMPTY, []),
    FieldShape("Total"),
)


@dataclass(frozen=True)
class Family:
    plural: str  #: the resource
    singular: str  #: the element, and its id field less `ID`
    category: outbox.Category
    shape: tuple[FieldShape, ...] = field(repr=False)


CREDIT_NOTES = Family("CreditNotes", "CreditNote", "CREDITNOTE", CREDIT_NOTE)
PREPAYMENTS = Family("Prepayments", "Prepayment", "PREPAYMENT", PREPAYMENT)
OVERPAYMENTS = Family("Overpayments", "Overpayment", "OVERPAYMENT", OVERPAYMENT)
FAMILIES = {family.plural: family for family in (CREDIT_NOTES, PREPAYMENTS, OVERPAYMENTS)}


@dataclass
class Credit(Document):
    family: Family = CREDIT_NOTES
    bank_account_id: str | None = None  #: where a prepayment or overpayment came in or went out
    applied: Decimal = ZERO  #: allocated or refunded
    allocations: list[dict[str, Any]] = field(default_factory=list)  #: as on the wire

    @property
    def remaining(self) -> Decimal:
        return self.totals.total - self.applied

    @property
    def settled(self) -> bool:
        return bool(self.applied)

    def names(self) -> dict[str, str]:
        """Its id and, for the families that have one, its number (facts 6.3)."""
        named = {f"{self.family.singular}ID": self.id}
        if self.family is CREDIT_NOTES:
            named["CreditNoteNumber"] = self.number
        return named | {"ID": self.id}

    @property
    def shape(self) -> tuple[FieldShape, ...]:
        return self.family.shape

    def values(self) -> dict[str, Any]:
        values = {
            **self.names(),
            "Payments": self.payments,
            "CurrencyRate": self.currency_rate,
            "Type": self.type,
            "Reference": self.reference,
            "RemainingCredit": self.remaining,
            "Allocations": self.allocations,
            "HasAttachments": self.has_attachments,
            **days("Date", self.issued_on),
            **days("FullyPaidOnDate", self.fully_paid_on, text=False),
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "Total": self.totals.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "UpdatedDateUTCString": wire.iso_seconds(self.updated_ms),
            "CurrencyCode": self.currency,
        }
        if self.family is CREDIT_NOTES:
            values |= {"SentToContact": self.sent_to_contact, "HasErrors": False}
            values["BrandingThemeID"] = self.branding_theme_id
        elif self.family is PREPAYMENTS:
            values["InvoiceNumber"] = self.number
        return values

    def within_invoice(self, amount: Decimal, day: date) -> dict[str, Any]:
        values = {
            **self.names(),
            "HasErrors": False if self.family is CREDIT_NOTES else None,
            "AppliedAmount": amount,
            **days("Date", day),
            "Total": self.totals.total,
        }
        return shaped(APPLIED_CREDIT, values, AnswerKind.NESTED)


def listed(row: sqlite3.Row, *, with_lines: bool, unit_places: int) -> str:
    """One element of a list as JSON text; `row` has contact_name."""
    contact = contact_records.summary(row["contact_id"], row["contact_name"])
    items = wire.loads(row["lines"]) if with_lines else []
    if row["long_units"] and unit_places != 4:
        shorten_units(items)
    line_tracking.summarise(items)
    return fill(row["head"], contact, wire.dumps(items))


def load(db: sqlite3.Connection, row: sqlite3.Row) -> Credit:
    head = wire.loads(row["head"])
    number = head.get("CreditNoteNumber", head.get("InvoiceNumber", ""))
    return Credit(
        id=row["id"],
        organisation=row["organisation"],
        family=FAMILIES[row["family"]],
        type=row["type"],
        client_id=row["client_id"],
        issued_on=date.fromisoformat(row["date"]),
        currency=row["currency"],
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"]),
        number=number,
        reference=head["Reference"],
        status=row["status"],
        kind=head["LineAmountTypes"],
        currency_rate=Decimal(head["CurrencyRate"]),
        branding_theme_id=head.get("BrandingThemeID"),
        sent_to_contact=head.get("SentToContact", False),
        lines=load_lines(row["lines"], row["overridden"]),
        totals=Totals(head["SubTotal"], head["TotalTax"], head["Total"]),
        fully_paid_on=read_day(head, "FullyPaidOnDate"),
        payments=head["Payments"],
        has_attachments=head["HasAttachments"],
        updated_ms=row["updated"],
        seq=row["seq"],
        bank_account_id=row["bank_account_id"],
        applied=head["Total"] - head["RemainingCredit"],
        allocations=head["Allocations"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Credit | None:
    return _one(db, "organisation = ? AND id = ?", (organisation, ident))


def by_number(
    db: sqlite3.Connection, organisation: str, family: Family, number: str, *, side: str = ""
) -> Credit | None:
    """Return the credit of that number, on one `side` if told: a live one before a deleted one."""
    test, values = "organisation = ? AND number_key = ? AND family = ?", [organisation]
    values += [fold(number) or "", family.plural]
    if side:
        test += " AND side = ?"
        values.append(side)
    return _one(db, f"{test} ORDER BY status = 'DELETED', seq", tuple(values))


def save(db: sqlite3.Connection, credit: Credit, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC and tells the webhooks."""
    credit.updated_ms = now_ms
    data = None
    if credit.family is CREDIT_NOTES:
        data = {"Type": credit.type, "Status": credit.status}
    kind: outbox.Kind = "CREATE" if credit.seq is None else "UPDATE"
    outbox.note(db, credit.organisation, credit.family.category, credit.id, kind, data=data)
    items, overridden = dump_lines(credit)
    values: dict[str, Any] = {
        "id": credit.id,
        "organisation": credit.organisation,
        "family": credit.family.plural,
        "type": credit.type,
        "side": "sales" if credit.sells else "purchases",
        "number_key": fold(credit.number),
        "reference_key": fold(credit.reference),
        "contact_id": credit.contact_id,
        "date": credit.issued_on.isoformat(),
        "status": credit.status,
        "currency": credit.currency,
        "total": int(credit.totals.total * 100),
        "remaining": int(credit.remaining * 100),
        "client_id": credit.client_id,
        "updated": now_ms,
        "long_units": has_long_units(credit),
        "bank_account_id": credit.bank_account_id,
        "head": wire.dumps(credit.head()),
        "lines": items,
        "overridden": overridden,
        "seq": credit.seq,
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    written = db.execute(f"INSERT OR REPLACE INTO credit ({names}) VALUES ({marks})", values)  # noqa: S608
    credit.seq = credit.seq or written.lastrowid


def free_number(db: sqlite3.Connection, organisation: str) -> str:
    """Return the next free number of sales credit notes, `CN-0025`."""
    while True:
        number = f"CN-{take_number(db, organisation, 'CN-'):04d}"
        if by_number(db, organisation, CREDIT_NOTES, number, side="sales") is None:
            return number


def _one(db: sqlite3.Connection, test: str, values: tuple[Any, ...]) -> Credit | None:
    row = db.execute(f"SELECT * FROM credit WHERE {test} LIMIT 1", values).fetchone()  # noqa: S608
    return load(db, row) if row else None
