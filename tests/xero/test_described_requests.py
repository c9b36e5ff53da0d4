"""Every request that the client can make is held against Xero's description, all keys in it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx2
import msgspec
import pytest
from beside_sandbox import APP, DAY, UK, consent

import tallystick.xero
from strict_sandbox import invalid_requests, strict_sandbox
from tallystick.xero import (
    Address,
    AllocationDraft,
    ContactChange,
    ContactDraft,
    ContactRef,
    CreditNoteDraft,
    Hosts,
    InvoiceDraft,
    ItemDraft,
    ItemPriceDraft,
    LineDraft,
    PaymentDraft,
    Phone,
    Sealed,
    TrackingRef,
    XeroClient,
    XeroError,
    connections,
    delete_connection,
    refresh,
    revoke,
    seal_attachment,
    seal_create_allocation,
    seal_create_contacts,
    seal_create_credit_notes,
    seal_create_invoices,
    seal_create_items,
    seal_create_payments,
    seal_delete_allocation,
    seal_delete_payment,
    seal_status_changes,
    seal_update_contacts,
    seal_update_credit_notes,
    seal_update_invoices,
    seal_update_items,
)
from xero_sandbox.server import Running

ID = "297c2dc5-cc47-4afd-8ec8-74990b8761e9"
SINCE = datetime(2026, 9, 14, 8, 30, 5, 123, tzinfo=UTC)
ONE = Decimal(1)
LINE = LineDraft(
    description="Tea",
    quantity=Decimal("1.5"),
    unit_amount=Decimal("1.6667"),
    item_code="TEA",
    account_code="200",
    tax_type="OUTPUT2",
    discount_rate=ONE,
    line_amount=ONE,
    tax_amount=ONE,
    tracking=(TrackingRef(name="Region", option="North"),),
)
DOCUMENT: dict[str, Any] = {
    "status": "AUTHORISED",
    "contact": ContactRef(contact_id=ID),
    "reference": "PO 7",
    "issued_on": DAY,
    "currency_code": "EUR",
    "currency_rate": Decimal("1.234567"),
    "line_amount_types": "NoTax",
    "line_items": [LINE],
}
INVOICE: dict[str, Any] = {
    "type": "ACCREC",
    "invoice_number": "I-1",
    "url": "https://books.test/1",
    "due_on": date(2026, 10, 20),
} | DOCUMENT
NOTE: dict[str, Any] = {"type": "ACCRECCREDIT", "credit_note_number": "N-1"} | DOCUMENT
ADDRESS = Address(
    type="POBOX",
    line1="1",
    line2="2",
    line3="3",
    line4="4",
    city="Leeds",
    region="Yorkshire",
    postal_code="LS1",
    country="UK",
    attention_to="Ann",
)
CONTACT = ContactDraft(
    name="Bea",
    contact_number="B-1",
    account_number="B-1",
    first_name="Bea",
    last_name="Bell",
    email_address="bea@books.test",
    tax_number="GB1",
    company_number="1",
    default_currency="EUR",
    addresses=(ADDRESS,),
    phones=(Phone(type="DEFAULT", number="1", area_code="2", country_code="44"),),
)
CHANGE = ContactChange(
    contact_id=ID,
    email_address="bea@books.test",
    tax_number="GB1",
    addresses=(ADDRESS,),
    phones=CONTACT.phones,
)
PRICE = ItemPriceDraft(unit_price=Decimal("1.25"), account_code="200", tax_type="OUTPUT2")
ITEM = ItemDraft(
    code="TEA",
    name="Tea",
    description="A pound of tea",
    purchase_description="Tea",
    sales=PRICE,
    purchase=PRICE,
)
PAYMENT: dict[str, Any] = {"reference": "Card", "currency_rate": ONE}
PAYMENTS = [
    PaymentDraft(paid_on=DAY, amount=ONE, invoice_id=ID, account_code="090", **PAYMENT),
    PaymentDraft(paid_on=DAY, amount=ONE, credit_note_id=ID, account_id=ID, **PAYMENT),
]
ALLOCATION = AllocationDraft(invoice_id=ID, amount=ONE, allocated_on=DAY)

LISTS = [
    one for one in vars(tallystick.xero).values() if isinstance(one, tallystick.xero.ChangedList)
]
READS: dict[str, Callable[[XeroClient], object]] = {
    "organisation": lambda client: client.organisation(),
    "accounts": lambda client: client.accounts(),
    "tax_rates": lambda client: client.tax_rates(),
    "currencies": lambda client: client.currencies(),
    "tracking_categories": lambda client: client.tracking_categories(),
    "contacts_by_number": lambda client: client.contacts_by_number(["1", '2"']),
    "contacts_by_name": lambda client: client.contacts_by_name('Ann "A" Archer'),
    "contacts_by_id": lambda client: client.contacts_by_id([ID]),
    "items_by_code": lambda client: client.items_by_code(["TEA", '1"']),
    "items_by_id": lambda client: client.items_by_id([ID]),
    "invoices_by_number": lambda client: client.invoices_by_number(["1", "2,3", '4"']),
    "invoices_by_id": lambda client: client.invoices_by_id([ID]),
    "credit_notes_by_number": lambda client: client.credit_notes_by_number(["1", '2"']),
    "credit_notes_by_id": lambda client: client.credit_notes_by_id([ID]),
    "credit_notes_between": lambda client: client.credit_notes_between(DAY, DAY, "ACCRECCREDIT"),
    "credit_note": lambda client: client.credit_note(ID),
    "payments_by_id": lambda client: client.payments_by_id([ID]),
    "payments_between": lambda client: client.payments_between(DAY, DAY),
    "changed": lambda client: [
        client.changed(which, SINCE, from_day=DAY, newest_first=newest_first)
        for which in LISTS
        for newest_first in (True, False)
    ],
    "slice_of": lambda client: [client.slice_of(which, page=2) for which in LISTS],
    "records": lambda client: [client.records(which, [ID]) for which in LISTS],
    "create_contacts": lambda client: client.create_contacts([CONTACT], "contacts"),
    "create_invoices": lambda client: client.create_invoices([InvoiceDraft(**INVOICE)], "invoices"),
}
WRITES: dict[str, list[Sealed]] = {
    "seal_create_contacts": [seal_create_contacts([CONTACT])],
    "seal_create_invoices": [seal_create_invoices([InvoiceDraft(**INVOICE)])],
    "seal_create_credit_notes": [seal_create_credit_notes([CreditNoteDraft(**NOTE)])],
    "seal_update_invoices": [seal_update_invoices([InvoiceDraft(**INVOICE, invoice_id=ID)])],
    "seal_update_credit_notes": [
        seal_update_credit_notes([CreditNoteDraft(**NOTE, credit_note_id=ID)])
    ],
    "seal_status_changes": [
        seal_status_changes("Invoices", [(ID, "VOIDED")]),
        seal_status_changes("CreditNotes", [(ID, "AUTHORISED")]),
    ],
    "seal_create_items": [seal_create_items([ITEM])],
    "seal_update_items": [seal_update_items([msgspec.structs.replace(ITEM, item_id=ID)])],
    "seal_update_contacts": [seal_update_contacts([CHANGE])],
    "seal_create_payments": [seal_create_payments(PAYMENTS)],
    "seal_delete_payment": [seal_delete_payment(ID)],
    "seal_create_allocation": [seal_create_allocation(ID, ALLOCATION)],
    "seal_delete_allocation": [seal_delete_allocation(ID, ID)],
    "seal_attachment": [
        seal_attachment("Invoices", ID, "a b.pdf", b"%PDF", "application/pdf"),
        seal_attachment("CreditNotes", ID, "a.pdf", b"%PDF", "application/pdf"),
    ],
}


@pytest.fixture
def judged(sandbox: Running) -> Callable[[], list[list[str]]]:
    """Return what was found about each request of the product since the test began."""
    journal = sandbox.sandbox.journal
    before = max((row["id"] for row in journal.entries({}, after=0, limit=10_000)), default=0)

    def faults() -> list[list[str]]:
        rows = journal.entries({"user_agent": "Tallystick"}, after=before, limit=1000)
        return [row["invalid"] for row in rows]

    return faults


def test_every_way_of_the_client_and_every_key_of_its_drafts_is_tried():
    methods = {name for name in vars(XeroClient) if not name.startswith("_")} - {"send"}
    seals = {name for name in tallystick.xero.__all__ if name.startswith("seal_")}
    full = [
        LINE,
        ADDRESS,
        CONTACT,
        CONTACT.phones[0],
        CHANGE,
        msgspec.structs.replace(ITEM, item_id=ID),
        PRICE,
        InvoiceDraft(**INVOICE, invoice_id=ID),
        CreditNoteDraft(**NOTE, credit_note_id=ID),
    ]

    assert set(READS) == methods
    assert set(WRITES) == seals
    left_out = [
        f"{type(draft).__name__}.{field.name}"
        for draft in full
        for field in msgspec.structs.fields(draft)
        if getattr(draft, field.name) in (None, ())
    ]
    assert left_out == []
    assert {key for one in PAYMENTS for key in one.as_written()} == {
        *("Invoice", "CreditNote", "Account", "Date", "Amount", "Reference", "CurrencyRate")
    }


@pytest.mark.parametrize("name", READS)
def test_each_call_is_as_described(client, judged, name):
    with suppress(XeroError):  # whether Xero does it is not the question
        READS[name](client)

    assert judged()
    assert not any(judged())


@pytest.mark.parametrize("name", WRITES)
def test_each_write_is_as_described(client, judged, name):
    for n, sealed in enumerate(WRITES[name]):
        with suppress(XeroError):
            client.send(sealed, f"{name} {n}")

    assert judged() == [[]] * len(WRITES[name])


def test_connecting_and_leaving_is_as_described(http: httpx2.Client):
    with strict_sandbox() as running:
        hosts = Hosts.all_at(running.url)
        tokens = consent(http, hosts)
        event = tokens.authentication_event_id
        [found] = connections(http, hosts, tokens.access_token, auth_event_id=event)
        delete_connection(http, hosts, tokens.access_token, found.connection_id)
        renewed = refresh(http, hosts, APP, tokens.refresh_token)
        revoke(http, hosts, APP, renewed.refresh_token)

        sent = running.sandbox.journal.entries({"user_agent": "Tallystick"}, after=0, limit=100)

    assert [row["path"].rpartition("/")[2] for row in sent] == [
        *("authorize", "token", "connections", found.connection_id, "token", "revocation")
    ]
    assert not any(row["invalid"] for row in sent)


def test_a_misspelt_key_of_ours_fails_the_test_that_sent_it(client: XeroClient):
    body = b'{"Contacts":[{"Name":"Cat","EMailAddress":"cat@books.test"}]}'

    client.send(Sealed("PUT", "Contacts", "summarizeErrors=false", body), "misspelt")

    # What every test asks at its end, and takes as its failure.
    assert invalid_requests() == [
        "PUT /api.xro/2.0/Contacts: body Contacts[0].EMailAddress: "
        + "Contact has no such field (EmailAddress?)"
    ]
    assert invalid_requests() == []


def test_what_a_stranger_sends_is_not_ours(sandbox: Running, access_token: str):
    headers = {"Authorization": f"Bearer {access_token}", "xero-tenant-id": UK}
    url = f"{sandbox.url}/api.xro/2.0/Payments?unitdp=4"

    httpx2.get(url, headers=headers | {"Accept": "application/json"}).raise_for_status()

    assert sandbox.sandbox.journal.entries({"invalid": "true"}, after=0, limit=1000)
    assert invalid_requests() == []
