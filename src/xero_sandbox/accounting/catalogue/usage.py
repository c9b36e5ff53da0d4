"""Whether something is used on a document, and so cannot be deleted."""

from __future__ import annotations

import sqlite3

_LOOKS = {
    "lines of invoices and bills": (
        "SELECT 1 FROM invoice_lines JOIN invoice ON invoice.seq = invoice_lines.invoice "
        "WHERE organisation = ? AND instr(lines, ?) LIMIT 1"
    ),
    "lines of credits": "SELECT 1 FROM credit WHERE organisation = ? AND instr(lines, ?) LIMIT 1",
    "bank transactions": (
        "SELECT 1 FROM bank_transaction WHERE organisation = ?1 "
        "AND (bank_account_id = ?2 OR instr(lines, ?2)) LIMIT 1"
    ),
    "tracking of transfers": (
        "SELECT 1 FROM bank_transfer WHERE organisation = ? AND instr(data, ?) LIMIT 1"
    ),
    "quotes": "SELECT 1 FROM quote WHERE organisation = ? AND instr(data, ?) LIMIT 1",
    "orders": "SELECT 1 FROM purchase_order WHERE organisation = ? AND instr(data, ?) LIMIT 1",
    "templates": (
        "SELECT 1 FROM repeating_invoice WHERE organisation = ? AND instr(data, ?) LIMIT 1"
    ),
    "manual journals": (
        "SELECT 1 FROM manual_journal WHERE organisation = ? AND instr(data, ?) LIMIT 1"
    ),
    "journals": "SELECT 1 FROM journal WHERE organisation = ? AND instr(lines, ?) LIMIT 1",
    "budgets": "SELECT 1 FROM budget WHERE organisation = ? AND instr(data, ?) LIMIT 1",
    "payments": "SELECT 1 FROM payment WHERE organisation = ? AND account_id = ? LIMIT 1",
}


def on_a_document(db: sqlite3.Connection, organisation: str, ident: str) -> bool:
    """Return whether a line or a payment names the item, account or tracking of that id."""
    return any(db.execute(sql, (organisation, ident)).fetchone() for sql in _LOOKS.values())
