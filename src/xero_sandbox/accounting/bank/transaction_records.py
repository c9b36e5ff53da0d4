"""Bank transactions in storage and on the wire.

One table holds every type. A prepayment or overpayment is a transaction here and, under the same
id, a credit that can be allocated; a transfer has two transactions, one on each account.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records, line_tracking
from xero_sandbox.accounting.credit_records import OVERPAYMENTS, PREPAYMENTS, Family
from xero_sandbox.accounting.documents import (
    Document,
    days,
    dump_lines,
    has_long_units,
    load_lines,
    shorten_units,
)
from xero_sandbox.accounting.shapes import EVERY, AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.accounting.totals import Totals
from xero_sandbox.store import fold

PLURAL = "BankTransactions"
#: What a person or an app enters, and the credit that it makes as well, if any (facts 6.12).
ENTERED: Mapping[str, Family | None] = {
    f"{way}{suffix}": family
    for way in ("RECEIVE", "SPEND")
    for suffix, family in (
        ("", None),
        ("-PREPAYMENT", PREPAYMENTS),
        ("-OVERPAYMENT", OVERPAYMENTS),
    )
}
_NOT_LISTED = EVERY - {AnswerKind.LIST}
#: After the examples of the interface description.
SHAPE = (
    FieldShape("BankTransactionID"),
    FieldShape("BankAccount"),
    FieldShape("Type"),
    FieldShape("Reference"),
    FieldShape("IsReconciled"),
    FieldShape("CurrencyRate", answers=_NOT_LISTED),
    FieldShape("PrepaymentID", Presence.ABSENT),
    FieldShape("OverpaymentID", Presence.ABSENT),
    FieldShape("HasAttachments", answers=EVERY - {AnswerKind.CREATED}),
    FieldShape(
        "Attachments",
        Presence.EMPTY,
        [],
        answers=frozenset({AnswerKind.SINGLE, AnswerKind.UPDATED}),
    ),
    FieldShape("Url", Presence.ABSENT),
    FieldShape("Contact", Presence.ABSENT),  # transfers have none
    FieldShape("DateString"),
    FieldShape("Date"),
    FieldShape("Status"),
    FieldShape("LineAmountTypes"),
    FieldShape("LineItems"),
    FieldShape("SubTotal"),
    FieldShape("TotalTax"),
    FieldShape("Total"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("CurrencyCode"),
)


@dataclass
class BankTransaction(Document):
    bank_account_id: str = ""
    reconciled: bool = False  #: with a line of a bank statement
    url: str | None = None

    @property
    def sells(self) -> bool:
        """Money that comes in is on the side of sales."""
        return self.type.startswith("RECEIVE")

    @property
    def settled(self) -> bool:
        return False  # what is applied of an advance, its credit knows

    @property
    def family(self) -> Family | None:
        """The kind of credit it makes, if it is a prepayment or overpayment."""
        return ENTERED.get(self.type)

    @property
    def in_words(self) -> str:
        name = self.contact.name if self.contact else "another account"
        way = "Received from" if self.sells else "Paid to"
        return f"{way} {name} {self.totals.total:.2f}."

    def head(self) -> dict[str, Any]:
        values = {
            "BankTransactionID": self.id,
            "Type": self.type,
            "Reference": self.reference,
            "IsReconciled": self.reconciled,
            "CurrencyRate": self.currency_rate,
            "HasAttachments": self.has_attachments,
            "Url": self.url,
            **days("Date", self.issued_on),
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "Total": self.totals.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "CurrencyCode": self.currency,
        }
        if self.family:
            values[f"{self.family.singular}ID"] = self.id
        return {name: value for name, value in values.items() if value is not None}


_CONTACT_NAME = "(SELECT json_extract(data, '$.Name') FROM contact WHERE contact.id = contact_id)"
_ACCOUNT = "(SELECT {} FROM account WHERE account.id = bank_account_id)"
#: What `element` needs of a row.
COLUMNS = (
    f"*, {_CONTACT_NAME} AS contact_name, {_ACCOUNT.format('code')} AS account_code, "
    f"{_ACCOUNT.format('name')} AS account_name"
)


def element(
    db: sqlite3.Connection,
    row: sqlite3.Row,
    answer: AnswerKind,
    files: list[dict[str, Any]] | None = None,
    *,
    unit_places: int,
) -> dict[str, Any]:
    """Return a stored transaction as this kind of answer has it; `row` has COLUMNS.

    `files` are its attachments, for a single read.

    Lists have a summary of the contact, and lines only with a page (facts 5.2).
    """
    account = {"AccountID": row["bank_account_id"], "Code": row["account_code"]}
    account["Name"] = row["account_name"]
    items = [] if answer is AnswerKind.LIST else wire.loads(row["lines"])
    if row["long_units"] and unit_places != 4:
        shorten_units(items)
    if answer is AnswerKind.PAGE:
        line_tracking.summarise(items)
    values = wire.loads(row["head"]) | {
        "BankAccount": {name: value for name, value in account.items() if value},
        "Contact": _contact(db, row, answer),
        "LineItems": items,
        "Attachments": files,
    }
    return shaped(SHAPE, values, answer)


def single(
    db: sqlite3.Connection,
    ident: str,
    answer: AnswerKind,
    files: list[dict[str, Any]] | None = None,
    *,
    unit_places: int,
) -> dict[str, Any]:
    sql = f"SELECT {COLUMNS} FROM bank_transaction WHERE id = ?"  # noqa: S608 - our own names
    row = db.execute(sql, (ident,)).fetchone()
    return element(db, row, answer, files, unit_places=unit_places)


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> BankTransaction | None:
    row = db.execute(
        "SELECT * FROM bank_transaction WHERE organisation = ? AND id = ?", (organisation, ident)
    ).fetchone()
    return _load(db, row) if row else None


def save(db: sqlite3.Connection, transaction: BankTransaction, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC. No webhook tells of bank transactions (facts 8)."""
    transaction.updated_ms = now_ms
    items, overridden = dump_lines(transaction)
    values: dict[str, Any] = {
        "seq": transaction.seq,
        "id": transaction.id,
        "organisation": transaction.organisation,
        "type": transaction.type,
        "reference_key": fold(transaction.reference),
        "contact_id": transaction.contact_id or None,
        "bank_account_id": transaction.bank_account_id,
        "date": transaction.issued_on.isoformat(),
        "status": transaction.status,
        "currency": transaction.currency,
        "total": int(transaction.totals.total * 100),
        "reconciled": transaction.reconciled,
        "client_id": transaction.client_id,
        "updated": now_ms,
        "long_units": has_long_units(transaction),
        "head": wire.dumps(transaction.head()),
        "lines": items,
        "overridden": overridden,
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    sql = f"INSERT OR REPLACE INTO bank_transaction ({names}) VALUES ({marks})"  # noqa: S608
    written = db.execute(sql, values)
    transaction.seq = transaction.seq or written.lastrowid


def _contact(db: sqlite3.Connection, row: sqlite3.Row, answer: AnswerKind) -> dict[str, Any] | None:
    if row["contact_id"] is None:
        return None
    if answer in (AnswerKind.LIST, AnswerKind.PAGE):
        return contact_records.summary(row["contact_id"], row["contact_name"])
    contact = contact_records.by_id(db, row["organisation"], row["contact_id"])
    return contact.wire() if contact else None


def _load(db: sqlite3.Connection, row: sqlite3.Row) -> BankTransaction:
    head = wire.loads(row["head"])
    return BankTransaction(
        id=row["id"],
        organisation=row["organisation"],
        type=row["type"],
        client_id=row["client_id"],
        issued_on=date.fromisoformat(row["date"]),
        currency=row["currency"],
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"] or ""),
        reference=head["Reference"],
        status=row["status"],
        kind=head["LineAmountTypes"],
        currency_rate=Decimal(head["CurrencyRate"]),
        lines=load_lines(row["lines"], row["overridden"]),
        totals=Totals(head["SubTotal"], head["TotalTax"], head["Total"]),
        has_attachments=head["HasAttachments"],
        updated_ms=row["updated"],
        seq=row["seq"],
        bank_account_id=row["bank_account_id"],
        reconciled=bool(row["reconciled"]),
        url=head.get("Url"),
    )
