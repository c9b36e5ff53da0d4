"""Settings that are only looked at: invoice reminders, and the UK's Construction Industry Scheme.

No demo company uses either of them, so reminders are off and nobody is in the scheme.
"""

from __future__ import annotations

from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.catalogue.unpaged import one
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route


def invoice_reminders(call: Call) -> Response:
    return envelope(call, "InvoiceReminders", [{"Enabled": False}])


def organisation_scheme(call: Call) -> Response:
    """Only the organisation's own id is found, and only in the UK."""
    if read_guid(call.params["id"]) != call.organisation:
        raise NotFound
    _require_uk(call)
    outside = {"CISContractorEnabled": False, "CISSubContractorEnabled": False}
    return envelope(call, "CISSettings", [outside])


def contact_scheme(call: Call) -> Response:
    """No `Rate`: that is given of subcontractors alone (description)."""
    _require_uk(call)
    one(call, "contact")
    return envelope(call, "CISSettings", [{"CISEnabled": False}])


def _require_uk(call: Call) -> None:
    data = organisation_data(call.db, call.organisation) or {}
    if data["Version"] != "UK":
        raise NotFound


_SCOPES = ("accounting.settings",)
_API = "/api.xro/2.0"
ROUTES = (
    Route("GET", f"{_API}/InvoiceReminders/Settings", invoice_reminders, "api", _SCOPES),
    Route("GET", f"{_API}/Organisation/{{id}}/CISSettings", organisation_scheme, "api", _SCOPES),
    Route("GET", f"{_API}/Contacts/{{id}}/CISSettings", contact_scheme, "api", _SCOPES),
)
