"""Contacts: list, read one, create, create or update."""

from __future__ import annotations

from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records as records
from xero_sandbox.accounting import contact_rules as rules
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.contact_balances import fill_balances
from xero_sandbox.accounting.contact_records import Contact
from xero_sandbox.accounting.desk import open_desk
from xero_sandbox.accounting.listing import Resource, select
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

PLURAL = "Contacts"


def _json(name: str, kind: str = "text") -> Field:
    return Field(f"json_extract(data, '$.{name}')", kind)


RESOURCE = Resource(
    table="contact",
    type_name="Contact",
    fields={
        "ContactID": Field("id", "guid"),
        "Name": Field("name_key", "text", folded=True),
        "ContactNumber": Field("number_key", "text", folded=True),
        "AccountNumber": Field("account_number_key", "text", folded=True),
        "EmailAddress": Field("email_key", "text", folded=True),
        "ContactStatus": Field("status", "text"),
        "IsCustomer": Field("is_customer", "bool"),
        "IsSupplier": Field("is_supplier", "bool"),
        "HasAttachments": _json("HasAttachments", "bool"),
        "UpdatedDateUTC": Field("updated", "instant"),
        **{
            name: _json(name)
            for name in ("FirstName", "LastName", "CompanyNumber", "TaxNumber", "DefaultCurrency")
        },
    },
    order="updated, id",
    by_ids=True,
    has_summary=True,
    search=(
        "name_key",
        "fold(json_extract(data, '$.FirstName'))",
        "fold(json_extract(data, '$.LastName'))",
        "number_key",
        "email_key",
        "fold(json_extract(data, '$.CompanyNumber'))",
    ),
)


def list_all(call: Call) -> Response:
    archived = call.request.query.get("includearchived", "").lower() == "true"
    extra = [] if archived else [("status != 'ARCHIVED'", ())]
    page = select(call, RESOURCE, extra=extra)
    contacts = [records.from_row(row) for row in page.rows]
    if page.answer is AnswerKind.PAGE:
        records.with_groups(call.db, contacts)
        fill_balances(call.db, contacts, today=open_desk(call).today)
    items = [contact.wire(page.answer) for contact in contacts]
    return envelope(call, PLURAL, items, **page.envelope())


def read_one(call: Call) -> Response:
    contact = _named(call)
    fill_balances(call.db, [contact], today=open_desk(call).today)
    return envelope(call, PLURAL, [contact.wire()])


def create(call: Call) -> Response:
    """PUT: every element is new; a name, number or account number that exists is an error."""
    return _write(call, lambda sent: _save(call, sent, records.new_contact(call.organisation)))


def create_or_update(call: Call) -> Response:
    """POST: matched by ContactID, then ContactNumber, then Name, else created."""
    return _write(call, lambda sent: _save(call, sent, _match(call, sent)))


def update(call: Call) -> Response:
    return _write(call, lambda sent: _save(call, sent, _named(call)))


def _write(call: Call, save: Any) -> Response:
    sent = elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, save, flag="HasValidationErrors")


def _named(call: Call) -> Contact:
    name = call.params["id"]
    ident = read_guid(name)
    found = ident and records.by_id(call.db, call.organisation, ident)
    contact = found or records.by_number(call.db, call.organisation, name)
    if contact is None:
        raise NotFound
    return contact


def _match(call: Call, sent: Sent) -> Contact:
    found = rules.identify(call.db, call.organisation, sent)
    if found is None and sent.guid("ContactID"):
        raise NotFound  # one unknown id answers the whole request with 404 (facts 4.3)
    return found or records.new_contact(call.organisation)


def _save(call: Call, sent: Sent, contact: Contact) -> Saved:
    is_new = contact.updated_ms == 0
    if contact.status == "ARCHIVED":  # not even brought back by the API (facts 6.6)
        raise Invalid([rules.ARCHIVED_CONTACT], _echo(contact, sent, is_new=is_new))
    errors = rules.apply(call.db, contact, sent)
    if errors:
        raise Invalid(errors, _echo(contact, sent, is_new=is_new))
    records.save(call.db, contact, now_ms=call.sandbox.clock.now_ms())
    return Saved(contact.wire(AnswerKind.CREATED if is_new else AnswerKind.UPDATED))


def _echo(contact: Contact, sent: Sent, *, is_new: bool) -> dict[str, Any]:
    return sent.raw | {"ContactID": wire.ZERO_ID if is_new else contact.id}


_SCOPES = ("accounting.contacts",)
ROUTES = (
    Route("GET", "/api.xro/2.0/Contacts", list_all, "api", _SCOPES),
    Route("GET", "/api.xro/2.0/Contacts/{id}", read_one, "api", _SCOPES),
    Route("PUT", "/api.xro/2.0/Contacts", create, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/Contacts", create_or_update, "api", _SCOPES, writes=True),
    Route("POST", "/api.xro/2.0/Contacts/{id}", update, "api", _SCOPES, writes=True),
)
