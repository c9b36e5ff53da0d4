"""Holds a request against Xero's interface description, more strictly than Xero does.

What Xero lets pass in silence is told too: a parameter that an operation does not have, a key in
another case, a field that only answers have. Sign-in, limits and rules of the books are not
judged here, and of an XML body nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, unquote

from xero_sandbox import wire
from xero_sandbox.description.table import Field, Operation, Parameter, Schema, description
from xero_sandbox.description.values import cut, from_query, shown
from xero_sandbox.messages import Request

_DESCRIBED = ("/api.xro/", "/connections")
#: Those of the description's headers that decide what Xero does.
_HEADERS = ("xero-tenant-id", "Idempotency-Key", "If-Modified-Since")
_MOST = 20  #: faults of one request that are told


def faults_of(request: Request) -> list[str]:
    """Return what is wrong with the request, such as `query page: 'x' is no whole number`.

    Empty for a good one, and for one that the description is not about.
    """
    if not request.raw_path.lower().startswith(_DESCRIBED):
        return []
    parts = [unquote(part, errors="replace") for part in request.raw_path.split("/")]
    found = description().find(request.method, parts)
    if found is None:
        return [f"path: {request.method} {request.path} is no operation"]
    operation, ids = found
    faults = [
        *_of_ids(operation, ids),
        *_of_query(operation, request),
        *_of_headers(operation, request),
        *_of_body(operation, request),
    ]
    more = [f"and {len(faults) - _MOST} more"] if len(faults) > _MOST else []
    return faults[:_MOST] + more


def _of_ids(operation: Operation, ids: dict[str, str]) -> Iterator[str]:
    for name, text in ids.items():
        yield from _of_texts(f"path {name}", [text], operation.ids[name])


def _of_query(operation: Operation, request: Request) -> Iterator[str]:
    pairs = parse_qsl(request.query_string, keep_blank_values=True, errors="replace")
    names = [name for name, _ in pairs]
    for name, text in pairs:
        parameter = operation.query.get(name)
        if parameter is None:
            yield f"query {cut(name)}: there is no such parameter{_meant(name, operation.query)}"
        elif names.count(name) > 1:
            yield f"query {name}: is there more than once"
        else:
            yield from _of_texts(f"query {name}", from_query(text, parameter.words), parameter)
    for name, parameter in operation.query.items():
        if parameter.required and name not in names:
            yield f"query {name}: is missing"


def _of_headers(operation: Operation, request: Request) -> Iterator[str]:
    for name in _HEADERS:
        text, parameter = request.headers.get(name.lower()), operation.headers.get(name)
        if text is not None and parameter is None:
            yield f"header {name}: is not offered here"
        elif text is not None and parameter is not None:
            yield from _of_texts(f"header {name}", [text], parameter)
        elif parameter is not None and parameter.required:
            yield f"header {name}: is missing"
    if operation.answers_json and not _speaks(request.headers.get("accept", "")):
        yield "header Accept: asks neither for JSON nor for XML"


def _of_texts(place: str, values: Iterable[Any], parameter: Parameter) -> Iterator[str]:
    for value in values:
        if wrong := parameter.check(value):
            yield f"{place}: {shown(value)} {wrong}"


def _of_body(operation: Operation, request: Request) -> list[str]:
    if not request.body:
        return ["body: is missing"] if operation.body or operation.takes_file else []
    content_type = request.headers.get("content-type", "")
    if not (operation.body or operation.takes_file):
        return ["body: none is taken here"]
    if operation.body is None:
        return [] if content_type else ["header Content-Type: is missing"]
    if not _speaks(content_type):
        return [f"header Content-Type: {content_type!r} is neither JSON nor XML"]
    if "json" not in content_type:
        return []
    faults: list[str] = []
    try:
        _look_into(wire.loads(request.body), operation.body, "", faults)
    except ValueError as error:
        return [f"body: is not JSON: {error}"]
    except RecursionError:
        return ["body: is nested too deeply"]
    return [f"body {fault}" if fault[0] != ":" else f"body{fault}" for fault in faults]


def _speaks(media: str) -> bool:
    return "json" in media or "xml" in media


def _look_into(value: Any, field: Field, place: str, faults: list[str]) -> None:
    """Add what is wrong with `value`, which stands at `place`."""
    if field.is_list:
        if type(value) is not list:
            faults.append(f"{place}: {shown(value)} is no list")
            return
        for index, one in enumerate(value):
            _look_at(one, field, f"{place}[{index}]", faults)
        return
    _look_at(value, field, place, faults)


def _look_at(value: Any, field: Field, place: str, faults: list[str]) -> None:
    if field.schema is not None:
        _look_at_object(value, field.schema, place, faults)
    elif field.check is not None and (wrong := field.check(value)):
        faults.append(f"{place}: {shown(value)} {wrong}")


def _look_at_object(value: Any, schema: Schema, place: str, faults: list[str]) -> None:
    if type(value) is not dict:
        faults.append(f"{place}: {shown(value)} is no object")
        return
    before = f"{place}." if place else ""
    for name, one in value.items():
        field = schema.fields.get(name)
        if field is None:
            # To guess takes long, and of a body of nonsense nobody reads more.
            meant = _meant(name, schema.fields) if len(faults) < _MOST else ""
            faults.append(f"{before}{cut(name)}: {schema.name} has no such field{meant}")
        elif field.read_only:
            faults.append(f"{before}{name}: is read-only")
        elif field.is_list or field.schema is not None:
            _look_into(one, field, before + name, faults)
        elif field.check is not None and (wrong := field.check(one)):
            faults.append(f"{before}{name}: {shown(one)} {wrong}")
    if not schema.required <= value.keys():
        missing = sorted(schema.required - value.keys())
        faults.extend(f"{before}{name}: is missing" for name in missing)


def _meant(name: str, known: Iterable[str]) -> str:
    """Return ` (LineItems?)` where a name is nearly another."""
    if cut(name) != name:
        return ""  # None is as long.
    by_fold = {one.lower(): one for one in known}
    near = get_close_matches(name.lower(), by_fold, n=1, cutoff=0.8)
    return f" ({by_fold[near[0]]}?)" if near else ""
