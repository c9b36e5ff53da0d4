"""Xero's XML answers, made of the JSON ones (facts 12.2: XML is what Xero answers unasked).

The JSON text is what every handler makes and what is remembered for an Idempotency-Key, so the
XML is made of it, in one go: signs that XML reserves are replaced while it is still text (JSON
has them in strings only), and each object becomes text as soon as its end is read. That is much
faster than building a tree.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xero_sandbox.xml_names import singular

_SPACES = (
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
)
#: The first key of an answer and what the answer is called in XML.
_ROOTS = {"Id": "Response", "ErrorNumber": "ApiException"}
_FIRST_KEY = re.compile(rb'\{"(\w+)":')
#: Only under these keys: a Reference may hold such a text, too. No text of a client looks like
#: this, for the quotation marks in it are escaped.
_INSTANT = re.compile(r'(Date(?:Time)?(?:UTC)?":)"/Date\((-?\d{1,15})(\+0000)?\)/"')
_MOMENT = 'DateTimeUTC":'  #: of the envelope
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
#: What JSON may hold and XML may not, and what stands there instead.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REPLACEMENT = "\ufffd"
#: What the elements of a batch say of themselves is an attribute of theirs: status="ERROR".
_STATUS, _STATUSES = "StatusAttributeString", ("OK", "WARNING", "ERROR")
_MOST_NAMES = 4096  #: are remembered
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def root_of(body: bytes) -> str | None:
    """Return what a JSON answer of the Accounting API is called in XML, None for other JSON."""
    found = _FIRST_KEY.match(body)
    return _ROOTS.get(found[1].decode()) if found else None


def xml_of(body: bytes, root: str, type_name: str) -> bytes:
    """Return a JSON answer as XML; `type_name` is what elements of a refusal are.

    Null is left out, and the status of an element is an attribute. Dates lose their offset; that
    of the envelope ends in Z.
    """
    text = body.decode().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    odd = "\\" in text or "\ufffe" in text or "\uffff" in text
    text = _INSTANT.sub(_iso_instant, text)
    hook = _stated if _STATUS in text else _content
    content = json.loads(text, object_pairs_hook=hook, parse_float=_plain, parse_int=str)
    if odd:  # a bare carriage return would be read as a new line
        content = _FORBIDDEN.sub(_REPLACEMENT, content).replace("\r", "&#13;")
    for end in (">", ' status="'):
        told = f'<DataContractBase xsi:type="{type_name}"{end}'
        content = content.replace(f"<DataContractBase{end}", told)
    return f"<{root}{_SPACES}>{content}</{root}>".encode()


class _Names(dict[str, bool]):
    """Whether a key can be an element. There may be any in what a client sent and is shown."""

    def __missing__(self, key: str) -> bool:
        fits = bool(_NAME.fullmatch(key))
        if len(self) < _MOST_NAMES:
            self[key] = fits
        return fits


_names = _Names()


def _content(pairs: list[tuple[str, Any]]) -> str:
    """Return the elements of an object whose inner objects are text already."""
    return "".join(
        [
            f"<{name}>{value}</{name}>" if value.__class__ is str else _element(name, value)
            for name, value in pairs
            if _names[name]
        ]
    )


class _Stated(str):
    """The elements of an object that has a status."""

    status = ""


def _stated(pairs: list[tuple[str, Any]]) -> str:
    status = dict(pairs).get(_STATUS)
    if status not in _STATUSES:
        return _content(pairs)
    content = _Stated(_content([pair for pair in pairs if pair[0] != _STATUS]))
    content.status = f' status="{status}"'
    return content


def _status(value: Any) -> str:
    return value.status if value.__class__ is _Stated else ""


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        item = singular(name)
        inner = "".join([f"<{item}{_status(one)}>{_text(one)}</{item}>" for one in value])
        return f"<{name}>{inner}</{name}>"
    return f"<{name}{_status(value)}>{_text(value)}</{name}>"


def _text(value: Any) -> str:
    """Return what stands in an element; lists within lists, which Xero has not, are left out."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list) else str(value).lower()


def _plain(number: str) -> str:
    """Return a number without an exponent, which XML's decimals do not have."""
    return f"{Decimal(number):f}" if "e" in number or "E" in number else number


def _iso_instant(found: re.Match[str]) -> str:
    moment = _iso(found[2], found[3])
    return f'{found[1]}"{moment}{"Z" if found[1] == _MOMENT else ""}"'


@lru_cache(4096)
def _iso(milliseconds: str, offset: str | None) -> str:
    """Return `2010-12-02T17:14:39.943`, as recorded: no zeros at the end."""
    try:
        moment = _EPOCH + timedelta(milliseconds=int(milliseconds))
    except OverflowError:
        return f"/Date({milliseconds}{offset or ''})/"
    text = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".")
