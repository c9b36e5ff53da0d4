"""Purchase orders: list, read one, create, create or update (facts 4.4, 5.1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.listing import Clause, Resource, days_within, select
from xero_sandbox.accounting.orders import order_records as records
from xero_sandbox.accounting.orders import order_rules as rules
from xero_sandbox.accounting.orders.order_records import PLURAL, PurchaseOrder
from xero_sandbox.accounting.papers import attachments, history
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

UNIT_PLACES = 4  #: of unit prices, whatever `unitdp` says (facts 5.6)
_DAYS = {"DateFrom": "date >= ?", "DateTo": "date <= ?"}
RESOURCE = Resource(
    table="purchase_order",
    type_name="PurchaseOrder",
    fields={
        "PurchaseOrderID": Field("id", "guid"),
        "PurchaseOrderNumber": Field("number_key", "text", folded=True),
        "Date": Field("date", "day"),
        "DeliveryDate": Field("delivery_date", "day"),
        "ExpectedArrivalDate": Field("arrival_date", "day"),
        "Status": Field("status", "text"),
        "UpdatedDateUTC": Field("updated", "instant"),
        "Total": Field("CAST(json_extract(data, '$.totals[2]') AS REAL)", "number"),
    },
    order="updated, id",
    always_paged=True,
    has_where=False,
)


def list_all(call: Call) -> Response:
    """Always a page, with lines; there is no `where` (facts 5.1)."""
    page = select(call, RESOURCE, extra=_filters(call))
    orders = [records.load(call.db, row) for row in page.rows]
    items = [records.element(order, AnswerKind.PAGE) for order in orders]
    return envelope(call, PLURAL, items, **page.envelope())


def read_one(call: Call) -> Response:
    """By id or number."""
    order = named(call)
    files = attachments.of(call, PLURAL, order.id)
    return envelope(call, PLURAL, [records.element(order, AnswerKind.SINGLE, files)])


def create(call: Call) -> Response:
    """PUT: every element is a new order; a number that exists is an error."""
    return _write(call, lambda _: None)


def create_or_update(call: Call) -> Response:
    """POST: matched by PurchaseOrderID, then PurchaseOrderNumber, else created (facts 4.4)."""
    return _write(call, partial(_match, call))


def update(call: Call) -> Response:
    return _write(call, lambda _: named(call))


def named(call: Call) -> PurchaseOrder:
    """Return the order that the path names by id or number; raises NotFound."""
    name = call.params["id"]
    ident = read_guid(name)
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    found = found or records.by_number(call.db, call.organisation, name)
    if found is None:
        raise NotFound
    return found


def _filters(call: Call) -> list[Clause]:
    asked = call.request.query
    clauses = days_within(asked, _DAYS)
    if status := asked.get("status", "").strip():
        clauses.append(("status = ?", (status.upper(),)))
    return clauses


def _match(call: Call, sent: Sent) -> PurchaseOrder | None:
    ident = sent.guid("PurchaseOrderID")
    if ident:
        found = records.by_id(call.db, call.organisation, ident)
        if found is None:
            raise NotFound  # one unknown id answers the whole request with 404 (facts 4.3)
        return found
    number = (sent.text("PurchaseOrderNumber") or "").strip()
    return records.by_number(call.db, call.organisation, number) if number else None


def _write(call: Call, match: Callable[[Sent], PurchaseOrder | None]) -> Response:
    """Save each element onto the order that `match` finds for it, or onto a new one."""
    desk = replace(open_desk(call), unit_places=UNIT_PLACES)

    def save(sent: Sent) -> Saved:
        return _save(desk, sent, match(sent) or _new(call, desk))

    return write_batch(call, PLURAL, elements(call.request, PLURAL), save)


def _new(call: Call, desk: Desk) -> PurchaseOrder:
    return PurchaseOrder(
        id=str(uuid.uuid4()),
        organisation=call.organisation,
        type=records.TYPE,
        client_id=call.client_id,
        issued_on=desk.today,
        currency=desk.books.base_currency,
    )


def _save(desk: Desk, sent: Sent, order: PurchaseOrder) -> Saved:
    desk.clear()
    before = None if order.seq is None else order.status
    rules.apply(desk, order, sent)
    if desk.errors:
        zero = {"PurchaseOrderID": wire.ZERO_ID} if before is None else {}
        raise Invalid(list(dict.fromkeys(desk.errors)), order.wire() | zero)
    records.save(desk.db, order, now_ms=desk.now_ms)
    for changes in history.changes(before, order.status):
        history.note(desk.db, desk.books.id, order.id, changes, order.in_words, now_ms=desk.now_ms)
    return Saved(order.wire(), desk.warnings)


_SCOPES = ("accounting.invoices",)
_PATH = f"/api.xro/2.0/{PLURAL}"
_ONE = f"{_PATH}/{{id}}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", _ONE, read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, create_or_update, "api", _SCOPES, writes=True),
    Route("POST", _ONE, update, "api", _SCOPES, writes=True),
)
