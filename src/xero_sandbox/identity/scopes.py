"""Scopes: which exist, in plain words, and which a route accepts (facts 1.6)."""

from __future__ import annotations

from xero_sandbox.settings import Switches

OPENID = ("openid", "profile", "email", "offline_access")

_REPORTS = [
    "aged",
    "balancesheet",
    "banksummary",
    "budgetsummary",
    "executivesummary",
    "profitandloss",
    "trialbalance",
    "taxreports",
    "tenninetynine",
]

#: Scope to what the consent page says of it. `.read` twins are made below.
_AREAS = {
    "accounting.invoices": "invoices, bills, credit notes, quotes and items",
    "accounting.payments": "payments, batch payments, prepayments and overpayments",
    "accounting.banktransactions": "bank transactions and transfers",
    "accounting.manualjournals": "manual journals",
    "accounting.classicexpenses": "expense claims and receipts",
    "accounting.settings": "organisation settings, accounts, tax rates and tracking",
    "accounting.contacts": "contacts",
    "accounting.attachments": "attachments",
}
GRANULAR: dict[str, str] = {
    "openid": "Sign you in",
    "profile": "View your name",
    "email": "View your e-mail address",
    "offline_access": "Keep access while you are away",
    **{scope: f"View and manage your {words}" for scope, words in _AREAS.items()},
    **{f"{scope}.read": f"View your {words}" for scope, words in _AREAS.items()},
    **{f"accounting.reports.{name}.read": f"View the {name} report" for name in _REPORTS},
    "accounting.budgets.read": "View your budgets",
    "accounting.journals.read": "View your journals",
    "paymentservices": "Manage your payment services",
}
_CLASSIC = ("accounting.classicexpenses", "accounting.classicexpenses.read")
BROAD: dict[str, str] = {
    "accounting.transactions": "View and manage your business transactions",
    "accounting.transactions.read": "View your business transactions",
    "accounting.reports.read": "View your reports",
}
#: What a broad scope stands for, until 2027-09-13.
_BROAD_COVERS = {
    "accounting.transactions": (
        "accounting.invoices",
        "accounting.payments",
        "accounting.banktransactions",
        "accounting.manualjournals",
        "accounting.classicexpenses",
    ),
    "accounting.reports.read": tuple(f"accounting.reports.{name}.read" for name in _REPORTS),
}


def words_for(scope: str) -> str:
    return GRANULAR.get(scope) or BROAD[scope]


def unknown(scopes: list[str], switches: Switches) -> list[str]:
    """Return which of the scopes an app cannot be granted, as the switches have it."""
    known = GRANULAR | BROAD if switches.broad_scopes else GRANULAR
    closed = () if switches.classic_expenses else _CLASSIC
    return [scope for scope in scopes if scope not in known or scope in closed]


def allows(granted: list[str], needed: str, *, reading: bool) -> bool:
    """Whether a token with `granted` may read or write what `needed` guards.

    A write scope includes reading; a `.read` scope is for GET only.
    """
    held = set(granted)
    for broad, covered in _BROAD_COVERS.items():
        if broad in held:
            held.update(covered)
        if f"{broad}.read" in held:
            held.update(f"{scope}.read" for scope in covered)
    return needed in held or (reading and f"{needed}.read" in held)
