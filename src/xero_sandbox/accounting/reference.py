"""Organisation, Accounts and TaxRates, as read by clients (facts 6.8 to 6.10)."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.listing import modified_since
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.where_sql import Field, compile_order, compile_where
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

_FOUNDED_MS = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)

ACCOUNT_FIELDS = {
    "AccountID": Field("id", "guid"),
    "Code": Field("code", "text"),
    "Name": Field("name_key", "text", folded=True),
    "Type": Field("type", "text"),
    "Class": Field("class", "text"),
    "TaxType": Field("tax_type", "text"),
    "Status": Field("status", "text"),
    "SystemAccount": Field("nullif(system_account, '')", "text"),
    "EnablePaymentsToAccount": Field("json_extract(data, '$.EnablePaymentsToAccount')", "bool"),
    "UpdatedDateUTC": Field("updated", "instant"),
}
TAX_RATE_FIELDS = {
    "Name": Field("name", "text"),
    "TaxType": Field("tax_type", "text"),
    "Status": Field("status", "text"),
    "EffectiveRate": Field("CAST(rate AS REAL)", "number"),
}


def organisation(call: Call) -> Response:
    data = organisation_data(call.db, call.organisation) or {}
    for name in ("PeriodLockDate", "EndOfYearLockDate"):
        text = data.pop(name, None)
        if text:
            data[name] = wire.day_instant(date.fromisoformat(text))
    element = {
        "OrganisationID": call.organisation,
        **data,
        "CreatedDateUTC": wire.bare_instant(_FOUNDED_MS),
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
    return envelope(call, "Organisations", [element])


def accounts(call: Call) -> Response:
    """Never paged: a `page` is ignored (facts 5.2)."""
    where, values = _filter(call, ACCOUNT_FIELDS, "Account")
    since = modified_since(call)
    if since is not None:
        where, values = f"{where} AND updated > ?", (*values, since)
    order = _order(call, ACCOUNT_FIELDS, "Account", "code, id")
    sql = f"SELECT * FROM account WHERE {where} ORDER BY {order}"  # noqa: S608
    return envelope(call, "Accounts", [account_wire(row) for row in call.db.execute(sql, values)])


def account(call: Call) -> Response:
    ident = read_guid(call.params["id"])
    row = call.db.execute(
        "SELECT * FROM account WHERE organisation = ? AND id = ?", (call.organisation, ident)
    ).fetchone()
    if row is None:
        raise NotFound
    return envelope(call, "Accounts", [account_wire(row)])


def tax_rates(call: Call) -> Response:
    where, values = _filter(call, TAX_RATE_FIELDS, "TaxRate")
    order = _order(call, TAX_RATE_FIELDS, "TaxRate", "name, tax_type")
    return _tax_rates(call, where, values, order)


def tax_rate(call: Call) -> Response:
    values = (call.organisation, call.params["id"].upper())
    response = _tax_rates(call, "organisation = ? AND tax_type = ?", values, "name")
    return response


def account_wire(row: sqlite3.Row) -> dict[str, Any]:
    element = {
        "AccountID": row["id"],
        "Code": row["code"] or None,
        "Name": row["name"],
        "Status": row["status"],
        "Type": row["type"],
        "TaxType": row["tax_type"],
        "Class": row["class"],
        "SystemAccount": row["system_account"] or None,
        **wire.loads(row["data"]),
        "UpdatedDateUTC": wire.instant(row["updated"]),
    }
    return {name: value for name, value in element.items() if value is not None}


def _tax_rates(call: Call, where: str, values: tuple[Any, ...], order: str) -> Response:
    sql = f"SELECT * FROM tax_rate WHERE {where} ORDER BY {order}"  # noqa: S608
    items = [_tax_rate_wire(row) for row in call.db.execute(sql, values)]
    return envelope(call, "TaxRates", items)


def _tax_rate_wire(row: sqlite3.Row) -> dict[str, Any]:
    rate = float(row["rate"])
    return {
        "Name": row["name"],
        "TaxType": row["tax_type"],
        **wire.loads(row["data"]),
        "DisplayTaxRate": rate,
        "EffectiveRate": rate,
        "Status": row["status"],
    }


def _filter(call: Call, fields: dict[str, Field], name: str) -> tuple[str, tuple[Any, ...]]:
    where = call.request.query.get("where", "").strip()
    if not where:
        return "organisation = ?", (call.organisation,)
    sql, values = compile_where(where, fields, name)
    return f"organisation = ? AND {sql}", (call.organisation, *values)


def _order(call: Call, fields: dict[str, Field], name: str, default: str) -> str:
    order = call.request.query.get("order", "").strip()
    return compile_order(order, fields, name) if order else default


_SCOPES = ("accounting.settings",)
ROUTES = (
    Route("GET", "/api.xro/2.0/Organisation", organisation, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/Organisations", organisation, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/Accounts", accounts, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/Accounts/{id}", account, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/TaxRates", tax_rates, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/TaxRates/{id}", tax_rate, "api", _SCOPES),
)
