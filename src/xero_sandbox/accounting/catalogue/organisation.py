"""The Organisation and what may be done in it (facts 6.10)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.identity.rights import role_of
from xero_sandbox.identity.roles import ROLES, Right
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.routing import Call, Route

_FOUNDED_MS = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
#: Names as the interface description lists them, and the right each asks for.
_ACTIONS: dict[str, Right] = {
    "CreateApprovedInvoice": "documents",
    "CreateDraftPurchaseOrder": "documents",
    "CreateApprovedBill": "documents",
    "AttachFilesIntoInvoice": "documents",
    "UseMulticurrency": "read",
    "CreateDraftInvoice": "documents",
    "CreateRepeatingInvoice": "documents",
    "CreateRepeatingBill": "documents",
    "CreateSentQuote": "documents",
    "CreateInvoicePayment": "money",
    "CreateApprovedPurchaseOrder": "documents",
    "CreateDraftQuote": "documents",
    "CreateDraftBill": "documents",
}


def read(call: Call) -> Response:
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


def actions(call: Call) -> Response:
    """What the role of the person behind the app allows; purchase orders are in the list too."""
    assert call.caller is not None  # noqa: S101 - the gate has seen to it
    role = role_of(call, call.caller.user_id, call.organisation)
    rights = ROLES[role].rights if role else frozenset()
    items = [
        {"Name": name, "Status": "ALLOWED" if right in rights else "NOT-ALLOWED"}
        for name, right in _ACTIONS.items()
    ]
    return envelope(call, "Actions", items)


def not_implemented(call: Call) -> Response:
    """Writing an organisation: Xero itself answers 501 (facts 4.4)."""
    return Response(501)


_SCOPES = ("accounting.settings",)
_PATH = "/api.xro/2.0/Organisation"
ROUTES = (
    Route("GET", _PATH, read, "api", _SCOPES),
    Route("GET", f"{_PATH}s", read, "api", _SCOPES),
    Route("GET", f"{_PATH}/Actions", actions, "api", _SCOPES),
    Route("GET", f"{_PATH}s/Actions", actions, "api", _SCOPES),
    Route("POST", _PATH, not_implemented, "api", _SCOPES),
)
