"""What an item may be (facts 6.7)."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass, field
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.catalogue.usage import on_a_document
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.organisations.records import Account, Books
from xero_sandbox.store import fold

_SIDES = {
    "SalesDetails": ("IsSold", "Description"),
    "PurchaseDetails": ("IsPurchased", "PurchaseDescription"),
}


@dataclass
class Item:
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    is_new: bool = True
    data: dict[str, Any] = field(  #: as on the wire, without id and time
        default_factory=lambda: {
            "Code": "",
            "Name": "",
            "IsSold": True,
            "IsPurchased": True,
            "SalesDetails": {},
            "PurchaseDetails": {},
        }
    )

    @property
    def code(self) -> str:
        return str(self.data["Code"])

    @property
    def tracked(self) -> bool:
        return "InventoryAssetAccountCode" in self.data


def from_row(row: sqlite3.Row) -> Item:
    return Item(id=row["id"], is_new=False, data=wire.loads(row["data"]))


def by_id(db: sqlite3.Connection, organisation: str, ident: str) -> Item | None:
    sql = "SELECT * FROM item WHERE organisation = ? AND id = ?"
    row = db.execute(sql, (organisation, ident)).fetchone()
    return from_row(row) if row else None


def by_code(db: sqlite3.Connection, organisation: str, code: str) -> Item | None:
    sql = "SELECT * FROM item WHERE organisation = ? AND code_key = ?"
    row = db.execute(sql, (organisation, fold(code))).fetchone()
    return from_row(row) if row else None


def apply(
    db: sqlite3.Connection, books: Books, item: Item, sent: Sent, *, unit_places: int
) -> list[str]:
    """Put the sent fields onto `item`; return the messages of the rules they break."""
    errors: list[str] = []
    for name, most in {
        "Code": 30,
        "Name": 50,
        "Description": 4000,
        "PurchaseDescription": 4000,
    }.items():
        value = sent.text(name)
        if value is not None:
            item.data[name] = value.strip() if name == "Code" else value
            if len(value) > most:
                errors.append(f"The {name} must not be longer than {most} characters.")
    _check_code(db, books.id, item, errors)
    _apply_inventory(books, item, sent, errors)
    for side, (flag_name, text_name) in _SIDES.items():
        flag = sent.flag(flag_name)
        item.data[flag_name] = item.data[flag_name] if flag is None else flag
        details = sent.child(side)
        if details is not None:
            item.data[side] = _details(books, item, side, details, errors, unit_places)
        if not item.data[flag_name]:
            item.data[side] = {}
            item.data.pop(text_name, None)
    if item.tracked and "COGSAccountCode" not in item.data["PurchaseDetails"]:
        errors.append("A tracked item must have a COGSAccountCode in its PurchaseDetails.")
    return errors


def why_kept(db: sqlite3.Connection, organisation: str, item: Item) -> str | None:
    """Return why an item cannot be deleted, or None if it can."""
    if on_a_document(db, organisation, item.id):
        return f"The item {item.code} cannot be deleted, because it is used on a document."
    return None


def _check_code(db: sqlite3.Connection, organisation: str, item: Item, errors: list[str]) -> None:
    if not item.code:
        errors.append("A Code must be specified for the item.")
        return
    other = by_code(db, organisation, item.code)
    if other and other.id != item.id:
        errors.append(f"Price List Item with Code '{item.code}' already exists")


def _apply_inventory(books: Books, item: Item, sent: Sent, errors: list[str]) -> None:
    """An inventory asset account makes the item tracked; that cannot be taken back."""
    code = sent.text("InventoryAssetAccountCode")
    if code is None:
        return
    account = books.accounts.get(code)
    if not code and item.tracked:
        errors.append("A tracked item cannot become an untracked one.")
    elif code and (account is None or account.type != "INVENTORY"):
        errors.append("The InventoryAssetAccountCode must be an account of type INVENTORY.")
    elif code:
        item.data["InventoryAssetAccountCode"] = code


def _details(
    books: Books, item: Item, side: str, sent: Sent, errors: list[str], unit_places: int
) -> dict[str, Any]:
    held: dict[str, Any] = dict(item.data[side])
    price = sent.number("UnitPrice")
    if price is not None:
        held["UnitPrice"] = rounded(price, unit_places)
    names = ["AccountCode"]
    if side == "PurchaseDetails":
        names.append("COGSAccountCode")
    account = None
    for name in names:
        code = sent.text(name)
        if code:
            account = _account(books, code, errors)
            held[name] = code
    if item.tracked and side == "PurchaseDetails":
        held.pop("AccountCode", None)  # not applicable: the asset account takes purchases
    kind = sent.text("TaxType") or (held.get("TaxType") or (account.tax_type if account else None))
    if kind:
        held["TaxType"] = kind
        rate = books.tax_rates.get(kind)
        if rate is None or rate.status != "ACTIVE":
            errors.append(f"The TaxType code '{kind[:50]}' does not exist or is not active.")
    return held


def _account(books: Books, code: str, errors: list[str]) -> Account | None:
    account = books.accounts.get(code)
    if account is None or account.status != "ACTIVE":
        errors.append(f"Account code '{code[:50]}' is not a valid code for an item.")
    return account
