"""Items and tracking of one organisation, looked up when a line names them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from xero_sandbox import wire
from xero_sandbox.store import fold


@dataclass(frozen=True)
class Offer:
    """What an item puts on a line of one side, sales or purchases."""

    description: str | None
    unit_price: Decimal | None
    account_code: str | None
    tax_type: str | None


@dataclass(frozen=True)
class Item:
    id: str
    code: str
    name: str
    sales: Offer
    purchase: Offer

    def on_line(self) -> dict[str, str]:
        return {"ItemID": self.id, "Name": self.name, "Code": self.code}


@dataclass(frozen=True)
class TrackingOption:
    id: str
    name: str


@dataclass(frozen=True)
class TrackingCategory:
    id: str
    name: str
    options: list[TrackingOption] = field(default_factory=list)  #: active ones


class Catalogue:
    def __init__(self, db: sqlite3.Connection, organisation: str) -> None:
        self._db = db
        self._organisation = organisation
        self._items: dict[str, Item | None] = {}

    def item(self, code: str) -> Item | None:
        key = fold(code.strip()) or ""
        if key not in self._items:
            row = self._db.execute(
                "SELECT id, data FROM item WHERE organisation = ? AND code_key = ?",
                (self._organisation, key),
            ).fetchone()
            self._items[key] = _item(row["id"], wire.loads(row["data"])) if row else None
        return self._items[key]

    @cached_property
    def default_theme(self) -> str:
        """Id of the branding theme that documents have unless another is sent (facts 6.10)."""
        row = self._db.execute(
            "SELECT id FROM branding_theme WHERE organisation = ? ORDER BY sort_order LIMIT 1",
            (self._organisation,),
        ).fetchone()
        return str(row["id"])

    @cached_property
    def tracking(self) -> list[TrackingCategory]:
        """Active categories with their active options."""
        mine = (self._organisation,)
        active = "WHERE organisation = ? AND status = 'ACTIVE' ORDER BY seq"
        categories = {
            row["id"]: TrackingCategory(row["id"], row["name"])
            for row in self._db.execute(f"SELECT * FROM tracking_category {active}", mine)  # noqa: S608
        }
        for row in self._db.execute(f"SELECT * FROM tracking_option {active}", mine):  # noqa: S608
            if row["category"] in categories:
                option = TrackingOption(row["id"], row["name"])
                categories[row["category"]].options.append(option)
        return list(categories.values())


def _item(ident: str, data: dict[str, Any]) -> Item:
    sales, purchase = data.get("SalesDetails", {}), data.get("PurchaseDetails", {})
    bought_into = data.get("InventoryAssetAccountCode") or purchase.get("AccountCode")
    return Item(
        id=ident,
        code=data["Code"],
        name=data.get("Name", ""),
        sales=Offer(
            data.get("Description"),
            _price(sales),
            sales.get("AccountCode"),
            sales.get("TaxType"),
        ),
        purchase=Offer(
            data.get("PurchaseDescription"),
            _price(purchase),
            bought_into,
            purchase.get("TaxType"),
        ),
    )


def _price(details: dict[str, Any]) -> Decimal | None:
    price = details.get("UnitPrice")
    return None if price is None else Decimal(price)
