"""Transfers between bank accounts, in storage and on the wire."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.bank import transaction_records
from xero_sandbox.accounting.bank.transaction_records import BankTransaction
from xero_sandbox.accounting.documents import days
from xero_sandbox.accounting.shapes import LISTS, AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.store import fold

PLURAL = "BankTransfers"
_SINGLE, _CREATED = AnswerKind.SINGLE, AnswerKind.CREATED
_READS = LISTS | {_SINGLE}
_WHOLE = _READS | {_CREATED}
#: After the examples of the interface description; the only update of a transfer is its end.
SHAPE = (
    FieldShape("BankTransferID"),
    FieldShape("CreatedDateUTCString", answers=_READS),
    FieldShape("CreatedDateUTC", answers=_READS),
    FieldShape("DateString", answers=_WHOLE),
    FieldShape("Date", answers=_WHOLE),
    FieldShape("Status"),
    FieldShape("FromBankAccount"),
    FieldShape("ToBankAccount"),
    FieldShape("Amount"),
    FieldShape("FromBankTransactionID", answers=_WHOLE),
    FieldShape("ToBankTransactionID", answers=_WHOLE),
    FieldShape("FromIsReconciled", answers=_WHOLE),
    FieldShape("ToIsReconciled", answers=_WHOLE),
    FieldShape("Reference"),
    FieldShape("CurrencyRate", answers=frozenset({_SINGLE, _CREATED})),
    FieldShape("HasAttachments", answers=_READS),
    FieldShape("FromTracking", answers=_WHOLE),
    FieldShape("ToTracking", answers=_WHOLE),
    FieldShape("Attachments", answers=frozenset({_SINGLE})),
    FieldShape(
        "ValidationErrors",
        Presence.EMPTY,
        [],
        answers=frozenset({_CREATED, AnswerKind.UPDATED}),
    ),
)


@dataclass
class Transfer:
    id: str
    organisation: str
    source: BankTransaction  #: on the account that money leaves
    target: BankTransaction  #: on the account that it reaches
    created_ms: int
    reference: str = ""
    status: str = "AUTHORISED"
    from_tracking: list[dict[str, str]] = field(default_factory=list)  #: as on the wire
    to_tracking: list[dict[str, str]] = field(default_factory=list)
    has_attachments: bool = False
    seq: int | None = None  #: None until it is stored

    @property
    def day(self) -> date:
        return self.source.issued_on

    @property
    def amount(self) -> Decimal:
        """In the currency of the account that it leaves."""
        return self.source.totals.total

    @property
    def currency_rate(self) -> Decimal:
        """Of the side that is not in the base currency, else 1."""
        return next((s.currency_rate for s in self.sides if s.currency_rate != 1), Decimal(1))

    @property
    def sides(self) -> tuple[BankTransaction, BankTransaction]:
        return self.source, self.target

    @property
    def reconciled(self) -> bool:
        return any(side.reconciled for side in self.sides)


#: What `element` needs of a row.
COLUMNS = ", ".join(
    ["*"]
    + [
        f"(SELECT {column} FROM account WHERE account.id = {side}_account_id) AS {side}_{column}"  # noqa: S608 - our own names
        for side in ("from", "to")
        for column in ("code", "name")
    ]
    + [
        f"(SELECT reconciled FROM bank_transaction WHERE bank_transaction.id = "  # noqa: S608 - our own names
        f"{side}_transaction_id) AS {side}_reconciled"
        for side in ("from", "to")
    ]
)


def element(
    row: sqlite3.Row, answer: AnswerKind, files: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return a stored transfer as this kind of answer has it; `row` has COLUMNS.

    `files` are its attachments, for a single read.
    """
    created = datetime.fromtimestamp(row["created"] // 1000, UTC)
    values: dict[str, Any] = {
        "BankTransferID": row["id"],
        "CreatedDateUTCString": created.strftime("%Y-%m-%dT%H:%M:%S"),
        "CreatedDateUTC": wire.instant(row["created"]),
        **days("Date", date.fromisoformat(row["date"])),
        "Status": row["status"],
        "Amount": Decimal(row["amount"]).scaleb(-2),
        **wire.loads(row["data"]),
        "Attachments": files or [],
    }
    for side, name in (("from", "From"), ("to", "To")):
        values |= {
            f"{name}BankAccount": _account(row, side, answer),
            f"{name}BankTransactionID": row[f"{side}_transaction_id"],
            f"{name}IsReconciled": bool(row[f"{side}_reconciled"]),
        }
    return shaped(SHAPE, values, answer)


def single(
    db: sqlite3.Connection,
    ident: str,
    answer: AnswerKind,
    files: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    sql = f"SELECT {COLUMNS} FROM bank_transfer WHERE id = ?"  # noqa: S608 - our own names
    return element(db.execute(sql, (ident,)).fetchone(), answer, files)


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Transfer | None:
    row = db.execute(
        "SELECT * FROM bank_transfer WHERE organisation = ? AND id = ?", (organisation, ident)
    ).fetchone()
    return _load(db, row) if row else None


def save(db: sqlite3.Connection, transfer: Transfer, *, now_ms: int) -> None:
    """Insert or update the transfer and its transaction on each account."""
    for side in transfer.sides:
        transaction_records.save(db, side, now_ms=now_ms)
    data = {
        "Reference": transfer.reference,
        "CurrencyRate": transfer.currency_rate,
        "HasAttachments": transfer.has_attachments,
        "FromTracking": transfer.from_tracking,
        "ToTracking": transfer.to_tracking,
    }
    values = {
        "seq": transfer.seq,
        "id": transfer.id,
        "organisation": transfer.organisation,
        "reference_key": fold(transfer.reference),
        "from_account_id": transfer.source.bank_account_id,
        "to_account_id": transfer.target.bank_account_id,
        "from_transaction_id": transfer.source.id,
        "to_transaction_id": transfer.target.id,
        "date": transfer.day.isoformat(),
        "status": transfer.status,
        "amount": int(transfer.amount * 100),
        "created": transfer.created_ms,
        "updated": now_ms,
        "data": wire.dumps(data),
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    sql = f"INSERT OR REPLACE INTO bank_transfer ({names}) VALUES ({marks})"  # noqa: S608
    written = db.execute(sql, values)
    transfer.seq = transfer.seq or written.lastrowid


def _account(row: sqlite3.Row, side: str, answer: AnswerKind) -> dict[str, Any]:
    """The account of one side; lists leave its code out."""
    code = None if answer in LISTS else row[f"{side}_code"]
    shown = {"AccountID": row[f"{side}_account_id"], "Code": code, "Name": row[f"{side}_name"]}
    return {name: value for name, value in shown.items() if value}


def _load(db: sqlite3.Connection, row: sqlite3.Row) -> Transfer:
    data = wire.loads(row["data"])
    source, target = (
        transaction_records.by_id(db, row["organisation"], row[f"{side}_transaction_id"])
        for side in ("from", "to")
    )
    assert source is not None  # noqa: S101 - transactions are never removed
    assert target is not None  # noqa: S101
    return Transfer(
        id=row["id"],
        organisation=row["organisation"],
        source=source,
        target=target,
        created_ms=row["created"],
        reference=data["Reference"],
        status=row["status"],
        from_tracking=data["FromTracking"],
        to_tracking=data["ToTracking"],
        has_attachments=data["HasAttachments"],
        seq=row["seq"],
    )
