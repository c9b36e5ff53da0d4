"""Reports that a person has published, such as tax returns: the only ones that have an id.

`GET /Reports` lists them, `GET /Reports/{id}` reads one with its rows.
"""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

#: What of a report is told when it is published.
FIELDS = ("ReportName", "ReportType", "ReportTitles", "ReportDate", "Fields", "Rows")


def list_all(call: Call) -> Response:
    """Without rows."""
    rows = call.db.execute(
        "SELECT * FROM published_report WHERE organisation = ? ORDER BY seq", (call.organisation,)
    )
    reports = [wire.loads(row["data"]) for row in rows]
    shown = [{name: report[name] for name in report if name != "Rows"} for report in reports]
    return envelope(call, "Reports", shown)


def read_one(call: Call) -> Response:
    row = call.db.execute(
        "SELECT * FROM published_report WHERE organisation = ? AND id = ?",
        (call.organisation, read_guid(call.params["id"])),
    ).fetchone()
    if row is None:
        raise NotFound
    return envelope(call, "Reports", [wire.loads(row["data"])])


def add(
    db: sqlite3.Connection, organisation: str, told: dict[str, Any], *, now_ms: int
) -> dict[str, Any]:
    """Keep a report and return it as it is read."""
    ident = str(uuid.uuid4())
    report = {
        "ReportID": ident,
        "ReportName": told["ReportName"],
        "ReportType": told.get("ReportType", told["ReportName"].replace(" ", "")),
        "ReportTitles": told.get("ReportTitles", [told["ReportName"]]),
        "ReportDate": told.get("ReportDate", ""),
        "UpdatedDateUTC": wire.instant(now_ms),
        "Fields": told.get("Fields", []),
        "Rows": told.get("Rows", []),
    }
    db.execute(
        "INSERT INTO published_report (id, organisation, data) VALUES (?, ?, ?)",
        (ident, organisation, wire.dumps(report)),
    )
    return report


_SCOPES = ("accounting.reports.taxreports.read",)
_PATH = "/api.xro/2.0/Reports"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
)
