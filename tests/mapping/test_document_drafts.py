"""A resolved document as the record that is written to Xero, for every kind."""

import json
from decimal import Decimal
from uuid import UUID

import pytest

from factories import line
from tallystick import xero
from tallystick.books.inputs import LineInput
from tallystick.books.models import Kind, TaxBasis
from tallystick.mapping.drafting import document_draft

CONTACT, COPY = UUID(int=1), UUID(int=2)
MARKER = "https://books.example.com/d/abc"


@pytest.mark.parametrize(
    ("kind", "sealed", "expected"),
    [
        (
            Kind.SALES_INVOICE,
            xero.seal_create_invoices,
            {"Type": "ACCREC", "InvoiceNumber": "X-1", "Reference": "PO 7", "Url": MARKER,
             "DueDate": "2026-12-02"},
        ),
        (
            Kind.BILL,
            xero.seal_create_invoices,
            {"Type": "ACCPAY", "InvoiceNumber": "X-1", "Url": MARKER, "DueDate": "2026-12-02"},
        ),
        (
            Kind.SALES_CREDIT_NOTE,
            xero.seal_create_credit_notes,
            {"Type": "ACCRECCREDIT", "CreditNoteNumber": "X-1", "Reference": "PO 7"},
        ),
        (
            Kind.SUPPLIER_CREDIT_NOTE,
            xero.seal_create_credit_notes,
            {"Type": "ACCPAYCREDIT", "CreditNoteNumber": "X-1"},
        ),
    ],
)  # fmt: skip
def test_each_kind_has_its_own_fields(mapped, kind, sealed, expected):
    document = mapped.document(
        line("Tea", tax_code="VAT20"), kind=kind, reference="PO 7", tax_basis=TaxBasis.INCLUSIVE
    )

    (written,) = json.loads(sealed([_draft(mapped, document)]).body).popitem()[1]

    assert written == expected | {
        "Status": "DRAFT",
        "Contact": {"ContactID": str(CONTACT)},
        "Date": "2026-11-02",
        "CurrencyCode": "GBP",
        "LineAmountTypes": "Inclusive",
        "LineItems": [
            {
                "Description": "Tea",
                "Quantity": 1.0,
                "UnitAmount": 10.0,
                "AccountCode": "300" if kind.is_purchase else "200",
                "TaxType": "INPUT2" if kind.is_purchase else "OUTPUT2",
            }
        ],
    }


@pytest.mark.parametrize(
    ("kind", "field"),
    [(Kind.BILL, "invoice_id"), (Kind.SUPPLIER_CREDIT_NOTE, "credit_note_id")],
)
def test_an_update_names_the_copy(mapped, kind, field):
    document = mapped.document(line(tax_code="VAT20"), kind=kind)

    assert getattr(_draft(mapped, document, xero_id=COPY, number=None), field) == str(COPY)


def test_our_rate_of_a_foreign_currency_is_written(mapped):
    mapped.currency("USD")
    document = mapped.document(line(tax_code="VAT20"), currency="USD", currency_rate="1.234567")

    assert _draft(mapped, document).currency_rate == Decimal("1.234567")


def test_texts_stay_texts_in_drafts_and_are_made_whole_where_xero_wants_whole_lines(mapped):
    document = mapped.document(
        LineInput(description="For May"), line("Tea", tax_code="VAT20"), line(tax_code="VAT20")
    )

    draft, approved = _draft(mapped, document), _draft(mapped, document, status="AUTHORISED")

    assert draft.line_items[0].quantity is None
    text, *others = approved.line_items
    assert (text.description, text.quantity, text.unit_amount) == ("For May", 0, 0)
    assert (text.account_code, text.tax_type) == ("200", "OUTPUT2")
    assert others == list(draft.line_items[1:])


def test_texts_alone_stay_as_they_are(mapped):
    document = mapped.document(LineInput(description="For May"))

    (text,) = _draft(mapped, document, status="SUBMITTED").line_items

    assert text.account_code is None


def _draft(mapped, document, **given):
    values = {"number": "X-1", "status": "DRAFT", **given}
    return document_draft(
        document, mapped.resolve(document), contact_id=CONTACT, marker=MARKER, **values
    )
