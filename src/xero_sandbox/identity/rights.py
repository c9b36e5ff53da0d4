"""Roles of people in an organisation, and what each lets an app do on their behalf.

Xero checks the role of the person who connected: what the role does not allow is 403 whatever
the scopes say (facts 1.5, 7.2). The table is made after Xero's help pages on user roles; an app
acts with the rights of its person, never with more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xero_sandbox.problems import Problem
from xero_sandbox.routing import Call, Route

Right = Literal["read", "contacts", "documents", "money", "settings", "reports"]

_READING = ("GET", "HEAD")
_MONEY = {"payments", "batchpayments", "prepayments", "overpayments", "banktransactions"}
_MONEY |= {"banktransfers"}
_SETTINGS = {"accounts", "taxrates", "currencies", "trackingcategories", "brandingthemes"}
_SETTINGS |= {"organisation", "users"}


@dataclass(frozen=True)
class Role:
    title: str  #: for people
    organisation_role: str  #: as `OrganisationRole` of the Users resource has it
    rights: frozenset[Right]


def _role(title: str, organisation_role: str, *rights: Right) -> Role:
    return Role(title, organisation_role, frozenset(rights))


ROLES = {
    "adviser": _role(
        "Adviser", "FINANCIALADVISER",
        "read", "contacts", "documents", "money", "settings", "reports",
    ),
    "standard": _role(
        "Standard", "STANDARD",
        "read", "contacts", "documents", "money", "settings", "reports",
    ),
    "standard_no_reports": _role(
        "Standard without reports", "STANDARD",
        "read", "contacts", "documents", "money", "settings",
    ),
    "invoice_only": _role(
        "Invoice only", "INVOICEONLY",
        "read", "contacts", "documents", "money",
    ),
    "invoice_only_draft": _role(
        "Invoice only, drafts", "INVOICEONLY",
        "read", "contacts", "documents",
    ),
    "read_only": _role("Read only", "READONLY", "read", "reports"),
}  # fmt: skip


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
