"""What an app may do on behalf of the person who connected it.

Xero checks the role of that person: what the role does not allow is 403 whatever the scopes say
(facts 1.5, 7.2).
"""

from __future__ import annotations

from xero_sandbox.identity.roles import ROLES, Right
from xero_sandbox.problems import Problem
from xero_sandbox.routing import Call, Route

_READING = ("GET", "HEAD")
_MONEY = {"payments", "batchpayments", "prepayments", "overpayments", "banktransactions"}
_MONEY |= {"banktransfers"}
_SETTINGS = {"accounts", "taxrates", "currencies", "trackingcategories", "brandingthemes"}
_SETTINGS |= {"organisation", "users", "setup", "paymentservices"}


def right_needed(route: Route) -> Right:
    """Say which right a route of the Accounting API asks for."""
    resource = route.pattern.split("/")[3].lower()
    if resource == "reports":
        return "reports"
    if route.method in _READING:
        return "read"
    if resource in _MONEY or "/allocations" in route.pattern.lower():
        return "money"
    if resource in _SETTINGS:
        return "settings"
    return "contacts" if resource.startswith("contact") else "documents"


def role_of(call: Call, person: str, organisation: str) -> str | None:
    """Return the role by its key in ROLES, or None for somebody who is not in the organisation."""
    row = call.db.execute(
        "SELECT role FROM person_role WHERE person = ? AND organisation = ?", (person, organisation)
    ).fetchone()
    return str(row["role"]) if row else None


def require_right(call: Call, route: Route) -> None:
    """Raise a 403 unless the person behind the token may do this in the organisation named."""
    if call.caller is None:
        return
    role = role_of(call, call.caller.user_id, call.request.tenant_id)
    if role is None:  # removed from the organisation: the connection is as good as gone
        raise Problem(403, "Forbidden", "AuthenticationUnsuccessful")
    if right_needed(route) not in ROLES[role].rights:
        raise Problem(403, "Forbidden", "AuthorizationUnsuccessful")
