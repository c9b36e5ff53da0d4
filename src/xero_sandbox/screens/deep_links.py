"""Xero's links into its own screens: what an application opens in a person's browser."""

from __future__ import annotations

import re

from xero_sandbox.messages import Response, redirect
from xero_sandbox.organisations.records import all_organisations
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

#: Path in Xero's screens, and the screen of ours that shows the same; `\1` is the record's id.
_SCREENS = (
    (r"/AccountsReceivable/View\.aspx\?InvoiceID=([0-9a-f-]{36})", r"invoices/\1"),
    (r"/AccountsPayable/Edit\.aspx\?InvoiceID=([0-9a-f-]{36})", r"invoices/\1"),
    (r"/AccountsReceivable/Search\.aspx\?invoiceStatus=INVOICESTATUS/DRAFT", "sales?tab=drafts"),
    (r"/AccountsPayable/Search\.aspx\?invoiceStatus=INVOICESTATUS/DRAFT", "bills?tab=drafts"),
    (r"/Contacts/View/([0-9a-f-]{36})", r"contacts/\1"),
)


def enter(call: Call) -> Response:
    """Lead into the organisation of the short code, to the screen of the path."""
    asked = call.request.query
    for organisation in all_organisations(call.db):
        if organisation.get("ShortCode") == asked.get("shortcode", ""):
            path = _screen(asked.get("redirecturl", ""))
            return redirect(f"/org/{organisation['OrganisationID']}/{path}", 303)
    raise NotFound


def _screen(page: str) -> str:
    for pattern, screen in _SCREENS:
        if found := re.fullmatch(pattern, page, re.IGNORECASE):
            return found.expand(screen)
    raise NotFound


ROUTES = (Route("GET", "/organisationlogin/default.aspx", enter, "screen"),)
