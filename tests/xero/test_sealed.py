import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.xero import (
    Address,
    ContactDraft,
    ContactRef,
    InvoiceDraft,
    LineDraft,
    Sealed,
    seal_create_contacts,
    seal_create_invoices,
    seal_status_changes,
)


def a_draft(*lines: LineDraft) -> InvoiceDraft:
    return InvoiceDraft(
        type="ACCREC",
        status="DRAFT",
        contact=ContactRef(contact_id="c-1"),
        invoice_number="INV-1",
        url="https://books.test/documents/7",
        issued_on=date(2026, 9, 14),
        due_on=date(2026, 10, 20),
        currency_code="GBP",
        line_amount_types="Exclusive",
        line_items=lines,
    )


def test_invoices_are_sealed_as_one_put_with_errors_for_each():
    line = LineDraft(
        description="Tea £1",
        quantity=Decimal(2),
        unit_amount=Decimal("1.2500"),
        account_code="200",
        tax_type="OUTPUT2",
    )

    sealed = seal_create_invoices([a_draft(line)])

    assert sealed.method == "PUT"
    assert sealed.path == "Invoices"
    assert sealed.query == "summarizeErrors=false&unitdp=4"
    assert sealed.body.decode() == (
        '{"Invoices":[{"Type":"ACCREC","Status":"DRAFT","Contact":{"ContactID":"c-1"},'
        '"Date":"2026-09-14","CurrencyCode":"GBP","LineAmountTypes":"Exclusive","LineItems":[{"Description":"Tea £1",'
        '"Quantity":2,"UnitAmount":1.2500,"AccountCode":"200","TaxType":"OUTPUT2"}],'
        '"InvoiceNumber":"INV-1","Url":"https://books.test/documents/7",'
        '"DueDate":"2026-10-20"}]}'
    )


def test_contacts_are_sealed_without_what_is_not_known():
    draft = ContactDraft(name="Ann", addresses=(Address(type="POBOX", city="Napier"),))

    sealed = seal_create_contacts([draft])

    assert (sealed.method, sealed.path) == ("PUT", "Contacts")
    assert json.loads(sealed.body) == {
        "Contacts": [
            {"Name": "Ann", "Addresses": [{"AddressType": "POBOX", "City": "Napier"}]},
        ]
    }


def test_status_changes_say_nothing_but_the_status():
    sealed = seal_status_changes("Invoices", [("i-1", "DELETED"), ("i-2", "VOIDED")])

    assert (sealed.method, sealed.path) == ("POST", "Invoices")
    assert json.loads(sealed.body) == {
        "Invoices": [
            {"InvoiceID": "i-1", "Status": "DELETED"},
            {"InvoiceID": "i-2", "Status": "VOIDED"},
        ]
    }


def test_the_same_drafts_give_the_same_bytes_and_a_stored_seal_is_the_same_again():
    first = seal_create_invoices([a_draft(LineDraft(description="Tea"))])
    second = seal_create_invoices([a_draft(LineDraft(description="Tea"))])
    restored = Sealed(first.method, first.path, first.query, bytes(memoryview(first.body)))

    assert first == second == restored
    assert first.digest == restored.digest
    assert first.digest != seal_create_invoices([a_draft(LineDraft(description="tea"))]).digest


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4), st.integers(0, 8))
def test_amounts_are_written_exactly_and_without_exponent(amount, scale):
    large = Decimal(amount.to_integral_value()).scaleb(scale)

    sealed = seal_create_invoices(
        [a_draft(LineDraft(description="x", quantity=amount, unit_amount=large))]
    )

    [invoice] = json.loads(sealed.body, parse_float=Decimal, parse_int=Decimal)["Invoices"]
    assert invoice["LineItems"][0]["Quantity"] == amount
    assert invoice["LineItems"][0]["UnitAmount"] == large
    numbers = sealed.body.partition(b'"Quantity":')[2]
    assert b"E" not in numbers


@pytest.mark.parametrize("amount", ["0.00001", "NaN", "Infinity"])
def test_an_amount_that_xero_would_change_is_refused(amount):
    with pytest.raises(ValueError, match=amount):
        LineDraft(description="x", unit_amount=Decimal(amount))
