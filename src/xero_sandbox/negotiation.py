"""JSON or XML: which a client asks for, and which it sends (facts 4.1, 12.2)."""

from __future__ import annotations

import re
from dataclasses import replace
from json import JSONDecodeError, detect_encoding
from typing import Any

from xero_sandbox import wire, xml_bodies
from xero_sandbox.messages import Request, Response
from xero_sandbox.routing import Route
from xero_sandbox.xml_answers import root_of, xml_of
from xero_sandbox.xml_names import singular

XML = "text/xml; charset=utf-8"
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)")
_XML = (b"<", b"\xef\xbb\xbf<")
_NO_FORM = (*_XML, b"{", b"[")
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
    (old clients send the field `xml` of a form). The charset of the content type goes before
    what the body says of itself (RFC 7303). Raises ValueError with Xero's words.
    """
    kind = request.headers.get("content-type", "").lower()
    body = request.body.lstrip()
    form = "" if "json" in kind or body.startswith(_NO_FORM) else request.form.get("xml", "")
    if form:
        return xml_bodies.loads(form, plural)
    xml = "json" not in kind and ("xml" in kind or body.startswith(_XML))
    try:
        text = _decoded(request.body, kind, "" if xml else detect_encoding(body))
        if not xml:
            return wire.loads(text)
    except (ValueError, LookupError) as error:
        which = "Xml for post data was invalid, " if xml else "JSON for post data was invalid,"
        raise ValueError(which + _words(error)) from None
    return xml_bodies.loads(text.lstrip(), plural)


def _decoded(body: bytes, kind: str, charset: str) -> str | bytes:
    """Return a body as text by the charset of its content type, else by the one given, if any."""
    if named := _CHARSET.search(kind):
        charset = named[1]
    return body.decode(charset).removeprefix("\ufeff") if charset else body


def _words(error: ValueError | LookupError) -> str:
    """Return what is wrong as Xero's reader says it."""
    if isinstance(error, LookupError):
        return "The character set provided in ContentType is not supported."
    if isinstance(error, UnicodeDecodeError):
        sign = f"[{error.object[error.start]:02X}] at index {error.start}"
        return f"Unable to translate bytes {sign} from specified code page to Unicode."
    if not isinstance(error, JSONDecodeError):
        return str(error)
    where = f"Path '', line {error.lineno}, position {error.colno}."
    if error.pos >= len(error.doc):
        return f"Unexpected end when reading JSON. {where}"
    sign = error.doc[error.pos]
    return f"Unexpected character encountered while parsing value: {sign}. {where}"
