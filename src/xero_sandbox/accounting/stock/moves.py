"""What approved documents take of tracked items and add to them.

Moves of an item follow each other in the order in which their documents were first approved. A
document that is edited keeps its place; one that is voided leaves it. The moves behind are then
worked out anew and posted again with their new cost, as Xero does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import ledger
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import Document
from xero_sandbox.accounting.ledger import Entry
from xero_sandbox.accounting.lines import Line
from xero_sandbox.accounting.rates import LARGEST, in_base
from xero_sandbox.accounting.stock.costing import EMPTY, Stock, adjusted, moved
from xero_sandbox.accounting.totals import ZERO

#: Which way the units on a document go; other types move no stock.
_WAYS = {"ACCREC": -1, "ACCPAY": 1, "ACCRECCREDIT": 1, "ACCPAYCREDIT": -1}
_WAYS |= {"RECEIVE": -1, "SPEND": 1}
TOO_LARGE = "The total is too large in the organisation's currency."


@dataclass(frozen=True)
class Move:
    """What one document does with one item."""

    quantity: Decimal
    bought: Decimal | None  #: base currency; None on the side of sales


def stock_of(db: sqlite3.Connection, item_id: str) -> Stock:
    return _stock(db, "item_id = ?", item_id)


def move_stock(desk: Desk, document: Document, *, backorders: bool = False) -> None:
    """Bring stock and its postings in line with a document that is about to be saved.

    More than there is can only be taken with `backorders`. Refusals go to `desk.errors`; what
    was written by then is the caller's to undo.
    """
    wanted = _moves(desk, document) if document.stands else {}
    rows = desk.db.execute("SELECT * FROM stock_move WHERE document_id = ?", (document.id,))
    held = {row["item_id"]: row for row in rows.fetchall()}
    touched = {document.id} if wanted or held else set()
    for item_id in sorted(wanted.keys() | held.keys()):
        start = _write(desk, document, item_id, held.get(item_id), wanted.get(item_id))
        touched |= _replay(desk, item_id, start)
        if desk.errors:
            return
        more = wanted[item_id].quantity if item_id in wanted else ZERO
        less = Decimal(held[item_id]["quantity"]) if item_id in held else ZERO
        on_hand = stock_of(desk.db, item_id).on_hand
        if on_hand < 0 and more < less and not backorders:
            desk.errors.append(_too_few(on_hand + less - more))
    if not desk.errors:
        for ident in sorted(touched):
            _book(desk, ident)


def _moves(desk: Desk, document: Document) -> dict[str, Move]:
    """What the lines of a document do with tracked items, by item."""
    way = _WAYS.get(document.type, 0)
    lines = [line for line in document.lines if line.item and line.quantity]
    assets = _inventory_accounts(desk.db, {line.item["ItemID"] for line in lines if line.item})
    found: dict[str, Move] = {}
    for line in lines if way else ():
        item_id = line.item["ItemID"] if line.item else ""
        if item_id not in assets:
            continue
        before = found.get(item_id, Move(ZERO, None if document.sells else ZERO))
        bought = before.bought
        if bought is not None:
            bought += way * in_base(_net(document, line), document.currency_rate)
            if line.account_code != assets[item_id]:
                code = line.account_code or ""
                desk.errors.append(f"Account code '{code}' is not a valid code for this document.")
        found[item_id] = Move(before.quantity + way * (line.quantity or ZERO), bought)
    return found


def _net(document: Document, line: Line) -> Decimal:
    return line.line_amount - (line.tax_amount if document.kind == "Inclusive" else ZERO)


def _inventory_accounts(db: sqlite3.Connection, items: set[str]) -> dict[str, str]:
    """The code of each tracked item's inventory account, by item."""
    if not items:
        return {}
    marks = ", ".join("?" * len(items))
    sql = f"""
        SELECT id, json_extract(data, '$.InventoryAssetAccountCode') AS code
        FROM item WHERE id IN ({marks}) AND code IS NOT NULL
    """  # noqa: S608 - question marks only
    return {row["id"]: row["code"] for row in db.execute(sql, sorted(items))}


def _write(
    desk: Desk, document: Document, item_id: str, held: sqlite3.Row | None, move: Move | None
) -> int:
    """Put one move in the place of another; return where the item's moves change."""
    if move is None:
        assert held is not None  # noqa: S101 - one of the two is there
        desk.db.execute("DELETE FROM stock_move WHERE seq = ?", (held["seq"],))
        return int(held["seq"])
    written = desk.db.execute(
        "INSERT OR REPLACE INTO stock_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, '')",
        (
            held["seq"] if held else None,
            desk.books.id,
            item_id,
            document.id,
            document.contact_id,
            document.issued_on.isoformat(),
            str(move.quantity),
            None if move.bought is None else int(move.bought * 100),
        ),
    )
    return int(written.lastrowid or 0)


def _replay(desk: Desk, item_id: str, start: int) -> set[str]:
    """Work the moves from `start` on out anew; return the documents whose cost has changed."""
    stock = _stock(desk.db, "item_id = ? AND seq < ?", item_id, start)
    rows = desk.db.execute(
        "SELECT * FROM stock_move WHERE item_id = ? AND seq >= ? ORDER BY seq", (item_id, start)
    )
    changed = set()
    for row in rows.fetchall():
        bought = None if row["bought"] is None else Decimal(row["bought"]).scaleb(-2)
        after = moved(stock, Decimal(row["quantity"]), bought)
        moves = adjusted(stock, after, bought)
        if max(abs(after.cost_pool), abs(moves)) > LARGEST:
            desk.errors.append(TOO_LARGE)
            break
        if row["on_hand"] and after == _read(row) and int(moves * 100) == row["adjusted"]:
            break  # so are those behind it
        desk.db.execute(
            "UPDATE stock_move SET adjusted = ?, on_hand = ?, cost_pool = ?, unit_cost = ? "
            "WHERE seq = ?",
            (
                int(moves * 100),
                str(after.on_hand),
                int(after.cost_pool * 100),
                str(after.unit_cost),
                row["seq"],
            ),
        )
        changed.add(row["document_id"])
        stock = after
    return changed


def _book(desk: Desk, document_id: str) -> None:
    """Post the cost of what a document moves, apart from the document's own postings."""
    rows = desk.db.execute(
        """
        SELECT stock_move.*, json_extract(item.data, '$.InventoryAssetAccountCode') AS asset,
               json_extract(item.data, '$.PurchaseDetails.COGSAccountCode') AS cost_of_sales
        FROM stock_move JOIN item ON item.id = item_id WHERE document_id = ?
        """,
        (document_id,),
    ).fetchall()
    entries = [entry for row in rows for entry in _entries(desk, row)]
    contact = rows[0]["contact_id"] if rows else ""
    ledger.post(desk.db, desk.books.id, "stock", document_id, contact, entries, now_ms=desk.now_ms)


def _entries(desk: Desk, row: sqlite3.Row) -> Iterator[Entry]:
    amount = Decimal(row["adjusted"]).scaleb(-2)
    for code, part in ((row["asset"], amount), (row["cost_of_sales"], -amount)):
        account = desk.books.accounts.get(code)
        if account is None:
            desk.errors.append(f"Account code '{code}' is not a valid code for this document.")
        else:
            yield Entry(date.fromisoformat(row["date"]), account.id, part)


def _stock(db: sqlite3.Connection, test: str, *values: str | int) -> Stock:
    sql = f"SELECT * FROM stock_move WHERE {test} ORDER BY seq DESC LIMIT 1"  # noqa: S608 - ours
    row = db.execute(sql, values).fetchone()
    return _read(row) if row else EMPTY


def _read(row: sqlite3.Row) -> Stock:
    pool = Decimal(row["cost_pool"]).scaleb(-2)
    return Stock(Decimal(row["on_hand"]), pool, Decimal(row["unit_cost"]))


def _too_few(left: Decimal) -> str:
    """In the words that one vendor reports of Xero where nothing is left; ours for too few."""
    if left <= 0:
        return "No items available to sell"
    return f"Only {left.normalize():f} items available to sell"
