"""Requests served, and faults."""

from __future__ import annotations

from xero_sandbox.control.answers import Refused, body, whole
from xero_sandbox.faults import BadFault
from xero_sandbox.messages import Response, json_response
from xero_sandbox.routing import Call


def requests(call: Call) -> Response:
    after, limit = whole(call, "after", 0), whole(call, "limit", 1000)
    entries = call.sandbox.journal.entries(call.request.query, after=after, limit=limit)
    return json_response({"requests": entries})


def summary(call: Call) -> Response:
    after = whole(call, "after", 0)
    return json_response({"calls": call.sandbox.journal.summary(call.request.query, after=after)})


def egress(call: Call) -> Response:
    """Bytes that left by the API, by app and organisation, as Xero bills them (facts 2).

    What `DELETE requests` forgets is no longer counted. Xero does not count Organisation.
    """
    return json_response({"egress": call.sandbox.journal.egress()})


def clear_requests(call: Call) -> Response:
    call.sandbox.journal.clear()
    return Response(204)


def add_fault(call: Call) -> Response:
    try:
        return json_response(call.sandbox.faults.add(body(call)), 201)
    except BadFault as error:
        raise Refused(str(error)) from None


def faults(call: Call) -> Response:
    return json_response({"faults": call.sandbox.faults.listed()})


def release_fault(call: Call) -> Response:
    released = call.sandbox.faults.release(_ident(call))
    if released is None:
        raise Refused("There is no such fault.", 404)
    return json_response(released)


def remove_fault(call: Call) -> Response:
    if not call.sandbox.faults.remove(_ident(call)):
        raise Refused("There is no such fault.", 404)
    return Response(204)


def remove_faults(call: Call) -> Response:
    call.sandbox.faults.remove()
    return Response(204)


def _ident(call: Call) -> int:
    text = call.params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused("There is no such fault.", 404)
    return int(text)
