"""Reading credit notes, prepayments and overpayments: one table, three resources."""

from __future__ import annotations

from functools import partial

from xero_sandbox.accounting import credit_records as records
from xero_sandbox.accounting.allocations import named
from xero_sandbox.accounting.answers import envelope, spliced
from xero_sandbox.accounting.credit_records import Family
from xero_sandbox.accounting.desk import unit_places
from xero_sandbox.accounting.documents import shorten_units
from xero_sandbox.accounting.listing import Clause, Resource, listed, one_of, select
from xero_sandbox.accounting.papers import attachments
from xero_sandbox.accounting.where_sql import Field, head_day
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

_CONTACT = "(SELECT {} FROM contact WHERE contact.id = credit.contact_id)"
_CONTACT_NAME = _CONTACT.format("json_extract(data, '$.Name')")


def _cents(name: str) -> Field:
    return Field(f"CAST(round(json_extract(head, '$.{name}') * 100) AS INT)", "cents")


def resource(family: Family) -> Resource:
    return Resource(
        table="credit",
        type_name=family.singular,
        fields={
            f"{family.singular}ID": Field("id", "guid"),
            "ID": Field("id", "guid"),
            "CreditNoteNumber": Field("number_key", "text", folded=True),
            "InvoiceNumber": Field("number_key", "text", folded=True),
            "Reference": Field("reference_key", "text", folded=True),
            "Type": Field("type", "text"),
            "Status": Field("status", "text"),
            "Contact.ContactID": Field("contact_id", "guid"),
            "Contact.Name": Field(_CONTACT.format("name_key"), "text", folded=True),
            "Contact.ContactNumber": Field(_CONTACT.format("number_key"), "text", folded=True),
            "Contact.EmailAddress": Field(_CONTACT.format("email_key"), "text", folded=True),
            "HasAttachments": Field("json_extract(head, '$.HasAttachments')", "bool"),
            "FullyPaidOnDate": head_day("FullyPaidOnDate"),
            "Date": Field("date", "day"),
            "Total": Field("total", "cents"),
            "RemainingCredit": Field("remaining", "cents"),
            "SubTotal": _cents("SubTotal"),
            "TotalTax": _cents("TotalTax"),
            "CurrencyCode": Field("currency", "text"),
            "CurrencyRate": Field("json_extract(head, '$.CurrencyRate')", "number"),
            "UpdatedDateUTC": Field("updated", "instant"),
        },
        order="updated, id",
    )


def list_all(family: Family, call: Call) -> Response:
    """Without `page` no lines, as for invoices (facts 5.2)."""
    asked = call.request.query
    extra: list[Clause] = [("family = ?", (family.plural,))]
    for name, column in (("References", "reference_key"), ("InvoiceNumbers", "number_key")):
        if values := listed(asked, name):
            extra.append(one_of(column, [fold(value) for value in values]))
    columns = f"*, {_CONTACT_NAME} AS contact_name"
    page = select(call, resource(family), extra=extra, columns=columns)
    with_lines = page.pagination is not None
    places = unit_places(call)
    items = [records.listed(row, with_lines=with_lines, unit_places=places) for row in page.rows]
    return spliced(call, family.plural, items, **page.envelope())


def read_one(family: Family, call: Call) -> Response:
    credit = named(family, call)
    element = credit.wire()
    if credit.has_attachments:
        element["Attachments"] = attachments.of(call, family.plural, credit.id)
    if unit_places(call) != 4:
        shorten_units(element["LineItems"])
    return envelope(call, family.plural, [element])


def routes(family: Family, scope: str) -> tuple[Route, ...]:
    path = f"/api.xro/2.0/{family.plural}"
    return (
        Route("GET", path, partial(list_all, family), "api", (scope,)),
        Route("GET", f"{path}/{{id}}", partial(read_one, family), "api", (scope,)),
    )
