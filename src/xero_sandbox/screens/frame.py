"""What every screen of an organisation shares: its frame, and acting by the API's own rules."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from xero_sandbox import wire
from xero_sandbox.messages import Request, Response, redirect
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.pages import page
from xero_sandbox.problems import ApiError, NotFound, ValidationFailed
from xero_sandbox.routing import Call, Handler

SECTIONS = (
    ("sales", "Sales", "sales"),
    ("bills", "Bills", "bills"),
    ("contacts", "Contacts", "contacts"),
    ("bank", "Bank", "bank"),
    ("settings", "Settings", "settings"),
)


def show(
    call: Call, template: str, section: str, *, message: str | None = None, **values: Any
) -> Response:
    """Render a screen of the organisation in the address; with a `message` it is a 409."""
    return page(
        template,
        status=409 if message else 200,
        organisation=_data(call)["Name"],
        base=base(call),
        sections=SECTIONS,
        section=section,
        message=message,
        **values,
    )


def entered(call: Call) -> Call:
    """Return the call with the organisation of its address; raises NotFound if there is none."""
    _data(call)
    return replace(call, organisation=call.params["org"].lower())


def base(call: Call) -> str:
    return f"/org/{quote(call.params['org'])}"


def back(call: Call, path: str) -> Response:
    return redirect(f"{base(call)}/{path}", 303)


def do(call: Call, handler: Handler, body: dict[str, Any], **params: str) -> list[str]:
    """Act as a person through a handler of the API; return the messages that refuse it."""
    request = Request("POST", "/?unitdp=4", {}, wire.dumps(body).encode())
    try:
        handler(replace(call, request=request, params=params, caller=None))
    except ValidationFailed as refusal:
        errors = [e["Message"] for one in refusal.elements for e in one["ValidationErrors"]]
        return list(dict.fromkeys(errors))
    except NotFound:
        raise
    except ApiError as refusal:
        return [str(refusal)]
    return []


def number(text: str) -> str | None:
    """What a person typed as a number, without its thousands signs; None for nothing."""
    return text.replace(",", "").strip() or None


def day_of(text: str) -> str | None:
    """Return `text` if it is a day, for a field that must not be read as anything else."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return None


def plain(value: Decimal | int | str | None, least_places: int = 0) -> str:
    """`6`, `2.50`, `1.2345`: as many places as are needed, at least `least_places`."""
    if value is None:
        return ""
    exponent = Decimal(value).normalize().as_tuple().exponent
    places = max(least_places, -exponent if isinstance(exponent, int) else 0)
    return f"{Decimal(value):,.{places}f}"


def cents(value: int) -> str:
    return f"{value / 100:,.2f}"


def page_number(call: Call) -> int:
    text = call.request.query.get("page", "")
    return max(1, int(text)) if re.fullmatch(r"[0-9]{1,9}", text) else 1


def _data(call: Call) -> dict[str, Any]:
    data = organisation_data(call.db, call.params["org"].lower())
    if data is None:
        raise NotFound
    return data
