"""Lists without pages: `where`, `order`, `If-Modified-Since`; a `page` is ignored (facts 5.1).

Also the writes that take exactly one element a request (facts 4.1).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from xero_sandbox.accounting.listing import Clause, NotModified, Resource, modified_since
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.where_sql import Field, compile_order, compile_where
from xero_sandbox.problems import NotFound, PostDataInvalid
from xero_sandbox.routing import Call

__all__ = ["ONE_AT_A_TIME", "Field", "Resource", "choose", "lone_element", "one"]
ONE_AT_A_TIME = ("Accounts", "TaxRates", "Currencies", "TrackingCategories")


def choose(
    call: Call,
    resource: Resource,
    *,
    extra: list[Clause] | None = None,
    dated: bool = False,
    where: bool = True,
) -> list[sqlite3.Row]:
    """Return the rows asked for.

    `dated` tables have a column `updated`; some resources have no `where`. Raises QueryParse.
    """
    asked = call.request.query
    clauses: list[Clause] = [("organisation = ?", (call.organisation,)), *(extra or [])]
    expression = asked.get("where", "").strip() if where else ""
    if expression:
        clauses.append(compile_where(expression, resource.fields, resource.type_name))
    since = modified_since(call) if dated else None
    if since is not None:
        clauses.append(("updated >= ?", (since,)))
    order = resource.order
    if wanted := asked.get("order", "").strip():
        order = compile_order(wanted, resource.fields, resource.type_name)
    test = " AND ".join(sql for sql, _ in clauses)
    values: list[Any] = [value for _, some in clauses for value in some]
    sql = f"SELECT * FROM {resource.table} WHERE {test} ORDER BY {order}"  # noqa: S608
    rows = call.db.execute(sql, values).fetchall()
    if not rows and since is not None and call.sandbox.switches.not_modified == "304":
        raise NotModified
    return rows


def one(call: Call, table: str, name: str = "id") -> sqlite3.Row:
    """Return the organisation's row whose id the path's parameter `name` is; raises NotFound."""
    ident = read_guid(call.params[name])
    row = call.db.execute(
        f"SELECT * FROM {table} WHERE organisation = ? AND id = ?",  # noqa: S608 - a name of ours
        (call.organisation, ident),
    ).fetchone()
    if row is None:
        raise NotFound
    assert isinstance(row, sqlite3.Row)  # noqa: S101 - as the connection makes them
    return row


def lone_element(call: Call, plural: str) -> Sent:
    """Return the only element of the body; raises PostDataInvalid for several."""
    sent = elements(call.request, plural)
    if len(sent) > 1:
        raise PostDataInvalid(f"{plural} takes exactly one element in a request.")
    return sent[0]
