"""Contacts: the list, one contact, rename, archive, restore, merge."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from xero_sandbox.accounting import contact_records as records
from xero_sandbox.accounting import contact_rules, contacts
from xero_sandbox.accounting.contact_merge import merge
from xero_sandbox.accounting.contact_records import Contact
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.frame import back, cents, do, entered, show
from xero_sandbox.screens.paging import count_of, listed
from xero_sandbox.store import fold

TABS = {"active": ("Active", "ACTIVE"), "archived": ("Archived", "ARCHIVED")}
_COLUMNS = """
    id, is_customer, is_supplier, json_extract(data, '$.Name') AS name,
    json_extract(data, '$.EmailAddress') AS email,
    json_extract(data, '$.ContactNumber') AS number,
    (SELECT coalesce(sum(due), 0) FROM invoice WHERE invoice.organisation = contact.organisation
        AND contact_id = contact.id AND type = 'ACCREC' AND invoice.status = 'AUTHORISED') AS owes,
    (SELECT coalesce(sum(due), 0) FROM invoice WHERE invoice.organisation = contact.organisation
        AND contact_id = contact.id AND type = 'ACCPAY' AND invoice.status = 'AUTHORISED') AS owed
"""
_FIELDS = {"name": "Name", "email": "EmailAddress", "number": "ContactNumber"}
_BY_HAND = ("Website", "Discount")
_PERCENT = re.compile(r"100(\.00?)?|\d{1,2}(\.\d{1,2})?", re.ASCII)


def all_contacts(call: Call) -> Response:
    call = entered(call)
    asked = call.request.query
    tab = asked.get("tab", "active") if asked.get("tab") in TABS else "active"
    search = asked.get("search", "").strip()
    test, values = _test(call, tab, search)
    found = listed(
        call, columns=_COLUMNS, table="contact", test=test, values=values,
        order="name_key, seq", tab=tab, search=search,
    )  # fmt: skip
    for row in found.rows:
        row |= {name: cents(row[name]) if row[name] else "" for name in ("owes", "owed")}
    tabs = [
        (key, label, count_of(call.db, "contact", *_test(call, key, "")))
        for key, (label, _) in TABS.items()
    ]
    return show(call, "contacts.html", "contacts", tabs=tabs, tab=tab, search=search, found=found)


def contact(call: Call, message: str | None = None) -> Response:
    call = entered(call)
    shown = _found(call)
    merged_to = shown.data.get("MergedToContactID")
    documents = call.db.execute(
        "SELECT id, type, date, status, total, due, currency, "
        "json_extract(head, '$.InvoiceNumber') AS number FROM invoice "
        "WHERE organisation = ? AND contact_id = ? ORDER BY date DESC, seq DESC LIMIT 20",
        (call.organisation, shown.id),
    ).fetchall()
    return show(
        call,
        "contact.html",
        "contacts",
        contact=shown,
        merged_to=merged_to and records.by_id(call.db, call.organisation, merged_to),
        documents=[dict(d) | {n: cents(d[n]) for n in ("total", "due")} for d in documents],
        message=message,
    )


def save(call: Call) -> Response:
    call = entered(call)
    form, shown = call.request.form, _found(call)
    body: dict[str, Any] = {
        field: form[name].strip()
        for name, field in _FIELDS.items()
        if name in form and form[name].strip() != shown.data.get(field, "")
    }
    refused = do(call, contacts.update, body, id=shown.id) if body else []
    refused = refused or _enter(call)
    return contact(call, " ".join(refused)) if refused else back(call, f"contacts/{shown.id}")


def _enter(call: Call) -> list[str]:
    """Enter what no app can write: the website and the usual discount."""
    form, shown = call.request.form, _found(call)
    entered = {name: form[name.lower()].strip() for name in _BY_HAND if name.lower() in form}
    discount = entered.get("Discount", "")
    if discount and not _PERCENT.fullmatch(discount):
        return ["The discount must be a number from 0 to 100, with two decimals at most."]
    before = dict(shown.data)
    for name, text in entered.items():
        shown.data.pop(name, None)
        if text:
            shown.data[name] = Decimal(text) if name == "Discount" else text
    if shown.data != before:
        records.save(call.db, shown, now_ms=call.sandbox.clock.now_ms())
    return []


def act(call: Call) -> Response:
    """Archive, restore or merge. The last two only a person can do."""
    call = entered(call)
    shown, action = _found(call), call.params["action"].lower()
    if action == "archive":
        refused = do(call, contacts.update, {"ContactStatus": "ARCHIVED"}, id=shown.id)
    elif action == "restore":
        refused = _restore(call, shown)
    elif action == "merge":
        refused = _merge(call, shown)
    else:
        raise NotFound
    return contact(call, " ".join(refused)) if refused else back(call, f"contacts/{shown.id}")


def _restore(call: Call, shown: Contact) -> list[str]:
    shown.status = "ACTIVE"
    refused = contact_rules.apply(call.db, shown, Sent({}, "Contact"))
    if not refused:
        shown.data.pop("MergedToContactID", None)
        records.save(call.db, shown, now_ms=call.sandbox.clock.now_ms())
    return refused


def _merge(call: Call, loser: Contact) -> list[str]:
    name = call.request.form.get("into", "").strip()
    winner = records.by_name(call.db, call.organisation, name)
    if winner is None or winner.id == loser.id or winner.status != "ACTIVE":
        return [f"There is no other active contact named {name or '(nothing)'}."]
    merge(call.db, loser, winner, now_ms=call.sandbox.clock.now_ms())
    return []


def _found(call: Call) -> Contact:
    found = records.by_id(call.db, call.organisation, call.params["id"].lower())
    if found is None:
        raise NotFound
    return found


def _test(call: Call, tab: str, search: str) -> tuple[str, list[Any]]:
    test, values = "organisation = ? AND status = ?", [call.organisation, TABS[tab][1]]
    if search:
        test += " AND (instr(name_key, ?) OR instr(email_key, ?) OR instr(number_key, ?))"
        values.extend([str(fold(search))] * 3)
    return test, values


ROUTES = (
    Route("GET", "/org/{org}/contacts", all_contacts, "screen"),
    Route("GET", "/org/{org}/contacts/{id}", contact, "screen"),
    Route("POST", "/org/{org}/contacts/{id}", save, "screen", writes=True),
    Route("POST", "/org/{org}/contacts/{id}/{action}", act, "screen", writes=True),
)
