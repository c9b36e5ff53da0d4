"""Accounts: list, read, PUT one, POST by id to change or archive, DELETE (facts 6.9)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue import account_rules as rules
from xero_sandbox.accounting.catalogue.account_rules import Draft
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, lone_element, one
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import load_books
from xero_sandbox.problems import ValidationFailed
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

PLURAL = "Accounts"
ACCOUNT = (
    FieldShape("AccountID"),
    FieldShape("Code", Presence.ABSENT),
    FieldShape("Name"),
    FieldShape("Status"),
    FieldShape("Type"),
    FieldShape("TaxType"),
    FieldShape("Description", Presence.ABSENT),
    FieldShape("Class"),
    FieldShape("SystemAccount", Presence.ABSENT),
    FieldShape("EnablePaymentsToAccount"),
    FieldShape("ShowInExpenseClaims"),
    FieldShape("BankAccountNumber", Presence.ABSENT),
    FieldShape("BankAccountType", Presence.EMPTY, ""),
    FieldShape("CurrencyCode", Presence.ABSENT),
    FieldShape("ReportingCode"),
    FieldShape("ReportingCodeName"),
    FieldShape("HasAttachments"),
    FieldShape("UpdatedDateUTC"),
    FieldShape("AddToWatchlist"),
)
#: By class: ReportingCode and ReportingCodeName (facts 12.1).
_REPORTING = {
    "ASSET": ("ASS", "Asset"),
    "EQUITY": ("EQU", "Equity"),
    "EXPENSE": ("EXP", "Expense"),
    "LIABILITY": ("LIA", "Liability"),
    "REVENUE": ("REV", "Revenue"),
}
RESOURCE = Resource(
    table="account",
    type_name="Account",
    fields={
        "AccountID": Field("id", "guid"),
        "Code": Field("code", "text"),
        "Name": Field("name_key", "text", folded=True),
        "Type": Field("type", "text"),
        "Class": Field("class", "text"),
        "TaxType": Field("tax_type", "text"),
        "Status": Field("status", "text"),
        "SystemAccount": Field("nullif(system_account, '')", "text"),
        "Description": Field("json_extract(data, '$.Description')", "text"),
        "CurrencyCode": Field("json_extract(data, '$.CurrencyCode')", "text"),
        "BankAccountType": Field("json_extract(data, '$.BankAccountType')", "text"),
        "BankAccountNumber": Field("json_extract(data, '$.BankAccountNumber')", "text"),
        "EnablePaymentsToAccount": Field("json_extract(data, '$.EnablePaymentsToAccount')", "bool"),
        "ShowInExpenseClaims": Field("json_extract(data, '$.ShowInExpenseClaims')", "bool"),
        "UpdatedDateUTC": Field("updated", "instant"),
    },
    order="code, id",
)


def list_all(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(row) for row in choose(call, RESOURCE, dated=True)])


def read_one(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(one(call, "account"))])


def create(call: Call) -> Response:
    """PUT: exactly one new account."""
    return _write(call, Draft(id=str(uuid.uuid4())))


def update(call: Call) -> Response:
    """POST by id: change fields, archive (`Status` ARCHIVED) or bring back (ACTIVE)."""
    return _write(call, _draft(one(call, "account")))


def delete(call: Call) -> Response:
    """Only what is no system account and stands on no document."""
    row = one(call, "account")
    refusal = rules.why_kept(call.db, row)
    if refusal:
        raise ValidationFailed([_wire(row) | {"ValidationErrors": [{"Message": refusal}]}])
    call.db.execute("DELETE FROM account WHERE id = ?", (row["id"],))
    element = _wire(row) | {"Status": "DELETED"}
    element["UpdatedDateUTC"] = wire.instant(call.sandbox.clock.now_ms())
    return envelope(call, PLURAL, [element])


def _write(call: Call, account: Draft) -> Response:
    def save(sent: Sent) -> Saved:
        errors = rules.apply(call.db, load_books(call.db, call.organisation), account, sent)
        if errors:
            ident = wire.ZERO_ID if account.is_new else account.id
            raise Invalid(errors, sent.raw | {"AccountID": ident})
        _store(call, account)
        call.params["id"] = account.id
        return Saved(_wire(one(call, "account")))

    return write_batch(call, PLURAL, [lone_element(call, PLURAL)], save, flag="HasValidationErrors")


def _draft(row: sqlite3.Row) -> Draft:
    return Draft(
        id=row["id"],
        is_new=False,
        code=row["code"],
        name=row["name"],
        type=row["type"],
        tax_type=row["tax_type"],
        status=row["status"],
        system_account=row["system_account"],
        data=wire.loads(row["data"]),
    )


def _store(call: Call, account: Draft) -> None:
    call.db.execute(
        "INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account.id,
            call.organisation,
            account.code,
            account.name,
            fold(account.name),
            account.type,
            rules.CLASSES[account.type],
            account.tax_type,
            account.status,
            account.system_account,
            call.sandbox.clock.now_ms(),
            wire.dumps(account.data),
        ),
    )


def _wire(row: sqlite3.Row) -> dict[str, Any]:
    """As every answer has it; accounts that are no bank have a Description, be it empty (facts 12.1)."""
    code, name = _REPORTING[row["class"]]
    values = {
        **({} if row["type"] == "BANK" else {"Description": ""}),
        **wire.loads(row["data"]),
        "AccountID": row["id"],
        "Code": row["code"] or None,
        "Name": row["name"],
        "Status": row["status"],
        "Type": row["type"],
        "TaxType": row["tax_type"],
        "Class": row["class"],
        "SystemAccount": row["system_account"] or None,
        "ReportingCode": code,
        "ReportingCodeName": name,
        "UpdatedDateUTC": wire.instant(row["updated"]),
    }
    return shaped(ACCOUNT, values, AnswerKind.LIST)


_SCOPES = ("accounting.settings",)
_PATH = "/api.xro/2.0/Accounts"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
    Route("DELETE", f"{_PATH}/{{id}}", delete, "api", _SCOPES, writes=True),
)
