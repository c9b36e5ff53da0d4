"""Make organisations, fill them quickly, keep and bring back whole states."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import allocations
from xero_sandbox.accounting.catalogue.unpaged import ONE_AT_A_TIME
from xero_sandbox.accounting.closed import closed_resources
from xero_sandbox.accounting.not_implemented import refuse
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.control.answers import Refused, body
from xero_sandbox.control.state import described
from xero_sandbox.identity import people
from xero_sandbox.messages import Request, Response, json_response
from xero_sandbox.organisations import demo
from xero_sandbox.organisations.countries import COUNTRIES
from xero_sandbox.organisations.records import change_organisation, organisation_data
from xero_sandbox.problems import ApiError
from xero_sandbox.routes import ROUTES
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import StateError
from xero_sandbox.webhooks import outbox

GROUP = 500  #: lines of one kind that are written together
_PUTS = {
    route.pattern.rpartition("/")[2]: route
    for route in (*ROUTES, *allocations.LOADS, *closed_resources.LOADS)
    if route.method == "PUT"
    and route.pattern.count("/") == 3
    and "{" not in route.pattern
    and route.handler is not refuse
}
_NAME = re.compile(r"[\w.-]{1,60}")


def make(call: Call) -> Response:
    """Make an organisation with the accounts, tax rates and items of its country."""
    wanted = body(call)
    country, ident = wanted.get("country", "Global"), str(wanted.get("id", uuid.uuid4())).lower()
    currency = str(wanted.get("currency", "")).upper()
    if country not in COUNTRIES:
        raise Refused(f"country is one of {', '.join(COUNTRIES)}.")
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise Refused("currency is a code of three letters.")
    if read_guid(ident) != ident:
        raise Refused("id must be a UUID.")
    if organisation_data(call.db, ident) is not None:
        raise Refused("There is an organisation with this id already.", 409)
    name, plan = str(wanted.get("name", f"Organisation {ident[:8]}")), str(wanted.get("plan", ""))
    now_ms = call.sandbox.clock.now_ms()
    with call.sandbox.store.write() as db:
        demo.add(db, ident, country, now_ms=now_ms, name=name, currency=currency, plan=plan.upper())
        people.join_seeded(db, ident, now_ms=now_ms)
    with call.sandbox.store.read() as db:
        data = {"OrganisationID": ident} | (organisation_data(db, ident) or {})
        return json_response(described(replace(call, db=db), data), 201)


def load(call: Call) -> Response:
    """Write JSON lines such as `{"Invoices": {...}}`, each as a PUT of its resource would.

    All or nothing; lock dates do not hinder it and no webhook tells of it.
    """
    organisation = call.params["id"].lower()
    data = organisation_data(call.db, organisation)
    if data is None:
        raise Refused("There is no such organisation.", 404)
    call.db.rollback()  # a reader left open would keep the write-ahead log from being emptied
    counts: dict[str, int] = {}
    with call.sandbox.store.write() as db, outbox.silence(db):
        unlocked = data | {"PeriodLockDate": None, "EndOfYearLockDate": None}
        change_organisation(db, organisation, unlocked, None)
        inner = replace(call, db=db, params={}, organisation=organisation)
        for plural, lines in groupby(_lines(call), key=lambda line: line[1]):
            for group in _groups(lines):
                _put(inner, plural, group)
                counts[plural] = counts.get(plural, 0) + len(group)
        change_organisation(db, organisation, data, None)
    return json_response({"loaded": counts})


Line = tuple[int, str, Any]  # its number, its resource, the element


def _lines(call: Call) -> Iterator[Line]:
    for number, text in enumerate(call.request.body.splitlines(), 1):
        if not text.strip():
            continue
        try:
            [(plural, element)] = wire.loads(text).items()
        except (ValueError, AttributeError):
            raise Refused(
                f'Line {number} is not an object with one resource, such as {{"Contacts": {{}}}}.'
            ) from None
        if plural not in _PUTS:
            raise Refused(f"Line {number}: {plural!r} is none of {', '.join(sorted(_PUTS))}.")
        yield number, plural, element


def _groups(lines: Iterator[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if len(group) == GROUP or line[1] in ONE_AT_A_TIME:
            yield group
            group = []
    if group:
        yield group


def _put(call: Call, plural: str, group: list[Line]) -> None:
    route: Route = _PUTS[plural]
    sent = wire.dumps({plural: [element for _, _, element in group]}).encode()
    target = f"{route.pattern}?summarizeErrors=false&unitdp=4"
    try:
        answer = route.handler(replace(call, request=Request("PUT", target, {}, sent)))
    except ApiError as refusal:
        text = refusal.response().body.decode()
        raise Refused(f"Lines {group[0][0]} to {group[-1][0]}: {text}") from None
    if b'"ValidationErrors":[{' not in answer.body:
        return
    for (number, _, _), element in zip(group, wire.loads(answer.body)[plural], strict=True):
        if errors := element.get("ValidationErrors"):
            raise Refused(f"Line {number}: {errors[0]['Message']}")


def keep(call: Call) -> Response:
    """Keep the whole state under a name; one of that name is replaced."""
    call.sandbox.store.snapshot(_name(call))
    return Response(204)


def restore(call: Call) -> Response:
    """Bring a kept state back: books, tokens, apps, webhooks, people, clock, switches, limits."""
    try:
        call.sandbox.restore(_name(call))
    except StateError as error:
        raise Refused(str(error), 404) from None
    return Response(204)


def kept(call: Call) -> Response:
    return json_response({"snapshots": call.sandbox.store.snapshots()})


def forget(call: Call) -> Response:
    if not call.sandbox.store.forget_snapshot(_name(call)):
        raise Refused("There is no such snapshot.", 404)
    return Response(204)


def _name(call: Call) -> str:
    name = call.params["name"]
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise Refused("A snapshot's name is letters, digits, dots and hyphens.")
    return name
