"""Purchase orders in storage and on the wire."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records, line_tracking
from xero_sandbox.accounting.documents import Document, days, dump_lines, load_lines
from xero_sandbox.accounting.shapes import (
    EVERY,
    LISTS,
    WRITES,
    AnswerKind,
    FieldShape,
    Presence,
    shaped,
)
from xero_sandbox.accounting.totals import ZERO, Totals
from xero_sandbox.store import fold

PLURAL, TYPE = "PurchaseOrders", "PURCHASEORDER"
#: Texts and their longest; only that of DeliveryInstructions is Xero's, the others are ours.
TEXTS = {
    "Reference": 255,
    "DeliveryAddress": 500,
    "AttentionTo": 255,
    "Telephone": 50,
    "DeliveryInstructions": 500,
}
#: What lists have of a contact, its groups and persons left empty.
_LISTED_CONTACT = (
    "ContactID ContactStatus Name FirstName LastName Addresses Phones UpdatedDateUTC".split()  # noqa: SIM905
)

#: After the examples of the interface description.
SHAPE = (
    FieldShape("PurchaseOrderID"),
    FieldShape("PurchaseOrderNumber"),
    FieldShape("DateString"),
    FieldShape("Date"),
    FieldShape("DeliveryDateString", Presence.ABSENT),
    FieldShape("DeliveryDate", Presence.ABSENT),
    FieldShape("ExpectedArrivalDate", Presence.ABSENT),
    FieldShape("DeliveryAddress", Presence.ABSENT),
    FieldShape("AttentionTo", Presence.ABSENT),
    FieldShape("Telephone", Presence.ABSENT),
    FieldShape("DeliveryInstructions", Presence.ABSENT),
    FieldShape("HasErrors"),
    FieldShape("IsDiscounted"),
    FieldShape("TotalDiscount", answers=EVERY - LISTS),
    FieldShape("SentToContact", answers=EVERY - LISTS),
    FieldShape("Reference", Presence.ABSENT),
    FieldShape("Type"),
    FieldShape("CurrencyRate"),
    FieldShape("CurrencyCode"),
    FieldShape("Contact"),
    FieldShape("BrandingThemeID", Presence.ABSENT),
    FieldShape("Status"),
    FieldShape("LineAmountTypes"),
    FieldShape("LineItems"),
    FieldShape("SubTotal"),
    FieldShape("TotalTax"),
    FieldShape("Total"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("HasAttachments", answers=EVERY - WRITES),
    FieldShape("Attachments", answers=frozenset({AnswerKind.SINGLE})),
)


@dataclass
class PurchaseOrder(Document):
    delivery_on: date | None = None
    arrival_on: date | None = None  #: ExpectedArrivalDate
    delivery_address: str = ""
    attention_to: str = ""
    telephone: str = ""
    delivery_instructions: str = ""

    @property
    def settled(self) -> bool:
        return False

    @property
    def texts(self) -> dict[str, str]:
        return {
            "Reference": self.reference,
            "DeliveryAddress": self.delivery_address,
            "AttentionTo": self.attention_to,
            "Telephone": self.telephone,
            "DeliveryInstructions": self.delivery_instructions,
        }

    @property
    def discount(self) -> Decimal:
        return sum((line.discount for line in self.lines), ZERO)

    def head(self) -> dict[str, Any]:
        return {
            "PurchaseOrderID": self.id,
            "PurchaseOrderNumber": self.number,
            **days("Date", self.issued_on),
            **days("DeliveryDate", self.delivery_on),
            **days("ExpectedArrivalDate", self.arrival_on, text=False),
            **{name: text or None for name, text in self.texts.items()},
            "HasErrors": False,
            "IsDiscounted": bool(self.discount),
            "TotalDiscount": self.discount,
            "SentToContact": self.sent_to_contact,
            "Type": self.type,
            "CurrencyRate": self.currency_rate,
            "CurrencyCode": self.currency,
            "BrandingThemeID": self.branding_theme_id,
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "Total": self.totals.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "HasAttachments": self.has_attachments,
        }

    def wire(self) -> dict[str, Any]:
        """Everything, as a write answers."""
        return element(self, AnswerKind.UPDATED)


def element(
    order: PurchaseOrder, answer: AnswerKind, files: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the order as this kind of answer has it; `files` are its attachments."""
    contact = order.contact.wire() if order.contact else order.sent_contact
    items = [line.wire() for line in order.lines]
    if answer in LISTS:
        short = {name: contact[name] for name in _LISTED_CONTACT if name in contact}
        contact = contact_records.summary(order.contact_id, contact["Name"]) | short
        line_tracking.summarise(items)
    parts = {"Contact": contact, "LineItems": items, "Attachments": files or []}
    return shaped(SHAPE, order.head() | parts, answer)


def load(db: sqlite3.Connection, row: sqlite3.Row) -> PurchaseOrder:
    data = wire.loads(row["data"])
    texts = data["texts"]
    return PurchaseOrder(
        id=row["id"],
        organisation=row["organisation"],
        type=TYPE,
        client_id=data["client_id"],
        issued_on=date.fromisoformat(row["date"]),
        delivery_on=_day(row["delivery_date"]),
        arrival_on=_day(row["arrival_date"]),
        currency=data["currency"],
        currency_rate=Decimal(data["rate"]),
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"]),
        number=data["number"],
        reference=texts["Reference"],
        delivery_address=texts["DeliveryAddress"],
        attention_to=texts["AttentionTo"],
        telephone=texts["Telephone"],
        delivery_instructions=texts["DeliveryInstructions"],
        status=row["status"],
        kind=data["kind"],
        branding_theme_id=data["branding_theme_id"],
        sent_to_contact=data["sent_to_contact"],
        lines=load_lines(data["lines"], data["overridden"]),
        totals=Totals(*map(Decimal, data["totals"])),
        has_attachments=data.get("HasAttachments", False),
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> PurchaseOrder | None:
    return _one(db, "organisation = ? AND id = ?", (organisation, ident))


def by_number(db: sqlite3.Connection, organisation: str, number: str) -> PurchaseOrder | None:
    """Return the order of that number, be it deleted: a number is never given twice."""
    return _one(db, "organisation = ? AND number_key = ?", (organisation, fold(number)))


def save(db: sqlite3.Connection, order: PurchaseOrder, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    assert order.contact is not None  # noqa: S101 - the rules see to it
    order.updated_ms = now_ms
    lines, overridden = dump_lines(order)
    totals = order.totals
    data = {
        "client_id": order.client_id,
        "number": order.number,
        "currency": order.currency,
        "rate": str(order.currency_rate),
        "kind": order.kind,
        "branding_theme_id": order.branding_theme_id,
        "sent_to_contact": order.sent_to_contact,
        "totals": [str(one) for one in (totals.sub_total, totals.total_tax, totals.total)],
        "HasAttachments": order.has_attachments,
        "texts": order.texts,
        "lines": lines,
        "overridden": overridden,
    }
    written = db.execute(
        "INSERT OR REPLACE INTO purchase_order VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.seq,
            order.id,
            order.organisation,
            fold(order.number),
            order.contact.id,
            order.issued_on.isoformat(),
            order.delivery_on.isoformat() if order.delivery_on else None,
            order.arrival_on.isoformat() if order.arrival_on else None,
            order.status,
            now_ms,
            wire.dumps(data),
        ),
    )
    order.seq = order.seq or written.lastrowid


def _one(db: sqlite3.Connection, test: str, values: tuple[Any, ...]) -> PurchaseOrder | None:
    row = db.execute(f"SELECT * FROM purchase_order WHERE {test}", values).fetchone()  # noqa: S608
    return load(db, row) if row else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
