"""What invoices, bills, credit notes, prepayments and overpayments have in common."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import lines
from xero_sandbox.accounting.contact_records import Contact
from xero_sandbox.accounting.lines import Line
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, shaped
from xero_sandbox.accounting.totals import NO_TOTALS, Amounts, Totals, rounded

_MADE = {"LineItems", "SubTotal", "TotalTax", "Total"}  #: of a refused document, in its echo
HOLE = 0  #: in a stored head, for what is stored elsewhere
#: Types on the side of sales and receivables; all others are purchases and payables.
SALES = ("ACCREC", "ACCRECCREDIT", "RECEIVE-PREPAYMENT", "RECEIVE-OVERPAYMENT")


@dataclass
class Document:
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
    status: str = "DRAFT"
    kind: Amounts = "Exclusive"
    currency_rate: Decimal = Decimal(1)
    branding_theme_id: str | None = None
    sent_to_contact: bool = False
    lines: list[Line] = field(default_factory=list)
    totals: Totals = NO_TOTALS
    fully_paid_on: date | None = None
    payments: list[dict[str, Any]] = field(default_factory=list)  #: on it, as on the wire
    has_attachments: bool = False
    updated_ms: int = 0
    seq: int | None = None  #: None until it is stored

    @property
    def sells(self) -> bool:
        return self.type in SALES

    @property
    def in_words(self) -> str:
        """As history tells it: `INV-0001 to Ann Archer for 12.00.`"""
        name = self.contact.name if self.contact else ""
        side = "to" if self.sells else "from"
        return f"{self.number} {side} {name} for {self.totals.total:.2f}.".lstrip()

    @property
    def contact_id(self) -> str:
        return self.contact.id if self.contact else ""

    @property
    def settled(self) -> bool:
        """Whether a payment or an allocation is applied, be it in part."""
        raise NotImplementedError

    @property
    def stands(self) -> bool:
        """Whether it counts in the ledger."""
        return self.status in ("AUTHORISED", "PAID")

    @property
    def shape(self) -> tuple[FieldShape, ...]:
        """Which answer has which of its fields."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """What it has of each field but contact and lines; None where it has nothing."""
        raise NotImplementedError

    def head(self) -> dict[str, Any]:
        """As in lists, and so it is stored, with holes for contact and lines."""
        holes = {"Contact": HOLE, "LineItems": HOLE}
        return shaped(self.shape, self.values() | holes, AnswerKind.PAGE)

    def shown(self, answer: AnswerKind) -> dict[str, Any]:
        """As this kind of answer has it, lists apart."""
        contact = self.contact.wire() if self.contact else self.sent_contact
        items = [line.wire(answer) for line in self.lines]
        return shaped(self.shape, self.values() | {"Contact": contact, "LineItems": items}, answer)

    def wire(self) -> dict[str, Any]:
        """Everything, as a single read answers."""
        return self.shown(AnswerKind.SINGLE)

    def refused(self, sent: Sent) -> dict[str, Any]:
        """The echo of a refused write: what was sent, days as Xero writes them, lines and totals.

        Nothing else of the stored document is in it (facts 4.3, 12.1).
        """
        names = list(dict.fromkeys(field.name for field in self.shape))
        echo = {name: sent.raw_value(name) for name in names if name in sent}
        for name in ("Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate"):
            echo |= days(name, sent.day(name))
        shown = self.shown(AnswerKind.CREATED)
        made = _MADE if self.lines else _MADE - {"LineItems"}
        echo |= {name: shown[name] for name in made}
        return {name: echo[name] for name in names if name in echo}


def fill(head: str, contact: dict[str, Any], items: str) -> str:
    """Put contact and lines, JSON text, into a stored head: a page reads none of its heads."""
    whole = head.replace(_HOLES["Contact"], f'"Contact":{wire.dumps(contact)}', 1)
    return whole.replace(_HOLES["LineItems"], f'"LineItems":{items}', 1)


#: No text that somebody sent can hold these: its quotation marks are escaped.
_HOLES = {name: f'"{name}":{HOLE}' for name in ("Contact", "LineItems")}


def days(name: str, day: date | None, *, text: bool = True) -> dict[str, Any]:
    if day is None:
        return {}
    shown = {f"{name}String": wire.date_text(day)} if text else {}
    return shown | {name: wire.day_instant(day)}


def read_day(head: dict[str, Any], name: str) -> date | None:
    return wire.parse_day(head[name]) if name in head else None


def load_lines(items: str, overridden: str) -> list[Line]:
    """Read lines as they are stored; `overridden` names those whose tax was sent."""
    known = set(wire.loads(overridden))
    return [
        lines.from_wire(item, overridden=item["LineItemID"] in known) for item in wire.loads(items)
    ]


def dump_lines(document: Document) -> tuple[str, str]:
    """Return the lines and which of them have their tax overridden, as they are stored."""
    items = wire.dumps([line.wire(AnswerKind.SINGLE) for line in document.lines])
    return items, wire.dumps([line.id for line in document.lines if line.tax_overridden])


def has_long_units(document: Document) -> bool:
    units = [line.unit_amount for line in document.lines if line.unit_amount is not None]
    return any(rounded(unit) != unit for unit in units)


def shorten_units(items: list[dict[str, Any]]) -> None:
    """Unit prices to 2 places, as reads without `unitdp=4` show them (facts 5.6)."""
    for item in items:
        if "UnitAmount" in item:
            item["UnitAmount"] = rounded(Decimal(item["UnitAmount"]))


def take_number(db: sqlite3.Connection, organisation: str, prefix: str) -> int:
    """Return the next of an organisation's own series, such as `CN-`."""
    row = db.execute(
        "INSERT INTO number_series VALUES (?, ?, 2) ON CONFLICT DO UPDATE SET next = next + 1 "
        "RETURNING next - 1 AS number",
        (organisation, prefix),
    ).fetchone()
    return int(row["number"])
