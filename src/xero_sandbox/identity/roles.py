"""Roles of people in an organisation, and what each lets an app do on their behalf.

The table is made after Xero's help pages on user roles; an app acts with the rights of its person,
never with more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Right = Literal["read", "contacts", "documents", "money", "settings", "reports"]


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
