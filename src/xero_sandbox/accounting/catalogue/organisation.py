"""The Organisation and what may be done in it (facts 6.10)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.identity.rights import role_of
from xero_sandbox.identity.roles import ROLES, Right
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.routing import Call, Route

ORGANISATION = (
    FieldShape("Name"),
    FieldShape("LegalName"),
    FieldShape("PaysTax"),
    FieldShape("Version"),
    FieldShape("OrganisationType"),
    FieldShape("BaseCurrency"),
    FieldShape("CountryCode"),
    FieldShape("IsDemoCompany"),
    FieldShape("OrganisationStatus"),
    FieldShape("TaxNumber"),
    FieldShape("FinancialYearEndDay"),
    FieldShape("FinancialYearEndMonth"),
    FieldShape("SalesTaxBasis"),
    FieldShape("SalesTaxPeriod"),
    FieldShape("DefaultSalesTax"),
    FieldShape("DefaultPurchasesTax"),
    FieldShape("PeriodLockDate", Presence.ABSENT),
    FieldShape("EndOfYearLockDate", Presence.ABSENT),
    FieldShape("CreatedDateUTC"),
    FieldShape("OrganisationEntityType"),
    FieldShape("Timezone"),
    FieldShape("ShortCode"),
    FieldShape("OrganisationID"),
    FieldShape("Edition"),
    FieldShape("Class"),
    FieldShape("Addresses", Presence.EMPTY, []),
    FieldShape("Phones", Presence.EMPTY, []),
    FieldShape("ExternalLinks", Presence.EMPTY, []),
    FieldShape("PaymentTerms", Presence.EMPTY, {}),
)
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
#: How the Class of a plan with several currencies begins; all others have one (facts 6.10).
_MULTICURRENCY = ("DEMO", "TRIAL", "PREMIUM", "ULTIMATE", "COMPREHENSIVE")
_WITHOUT_DOCUMENTS = ("LEDGER", "GST_CASHBOOK", "NON_GST_CASHBOOK")


def read(call: Call) -> Response:
    data = organisation_data(call.db, call.organisation) or {}
    for name in ("PeriodLockDate", "EndOfYearLockDate"):
        text = data.pop(name, None)
        if text:
            data[name] = wire.day_instant(date.fromisoformat(text))
    created = {"CreatedDateUTC": wire.bare_instant(_FOUNDED_MS)}
    values = data | {"OrganisationID": call.organisation} | created
    return envelope(call, "Organisations", [shaped(ORGANISATION, values, AnswerKind.LIST)])


def actions(call: Call) -> Response:
    """What the role of the person behind the app allows, and the organisation's plan."""
    assert call.caller is not None  # noqa: S101 - the gate has seen to it
    role = role_of(call, call.caller.user_id, call.organisation)
    rights = ROLES[role].rights if role else frozenset()
    plan = str((organisation_data(call.db, call.organisation) or {}).get("Class", ""))
    status = {True: "ALLOWED", False: "NOT-ALLOWED"}
    items = [
        {"Name": name, "Status": status[right in rights and _in_plan(plan, name)]}
        for name, right in _ACTIONS.items()
    ]
    return envelope(call, "Actions", items)


def _in_plan(plan: str, action: str) -> bool:
    if action == "UseMulticurrency":
        return plan.startswith(_MULTICURRENCY)
    return plan not in _WITHOUT_DOCUMENTS


_SCOPES = ("accounting.settings",)
_PATH = "/api.xro/2.0/Organisation"
ROUTES = (
    Route("GET", _PATH, read, "api", _SCOPES),
    Route("GET", f"{_PATH}s", read, "api", _SCOPES),
    Route("GET", f"{_PATH}/Actions", actions, "api", _SCOPES),
    Route("GET", f"{_PATH}s/Actions", actions, "api", _SCOPES),  # pyxero asks there (facts 12.2)
)
