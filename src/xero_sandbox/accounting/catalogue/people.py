"""Users and branding themes, as read by clients (facts 6.10)."""

from __future__ import annotations

import sqlite3
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, one
from xero_sandbox.identity.roles import ROLES
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route

_ROLE = " ".join(f"WHEN '{key}' THEN '{role.organisation_role}'" for key, role in ROLES.items())
USERS = Resource(
    table="(SELECT person.*, role, subscriber, updated, organisation "
    "FROM person_role JOIN person ON person.id = person_role.person)",
    type_name="User",
    fields={
        "UserID": Field("id", "guid"),
        "EmailAddress": Field("email", "text"),
        "FirstName": Field("first_name", "text"),
        "LastName": Field("last_name", "text"),
        "IsSubscriber": Field("subscriber", "bool"),
        "OrganisationRole": Field(f"CASE role {_ROLE} END", "text"),
        "UpdatedDateUTC": Field("updated", "instant"),
    },
    order="email",
)
THEMES = Resource("branding_theme", "BrandingTheme", {}, "sort_order")


def users(call: Call) -> Response:
    return envelope(call, "Users", [_user(row) for row in choose(call, USERS, dated=True)])


def user(call: Call) -> Response:
    return envelope(call, "Users", [_user(one(call, USERS.table))])


def themes(call: Call) -> Response:
    rows = choose(call, THEMES)
    return envelope(call, "BrandingThemes", [_theme(row) for row in rows])


def theme(call: Call) -> Response:
    return envelope(call, "BrandingThemes", [_theme(one(call, THEMES.table))])


def _user(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "UserID": row["id"],
        "EmailAddress": row["email"],
        "FirstName": row["first_name"],
        "LastName": row["last_name"],
        "UpdatedDateUTC": wire.instant(row["updated"]),
        "IsSubscriber": bool(row["subscriber"]),
        "OrganisationRole": ROLES[row["role"]].organisation_role,
    }


def _theme(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "BrandingThemeID": row["id"],
        "Name": row["name"],
        "Type": "INVOICE",
        "SortOrder": row["sort_order"],
        "CreatedDateUTC": wire.instant(row["created"]),
    }


_SCOPES = ("accounting.settings",)
_API = "/api.xro/2.0"
ROUTES = (
    Route("GET", f"{_API}/Users", users, "api", _SCOPES),
    Route("GET", f"{_API}/Users/{{id}}", user, "api", _SCOPES),
    Route("GET", f"{_API}/BrandingThemes", themes, "api", _SCOPES),
    Route("GET", f"{_API}/BrandingThemes/{{id}}", theme, "api", _SCOPES),
)
