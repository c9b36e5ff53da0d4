"""Items, tracking and branding themes of a demo company.

The items are facts recorded from a demo company (Global); in other countries they carry its
tax types. The tracking category and the themes are from memory of demo companies.
"""

from __future__ import annotations

import csv
import sqlite3
import uuid
from decimal import Decimal
from importlib.resources import files
from typing import Any

from xero_sandbox import wire
from xero_sandbox.organisations.countries import Country
from xero_sandbox.store import fold

_IDS = uuid.UUID("2f0c7f55-92f4-5c39-b0a1-6f4f3f2f9d0e")
#: Where goods have a tax type of their own, TAX001.
_GOODS_TAXED_APART = ("US", "GLOBAL")
_TRACKING = {"Region": ("Eastside", "North", "South", "West Coast")}
_THEMES = ("Standard", "Special Projects")


def seed(
    db: sqlite3.Connection, organisation: str, country: Country, codes: dict[str, str], now_ms: int
) -> None:
    """Fill a new organisation. `codes` maps account codes of our table to its own."""
    text = (files("xero_sandbox.organisations") / "items.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        db.execute(
            "INSERT INTO item (id, organisation, code_key, updated, data) VALUES (?, ?, ?, ?, ?)",
            (
                _id(organisation, "item", row["code"]),
                organisation,
                fold(row["code"]),
                now_ms,
                wire.dumps(_item(row, country, codes)),
            ),
        )
    for name, options in _TRACKING.items():
        category = _id(organisation, "tracking", name)
        db.execute(
            "INSERT INTO tracking_category (id, organisation, name, status) "
            "VALUES (?, ?, ?, 'ACTIVE')",
            (category, organisation, name),
        )
        for option in options:
            db.execute(
                "INSERT INTO tracking_option (id, organisation, category, name, status) "
                "VALUES (?, ?, ?, ?, 'ACTIVE')",
                (_id(organisation, "option", option), organisation, category, option),
            )
    for order, name in enumerate(_THEMES):
        db.execute(
            "INSERT INTO branding_theme (id, organisation, name, sort_order, created) "
            "VALUES (?, ?, ?, ?, ?)",
            (_id(organisation, "theme", name), organisation, name, order, now_ms),
        )


def _item(row: dict[str, str], country: Country, codes: dict[str, str]) -> dict[str, Any]:
    goods_apart = row["kind"] == "goods" and country.version in _GOODS_TAXED_APART
    bought, tracked = bool(row["purchase_price"]), row["kind"] == "tracked"
    purchase: dict[str, Any] = {}
    if bought:
        name = "COGSAccountCode" if tracked else "AccountCode"
        purchase = {
            "UnitPrice": Decimal(row["purchase_price"]),
            name: codes[row["purchase_account"]],
            "TaxType": country.taxes["purchases"],
        }
    return {
        "Code": row["code"],
        "Name": row["name"],
        "Description": row["name"],
        **({"PurchaseDescription": row["name"]} if bought else {}),
        "IsSold": True,
        "IsPurchased": bought,
        "PurchaseDetails": purchase,
        "SalesDetails": {
            "UnitPrice": Decimal(row["sales_price"]),
            "AccountCode": codes["200"],
            "TaxType": "TAX001" if goods_apart else country.taxes["sales"],
        },
        **({"InventoryAssetAccountCode": codes["630"]} if tracked else {}),
    }


def _id(organisation: str, kind: str, name: str) -> str:
    return str(uuid.uuid5(_IDS, f"{organisation} {kind} {name}"))
