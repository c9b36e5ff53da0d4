"""Payments as the bank sees them: mark reconciled, delete."""

from __future__ import annotations

from xero_sandbox.accounting import payment_records as records
from xero_sandbox.accounting import payments
from xero_sandbox.accounting.payment_records import Payment
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import load_books
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.screens.frame import back, cents, do, entered, show
from xero_sandbox.screens.paging import count_of, listed

TABS = {
    "open": ("To reconcile", "status = 'AUTHORISED' AND NOT reconciled"),
    "reconciled": ("Reconciled", "status = 'AUTHORISED' AND reconciled"),
    "deleted": ("Deleted", "status = 'DELETED'"),
}
_OF = "coalesce((SELECT {0} FROM invoice WHERE id = document_id), (SELECT {0} FROM credit WHERE id = document_id))"
_COLUMNS = f"""
    id, date, type, amount, bank_amount, status, reconciled, batch_id, document_id,
    json_extract(data, '$.Reference') AS reference,
    (SELECT name FROM account WHERE id = account_id) AS account,
    (SELECT json_extract(head, '$.InvoiceNumber') FROM invoice WHERE id = document_id) AS number,
    (SELECT json_extract(data, '$.Name') FROM contact
        WHERE id = {_OF.format("contact_id")}) AS contact
"""  # noqa: S608 - our own column names


def bank(call: Call) -> Response:
    call = entered(call)
    tab = call.request.query.get("tab", "open")
    tab = tab if tab in TABS else "open"
    found = listed(
        call, columns=_COLUMNS, table="payment", test=f"organisation = ? AND {TABS[tab][1]}",
        values=[call.organisation], order="date DESC, seq DESC", tab=tab,
    )  # fmt: skip
    for row in found.rows:
        row["shown"] = cents(row["bank_amount"])
    tabs = tabs_of(call, "payment")
    return show(call, "bank.html", "bank", tabs=tabs, tab=tab, found=found)


def tabs_of(call: Call, table: str) -> list[tuple[str, str, int]]:
    """Key, label and size of each tab; `table` has status and reconciled."""
    values = [call.organisation]
    return [
        (key, label, count_of(call.db, table, f"organisation = ? AND {test}", values))
        for key, (label, test) in TABS.items()
    ]


def payment(call: Call, message: str | None = None) -> Response:
    call = entered(call)
    shown = _found(call)
    account = load_books(call.db, call.organisation).accounts_by_id[shown.account_id]
    return show(
        call,
        "payment.html",
        "bank",
        payment=shown,
        account=account,
        document=records.document_of(call.db, shown),
        message=message,
    )


def act(call: Call) -> Response:
    """Delete by the API's rules; mark reconciled or not, which only a person can."""
    call = entered(call)
    shown, action = _found(call), call.params["action"].lower()
    refused: list[str] = []
    if action == "delete":
        refused = do(call, payments.delete, {"Status": "DELETED"}, id=shown.id)
    elif action in ("reconcile", "unreconcile") and shown.status == "AUTHORISED":
        shown.reconciled = action == "reconcile"
        records.save(call.db, shown, now_ms=call.sandbox.clock.now_ms())
    else:
        raise NotFound
    return payment(call, " ".join(refused)) if refused else back(call, f"payments/{shown.id}")


def _found(call: Call) -> Payment:
    found = records.by_id(call.db, call.organisation, call.params["id"].lower())
    if found is None:
        raise NotFound
    return found


ROUTES = (
    Route("GET", "/org/{org}/bank", bank, "screen"),
    Route("GET", "/org/{org}/payments/{id}", payment, "screen"),
    Route("POST", "/org/{org}/payments/{id}/{action}", act, "screen", writes=True),
)
