"""What an account may be (facts 6.9)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from xero_sandbox.accounting.catalogue.usage import on_a_document
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.organisations.records import Books
from xero_sandbox.store import fold

#: Account type to class.
CLASSES = {
    **dict.fromkeys(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"), "ASSET"),
    **dict.fromkeys(("CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"), "LIABILITY"),
    **dict.fromkeys(("DEPRECIATN", "DIRECTCOSTS", "EXPENSE", "OVERHEADS"), "EXPENSE"),
    **dict.fromkeys(("OTHERINCOME", "REVENUE", "SALES"), "REVENUE"),
    "EQUITY": "EQUITY",
}
_BANK_TYPES = ("BANK", "CREDITCARD", "PAYPAL", "NONE", "")


@dataclass
class Draft:
    """An account as it shall be."""

    id: str
    is_new: bool = True
    code: str = ""
    name: str = ""
    type: str = ""
    tax_type: str = ""
    status: str = "ACTIVE"
    system_account: str = ""
    data: dict[str, Any] = field(
        default_factory=lambda: {
            "EnablePaymentsToAccount": False,
            "ShowInExpenseClaims": False,
            "HasAttachments": False,
            "AddToWatchlist": False,
        }
    )


def apply(db: sqlite3.Connection, books: Books, account: Draft, sent: Sent) -> list[str]:
    """Put the sent fields onto `account`; return the messages of the rules they break."""
    errors: list[str] = []
    account.code = _text(sent, "Code", account.code, 10, errors).strip()
    account.name = _text(sent, "Name", account.name, 150, errors).strip()
    _apply_type(account, sent, errors)
    _apply_bank(books, account, sent, errors)
    if sent.text("Description") is not None:
        account.data["Description"] = _text(sent, "Description", "", 4000, errors)
    for name in ("EnablePaymentsToAccount", "ShowInExpenseClaims", "AddToWatchlist"):
        flag = sent.flag(name)
        account.data[name] = account.data[name] if flag is None else flag
    _apply_tax(db, books, account, sent, errors)
    _apply_status(account, sent, errors)
    _check_unique(db, books.id, account, errors)
    return errors


def why_kept(db: sqlite3.Connection, row: sqlite3.Row) -> str | None:
    """Return why a stored account cannot be deleted, or None if it can."""
    if row["system_account"]:
        return "System accounts cannot be deleted."
    if on_a_document(db, row["organisation"], row["id"]):
        return "The account is used on a document. It can be archived instead."
    used = "json_extract(data, '$.{}.AccountCode') = ?1"
    test = f"{used.format('SalesDetails')} OR {used.format('PurchaseDetails')}"
    sql = f"SELECT 1 FROM item WHERE organisation = ?2 AND ({test}) LIMIT 1"  # noqa: S608
    if db.execute(sql, (row["code"], row["organisation"])).fetchone():
        return "The account is used by an item. It can be archived instead."
    return None


def _apply_type(account: Draft, sent: Sent, errors: list[str]) -> None:
    wanted = (sent.text("Type") or account.type).upper()
    if wanted not in CLASSES:
        account.type = account.type or "EXPENSE"
        errors.append(f"The account Type {wanted[:50] or 'is missing; it'} is not valid.")
        return
    if account.system_account and wanted != account.type:
        errors.append("The Type of a system account cannot be changed.")
    account.type = wanted


def _apply_bank(books: Books, account: Draft, sent: Sent, errors: list[str]) -> None:
    if account.type != "BANK":
        if not account.code:
            errors.append("Please enter a Code.")
        return
    number = sent.text("BankAccountNumber") or account.data.get("BankAccountNumber")
    if not number:
        errors.append("A bank account must have a BankAccountNumber.")
    kind = sent.text("BankAccountType") or account.data.get("BankAccountType") or "BANK"
    if kind not in _BANK_TYPES:
        errors.append(f"The BankAccountType {kind[:50]} is not valid.")
    currency = sent.text("CurrencyCode") or account.data.get("CurrencyCode") or books.base_currency
    if currency not in books.currencies:
        errors.append(f"Organisation is not subscribed to currency {currency[:10]}")
    account.data |= {"BankAccountNumber": number, "BankAccountType": kind}
    account.data["CurrencyCode"] = currency


def _apply_tax(
    db: sqlite3.Connection, books: Books, account: Draft, sent: Sent, errors: list[str]
) -> None:
    wanted = sent.text("TaxType") or account.tax_type or _usual_tax(db, books.id, account.type)
    rate = books.tax_rates.get(wanted)
    if rate is None or rate.status != "ACTIVE":
        errors.append(f"The TaxType code '{wanted[:50]}' does not exist or is not active.")
    elif CLASSES[account.type] not in rate.applies_to and account.type != "BANK":
        errors.append(
            f"The TaxType code '{wanted}' cannot be used with account code '{account.code}'."
        )
    account.tax_type = wanted


def _usual_tax(db: sqlite3.Connection, organisation: str, kind: str) -> str:
    """What most accounts of the type have, so that an expense gets the country's input tax."""
    row = db.execute(
        "SELECT tax_type FROM account WHERE organisation = ? AND type = ? AND status = 'ACTIVE' "
        "GROUP BY tax_type ORDER BY count(*) DESC, tax_type LIMIT 1",
        (organisation, kind),
    ).fetchone()
    return str(row["tax_type"]) if row else "NONE"


def _apply_status(account: Draft, sent: Sent, errors: list[str]) -> None:
    wanted = (sent.text("Status") or account.status).upper()
    if wanted not in ("ACTIVE", "ARCHIVED"):
        errors.append(f"The Status {wanted[:50]} is not valid; to delete an account use DELETE.")
    elif wanted == "ARCHIVED" and account.system_account:
        errors.append("System accounts cannot be archived.")
    else:
        account.status = wanted


def _check_unique(
    db: sqlite3.Connection, organisation: str, account: Draft, errors: list[str]
) -> None:
    if not account.name:
        errors.append("Please enter a Name.")
    for column, value, label in (
        ("name_key", fold(account.name), "Name"),
        ("lower(code)", account.code.lower(), "Code"),
    ):
        sql = f"SELECT 1 FROM account WHERE organisation = ? AND id != ? AND {column} = ?"  # noqa: S608
        if value and db.execute(sql, (organisation, account.id, value)).fetchone():
            errors.append(f"Please enter a unique {label}.")


def _text(sent: Sent, name: str, before: str, most: int, errors: list[str]) -> str:
    value = sent.text(name)
    if value is None:
        return before
    if len(value) > most:
        errors.append(f"The {name} must not be longer than {most} characters.")
    return value
