"""Every kind of answer has the keys that its table says, in that order: a bare record, a full one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from books_client import Books, allocation, approved, bill, connect, draft, line, note, payment

from xero_sandbox.accounting.catalogue.accounts import ACCOUNT
from xero_sandbox.accounting.catalogue.items import ITEM
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

Element = dict[str, Any]
Answers = Iterator[tuple[AnswerKind, Element]]
LIST, PAGE, SUMMARY = AnswerKind.LIST, AnswerKind.PAGE, AnswerKind.SUMMARY
SINGLE, CREATED, UPDATED = AnswerKind.SINGLE, AnswerKind.CREATED, AnswerKind.UPDATED
LISTED = {LIST: "", PAGE: "page=1", SUMMARY: "summaryOnly=true"}


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


def reads(books: Books, plural: str, ident: str, kinds: tuple[AnswerKind, ...]) -> Answers:
    """The one record in every list, and alone."""
    for kind in kinds:
        found = books.get(f"{plural}?{LISTED[kind]}").json()[plural]
        yield kind, next(one for one in found if ident in one.values())
    yield SINGLE, books.one("GET", f"{plural}/{ident}")


def written(
    books: Books,
    plural: str,
    body: Element,
    change: Element,
    name: str,
    kinds: tuple[AnswerKind, ...] = (LIST, PAGE, SUMMARY),
    settle: Callable[[Books, Element], None] = lambda books, made: None,
) -> Answers:
    """Create it, settle it, change it, read it in every way."""
    made = books.one("PUT", plural, body)
    yield CREATED, made
    settle(books, made)
    yield UPDATED, books.one("POST", f"{plural}/{made[name]}", change)
    yield from reads(books, plural, made[name], kinds)


def theme_of(books: Books) -> str:
    return books.get("BrandingThemes").json()["BrandingThemes"][1]["BrandingThemeID"]


def tracked(books: Books) -> Element:
    [category] = books.get("TrackingCategories").json()["TrackingCategories"]
    return {"Name": category["Name"], "Option": category["Options"][0]["Name"]}


def pay_and_credit(books: Books, made: Element) -> None:
    credit = books.one("PUT", "CreditNotes", note(LineItems=[line(UnitAmount=1)]))
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"
    books.one("PUT", path, allocation(made, 1.2))
    books.one("PUT", "Payments", payment(made, made["AmountDue"] - 1.2))


def bare_invoice(books: Books) -> Answers:
    body = draft(Type="ACCPAY", LineItems=[{"Description": "Tea"}])
    return written(books, "Invoices", body, {"Status": "DRAFT"}, "InvoiceID")


def full_invoice(books: Books) -> Answers:
    sums = {"SubTotal": 10, "TotalTax": 2, "Total": 12.05, "RoundingAmount": 0.05}
    sale = approved(
        Reference="PO 1",
        ExpectedPaymentDate="2026-12-24",
        Url="https://example.com/1",
        LineItems=[line(UnitAmount=11, DiscountAmount=1)],
        **sums,
    )
    quiet = {"SentToContact": True}
    yield from written(books, "Invoices", sale, quiet, "InvoiceID", settle=pay_and_credit)
    nothing = bill(LineItems=[line(AccountCode="300", TaxType="INPUT2", UnitAmount=0)])
    yield CREATED, books.create(nothing)[0]
    owed = bill(PlannedPaymentDate="2026-12-24", BrandingThemeID=theme_of(books))
    yield from written(books, "Invoices", owed, {"DueDate": "2027-01-01"}, "InvoiceID")
    entered = draft("E", EnteredTotal=10)
    yield from written(books, "Invoices", entered, {"Reference": "x"}, "InvoiceID")


def bare_contact(books: Books) -> Answers:
    change = {"ContactStatus": "ACTIVE"}
    return written(books, "Contacts", {"Name": "Ann Archer"}, change, "ContactID")


FULL_CONTACT = {
    "Name": "Ben Brown",
    "ContactNumber": "C-1",
    "AccountNumber": "A-1",
    "FirstName": "Ben",
    "LastName": "Brown",
    "CompanyNumber": "123",
    "EmailAddress": "ben@example.com",
    "BankAccountDetails": "1-2",
    "TaxNumber": "GB 1",
    "AccountsReceivableTaxType": "OUTPUT2",
    "AccountsPayableTaxType": "INPUT2",
    "DefaultCurrency": "EUR",
    "SalesDefaultAccountCode": "200",
    "PurchasesDefaultAccountCode": "300",
    "PaymentTerms": {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}},
    "ContactPersons": [{"FirstName": "Cal", "EmailAddress": "cal@example.com"}],
    "Addresses": [
        {
            "AddressType": "POBOX",
            "AddressLine1": "1",
            "AddressLine2": "2",
            "AddressLine3": "3",
            "AddressLine4": "4",
            "City": "Leeds",
            "Region": "Yorkshire",
            "PostalCode": "LS1",
            "Country": "England",
            "AttentionTo": "Ben",
        }
    ],
    "Phones": [
        {
            "PhoneType": "MOBILE",
            "PhoneNumber": "1",
            "PhoneAreaCode": "2",
            "PhoneCountryCode": "3",
        }
    ],
}


def full_contact(books: Books) -> Answers:
    return written(books, "Contacts", FULL_CONTACT, {"LastName": "Green"}, "ContactID")


def bare_note(books: Books) -> Answers:
    body = note(Type="ACCPAYCREDIT", Status="DRAFT", LineItems=[{"Description": "Tea"}])
    kinds = (LIST, PAGE)
    return written(books, "CreditNotes", body, {"Status": "DRAFT"}, "CreditNoteID", kinds)


def full_note(books: Books) -> Answers:
    def allocate(books: Books, made: Element) -> None:
        [owed] = books.create(approved())
        path = f"CreditNotes/{made['CreditNoteID']}/Allocations"
        books.one("PUT", path, allocation(owed, 12))

    kinds = (LIST, PAGE)
    empty = note(LineItems=[line(UnitAmount=0)])
    yield CREATED, books.one("PUT", "CreditNotes", empty)
    made = books.one("PUT", "CreditNotes", note(Reference="x"))
    allocate(books, made)
    yield UPDATED, books.one("POST", "CreditNotes", {"CreditNoteID": made["CreditNoteID"]})
    yield from reads(books, "CreditNotes", made["CreditNoteID"], kinds)


def advance(family: str, *, spent: bool) -> Callable[[Books], Answers]:
    def made(books: Books) -> Answers:
        body = {
            "Type": f"RECEIVE-{family.upper()}",
            "Contact": {"Name": "Ann Archer"},
            "BankAccount": {"Code": "090"},
            "LineAmountTypes": "NoTax",
            "LineItems": [line(TaxType="NONE")],
        }
        ident = books.one("PUT", "BankTransactions", body)[f"{family}ID"]
        if spent:
            [owed] = books.create(approved(LineAmountTypes="NoTax"))
            books.one("PUT", f"{family}s/{ident}/Allocations", allocation(owed, 10))
        yield from reads(books, f"{family}s", ident, (LIST, PAGE))

    return made


def deleted(books: Books, body: Element) -> Answers:
    made = books.one("PUT", "Payments", body)
    yield CREATED, made
    yield from reads(books, "Payments", made["PaymentID"], (LIST, PAGE))
    yield UPDATED, books.one("POST", f"Payments/{made['PaymentID']}", {"Status": "DELETED"})


def bare_payment(books: Books) -> Answers:
    return deleted(books, payment(books.create(approved())[0]))


def full_payment(books: Books) -> Answers:
    texts = dict.fromkeys(("Reference", "Particulars", "Details", "Code", "BankAccountNumber"), "x")
    yield from deleted(books, payment(books.create(approved())[0], **texts))
    part = {"Invoice": {"InvoiceID": books.create(approved())[0]["InvoiceID"]}, "Amount": 12}
    body = {"Account": {"Code": "090"}, "Date": "2026-10-05", "Payments": [part]}
    batch = books.one("PUT", "BatchPayments", body)
    yield from reads(books, "Payments", batch["Payments"][0]["PaymentID"], (LIST, PAGE))


def bare_account(books: Books) -> Answers:
    body = {"Code": "999", "Name": "Other", "Type": "EXPENSE"}
    return written(books, "Accounts", body, {"Name": "Others"}, "AccountID", (LIST,))


def full_account(books: Books) -> Answers:
    body = {"Code": "099", "Name": "Till", "Type": "BANK", "BankAccountNumber": "1-2"}
    yield from written(books, "Accounts", body, {"Name": "Tills"}, "AccountID", (LIST,))
    body = {"Code": "998", "Name": "More", "Type": "EXPENSE", "Description": "And more"}
    yield from written(books, "Accounts", body, {"Name": "Most"}, "AccountID", (LIST,))
    accounts = books.get("Accounts").json()["Accounts"]
    debtors = next(one for one in accounts if one.get("SystemAccount") == "DEBTORS")
    yield from reads(books, "Accounts", debtors["AccountID"], (LIST,))


def bare_item(books: Books) -> Answers:
    return written(books, "Items", {"Code": "TEA"}, {"Code": "TEA"}, "ItemID", (LIST,))


def full_item(books: Books) -> Answers:
    body = {
        "Code": "CUP",
        "Name": "Cup",
        "Description": "A cup",
        "PurchaseDescription": "A cup",
        "InventoryAssetAccountCode": "630",
        "PurchaseDetails": {"UnitPrice": 1, "COGSAccountCode": "310"},
        "SalesDetails": {"UnitPrice": 2, "AccountCode": "200"},
    }
    return written(books, "Items", body, {"Name": "Cups"}, "ItemID", (LIST,))


def some_rate(books: Books) -> Answers:
    parts = [{"Name": "VAT", "Rate": 4}]
    body = {"Name": "Four", "TaxComponents": parts, "ReportTaxType": "OUTPUT"}
    made = books.one("PUT", "TaxRates", body)
    yield CREATED, made
    yield UPDATED, books.one("POST", "TaxRates", {"TaxType": made["TaxType"], "Name": "Five"})
    yield from reads(books, "TaxRates", made["TaxType"], (LIST,))


def nested(answers: Answers, *path: str | int) -> Answers:
    """What stands at `path` of each element, where there is something."""
    for kind, element in answers:
        value: Any = element
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError):
                value = None
                break
        if value:
            yield kind, value


def inside(answers: Answers, *path: str | int) -> Answers:
    return ((AnswerKind.NESTED, one) for _, one in nested(answers, *path))


def only(kinds: set[AnswerKind], answers: Answers) -> Answers:
    return ((kind, element) for kind, element in answers if kind in kinds)


def full_line(books: Books) -> Answers:
    whole = line(ItemCode="BOOK", DiscountRate=10, Tracking=[tracked(books)])
    parts = {"LineItems": [whole]}
    yield from written(books, "Invoices", draft(**parts), {"Status": "DRAFT"}, "InvoiceID")
    parts = {"LineItems": [whole | {"DiscountRate": None, "DiscountAmount": 1}]}
    yield from written(books, "Invoices", draft(**parts), {"Status": "DRAFT"}, "InvoiceID")


PAYMENT_PARTS = {"BatchPaymentID", "BatchPayment"}
RESOURCES = {
    "Invoices": Resource(INVOICE, bare_invoice, full_invoice),
    "Contacts": Resource(
        CONTACT,
        bare_contact,
        full_contact,
        # Only a person merges contacts, and what is merged is in no list of active ones.
        out_of_reach={kind: {"MergedToContactID"} for kind in (PAGE, SINGLE, CREATED, UPDATED)},
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
