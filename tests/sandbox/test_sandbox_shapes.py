"""Every kind of answer has the keys that its table says, in that order: a bare record, a full one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from books_client import Books, connect
from shape_answers import (
    CREATED,
    LIST,
    LISTED,
    PAGE,
    SINGLE,
    UPDATED,
    Answers,
    Element,
    advance,
    bare_account,
    bare_contact,
    bare_invoice,
    bare_item,
    bare_note,
    bare_payment,
    full_account,
    full_contact,
    full_invoice,
    full_item,
    full_line,
    full_note,
    full_payment,
    inside,
    nested,
    only,
    organisation,
    some_rate,
)

from xero_sandbox.accounting.catalogue.accounts import ACCOUNT
from xero_sandbox.accounting.catalogue.items import ITEM
from xero_sandbox.accounting.catalogue.organisation import ORGANISATION
from xero_sandbox.accounting.catalogue.tax_rates import TAX_RATE
from xero_sandbox.accounting.contact_records import ADDRESS, CONTACT, PHONE
from xero_sandbox.accounting.credit_records import (
    APPLIED_CREDIT,
    CREDIT_NOTE,
    OVERPAYMENT,
    PREPAYMENT,
)
from xero_sandbox.accounting.invoice_records import INVOICE, SHORT_INVOICE
from xero_sandbox.accounting.line_shapes import LINE, TRACKING
from xero_sandbox.accounting.payment_records import PARTY, PAYMENT
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.identity.scopes import GRANULAR


@dataclass(frozen=True)
class Resource:
    """A table, and what makes a bare record of it and full ones, with every answer about them."""

    shape: tuple[FieldShape, ...]
    bare: Callable[[Books], Answers]
    full: Callable[[Books], Answers]
    set_at_once: frozenset[str] = frozenset()  #: what not even a bare record can lack
    out_of_reach: dict[AnswerKind, set[str]] = field(default_factory=dict)


@pytest.fixture
def books(http) -> Books:
    """The UK demo company through a token with every scope."""
    return connect(http, scope=" ".join(GRANULAR))


PAYMENT_PARTS = {"BatchPaymentID", "BatchPayment"}
RESOURCES = {
    "Invoices": Resource(INVOICE, bare_invoice, full_invoice),
    "Contacts": Resource(
        CONTACT,
        bare_contact,
        full_contact,
        # Only a person merges contacts, and what is merged is in no list of active ones.
        out_of_reach={kind: {"MergedToContactID"} for kind in (PAGE, SINGLE, UPDATED)}
        | {CREATED: {"MergedToContactID", "Website", "Discount"}},
    ),
    "CreditNotes": Resource(CREDIT_NOTE, bare_note, full_note),
    "Prepayments": Resource(
        PREPAYMENT, advance("Prepayment", spent=False), advance("Prepayment", spent=True)
    ),
    "Overpayments": Resource(
        OVERPAYMENT, advance("Overpayment", spent=False), advance("Overpayment", spent=True)
    ),
    "Payments": Resource(
        PAYMENT,
        bare_payment,
        full_payment,
        out_of_reach={CREATED: PAYMENT_PARTS, UPDATED: PAYMENT_PARTS},
    ),
    "Accounts": Resource(
        ACCOUNT,
        bare_account,
        full_account,
        frozenset({"Code", "Description"}),
        {CREATED: {"SystemAccount"}, UPDATED: {"SystemAccount"}},
    ),
    "TaxRates": Resource(TAX_RATE, some_rate, some_rate, frozenset({"ReportTaxType"})),
    "Items": Resource(ITEM, bare_item, full_item),
    "Organisations": Resource(
        ORGANISATION,
        organisation,
        lambda books: organisation(
            books, PeriodLockDate="2025-12-31", EndOfYearLockDate="2025-03-31"
        ),
    ),
    "lines": Resource(
        LINE,
        lambda books: nested(bare_invoice(books), "LineItems", 0),
        lambda books: nested(full_line(books), "LineItems", 0),
        frozenset({"Description"}),
    ),
    "tracking of lines": Resource(
        TRACKING,
        lambda books: nested(full_line(books), "LineItems", 0, "Tracking", 0),
        lambda books: nested(full_line(books), "LineItems", 0, "Tracking", 0),
    ),
    "addresses": Resource(
        ADDRESS,
        lambda books: nested(bare_contact(books), "Addresses", 1),
        lambda books: nested(full_contact(books), "Addresses", 1),
    ),
    "phones": Resource(
        PHONE,
        lambda books: nested(bare_contact(books), "Phones", 3),
        lambda books: nested(full_contact(books), "Phones", 3),
    ),
    "contacts of listed documents": Resource(
        CONTACT,
        lambda books: inside(only(set(LISTED), bare_invoice(books)), "Contact"),
        lambda books: inside(only(set(LISTED), full_invoice(books)), "Contact"),
    ),
    "contacts of documents": Resource(
        CONTACT,
        lambda books: nested(only({SINGLE}, bare_invoice(books)), "Contact"),
        lambda books: iter(()),
    ),
    "payments of documents": Resource(
        PAYMENT,
        lambda books: inside(full_invoice(books), "Payments", 0),
        lambda books: iter(()),
    ),
    "credit notes of invoices": Resource(
        APPLIED_CREDIT,
        lambda books: iter(()),
        lambda books: inside(full_invoice(books), "CreditNotes", 0),
        out_of_reach={AnswerKind.NESTED: {"PrepaymentID", "OverpaymentID"}},
    ),
    "documents of payments": Resource(
        INVOICE,
        lambda books: iter(()),
        lambda books: inside(only({SINGLE}, full_payment(books)), "Invoice"),
        out_of_reach={
            AnswerKind.NESTED: {
                "CreditNotes",
                "AmountCredited",
                "TotalDiscount",
                *(f"{name}PaymentDate{form}" for name in ("Expected", "Planned") for form in ("", "String")),
                "Url",
                "RoundingAmount",
                "EnteredTotal",
            }
        },
    ),
    "documents of listed payments": Resource(
        SHORT_INVOICE,
        lambda books: iter(()),
        lambda books: inside(only({LIST, PAGE}, full_payment(books)), "Invoice"),
    ),
    "contacts of payments": Resource(
        PARTY,
        lambda books: inside(only({SINGLE, CREATED}, bare_payment(books)), "Invoice", "Contact"),
        lambda books: iter(()),
    ),
}  # fmt: skip


def hold(shape: tuple[FieldShape, ...], kind: AnswerKind, element: Element) -> list[FieldShape]:
    """Check order and presence; return the fields that this kind of answer may have."""
    fields = [one for one in shape if kind in one.answers]
    assert list(element) == [one.name for one in fields if one.name in element], kind
    missing = {
        one.name
        for one in fields
        if one.presence is not Presence.ABSENT and one.name not in element
    }
    assert missing == set(), kind
    return fields


@pytest.mark.parametrize("name", RESOURCES)
def test_a_bare_record_has_what_is_always_there_and_no_more(books, name):
    resource = RESOURCES[name]

    for kind, element in resource.bare(books):
        for one in hold(resource.shape, kind, element):
            if one.presence is Presence.EMPTY:
                assert element[one.name] == one.empty, (kind, one.name)
            elif one.presence is Presence.ABSENT and one.name not in resource.set_at_once:
                assert one.name not in element, kind


@pytest.mark.parametrize("name", RESOURCES)
def test_full_records_show_every_field_of_the_table(books, name):
    resource = RESOURCES[name]
    seen: dict[AnswerKind, set[str]] = {}

    for kind, element in resource.full(books):
        hold(resource.shape, kind, element)
        seen.setdefault(kind, set()).update(element)

    for kind, names in seen.items():
        wanted = {one.name for one in resource.shape if kind in one.answers}
        assert wanted - names == resource.out_of_reach.get(kind, set()), kind


def test_a_shape_refuses_what_it_does_not_know_and_misses_what_is_always_there():
    shape = (FieldShape("Name"), FieldShape("Phone", Presence.ABSENT))

    with pytest.raises(KeyError, match="Fax"):
        shaped(shape, {"Name": "Ann", "Fax": None}, SINGLE)
    with pytest.raises(KeyError, match="Name"):
        shaped(shape, {"Name": None}, SINGLE)
