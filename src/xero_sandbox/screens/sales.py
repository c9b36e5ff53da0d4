"""Sales invoices and bills, by tab."""

from __future__ import annotations

from typing import Any

from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.frame import cents, entered, show
from xero_sandbox.screens.paging import count_of, listed
from xero_sandbox.store import fold

TABS = {
    "all": ("All", ()),
    "drafts": ("Drafts", ("DRAFT",)),
    "submitted": ("Awaiting approval", ("SUBMITTED",)),
    "awaiting": ("Awaiting payment", ("AUTHORISED",)),
    "paid": ("Paid", ("PAID",)),
    "ended": ("Voided and deleted", ("VOIDED", "DELETED")),
}
_COLUMNS = """
    id, date, due_date, status, currency, total, due,
    json_extract(head, '$.InvoiceNumber') AS number,
    json_extract(head, '$.SentToContact') AS sent,
    (SELECT json_extract(data, '$.Name') FROM contact WHERE id = contact_id) AS contact
"""


def sales(call: Call) -> Response:
    return _list(entered(call), "ACCREC", "sales", "Sales invoices")


def bills(call: Call) -> Response:
    return _list(entered(call), "ACCPAY", "bills", "Bills to pay")


def _list(call: Call, kind: str, section: str, title: str) -> Response:
    asked = call.request.query
    tab = asked.get("tab", "drafts") if asked.get("tab") in TABS else "drafts"
    search = asked.get("search", "").strip()
    test, values = _test(call, kind, tab, search)
    found = listed(
        call, columns=_COLUMNS, table="invoice", test=test, values=values,
        order="date DESC, seq DESC", tab=tab, search=search,
    )  # fmt: skip
    for row in found.rows:
        row |= {name: cents(row[name]) for name in ("total", "due")}
    return show(
        call,
        "sales.html",
        section,
        title=title,
        new=kind.lower(),
        tabs=[(key, label, _count(call, kind, key)) for key, (label, _) in TABS.items()],
        tab=tab,
        search=search,
        found=found,
    )


def _test(call: Call, kind: str, tab: str, search: str) -> tuple[str, list[Any]]:
    statuses = TABS[tab][1]
    test, values = "organisation = ? AND type = ?", [call.organisation, kind]
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


def _count(call: Call, kind: str, tab: str) -> int:
    return count_of(call.db, "invoice", *_test(call, kind, tab, ""))


ROUTES = (
    Route("GET", "/org/{org}/sales", sales, "screen"),
    Route("GET", "/org/{org}/bills", bills, "screen"),
)
