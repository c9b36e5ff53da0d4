"""Which resources have attachments and history, and how one of them is found."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.store import fold


@dataclass(frozen=True)
class Owner:
    plural: str  #: as in the path
    table: str
    scope: str
    number: str | None = None  #: folded column that may stand for the id in a path
    test: str = "1"  #: which rows of the table are of this resource
    json: str | None = None  #: the column with HasAttachments; None has no attachments


OWNERS = (
    *(
        Owner(family, "credit", scope, "number_key", f"family = '{family}'", "head")
        for family, scope in (
            ("CreditNotes", "accounting.invoices"),
            ("Prepayments", "accounting.payments"),
            ("Overpayments", "accounting.payments"),
        )
    ),
    Owner("BankTransactions", "bank_transaction", "accounting.banktransactions", json="head"),
    Owner("BankTransfers", "bank_transfer", "accounting.banktransactions", json="data"),
    Owner("Payments", "payment", "accounting.payments"),
    Owner("BatchPayments", "batch_payment", "accounting.payments"),
    Owner("Invoices", "invoice", "accounting.invoices", "number_key", json="head"),
    Owner("Contacts", "contact", "accounting.contacts", "number_key", json="data"),
    Owner("Accounts", "account", "accounting.settings", json="data"),
    Owner("Items", "item", "accounting.settings", "code_key"),
    Owner("Quotes", "quote", "accounting.invoices", "number_key", json="data"),
    Owner("PurchaseOrders", "purchase_order", "accounting.invoices", "number_key", json="data"),
    Owner("ManualJournals", "manual_journal", "accounting.manualjournals", json="data"),
    Owner("RepeatingInvoices", "repeating_invoice", "accounting.invoices", json="data"),
    Owner(
        "Receipts",
        "closed_record",
        "accounting.classicexpenses",
        test="resource = 'Receipts'",
        json="data",
    ),
    Owner(
        "ExpenseClaims",
        "closed_record",
        "accounting.classicexpenses",
        test="resource = 'ExpenseClaims'",
    ),
)


def find(db: sqlite3.Connection, organisation: str, owner: Owner, name: str) -> str | None:
    """Return the id of what a path names by id or number, or None."""
    mine = f"SELECT id FROM {owner.table} WHERE organisation = ? AND {owner.test} AND"  # noqa: S608
    ident = read_guid(name)
    row = db.execute(f"{mine} id = ?", (organisation, ident)).fetchone() if ident else None
    if row is None and owner.number:
        row = db.execute(f"{mine} {owner.number} = ?", (organisation, fold(name))).fetchone()
    return str(row["id"]) if row else None
