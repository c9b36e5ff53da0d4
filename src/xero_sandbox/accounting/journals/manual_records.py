"""Manual journals in storage and on the wire."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.shapes import LISTS, AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.accounting.totals import ZERO, Amounts

_READS = LISTS | {AnswerKind.SINGLE}
#: Keys and their order as in the examples of the description.
MANUAL_JOURNAL = (
    FieldShape("Date"),
    FieldShape("Status"),
    FieldShape("LineAmountTypes"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("ManualJournalID"),
    FieldShape("Narration"),
    FieldShape("JournalLines"),
    FieldShape("Url", Presence.ABSENT),
    FieldShape("ShowOnCashBasisReports"),
    FieldShape("HasAttachments", answers=_READS),
    FieldShape("Attachments", Presence.ABSENT, answers=frozenset({AnswerKind.SINGLE})),
)
MANUAL_LINE = (
    FieldShape("Description", Presence.ABSENT),
    FieldShape("TaxType", Presence.ABSENT),
    FieldShape("TaxAmount", answers=_READS),
    FieldShape("LineAmount"),
    FieldShape("AccountCode", Presence.ABSENT),
    FieldShape("Tracking"),
    FieldShape("AccountID", Presence.ABSENT),
    FieldShape("IsBlank"),
)


@dataclass
class ManualLine:
    line_amount: Decimal = ZERO  #: debit positive, with its tax if amounts are inclusive
    tax_amount: Decimal = ZERO
    tax_type: str | None = None
    account_code: str | None = None
    account_id: str | None = None
    description: str | None = None
    tracking: list[dict[str, str]] = field(default_factory=list)  #: as on the wire

    def values(self) -> dict[str, Any]:
        return {
            "Description": self.description,
            "TaxType": self.tax_type,
            "TaxAmount": self.tax_amount,
            "LineAmount": self.line_amount,
            "AccountCode": self.account_code,
            "Tracking": self.tracking,
            "AccountID": self.account_id,
            "IsBlank": False,
        }


@dataclass
class ManualJournal:
    id: str
    organisation: str
    day: date
    narration: str = ""
    kind: Amounts = "NoTax"
    status: str = "DRAFT"
    url: str | None = None
    on_cash_basis: bool = True  #: ShowOnCashBasisReports
    lines: list[ManualLine] = field(default_factory=list)
    has_attachments: bool = False
    updated_ms: int = 0
    seq: int | None = None  #: None until it is stored

    def wire(
        self, answer: AnswerKind, attachments: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        """As one kind of answer has it; only pages and single journals have lines (facts 5.2)."""
        lines = [] if answer is AnswerKind.LIST else self.lines
        items = [shaped(MANUAL_LINE, line.values(), answer) for line in lines]
        values = {
            "Date": wire.day_instant(self.day),
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "ManualJournalID": self.id,
            "Narration": self.narration,
            "JournalLines": items,
            "Url": self.url,
            "ShowOnCashBasisReports": self.on_cash_basis,
            "HasAttachments": self.has_attachments,
            "Attachments": attachments or None,
        }
        return shaped(MANUAL_JOURNAL, values, answer)


def load(row: sqlite3.Row) -> ManualJournal:
    data = wire.loads(row["data"])
    return ManualJournal(
        id=row["id"],
        organisation=row["organisation"],
        day=date.fromisoformat(row["date"]),
        narration=data["Narration"],
        kind=data["LineAmountTypes"],
        status=row["status"],
        url=data["Url"],
        on_cash_basis=data["ShowOnCashBasisReports"],
        lines=[_line(item) for item in data["lines"]],
        has_attachments=data["HasAttachments"],
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> ManualJournal | None:
    row = db.execute(
        "SELECT * FROM manual_journal WHERE organisation = ? AND id = ?", (organisation, ident)
    ).fetchone()
    return load(row) if row else None


def save(db: sqlite3.Connection, journal: ManualJournal, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    journal.updated_ms = now_ms
    data = {
        "Narration": journal.narration,
        "LineAmountTypes": journal.kind,
        "Url": journal.url,
        "ShowOnCashBasisReports": journal.on_cash_basis,
        "HasAttachments": journal.has_attachments,
        "lines": [line.values() for line in journal.lines],
    }
    written = db.execute(
        "INSERT OR REPLACE INTO manual_journal VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            journal.seq,
            journal.id,
            journal.organisation,
            journal.day.isoformat(),
            journal.status,
            now_ms,
            wire.dumps(data),
        ),
    )
    journal.seq = journal.seq or written.lastrowid


def _line(item: dict[str, Any]) -> ManualLine:
    return ManualLine(
        line_amount=Decimal(item["LineAmount"]),
        tax_amount=Decimal(item["TaxAmount"]),
        tax_type=item["TaxType"],
        account_code=item["AccountCode"],
        account_id=item["AccountID"],
        description=item["Description"],
        tracking=item["Tracking"],
    )
