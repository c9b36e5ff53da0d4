"""Batch payments in storage and on the wire."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.documents import days
from xero_sandbox.accounting.invoice_records import SHORT_INVOICE
from xero_sandbox.accounting.payment_records import Payment
from xero_sandbox.accounting.shapes import AnswerKind, shaped


@dataclass
class Batch:
    id: str
    organisation: str
    type: str  #: PAYBATCH for bills, RECBATCH for sales
    account_id: str
    day: date
    total: Decimal
    status: str = "AUTHORISED"
    details: dict[str, str] = field(default_factory=dict)  #: Reference, Particulars ..
    updated_ms: int = 0
    seq: int | None = None  #: None until it is stored

    def within_payment(self) -> dict[str, Any]:
        """As one of its payments shows it."""
        return {
            "Account": {"AccountID": self.account_id},
            "BatchPaymentID": self.id,
            "Date": wire.day_instant(self.day),
            "Type": self.type,
            "Status": self.status,
            "TotalAmount": self.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "IsReconciled": False,
        }

    def wire(self, payments: list[tuple[Payment, str]], currency: str) -> dict[str, Any]:
        """Everything. `payments` are those that stand, with their document's currency."""
        standing = [(payment, code) for payment, code in payments if payment.status != "DELETED"]
        return {
            "Account": {"AccountID": self.account_id, "CurrencyCode": currency},
            **self.details,
            "BatchPaymentID": self.id,
            **days("Date", self.day),
            "Payments": [_within_batch(payment, code) for payment, code in standing],
            "Type": self.type,
            "Status": self.status,
            "TotalAmount": self.total,
            "UpdatedDateUTC": wire.instant(self.updated_ms),
            "IsReconciled": any(payment.reconciled for payment, _ in standing),
        }


def _within_batch(payment: Payment, currency: str) -> dict[str, Any]:
    invoice = {"InvoiceID": payment.document_id, "CurrencyCode": currency}
    return {
        "Invoice": shaped(SHORT_INVOICE, invoice, AnswerKind.NESTED),
        "PaymentID": payment.id,
        **payment.details,
        "Amount": payment.amount,
        "BankAmount": payment.bank_amount,
    }


def from_row(row: sqlite3.Row) -> Batch:
    return Batch(
        id=row["id"],
        organisation=row["organisation"],
        type=row["type"],
        account_id=row["account_id"],
        day=date.fromisoformat(row["date"]),
        total=Decimal(row["total"]).scaleb(-2),
        status=row["status"],
        details=wire.loads(row["data"]),
        updated_ms=row["updated"],
        seq=row["seq"],
    )


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Batch | None:
    row = db.execute(
        "SELECT * FROM batch_payment WHERE organisation = ? AND id = ?", (organisation, ident)
    ).fetchone()
    return from_row(row) if row else None


def save(db: sqlite3.Connection, batch: Batch, *, now_ms: int) -> None:
    """Insert or update; sets UpdatedDateUTC."""
    batch.updated_ms = now_ms
    written = db.execute(
        "INSERT OR REPLACE INTO batch_payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            batch.seq,
            batch.id,
            batch.organisation,
            batch.type,
            batch.account_id,
            batch.day.isoformat(),
            int(batch.total * 100),
            batch.status,
            now_ms,
            wire.dumps(batch.details),
        ),
    )
    batch.seq = batch.seq or written.lastrowid
