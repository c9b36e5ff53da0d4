"""Lists of a screen: rows of one page, and the links to its neighbours."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from xero_sandbox.routing import Call
from xero_sandbox.screens.frame import page_number

SIZE = 50


@dataclass(frozen=True)
class Listed:
    rows: list[dict[str, Any]]
    count: int
    number: int
    pages: int
    more: str  #: the query of its neighbours, without the page


def listed(
    call: Call, *, columns: str, table: str, test: str, values: list[Any], order: str, **query: str
) -> Listed:
    """Select a page of rows. `columns`, `table`, `test` and `order` are our own SQL."""
    count = count_of(call.db, table, test, values)
    pages = max(1, math.ceil(count / SIZE))
    number = min(page_number(call), pages)
    sql = f"SELECT {columns} FROM {table} WHERE {test} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    rows = call.db.execute(sql, (*values, SIZE, (number - 1) * SIZE))
    return Listed([dict(row) for row in rows], count, number, pages, urlencode(query))


def count_of(db: sqlite3.Connection, table: str, test: str, values: list[Any]) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table} WHERE {test}", values).fetchone()[0])  # noqa: S608
