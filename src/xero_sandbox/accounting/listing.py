"""Lists: filters, order, pages and `If-Modified-Since`, the same for every resource (facts 5)."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.volume import Inefficient, is_efficient
from xero_sandbox.accounting.where_sql import Field, compile_order, compile_where
from xero_sandbox.messages import Response
from xero_sandbox.problems import ApiError, NotFound, QueryParse
from xero_sandbox.routing import Call
from xero_sandbox.store import fold

DEFAULT_SIZE, LARGEST_SIZE = 100, 1000
Clause = tuple[str, tuple[Any, ...]]


class BadCondition(ApiError):
    """412: a header such as If-Modified-Since that cannot be read (facts 7.3)."""

    def response(self) -> Response:
        return Response(412)


class NotModified(ApiError):
    """304, as old documents have it, where Xero today answers an empty list."""

    def response(self) -> Response:
        return Response(304)


@dataclass(frozen=True)
class Resource:
    """What a list needs to know of a table with the columns seq, id, organisation, updated."""

    table: str
    type_name: str  #: as Xero names it in messages
    fields: dict[str, Field]  #: what `where` and `order` may name
    order: str
    search: tuple[str, ...] = ()  #: folded expressions that `searchTerm` looks into
    paged: bool = True
    always_paged: bool = False  #: also where no page is asked for
    has_where: bool = True  #: without it a `where` is ignored, as every unknown parameter is
    by_ids: bool = False  #: takes `IDs`; else they are ignored, and all comes back (facts 5.1)
    has_summary: bool = False  #: takes `summaryOnly`


@dataclass
class Page:
    rows: list[sqlite3.Row]
    pagination: dict[str, int] | None  #: None when no page was asked for
    summary_only: bool = False

    @property
    def answer(self) -> AnswerKind:
        if self.summary_only:
            return AnswerKind.SUMMARY
        return AnswerKind.PAGE if self.pagination else AnswerKind.LIST

    def envelope(self) -> dict[str, Any]:
        return {"pagination": self.pagination} if self.pagination else {}


@dataclass
class _Query:
    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> None:
        self.clauses.append(sql)
        self.values.extend(values)

    @property
    def where(self) -> str:
        return " AND ".join(self.clauses)


def select(
    call: Call,
    resource: Resource,
    *,
    extra: list[Clause] | None = None,
    columns: str = "*",
    most: int = -1,
) -> Page:
    """Return the rows that the request's parameters ask for; raises QueryParse, BadCondition.

    `most` is how many there are when no page is asked for; -1 is all.
    """
    asked = call.request.query
    query = _Query()
    query.add("organisation = ?", call.organisation)
    for sql, values in extra or []:
        query.add(sql, *values)
    _add_common(query, call, resource)
    summary_only = resource.has_summary and asked.get("summaryonly", "").lower() == "true"
    paged = resource.paged and (resource.always_paged or summary_only or "page" in asked)
    pagination = _pagination(call, resource, query) if paged else None
    _refuse_inefficient(call, resource, query, paged=paged)
    rows = _rows(call, resource, query, pagination, columns, most)
    switches = call.sandbox.switches
    if not rows and switches.not_modified == "304" and modified_since(call) is not None:
        raise NotModified
    if not rows and switches.page_past_end == "404" and pagination and pagination["page"] > 1:
        raise NotFound
    return Page(rows, pagination, summary_only)


def _refuse_inefficient(call: Call, resource: Resource, query: _Query, *, paged: bool) -> None:
    most = call.sandbox.switches.high_volume_records
    if not most or is_efficient(resource.type_name, call.request.query, paged=paged):
        return
    sql = f"SELECT 1 FROM {resource.table} WHERE {query.where} LIMIT 1 OFFSET ?"  # noqa: S608
    if call.db.execute(sql, (*query.values, most)).fetchone():
        raise Inefficient(f"{resource.type_name}s")


def listed(asked: dict[str, str], name: str) -> list[str]:
    """Return the values of a comma-separated parameter, without empty ones."""
    return [value.strip() for value in asked.get(name.lower(), "").split(",") if value.strip()]


def one_of(column: str, values: list[Any]) -> Clause:
    return f"{column} IN ({', '.join('?' * len(values))})", tuple(values)


def guids(asked: dict[str, str], name: str) -> list[str]:
    found = [(text, read_guid(text)) for text in listed(asked, name)]
    for text, ident in found:
        if ident is None:
            raise QueryParse(f"{name}: '{text[:50]}' is not an id")
    return [ident for _, ident in found if ident]


def days_within(asked: dict[str, str], tests: Mapping[str, str]) -> list[Clause]:
    """Return a clause for each of the parameters that was sent; `tests` are SQL with one `?`."""
    clauses: list[Clause] = []
    for name, test in tests.items():
        text = asked.get(name.lower(), "").strip()
        if text:
            try:
                clauses.append((test, (wire.parse_day(text).isoformat(),)))
            except ValueError:
                raise QueryParse(f"{name}: '{text[:50]}' is not a day") from None
    return clauses


def _add_common(query: _Query, call: Call, resource: Resource) -> None:
    asked = call.request.query
    if resource.by_ids and (idents := guids(asked, "IDs")):
        sql, values = one_of("id", idents)
        query.add(sql, *values)
    since = modified_since(call)
    if since is not None:
        query.add("updated >= ?", since)
    where = asked.get("where", "").strip() if resource.has_where else ""
    if where:
        sql, values = compile_where(where, resource.fields, resource.type_name)
        query.add(sql, *values)
    term = asked.get("searchterm", "").strip()
    if term and resource.search:
        tests = " OR ".join(f"instr({column}, ?) > 0" for column in resource.search)
        query.add(f"({tests})", *[fold(term)] * len(resource.search))


def modified_since(call: Call) -> int | None:
    """Return the first millisecond after the second of If-Modified-Since (facts 5.5, 12.2).

    What changed within that second is left out. It is UTC whatever offset is written; an offset
    counts only with the switch `modified_since_offset`.
    """
    text = call.request.headers.get("if-modified-since", "").strip()
    if not text:
        return None
    try:
        if re.match(r"\d{4}-\d\d-\d\d", text):
            moment = datetime.fromisoformat(text)
        else:
            moment = parsedate_to_datetime(text)
        honoured = call.sandbox.switches.modified_since_offset == "honoured"
        if not honoured or moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (int(moment.timestamp()) + 1) * 1000
    except (ValueError, OverflowError, TypeError, IndexError):
        raise BadCondition from None


def _pagination(call: Call, resource: Resource, query: _Query) -> dict[str, int]:
    asked = call.request.query
    # Out of range is adjusted, not refused (facts 5.2).
    page = max(1, min(_whole(asked, "page", 1), 10**9))
    size = max(1, min(_whole(asked, "pagesize", DEFAULT_SIZE), LARGEST_SIZE))
    sql = f"SELECT count(*) FROM {resource.table} WHERE {query.where}"  # noqa: S608
    count = call.db.execute(sql, query.values).fetchone()[0]
    pages = math.ceil(count / size)
    return {"page": page, "pageSize": size, "pageCount": pages, "itemCount": count}


def _rows(
    call: Call,
    resource: Resource,
    query: _Query,
    page: dict[str, int] | None,
    columns: str,
    most: int,
) -> list[sqlite3.Row]:
    asked = call.request.query.get("order", "").strip()
    order = resource.order
    if asked:
        order = compile_order(asked, resource.fields, resource.type_name)
        # What is equal stays in the order of an index walked one way, so that late pages are quick.
        order += ", id DESC" if order.endswith("DESC") else ", id"
    limit = (page["pageSize"], (page["page"] - 1) * page["pageSize"]) if page else (most, 0)
    # The inner select walks an index alone; only the page's rows are read whole.
    sql = f"""
        SELECT {columns} FROM {resource.table} WHERE seq IN (
            SELECT seq FROM {resource.table} WHERE {query.where} ORDER BY {order} LIMIT ? OFFSET ?
        ) ORDER BY {order}
    """  # noqa: S608 - clauses come from the tables of fields, values are parameters
    return call.db.execute(sql, (*query.values, *limit)).fetchall()


def _whole(asked: dict[str, str], name: str, default: int) -> int:
    text = asked.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[+-]?\d{1,12}", text, re.ASCII):
        raise QueryParse(f"{name} must be a whole number, not '{text[:50]}'")
    return int(text)
