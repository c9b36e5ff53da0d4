"""The 1099 reports of the United States.

Which contacts are on them a person sets up in Xero's screens by rules, which the sandbox does not
have; without any rules Xero's reports list nobody.
"""

from __future__ import annotations

from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.reports.chart import open_chart
from xero_sandbox.accounting.reports.periods import FIRST_YEAR, LAST_YEAR
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.problems import QueryParse
from xero_sandbox.routing import Call, Route

_NAMES = ("1099-NEC report", "1099-MISC report")


def ten_ninety_nine(call: Call) -> Response:
    """Both reports of `reportYear`, by default the last; none outside the United States."""
    year = _year(call)
    data = organisation_data(call.db, call.organisation) or {}
    names = _NAMES if data["CountryCode"] == "US" else ()
    span = f"1 Jan {year} to 31 Dec {year}"
    reports = [
        {"ReportName": name, "ReportDate": span, "Fields": [], "Contacts": []} for name in names
    ]
    return envelope(call, "Reports", reports)


def _year(call: Call) -> int:
    text = call.request.query.get("reportyear", "").strip()
    if not text:
        return open_chart(call).today.year - 1
    if text.isascii() and text.isdigit() and len(text) == 4:
        year = int(text)
        if FIRST_YEAR <= year <= LAST_YEAR:
            return year
    raise QueryParse(f"reportYear must be a year, not '{text[:50]}'")


ROUTE = Route(
    "GET",
    "/api.xro/2.0/Reports/TenNinetyNine",
    ten_ninety_nine,
    "api",
    ("accounting.reports.tenninetynine.read",),
)
