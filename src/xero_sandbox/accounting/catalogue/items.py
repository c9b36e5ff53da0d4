"""Items: list, read by id or code, PUT, POST, POST by id, DELETE (facts 6.7)."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue import item_rules as rules
from xero_sandbox.accounting.catalogue.item_rules import Item
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose
from xero_sandbox.accounting.papers import history
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import READS, AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.accounting.stock.costing import EMPTY
from xero_sandbox.accounting.stock.moves import stock_of
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.identity.gate import require_scope
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import load_books
from xero_sandbox.problems import NotFound, PostDataInvalid, ValidationFailed
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

PLURAL = "Items"
ITEM = (
    FieldShape("ItemID"),
    FieldShape("Code"),
    FieldShape("Description", Presence.ABSENT),
    FieldShape("PurchaseDescription", Presence.ABSENT),
    FieldShape("UpdatedDateUTC"),
    FieldShape("PurchaseDetails"),
    FieldShape("SalesDetails"),
    FieldShape("Name"),
    FieldShape("IsTrackedAsInventory"),
    FieldShape("InventoryAssetAccountCode", Presence.ABSENT),
    FieldShape("TotalCostPool", Presence.ABSENT),
    FieldShape("QuantityOnHand", Presence.ABSENT),
    FieldShape("IsSold"),
    FieldShape("IsPurchased"),
)
MOST = 500  #: in one request (facts 4.1)


def _json(name: str, kind: str = "text") -> Field:
    return Field(f"json_extract(data, '$.{name}')", kind)


def _stock(column: str) -> Field:
    last = f"SELECT {column} FROM stock_move WHERE item_id = item.id ORDER BY seq DESC LIMIT 1"  # noqa: S608
    return Field(f"coalesce(CAST(({last}) AS REAL), 0)", "number")


RESOURCE = Resource(
    table="item",
    type_name="Item",
    fields={
        "ItemID": Field("id", "guid"),
        "Code": Field("code_key", "text", folded=True),
        "Name": _json("Name"),
        "Description": _json("Description"),
        "PurchaseDescription": _json("PurchaseDescription"),
        "IsSold": _json("IsSold", "bool"),
        "IsPurchased": _json("IsPurchased", "bool"),
        "IsTrackedAsInventory": Field(
            "(json_extract(data, '$.InventoryAssetAccountCode') IS NOT NULL)", "bool"
        ),
        "QuantityOnHand": _stock("on_hand"),
        "TotalCostPool": _stock("cost_pool / 100.0"),
        "SalesDetails.UnitPrice": _json("SalesDetails.UnitPrice", "number"),
        "SalesDetails.AccountCode": _json("SalesDetails.AccountCode"),
        "PurchaseDetails.UnitPrice": _json("PurchaseDetails.UnitPrice", "number"),
        "PurchaseDetails.AccountCode": _json("PurchaseDetails.AccountCode"),
        "UpdatedDateUTC": Field("updated", "instant"),
    },
    order="code_key, id",
)


def list_all(call: Call) -> Response:
    rows = choose(call, RESOURCE, dated=True)
    return envelope(call, PLURAL, [_wire(call, row, AnswerKind.LIST) for row in rows])


def read_one(call: Call) -> Response:
    return envelope(call, PLURAL, [_stored(call, _named(call), AnswerKind.SINGLE)])


def create(call: Call) -> Response:
    """PUT: every element is new; a code that exists is an error."""
    return _write(call, lambda sent: Item())


def create_or_update(call: Call) -> Response:
    """POST: matched by ItemID, then Code, else created."""
    return _write(call, lambda sent: _match(call, sent))


def update(call: Call) -> Response:
    _may_write(call)
    item = _named(call)
    return _write(call, lambda sent: item)


def delete(call: Call) -> Response:
    """204. What stands on a document stays."""
    _may_write(call)
    item = _named(call)
    refusal = rules.why_kept(call.db, call.organisation, item)
    if refusal:
        errors = {"ValidationErrors": [{"Message": refusal}]}
        raise ValidationFailed([_stored(call, item, AnswerKind.UPDATED) | errors])
    call.db.execute("DELETE FROM item WHERE id = ?", (item.id,))
    return Response(204)


def _may_write(call: Call) -> None:
    """The documents name `accounting.invoices`; a laboratory got 401 with it (facts 1.6)."""
    if call.sandbox.switches.items_write_scope == "settings":
        require_scope(call, "accounting.settings")


def _write(call: Call, pick: Any) -> Response:
    _may_write(call)
    sent = elements(call.request, PLURAL)
    if len(sent) > MOST:
        raise PostDataInvalid(f"At most {MOST} items can be sent in one request.")
    books = load_books(call.db, call.organisation)

    def save(element: Sent) -> Saved:
        item = pick(element)
        places = 4 if call.request.query.get("unitdp") == "4" else 2
        errors = rules.apply(call.db, books, item, element, unit_places=places)
        if errors:
            ident = wire.ZERO_ID if item.is_new else item.id
            raise Invalid(errors, element.raw | {"ItemID": ident})
        _store(call, item)
        answer = AnswerKind.CREATED if item.is_new else AnswerKind.UPDATED
        return Saved(_stored(call, item, answer))

    return write_batch(call, PLURAL, sent, save, flag="HasValidationErrors")


def _named(call: Call) -> Item:
    name = call.params["id"]
    ident = read_guid(name)
    found = rules.by_id(call.db, call.organisation, ident) if ident else None
    found = found or rules.by_code(call.db, call.organisation, name)
    if found is None:
        raise NotFound
    return found


def _match(call: Call, sent: Sent) -> Item:
    ident = sent.guid("ItemID")
    if ident:
        found = rules.by_id(call.db, call.organisation, ident)
        if found is None:  # one unknown id answers the whole request with 404 (facts 4.3)
            raise NotFound
        return found
    return rules.by_code(call.db, call.organisation, sent.text("Code") or "") or Item()


def _store(call: Call, item: Item) -> None:
    now = call.sandbox.clock.now_ms()
    call.db.execute(
        """
        INSERT INTO item (id, organisation, code_key, updated, data) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET code_key = excluded.code_key, updated = excluded.updated,
                                       data = excluded.data
        """,
        (item.id, call.organisation, fold(item.code), now, wire.dumps(item.data)),
    )
    changes = "Created" if item.is_new else "Edited"
    details = f"Item {item.code} {changes.lower()}."
    history.note(call.db, call.organisation, item.id, changes, details, now_ms=now)


def _stored(call: Call, item: Item, answer: AnswerKind) -> dict[str, Any]:
    sql = "SELECT * FROM item WHERE organisation = ? AND id = ?"
    return _wire(call, call.db.execute(sql, (call.organisation, item.id)).fetchone(), answer)


def _wire(call: Call, row: sqlite3.Row, answer: AnswerKind) -> dict[str, Any]:
    """As on the wire, a tracked item with its stock.

    The time bears an offset in reads and none in answers to writes (facts 6.7, 12.1).
    """
    data = wire.loads(row["data"])
    for side in ("PurchaseDetails", "SalesDetails"):
        price = data[side].get("UnitPrice")
        if price is not None and call.request.query.get("unitdp") != "4":
            data[side]["UnitPrice"] = rounded(Decimal(price))
    tracked = "InventoryAssetAccountCode" in data
    held = stock_of(call.db, row["id"]) if tracked else EMPTY
    stock = {"TotalCostPool": held.cost_pool, "QuantityOnHand": held.on_hand}
    told = wire.instant if answer in READS else wire.bare_instant
    values = {
        "ItemID": row["id"],
        **data,
        "IsTrackedAsInventory": tracked,
        **(stock if tracked else {}),
        "UpdatedDateUTC": told(row["updated"]),
    }
    return shaped(ITEM, values, answer)


_SCOPES = ("accounting.settings", "accounting.invoices")
_PATH = "/api.xro/2.0/Items"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, create_or_update, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
    Route("DELETE", f"{_PATH}/{{id}}", delete, "api", _SCOPES, writes=True),
)
