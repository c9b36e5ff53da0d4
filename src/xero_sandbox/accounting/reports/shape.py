"""The shape of every report: rows of cells, all values text (facts 6.12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call

Row = dict[str, Any]


@dataclass(frozen=True)
class Title:
    """What one report is called: `ReportID`, `ReportName` and the first of its titles."""

    ident: str
    name: str
    heading: str


def answer(
    call: Call, title: Title, titles: list[str], rows: list[Row], *, today: date
) -> Response:
    """One report in the usual envelope."""
    report = {
        "ReportID": title.ident,
        "ReportName": title.name,
        "ReportType": title.ident,
        "ReportTitles": [title.heading, *titles],
        "ReportDate": long_day(today),
        "UpdatedDateUTC": wire.bare_instant(call.sandbox.clock.now_ms()),
        "Fields": [],
        "Rows": rows,
    }
    return envelope(call, "Reports", [report])


def header(texts: Iterable[str]) -> Row:
    return {"RowType": "Header", "Cells": [{"Value": text} for text in texts]}


def section(title: str, rows: list[Row]) -> Row:
    return {"RowType": "Section", "Title": title, "Rows": rows}


def row(texts: Iterable[str], **attributes: str) -> Row:
    """A line of a section; every cell bears the attributes, such as `account`."""
    marks = [{"Value": value, "Id": name} for name, value in attributes.items()]
    cells: list[Row] = [{"Value": text} for text in texts]
    if marks:
        cells = [cell | {"Attributes": marks} for cell in cells]
    return {"RowType": "Row", "Cells": cells}


def summary(texts: Iterable[str]) -> Row:
    return {"RowType": "SummaryRow", "Cells": [{"Value": text} for text in texts]}


def money(amount: Decimal) -> str:
    return f"{amount + 0:.2f}"  # 0 is added so that there is no -0.00


def long_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
