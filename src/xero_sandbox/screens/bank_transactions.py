"""Bank transactions as the bank sees them: mark reconciled, delete."""

from __future__ import annotations

from xero_sandbox.accounting.bank import transaction_records as records
from xero_sandbox.accounting.bank import transactions
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.bank import TABS, tabs_of
from xero_sandbox.screens.frame import back, cents, do, entered, show
from xero_sandbox.screens.paging import listed

PATH = "bank/transactions"
_COLUMNS = """
    id, date, type, total, currency, status, reconciled, type LIKE '%-TRANSFER' AS transferred,
    json_extract(head, '$.Reference') AS reference,
    (SELECT name FROM account WHERE account.id = bank_account_id) AS account,
    (SELECT json_extract(data, '$.Name') FROM contact WHERE contact.id = contact_id) AS contact
"""


def list_all(call: Call, message: str | None = None) -> Response:
    call = entered(call)
    tab = call.request.query.get("tab", "open")
    tab = tab if tab in TABS else "open"
    found = listed(
        call, columns=_COLUMNS, table="bank_transaction",
        test=f"organisation = ? AND {TABS[tab][1]}", values=[call.organisation],
        order="date DESC, seq DESC", tab=tab,
    )  # fmt: skip
    for row in found.rows:
        row["shown"] = cents(row["total"])
    tabs = tabs_of(call, "bank_transaction")
    return show(
        call,
        "bank_transactions.html",
        "bank",
        path=PATH,
        tabs=tabs,
        tab=tab,
        found=found,
        message=message,
    )


def act(call: Call) -> Response:
    """Delete by the API's rules; mark reconciled or not, which only a person can."""
    call = entered(call)
    action = call.params["action"].lower()
    found = records.by_id(call.db, call.organisation, call.params["id"].lower())
    if found is None:
        raise NotFound
    refused: list[str] = []
    if action == "delete":
        refused = do(call, transactions.update, {"Status": "DELETED"}, id=found.id)
    elif action in ("reconcile", "unreconcile") and found.status == "AUTHORISED":
        found.reconciled = action == "reconcile"
        records.save(call.db, found, now_ms=call.sandbox.clock.now_ms())
    else:
        raise NotFound
    return list_all(call, " ".join(refused)) if refused else back(call, PATH)


ROUTES = (
    Route("GET", f"/org/{{org}}/{PATH}", list_all, "screen"),
    Route("POST", f"/org/{{org}}/{PATH}/{{id}}/{{action}}", act, "screen", writes=True),
)
