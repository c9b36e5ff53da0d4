"""Currencies an organisation is subscribed to: list, and PUT to add one (facts 6.10)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, lone_element
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route

PLURAL = "Currencies"
RESOURCE = Resource(
    table="(SELECT organisation.id AS organisation, key AS position, value AS code "
    "FROM organisation, json_each(organisation.currencies))",
    type_name="Currency",
    fields={"Code": Field("code", "text")},
    order="position",
)


@cache
def names() -> dict[str, str]:
    """Return the currencies there are: ISO 4217 code to English name."""
    text = (files("xero_sandbox.organisations") / "currencies.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def list_all(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(row["code"]) for row in choose(call, RESOURCE)])


def add(call: Call) -> Response:
    """PUT: exactly one. One that is there already stays as it is."""
    return write_batch(
        call,
        PLURAL,
        [lone_element(call, PLURAL)],
        lambda sent: _save(call, sent),
        flag="HasValidationErrors",
    )


def _save(call: Call, sent: Sent) -> Saved:
    code = (sent.text("Code") or "").upper()
    if code not in names():
        raise Invalid([f"'{code[:10]}' is not a currency code."], sent.raw)
    held = _held(call)
    if code not in held:
        text = wire.dumps([*held, code])
        mine = (text, call.organisation)
        call.db.execute("UPDATE organisation SET currencies = ? WHERE id = ?", mine)
    return Saved(_wire(code))


def _held(call: Call) -> list[str]:
    row = call.db.execute(
        "SELECT currencies FROM organisation WHERE id = ?", (call.organisation,)
    ).fetchone()
    return list(wire.loads(row["currencies"]))


def _wire(code: str) -> dict[str, Any]:
    return {"Code": code, "Description": names().get(code, code)}


_SCOPES = ("accounting.settings",)
_PATH = "/api.xro/2.0/Currencies"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("PUT", _PATH, add, "api", _SCOPES, writes=True),
)
