"""Allocations of credits to invoices in storage and on the wire."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.invoice_records import SHORT_INVOICE
from xero_sandbox.accounting.shapes import AnswerKind, shaped


@dataclass(frozen=True)
class Allocation:
    id: str
    organisation: str
    credit_id: str
    invoice_id: str
    day: date
    amount: Decimal

    def wire(self, invoice_number: str) -> dict[str, Any]:
        """As the credit shows it."""
        invoice = {"InvoiceID": self.invoice_id, "InvoiceNumber": invoice_number}
        return {
            "AllocationID": self.id,
            "Amount": self.amount,
            "Date": wire.day_instant(self.day),
            "Invoice": shaped(SHORT_INVOICE, invoice, AnswerKind.NESTED),
        }


def of_credit(db: sqlite3.Connection, ident: str) -> list[Allocation]:
    return _all(db, "credit_id = ?", ident)


def of_invoice(db: sqlite3.Connection, ident: str) -> list[Allocation]:
    return _all(db, "invoice_id = ?", ident)


def by_id(db: sqlite3.Connection, credit_id: str, ident: str) -> Allocation | None:
    return next((one for one in of_credit(db, credit_id) if one.id == ident), None)


def add(db: sqlite3.Connection, allocation: Allocation) -> None:
    db.execute(
        "INSERT INTO allocation (id, organisation, credit_id, invoice_id, date, amount) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            allocation.id,
            allocation.organisation,
            allocation.credit_id,
            allocation.invoice_id,
            allocation.day.isoformat(),
            int(allocation.amount * 100),
        ),
    )


def remove(db: sqlite3.Connection, allocation: Allocation) -> None:
    db.execute("DELETE FROM allocation WHERE id = ?", (allocation.id,))


def _all(db: sqlite3.Connection, test: str, ident: str) -> list[Allocation]:
    rows = db.execute(f"SELECT * FROM allocation WHERE {test} ORDER BY date, seq", (ident,))  # noqa: S608
    return [
        Allocation(
            id=row["id"],
            organisation=row["organisation"],
            credit_id=row["credit_id"],
            invoice_id=row["invoice_id"],
            day=date.fromisoformat(row["date"]),
            amount=Decimal(row["amount"]).scaleb(-2),
        )
        for row in rows.fetchall()
    ]
