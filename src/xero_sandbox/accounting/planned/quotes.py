"""Quotes: list, read one, create, create or update (facts 6.12)."""

from __future__ import annotations

import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.documents import take_number
from xero_sandbox.accounting.listing import Clause, days_within
from xero_sandbox.accounting.papers import history
from xero_sandbox.accounting.planned import quote_records as records
from xero_sandbox.accounting.planned.quote_records import TEXTS, Quote
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

PLURAL = "Quotes"
PAGE = 100
#: None is a new quote.
NEXT: dict[str | None, tuple[str, ...]] = {
    None: ("DRAFT", "SENT"),
    "DRAFT": ("DRAFT", "SENT", "DELETED"),
    "SENT": ("DRAFT", "SENT", "ACCEPTED", "DECLINED", "DELETED"),
    "ACCEPTED": ("SENT", "ACCEPTED", "DECLINED", "INVOICED", "DELETED"),
    "DECLINED": ("SENT", "ACCEPTED", "DECLINED", "DELETED"),
    "INVOICED": ("INVOICED", "DELETED"),
    "DELETED": (),
}
RESOURCE = Resource(
    table="quote",
    type_name="Quote",
    fields={
        "QuoteID": Field("id", "guid"),
        "QuoteNumber": Field("number_key", "text", folded=True),
        "Date": Field("date", "day"),
        "ExpiryDate": Field("expiry_date", "day"),
        "Status": Field("status", "text"),
        "UpdatedDateUTC": Field("updated", "instant"),
        "Total": Field("CAST(json_extract(data, '$.totals[2]') AS REAL)", "number"),
    },
    order="date DESC, number_key DESC, id",
)
_DAYS = {
    "DateFrom": "date >= ?",
    "DateTo": "date <= ?",
    "ExpiryDateFrom": "expiry_date >= ?",
    "ExpiryDateTo": "expiry_date <= ?",
}


def list_all(call: Call) -> Response:
    """With lines; pages of 100, without a `pagination` (facts 4.2). There is no `where`."""
    rows = choose(call, RESOURCE, extra=_filters(call), dated=True, where=False)
    page = call.request.query.get("page", "")
    if page.isdecimal():
        first = max(int(page[:9]) - 1, 0) * PAGE
        rows = rows[first : first + PAGE]
    return _answer(call, [records.load(call.db, row).wire() for row in rows])


def read_one(call: Call) -> Response:
    return _answer(call, [named(call).wire()])


def create(call: Call) -> Response:
    """PUT: every element is a new quote."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _new(call, desk)))


def create_or_update(call: Call) -> Response:
    """POST: matched by QuoteID, then QuoteNumber, else created."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _match(call, sent) or _new(call, desk)))


def update(call: Call) -> Response:
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, named(call)))


def named(call: Call) -> Quote:
    ident = read_guid(call.params["id"])
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None:
        raise NotFound
    return found


def _write(call: Call, save: Any) -> Response:
    apart = call.request.query.get("summarizeerrors", "true").lower() == "false"
    return write_batch(
        call, PLURAL, elements(call.request, PLURAL), save, SummarizeErrors=not apart
    )


def _answer(call: Call, items: list[dict[str, Any]]) -> Response:
    return envelope(call, PLURAL, items, SummarizeErrors=True)


def _filters(call: Call) -> list[Clause]:
    asked = call.request.query
    clauses = days_within(asked, _DAYS)
    for name, column in (("ContactID", "contact_id"), ("Status", "status")):
        if text := asked.get(name.lower(), "").strip():
            value = read_guid(text) or text.upper()
            clauses.append((f"{column} = ?", (value,)))
    if number := asked.get("quotenumber", "").strip():
        clauses.append(("number_key = ?", (fold(number),)))
    return clauses


def _match(call: Call, sent: Sent) -> Quote | None:
    ident = sent.guid("QuoteID")
    if ident:
        found = records.by_id(call.db, call.organisation, ident)
        if found is None:
            raise NotFound
        return found
    number = (sent.text("QuoteNumber") or "").strip()
    return records.by_number(call.db, call.organisation, number) if number else None


def _new(call: Call, desk: Desk) -> Quote:
    return Quote(
        id=str(uuid.uuid4()),
        organisation=call.organisation,
        type="QUOTE",
        client_id=call.client_id,
        issued_on=desk.today,
        currency=desk.books.base_currency,
    )


def _save(desk: Desk, sent: Sent, quote: Quote) -> Saved:
    desk.clear()
    before = None if quote.seq is None else quote.status
    _apply(desk, quote, sent, before)
    if desk.errors:
        zero = {"QuoteID": wire.ZERO_ID} if before is None else {}
        raise Invalid(list(dict.fromkeys(desk.errors)), quote.wire() | zero)
    records.save(desk.db, quote, now_ms=desk.now_ms)
    changes = "Created" if before is None else "Edited"
    if before and before != quote.status:
        changes = quote.status.capitalize()
    words = quote.in_words
    history.note(desk.db, desk.books.id, quote.id, changes, words, now_ms=desk.now_ms)
    return Saved(quote.wire(), desk.warnings)


def _apply(desk: Desk, quote: Quote, sent: Sent, before: str | None) -> None:
    wanted = (sent.text("Status") or quote.status).upper()
    if wanted not in NEXT[before]:
        desk.errors.append(f"A quote of status {before or 'new'} cannot become {wanted[:50]}.")
    quote.status = wanted
    if wanted == "DELETED" or desk.errors:
        return
    quote.issued_on = sent.day("Date") or quote.issued_on
    quote.expires_on = sent.day("ExpiryDate") or quote.expires_on
    quote.branding_theme_id = sent.guid("BrandingThemeID") or quote.branding_theme_id
    for name, most in TEXTS.items():
        text = desk.text(sent, name, getattr(quote, name.lower()), most)
        setattr(quote, name.lower(), text)
    shared.read_kind(desk, quote, sent)
    shared.read_contact(desk, quote, sent)
    shared.read_currency(desk, quote, sent)
    shared.read_lines(desk, quote, sent, discounts=True, complete=False)
    _apply_number(desk, quote, sent)


def _apply_number(desk: Desk, quote: Quote, sent: Sent) -> None:
    number = desk.text(sent, "QuoteNumber", quote.number, 255).strip()
    if number and number != quote.number:
        other = records.by_number(desk.db, desk.books.id, number)
        if other and other.id != quote.id:
            desk.errors.append("Quote number must be unique")
    quote.number = number or quote.number
    while not quote.number:
        free = f"QU-{take_number(desk.db, desk.books.id, 'QU-'):04d}"
        quote.number = "" if records.by_number(desk.db, desk.books.id, free) else free


_SCOPES = ("accounting.invoices",)
_PATH = f"/api.xro/2.0/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, create_or_update, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
)
