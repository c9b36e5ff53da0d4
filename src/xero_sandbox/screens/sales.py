"""Organisation switcher, sales invoices by tab, one document with approve, void and delete."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from xero_sandbox.accounting import invoice_records as records
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.invoices import change_status
from xero_sandbox.accounting.lifecycle import NEXT
from xero_sandbox.messages import Response, redirect
from xero_sandbox.organisations.records import all_organisations, organisation_name
from xero_sandbox.pages import page, stylesheet
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

PAGE_SIZE = 50
TABS = {
    "all": ("All", ()),
    "drafts": ("Drafts", ("DRAFT",)),
    "submitted": ("Awaiting approval", ("SUBMITTED",)),
    "awaiting": ("Awaiting payment", ("AUTHORISED",)),
    "paid": ("Paid", ("PAID",)),
    "ended": ("Voided and deleted", ("VOIDED", "DELETED")),
}
_ACTIONS = {
    "approve": ("Approve", "AUTHORISED"),
    "void": ("Void", "VOIDED"),
    "delete": ("Delete", "DELETED"),
}


def home(call: Call) -> Response:
    counts = dict(
        call.db.execute(
            "SELECT organisation, count(*) FROM invoice GROUP BY organisation"
        ).fetchall()
    )
    organisations = [
        data | {"count": counts.get(data["OrganisationID"], 0)}
        for data in all_organisations(call.db)
    ]
    return page("home.html", organisations=organisations)


def sales(call: Call) -> Response:
    name = _organisation(call)
    asked = call.request.query
    tab = asked.get("tab", "drafts") if asked.get("tab") in TABS else "drafts"
    search = asked.get("search", "").strip()
    number = int(asked["page"][:9]) if asked.get("page", "")[:9].isdecimal() else 1
    test, values = _test(call, tab, search)
    count = call.db.execute(f"SELECT count(*) FROM invoice WHERE {test}", values).fetchone()[0]  # noqa: S608
    pages = max(1, math.ceil(count / PAGE_SIZE))
    number = max(1, min(number, pages))
    return page(
        "sales.html",
        organisation=name,
        base=f"/org/{call.params['org']}",
        tabs=[(key, label, _count(call, key)) for key, (label, _) in TABS.items()],
        tab=tab,
        search=search,
        rows=_rows(call, test, values, offset=(number - 1) * PAGE_SIZE),
        count=count,
        number=number,
        pages=pages,
        more=urlencode({"tab": tab, "search": search}),
    )


def document(call: Call, message: str | None = None) -> Response:
    name = _organisation(call)
    invoice = _invoice(call)
    allowed = NEXT[invoice.status]
    return page(
        "document.html",
        status=409 if message else 200,
        organisation=name,
        base=f"/org/{call.params['org']}",
        invoice=invoice,
        lines=[
            (line, _plain(line.quantity, 0), _plain(line.unit_amount, 2)) for line in invoice.lines
        ],
        actions=[
            (key, label)
            for key, (label, status) in _ACTIONS.items()
            if status in allowed and status != invoice.status
        ],
        message=message,
    )


def act(call: Call) -> Response:
    """A person presses Approve, Void or Delete: the API's own rules decide."""
    _organisation(call)
    if call.params["action"].lower() not in _ACTIONS:
        raise NotFound
    status = _ACTIONS[call.params["action"].lower()][1]
    call.organisation = call.params["org"].lower()
    refused = change_status(call, _invoice(call), status)
    if refused:
        return document(call, " ".join(refused))
    return redirect(f"/org/{quote(call.params['org'])}/invoices/{quote(call.params['id'])}", 303)


def css(call: Call) -> Response:
    return stylesheet()


def _organisation(call: Call) -> str:
    name = organisation_name(call.db, call.params["org"].lower())
    if not name:
        raise NotFound
    return name


def _invoice(call: Call) -> Invoice:
    found = records.by_id(call.db, call.params["org"].lower(), call.params["id"].lower())
    if found is None:
        raise NotFound
    return found


def _plain(number: Decimal | None, least_places: int) -> str:
    """`6`, `2.50`, `1.2345`: as many places as are needed, at least `least_places`."""
    if number is None:
        return ""
    exponent = number.normalize().as_tuple().exponent
    places = max(least_places, -exponent if isinstance(exponent, int) else 0)
    return f"{number:,.{places}f}"


def _test(call: Call, tab: str, search: str) -> tuple[str, list[Any]]:
    statuses = TABS[tab][1]
    test, values = "organisation = ? AND type = 'ACCREC'", [call.params["org"].lower()]
    if statuses:
        test += f" AND status IN ({', '.join('?' * len(statuses))})"
        values.extend(statuses)
    if search:
        test += (
            " AND (instr(number_key, ?) OR instr(reference_key, ?) OR contact_id IN"
            " (SELECT id FROM contact WHERE instr(name_key, ?)))"
        )
        values.extend([str(fold(search))] * 3)
    return test, values


def _count(call: Call, tab: str) -> int:
    test, values = _test(call, tab, "")
    sql = f"SELECT count(*) FROM invoice WHERE {test}"  # noqa: S608 - built above
    return int(call.db.execute(sql, values).fetchone()[0])


def _rows(call: Call, test: str, values: list[Any], *, offset: int) -> list[dict[str, Any]]:
    sql = f"""
        SELECT id, date, due_date, status, currency, total, due,
               json_extract(head, '$.InvoiceNumber') AS number,
               (SELECT json_extract(data, '$.Name') FROM contact WHERE id = contact_id) AS contact
        FROM invoice WHERE {test} ORDER BY date DESC, seq DESC LIMIT ? OFFSET ?
    """  # noqa: S608 - built above
    rows = [dict(row) for row in call.db.execute(sql, (*values, PAGE_SIZE, offset))]
    return [row | {name: f"{row[name] / 100:,.2f}" for name in ("total", "due")} for row in rows]


ROUTES = (
    Route("GET", "/", home, "screen"),
    Route("GET", "/sandbox.css", css, "screen"),
    Route("GET", "/org/{org}/sales", sales, "screen"),
    Route("GET", "/org/{org}/invoices/{id}", document, "screen"),
    Route("POST", "/org/{org}/invoices/{id}/{action}", act, "screen", writes=True),
)
