"""JSON or XML: which a client asks for, and which it sends (facts 4.1, 12.2)."""

from __future__ import annotations

import re
from dataclasses import replace
from json import JSONDecodeError
from typing import Any

from xero_sandbox import wire, xml_bodies
from xero_sandbox.messages import Request, Response
from xero_sandbox.routing import Route
from xero_sandbox.xml_answers import root_of, xml_of
from xero_sandbox.xml_names import singular

XML = "text/xml; charset=utf-8"
_QUALITY = re.compile(r";\s*q\s*=\s*([\d.]+)")


def wants_json(accept: str) -> bool:
    """Whether an Accept header names JSON, and XML not rather than it; XML is what Xero gives."""
    json = _quality(accept, "json")
    return json > 0 and json >= _quality(accept, "xml")


def _quality(accept: str, kind: str) -> float:
    """Return the best q of the types whose name holds `kind`, 0 without one."""
    return max((_q(part) for part in accept.lower().split(",") if kind in part), default=0)


def _q(part: str) -> float:
    found = _QUALITY.search(part)
    try:
        return float(found[1]) if found else 1
    except ValueError:
        return 1


def as_asked(request: Request, route: Route | None, response: Response) -> Response:
    """Return an answer of the Accounting API as XML if the client wants that.

    Files are as they are, and so are problems of the gateway, which are JSON for everybody.
    """
    if not (response.content_type or "").startswith("application/json"):
        return response
    if route is None or (route.gives_bytes and response.status == 200):
        return response
    if wants_json(request.headers.get("accept", "")):
        return response
    type_name = _type_name(route)
    root = root_of(response.body) or (type_name if response.status == 200 else None)
    if root is None:
        return response
    return replace(response, body=xml_of(response.body, root, type_name), content_type=XML)


def _type_name(route: Route) -> str:
    """Return what the elements of a route are: `Allocation` of `/CreditNotes/{id}/Allocations`."""
    return singular([part for part in route.pattern.split("/") if "{" not in part][-1])


def body_of(request: Request, plural: str) -> Any:
    """Return a body in the form of Xero's JSON, whichever of the two was sent.

    The content type says which; without one that does, or with that of a form, the body itself
    (old clients send the field `xml` of a form). Raises ValueError with Xero's words.
    """
    kind = request.headers.get("content-type", "").lower()
    body = request.body.lstrip()
    if "json" not in kind and body.startswith(b"xml="):
        return xml_bodies.loads(request.form.get("xml", ""), plural)
    if "json" not in kind and ("xml" in kind or body.startswith((b"<", b"\xef\xbb\xbf<"))):
        return xml_bodies.loads(body, plural)
    try:
        return wire.loads(request.body)
    except ValueError as error:
        raise ValueError(f"JSON for post data was invalid,{_json_words(error)}") from None


def _json_words(error: ValueError) -> str:
    """Return what is wrong as Xero's JSON reader says it."""
    if not isinstance(error, JSONDecodeError):
        return str(error)
    where = f"Path '', line {error.lineno}, position {error.colno}."
    if error.pos >= len(error.doc):
        return f"Unexpected end when reading JSON. {where}"
    sign = error.doc[error.pos]
    return f"Unexpected character encountered while parsing value: {sign}. {where}"
