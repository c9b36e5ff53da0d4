"""Requests served, faults, and the dump of all invoices."""

from __future__ import annotations

from collections.abc import Iterator

from xero_sandbox import wire
from xero_sandbox.control.answers import Refused, body, whole
from xero_sandbox.faults import BadFault
from xero_sandbox.messages import Response, json_response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.routing import Call
from xero_sandbox.store import Store

_DUMP = """
    SELECT invoice.*,
           (SELECT json_array_length(lines) FROM invoice_lines
            WHERE invoice_lines.invoice = invoice.seq) AS line_count,
           json_extract(contact.data, '$.Name') AS contact_name,
           json_extract(contact.data, '$.ContactNumber') AS contact_number
    FROM invoice LEFT JOIN contact ON contact.id = invoice.contact_id
    WHERE invoice.organisation = ? ORDER BY invoice.seq
"""


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


def invoices(call: Call) -> Response:
    """Every invoice and bill of an organisation, one JSON object a line, amounts as text."""
    organisation = call.request.query.get("organisation", "").lower()
    if organisation_data(call.db, organisation) is None:
        raise Refused("organisation must be the id of one: see /_sandbox/organisations.", 404)
    stream = _dump(call.sandbox.store, organisation)
    return Response(200, content_type="application/x-ndjson", stream=stream)


def _dump(store: Store, organisation: str) -> Iterator[bytes]:
    with store.read() as db:
        for row in db.execute(_DUMP, (organisation,)):
            head = wire.loads(row["head"])
            entry = {
                "id": row["id"],
                "type": row["type"],
                "number": head["InvoiceNumber"],
                "status": row["status"],
                "date": row["date"],
                "due_date": row["due_date"],
                "currency": row["currency"],
                "sub_total": f"{head['SubTotal']:.2f}",
                "total_tax": f"{head['TotalTax']:.2f}",
                "total": f"{head['Total']:.2f}",
                "lines": row["line_count"],
                "reference": head.get("Reference", ""),
                "url": head.get("Url"),
                "contact_id": row["contact_id"],
                "contact": row["contact_name"],
                "contact_number": row["contact_number"],
            }
            yield wire.dumps(entry).encode() + b"\n"


def _ident(call: Call) -> int:
    text = call.params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused("There is no such fault.", 404)
    return int(text)
