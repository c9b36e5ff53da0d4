"""Journals: everything the ledger has posted, numbered in the order of its posting.

Journals are only added: what changes or ends is reversed by one and entered anew by another
(accounting/ledger.py). Read by number from an offset on, a hundred at a time.
"""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.journals import sources
from xero_sandbox.accounting.listing import NotModified, modified_since
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.shapes import LISTS, AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import Account, load_books
from xero_sandbox.problems import NotFound, QueryParse
from xero_sandbox.routing import Call, Route

PLURAL = "Journals"
PAGE = 100
_SINGLE = frozenset({AnswerKind.SINGLE})
JOURNAL = (
    FieldShape("JournalID"),
    FieldShape("JournalDate"),
    FieldShape("JournalNumber"),
    FieldShape("CreatedDateUTC"),
    FieldShape("Reference", Presence.ABSENT),
    FieldShape("SourceID", Presence.ABSENT),
    FieldShape("SourceType", Presence.ABSENT),
    FieldShape("JournalLines"),
)
#: The examples of the description: a line without tax has no type in lists, an empty one alone.
JOURNAL_LINE = (
    FieldShape("JournalLineID"),
    FieldShape("AccountID"),
    FieldShape("AccountCode", Presence.ABSENT),
    FieldShape("AccountType"),
    FieldShape("AccountName"),
    FieldShape("Description", Presence.EMPTY, ""),
    FieldShape("NetAmount"),
    FieldShape("GrossAmount"),
    FieldShape("TaxAmount"),
    FieldShape("TaxType", Presence.ABSENT, answers=LISTS),
    FieldShape("TaxName", Presence.ABSENT, answers=LISTS),
    FieldShape("TaxType", Presence.EMPTY, "", _SINGLE),
    FieldShape("TaxName", Presence.EMPTY, "", _SINGLE),
    FieldShape("TrackingCategories"),
)


@dataclass(frozen=True)
class Names:
    """What lines refer to by id, as it is called now."""

    accounts: dict[str, Account]
    tax_rates: dict[str, str]  #: by tax type
    tracking: dict[str, dict[str, str]]  #: by option, as on the wire


def list_all(call: Call) -> Response:
    """From `offset` on; `paymentsOnly` leaves out what moves no money (our reading of it)."""
    asked = call.request.query
    offset = asked.get("offset", "").strip() or "0"
    if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
        raise QueryParse(f"offset must be the number of a journal, not '{offset[:50]}'")
    test = "organisation = ? AND number > ?"
    values: list[str | int] = [call.organisation, int(offset)]
    since = modified_since(call)
    if since is not None:
        test += " AND created >= ?"
        values.append(since)
    if asked.get("paymentsonly", "").lower() == "true":
        test += f" AND source IN ({', '.join('?' * len(sources.CASH))})"
        values.extend(sources.CASH)
    sql = f"SELECT * FROM journal WHERE {test} ORDER BY number LIMIT {PAGE}"  # noqa: S608
    rows = call.db.execute(sql, values).fetchall()
    if not rows and since is not None and call.sandbox.switches.not_modified == "304":
        raise NotModified
    names = _names(call)
    return envelope(call, PLURAL, [_wire(call, row, names, AnswerKind.LIST) for row in rows])


def read_one(call: Call) -> Response:
    """By id or by number."""
    name = call.params["id"]
    test, value = "id = ?", read_guid(name) or ""
    if name.isascii() and name.isdigit() and len(name) < 16:
        test, value = "number = ?", name
    sql = f"SELECT * FROM journal WHERE organisation = ? AND {test}"  # noqa: S608 - texts of ours
    row = call.db.execute(sql, (call.organisation, value)).fetchone()
    if row is None:
        raise NotFound
    return envelope(call, PLURAL, [_wire(call, row, _names(call), AnswerKind.SINGLE)])


def _names(call: Call) -> Names:
    mine = (call.organisation,)
    rates = call.db.execute("SELECT tax_type, name FROM tax_rate WHERE organisation = ?", mine)
    options = call.db.execute(
        """
        SELECT tracking_category.name AS Name, tracking_option.name AS Option,
               tracking_category.id AS TrackingCategoryID, tracking_option.id AS TrackingOptionID
        FROM tracking_option JOIN tracking_category ON tracking_category.id = category
        WHERE tracking_option.organisation = ?
        """,
        mine,
    )
    return Names(
        load_books(call.db, call.organisation).accounts_by_id,
        {row["tax_type"]: row["name"] for row in rates},
        {row["TrackingOptionID"]: dict(row) for row in options},
    )


def _wire(call: Call, row: sqlite3.Row, names: Names, answer: AnswerKind) -> dict[str, Any]:
    origin = sources.origin_of(call.db, row["source"], row["document_id"])
    lines = enumerate(wire.loads(row["lines"]))
    values = {
        "JournalID": row["id"],
        "JournalDate": wire.day_instant(date.fromisoformat(row["date"])),
        "JournalNumber": row["number"],
        "CreatedDateUTC": wire.instant(row["created"]),
        "Reference": origin.reference,
        "SourceID": origin.ident,
        "SourceType": origin.type,
        "JournalLines": [_line(row["id"], at, line, names, answer) for at, line in lines],
    }
    return shaped(JOURNAL, values, answer)


def _line(
    journal: str, at: int, line: list[Any], names: Names, answer: AnswerKind
) -> dict[str, Any]:
    """`line` is a ledger.JournalLine as it is stored."""
    account_id, net, tax, tax_type, description, options = line
    account = names.accounts[account_id]
    values = {
        "JournalLineID": str(uuid.uuid5(uuid.UUID(journal), str(at))),
        "AccountID": account_id,
        "AccountCode": account.code or None,
        "AccountType": account.type,
        "AccountName": account.name,
        "Description": description,
        "NetAmount": Decimal(net).scaleb(-2),
        "GrossAmount": Decimal(net + tax).scaleb(-2),
        "TaxAmount": Decimal(tax).scaleb(-2),
        "TaxType": tax_type,
        "TaxName": names.tax_rates.get(tax_type) if tax_type else None,
        "TrackingCategories": [names.tracking[option] for option in options],
    }
    return shaped(JOURNAL_LINE, values, answer)


_SCOPES = ("accounting.journals.read",)
_PATH = f"/api.xro/2.0/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
)
