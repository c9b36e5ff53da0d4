"""Aged receivables and payables of one contact: what is unpaid when a day ends (facts 6.12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial

from xero_sandbox.accounting import contact_records, ledger
from xero_sandbox.accounting.ledger import OpenDocument
from xero_sandbox.accounting.reports import periods, shape
from xero_sandbox.accounting.reports.chart import ZERO, open_chart
from xero_sandbox.accounting.reports.shape import Row, Title, money
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound, QueryParse
from xero_sandbox.routing import Call, Route

_SALES = Title("AgedReceivablesByContact", "Aged Receivables By Contact", "Invoices")
_PURCHASES = Title("AgedPayablesByContact", "Aged Payables By Contact", "Invoices")
_SUMS = ("Total", "Paid", "Credited", "Due")
Amounts = tuple[Decimal, Decimal, Decimal, Decimal]  #: total, paid, credited, due


def aged(sales: bool, call: Call) -> Response:
    """Payments count up to `date`; documents are those from `fromDate` to `toDate`."""
    chart = open_chart(call)
    ident = read_guid(call.request.query.get("contactid", ""))
    if ident is None:
        raise QueryParse("contactId must be the id of a contact")
    contact = contact_records.by_id(call.db, call.organisation, ident)
    if contact is None:
        raise NotFound
    day = periods.day_asked(call, "date") or chart.today
    documents = ledger.open_documents(
        call.db, call.organisation, day, sales=sales, contact_id=ident
    )
    first = periods.day_asked(call, "fromDate") or min([day, *(one.day for one in documents)])
    last = periods.day_asked(call, "toDate") or day
    rows = _rows(call, documents, (first, last, day), sales=sales)
    titles = [
        contact.name,
        f"From {shape.long_day(first)} to {shape.long_day(last)}",
        f"Showing payments to {shape.long_day(day)}",
    ]
    title = _SALES if sales else _PURCHASES
    return shape.answer(call, title, titles, rows, today=chart.today)


def _rows(
    call: Call, documents: list[OpenDocument], days: tuple[date, date, date], *, sales: bool
) -> list[Row]:
    first, last, day = days
    opening = sum((one.due_in_base for one in documents if one.day < first), ZERO)
    shown = [(one, _amounts(call, one, day)) for one in documents if first <= one.day <= last]
    sums = [sum(column, ZERO) for column in zip(*(some for _, some in shown), strict=True)]
    sums = sums or [ZERO] * 4
    closing = [*sums[:3], sums[3] + opening]
    return [
        shape.header(
            ("Date", "Number" if sales else "Reference", "Due Date", "", *_SUMS),
        ),
        shape.section(
            "", [shape.row([_text(first), "Opening Balance", *[""] * 5, money(opening)])]
        ),
        shape.section(
            "",
            [
                *(_line(one, some, day) for one, some in shown),
                shape.summary(["Total", "", "", "", *_moneys(sums)]),
            ],
        ),
        shape.section("", [shape.summary(["Closing Balance", "", "", "", *_moneys(closing)])]),
    ]


def _line(document: OpenDocument, amounts: Amounts, day: date) -> Row:
    due = document.due_date
    late = f"{(day - due).days} days overdue" if due and due < day else ""
    texts = [_text(document.day), document.number, _text(due) if due else "", late]
    return shape.row([*texts, *_moneys(amounts)], invoiceID=document.id)


def _amounts(call: Call, document: OpenDocument, day: date) -> Amounts:
    """In base currency, at the document's own rate."""
    side = "invoice_id" if document.type in ("ACCREC", "ACCPAY") else "credit_id"
    row = call.db.execute(
        f"SELECT coalesce(sum(amount), 0) AS cents FROM allocation WHERE {side} = ? AND date <= ?",  # noqa: S608
        (document.id, day.isoformat()),
    ).fetchone()
    credited = Decimal(row["cents"]) / 100 * (1 if document.total > 0 else -1)
    factor = document.due_in_base / document.due
    total, credited, due = (
        rounded(document.total * factor),
        rounded(credited * factor),
        document.due_in_base,
    )
    return total, total - due - credited, credited, due


def _moneys(amounts: Iterable[Decimal]) -> list[str]:
    return [money(amount) for amount in amounts]


def _text(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


_SCOPES = ("accounting.reports.aged.read",)
_PATH = "/api.xro/2.0/Reports"
ROUTES = (
    Route("GET", f"{_PATH}/{_SALES.ident}", partial(aged, True), "api", _SCOPES),
    Route("GET", f"{_PATH}/{_PURCHASES.ident}", partial(aged, False), "api", _SCOPES),
)
