"""Bare and full records of every resource, with each kind of answer about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from books_client import Books, allocation, approved, bill, connect, draft, line, note, payment

from xero_sandbox.accounting.shapes import AnswerKind

Element = dict[str, Any]
Answers = Iterator[tuple[AnswerKind, Element]]
LIST, PAGE, SUMMARY = AnswerKind.LIST, AnswerKind.PAGE, AnswerKind.SUMMARY
SINGLE, CREATED, UPDATED = AnswerKind.SINGLE, AnswerKind.CREATED, AnswerKind.UPDATED
LISTED = {LIST: "", PAGE: "page=1", SUMMARY: "summaryOnly=true"}


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
    "BatchPayments": {"BankAccountNumber": "12-34"},
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
    def trade(books: Books, made: Element) -> None:
        """What only a person enters, and something to be paid."""
        screen = f"/org/{books.organisation}/contacts/{made['ContactID']}"
        entered = {"website": "https://ben.example.com", "discount": "2.50"}
        assert books.http.post(screen, data=entered).status_code == 303
        books.create(approved(Contact={"ContactID": made["ContactID"]}))

    change = {"LastName": "Green"}
    return written(books, "Contacts", FULL_CONTACT, change, "ContactID", settle=trade)


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


def organisation(books: Books, **changes: Any) -> Answers:
    """One that was made by control, with these changes."""
    made = books.http.post("/_sandbox/organisations", json={"country": "UK", "name": "New"}).json()
    books.http.post(f"/_sandbox/organisations/{made['id']}", json=changes)
    yield LIST, connect(books.http, made["id"]).one("GET", "Organisations")


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
