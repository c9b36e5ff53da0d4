"""One good call of every operation of the Accounting API that the stand-in offers, by its id."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx2
from books_client import Books, allocation, approved, bill, draft, line, note, payment

Call = Callable[[Books], httpx2.Response]

_numbers = count(1)


def fresh(word: str) -> str:
    """A name, code or number that nothing else has."""
    return f"{word}{next(_numbers)}"


def path_of(plural: str, element: dict[str, Any]) -> str:
    singular = "Category" if plural == "TrackingCategories" else plural.removesuffix("s")
    names = {"Category": "TrackingCategoryID"}
    return f"{plural}/{element[names.get(singular, singular + 'ID')]}"


def _put(books: Books, plural: str, body: dict[str, Any]) -> str:
    """Create one and return its path."""
    return path_of(plural, books.one("PUT", plural, body))


def invoice(books: Books, **fields: Any) -> dict[str, Any]:
    return books.one("PUT", "Invoices", approved(fresh("I-")) | fields)


def mailable(books: Books) -> str:
    person = {"Name": "Bo", "EmailAddress": "bo@example.com"}
    return path_of("Invoices", invoice(books, Contact=person))


def contact(books: Books) -> str:
    return _put(books, "Contacts", {"Name": fresh("Firm "), "ContactNumber": fresh("C")})


def group(books: Books) -> str:
    return _put(books, "ContactGroups", {"Name": fresh("Group ")})


def grouped(books: Books) -> str:
    """The path of the contacts of a group with one in it."""
    path = f"{group(books)}/Contacts"
    books.put(path, {"Contacts": [{"ContactID": contact(books).split("/")[1]}]})
    return path


def inside(books: Books, path: str) -> str:
    """The id of the only contact there."""
    [found] = books.get(path.removesuffix("/Contacts")).json()["ContactGroups"]
    return found["Contacts"][0]["ContactID"]


def account(books: Books) -> str:
    return _put(
        books, "Accounts", {"Code": fresh("X"), "Name": fresh("Account "), "Type": "EXPENSE"}
    )


def item(books: Books) -> str:
    return _put(books, "Items", {"Code": fresh("IT"), "Name": "Tea"})


def credit_note(books: Books) -> str:
    return _put(books, "CreditNotes", note())


def paid(books: Books) -> str:
    return _put(books, "Payments", payment(invoice(books)))


def batch(books: Books, **fields: Any) -> dict[str, Any]:
    owed = invoice(books, **bill())
    part = {"Invoice": {"InvoiceID": owed["InvoiceID"]}, "Amount": 12, "Reference": "run"}
    body = {"Account": {"Code": "090"}, "Date": "2026-10-05", "Payments": [part]}
    return {"BatchPayments": [body | fields]}


def of_batch(books: Books) -> str:
    made = books.one("PUT", "BatchPayments", batch(books))
    return path_of("Payments", made["Payments"][0])


def batched(books: Books) -> str:
    return _put(books, "BatchPayments", batch(books))


def received(kind: str) -> dict[str, Any]:
    return {
        "Type": f"RECEIVE-{kind}",
        "Contact": {"Name": "Ann Archer"},
        "BankAccount": {"Code": "090"},
        "Date": "2026-10-01",
        "LineItems": [line()],
    }


def banked(books: Books) -> str:
    return _put(books, "BankTransactions", received("PREPAYMENT"))


def spent(**fields: Any) -> dict[str, Any]:
    """Money spent, with every field that an app may send."""
    body = received("PREPAYMENT") | {"Type": "SPEND", "Reference": "card", "IsReconciled": False}
    lines = [line(AccountCode="420", TaxType="INPUT2", ItemCode="BOOK")]
    return body | {"Url": "https://shop.example/1", "LineItems": lines} | fields


def bank_transaction(books: Books) -> str:
    return _put(books, "BankTransactions", spent())


def transferred(books: Books) -> dict[str, Any]:
    """A transfer with tracking on one side."""
    region = books.get("TrackingCategories").json()["TrackingCategories"][0]
    tracking = {
        "TrackingCategoryID": region["TrackingCategoryID"],
        "TrackingOptionID": region["Options"][0]["TrackingOptionID"],
    }
    return {
        "FromBankAccount": {"Code": "090"},
        "ToBankAccount": {"Code": "091"},
        "Amount": "50.00",
        "Date": "2026-10-01",
        "Reference": "rent",
        "ToIsReconciled": False,
        "FromTracking": [tracking],
    }


def bank_transfer(books: Books) -> str:
    return _put(books, "BankTransfers", transferred(books))


def prepayment(books: Books) -> str:
    made = books.one("PUT", "BankTransactions", received("PREPAYMENT"))
    return f"Prepayments/{made['PrepaymentID']}"


def overpayment(books: Books) -> str:
    made = books.one("PUT", "BankTransactions", received("OVERPAYMENT"))
    return f"Overpayments/{made['OverpaymentID']}"


def make_room(books: Books) -> None:
    """Delete the tracking category made here before: Xero allows two, and one is there."""
    for one in books.get("TrackingCategories?includeArchived=true").json()["TrackingCategories"]:
        if one["Name"].startswith("Team"):
            books.call("DELETE", path_of("TrackingCategories", one))


def category(books: Books) -> str:
    make_room(books)
    return _put(books, "TrackingCategories", {"Name": fresh("Team")})


def option(books: Books) -> str:
    path = f"{category(books)}/Options"
    [made] = books.put(path, {"Name": fresh("Up")}).json()["Options"]
    return f"{path}/{made['TrackingOptionID']}"


def first(plural: str) -> Callable[[Books], str]:
    """The path of the first that the demo company has."""

    def find(books: Books) -> str:
        return path_of(plural, books.get(plural).json()[plural][0])

    return find


def a(maker: Callable[..., dict[str, Any]], plural: str) -> Callable[[Books], str]:
    return lambda books: path_of(plural, maker(books))


def quoted(**fields: Any) -> dict[str, Any]:
    return {"Contact": {"Name": "Ann Archer"}, "Date": "2026-11-02", "LineItems": [line()]} | fields


def quote(books: Books) -> str:
    return _put(books, "Quotes", quoted(ExpiryDate="2026-12-01", Title="Tea", Terms="Soon"))


def repeated(**fields: Any) -> dict[str, Any]:
    schedule = {
        "Period": 1,
        "Unit": "MONTHLY",
        "DueDate": 10,
        "DueDateType": "OFFOLLOWINGMONTH",
        "StartDate": "2026-01-31",
    }
    return draft(Schedule=schedule) | fields


def repeating(books: Books) -> str:
    return _put(books, "RepeatingInvoices", repeated())


def ordered(books: Books, **fields: Any) -> dict[str, Any]:
    supplier = {"ContactID": contact(books).split("/")[1]}
    lines = [line(AccountCode="300", TaxType="INPUT2", DiscountRate=10)]
    return {"Contact": supplier, "Date": "2026-11-02", "LineItems": lines} | fields


def purchase_order(books: Books) -> str:
    delivery = {"DeliveryDate": "2026-11-20", "ExpectedArrivalDate": "2026-11-21"}
    texts = {"DeliveryAddress": "1 Way", "AttentionTo": "Ann", "Reference": "R1"}
    return _put(books, "PurchaseOrders", ordered(books, **delivery, **texts))


def loaded(plural: str, **element: Any) -> Callable[[Books], str]:
    """The path of what is loaded by control, since Xero has closed it to writing."""

    def load(books: Books) -> str:
        ident = str(uuid.uuid4())
        answer = books.http.post(
            f"/_sandbox/organisations/{books.organisation}/load",
            json={plural: element | {f"{plural.removesuffix('s')}ID": ident}},
        )
        assert answer.status_code == 200, answer.text
        return f"{plural}/{ident}"

    return load


USER = {"UserID": str(uuid.uuid4()), "FirstName": "Ann", "LastName": "Archer"}
receipt = loaded(
    "Receipts",
    Date="2026-03-12",
    User=USER,
    Contact={"ContactID": str(uuid.uuid4()), "Name": "Tea Farm"},
    LineAmountTypes="NoTax",
    LineItems=[{"Description": "Tea", "Quantity": 2, "UnitAmount": 20, "LineAmount": 40}],
    SubTotal=40,
    Total=40,
)
claim = loaded("ExpenseClaims", User=USER, Total=40, AmountDue=40, ReportingDate="2026-03-31")


def expense(books: Books) -> dict[str, Any]:
    """What makes a line of a bill billable to Ann."""
    owed = invoice(books, **bill())
    return {
        "SourceTransactionID": owed["InvoiceID"],
        "SourceLineItemID": owed["LineItems"][0]["LineItemID"],
        "ContactID": owed["Contact"]["ContactID"],
    }


def linked(books: Books) -> str:
    return _put(books, "LinkedTransactions", expense(books))


def pay_link(books: Books) -> dict[str, Any]:
    return {"PaymentServiceName": fresh("Pay "), "PaymentServiceUrl": "https://pay.example/"}


def offered_by_theme(books: Books) -> httpx2.Response:
    """Let the first theme offer a payment service made for it."""
    made = books.one("PUT", "PaymentServices", pay_link(books))
    path = first("BrandingThemes")(books)
    return books.post(f"{path}/PaymentServices", {"PaymentServiceID": made["PaymentServiceID"]})


def recoded(**fields: Any) -> dict[str, Any]:
    lines = [
        {"LineAmount": 100, "AccountCode": "412", "TaxType": "INPUT2", "Description": "Wrong"},
        {"LineAmount": -100, "AccountCode": "453", "TaxType": "INPUT2"},
    ]
    body = {"Narration": "Recode", "Date": "2026-10-31", "LineAmountTypes": "Exclusive"}
    return body | {"Status": "POSTED", "JournalLines": lines} | fields


def manual_journal(books: Books) -> str:
    return _put(books, "ManualJournals", recoded(Url="https://books.example/1"))


def planned(books: Books) -> str:
    """A budget, which a person makes."""
    balances = [{"Period": "2026-08", "Amount": 1000, "Notes": "Fair"}]
    told = {
        "Type": "TRACKING",
        "Description": fresh("Plan "),
        "Tracking": [{"Name": "Region", "Option": "North"}],
        "BudgetLines": [{"AccountCode": "200", "BudgetBalances": balances}],
    }
    return path_of("Budgets", by_hand(books, "budgets", told))


def published(books: Books) -> str:
    rows = [{"RowType": "Header", "Cells": [{"Value": "Box 1"}]}]
    told = {"ReportName": "VAT Return", "ReportDate": "30 November 2026", "Rows": rows}
    return path_of("Reports", by_hand(books, "reports", told))


def by_hand(books: Books, what: str, told: dict[str, Any]) -> dict[str, Any]:
    """What only a person can make, by the control interface."""
    path = f"/_sandbox/organisations/{books.organisation}/{what}"
    made = books.http.post(path, json=told)
    assert made.status_code == 201, made.text
    return made.json()


def journal(books: Books) -> dict[str, Any]:
    """The last of a tracked sale."""
    tracking = [{"Name": "Region", "Option": "North"}]
    made = invoice(books, Reference="order 1", LineItems=[line(Tracking=tracking)])
    found: list[dict[str, Any]] = []
    while page := books.get(f"Journals?offset={found[-1]['JournalNumber'] if found else 0}").json()[
        "Journals"
    ]:
        found = page
    assert found[-1]["SourceID"] == made["InvoiceID"]
    return found[-1]


def stocked(books: Books) -> str:
    """A tracked item of which some are bought and some sold."""
    details = {"UnitPrice": 3, "COGSAccountCode": "310", "TaxType": "INPUT2"}
    sales = {"UnitPrice": 9, "AccountCode": "200", "TaxType": "OUTPUT2"}
    body = {"Code": fresh("ST"), "InventoryAssetAccountCode": "630"}
    made = books.one("PUT", "Items", body | {"PurchaseDetails": details, "SalesDetails": sales})
    goods = {"ItemCode": made["Code"], "Description": "Cup", "Quantity": 2}
    invoice(books, **bill(LineItems=[goods]))
    invoice(books, LineItems=[goods | {"Quantity": 1}])
    return path_of("Items", made)


#: What has attachments, history or both: the word in the operation's name, and how one is made.
OWNERS: dict[str, Callable[[Books], str]] = {
    "Account": account,
    "BankTransaction": bank_transaction,
    "BankTransfer": bank_transfer,
    "BatchPayment": batched,
    "Contact": contact,
    "CreditNote": credit_note,
    "ExpenseClaim": claim,
    "Invoice": a(invoice, "Invoices"),
    "Item": item,
    "ManualJournal": manual_journal,
    "Overpayment": overpayment,
    "Payment": paid,
    "Prepayment": prepayment,
    "PurchaseOrder": purchase_order,
    "Quote": quote,
    "Receipt": receipt,
    "RepeatingInvoice": repeating,
}


def get(path: str) -> Call:
    return lambda books: books.get(path)


def read(maker: Callable[[Books], str], more: str = "", **options: Any) -> Call:
    return lambda books: books.get(maker(books) + more, **options)


def put(plural: str, body: Callable[[Books], Any]) -> Call:
    return lambda books: books.put(plural, body(books))


def post(maker: Callable[[Books], str], **fields: Any) -> Call:
    """Change one that exists."""
    return lambda books: books.post(maker(books), fields)


def delete(maker: Callable[[Books], str]) -> Call:
    return lambda books: books.call("DELETE", maker(books))


def attach(maker: Callable[[Books], str], method: str = "PUT") -> Call:
    headers = {"Content-Type": "text/plain"}
    return lambda books: books.call(
        method, f"{maker(books)}/Attachments/note.txt", content=b"hello", headers=headers
    )


def attached(maker: Callable[[Books], str], *, by: str | None) -> Call:
    """The list of attachments, or the bytes of one by its name or id."""

    def call(books: Books) -> httpx2.Response:
        path = maker(books)
        headers = {"Content-Type": "text/plain"}
        made = books.call(
            "PUT", f"{path}/Attachments/note.txt", content=b"hello", headers=headers
        ).json()["Attachments"][0]
        if by is None:
            return books.get(f"{path}/Attachments")
        return books.get(f"{path}/Attachments/{made[by]}", headers={"Accept": "text/plain"})

    return call


def allocate(maker: Callable[[Books], str]) -> Call:
    return lambda books: books.put(
        f"{maker(books)}/Allocations", {"Allocations": [allocation(invoice(books), 2)]}
    )


def deallocate(maker: Callable[[Books], str]) -> Call:
    def call(books: Books) -> httpx2.Response:
        path = f"{maker(books)}/Allocations"
        made = books.put(path, {"Allocations": [allocation(invoice(books), 2)]})
        return books.call("DELETE", f"{path}/{made.json()['Allocations'][0]['AllocationID']}")

    return call


def pdf(maker: Callable[[Books], str]) -> Call:
    return lambda books: books.get(f"{maker(books)}/pdf", headers={"Accept": "application/pdf"})


def aged(kind: str) -> Call:
    def call(books: Books) -> httpx2.Response:
        made = invoice(books, **({} if kind == "Receivables" else bill()))
        path = f"Reports/Aged{kind}ByContact?contactID={made['Contact']['ContactID']}"
        return books.get(path)

    return call


def rate(books: Books) -> dict[str, Any]:
    components = [{"Name": "State", "Rate": 2.25}, {"Name": "City", "Rate": 1}]
    return {"Name": fresh("City "), "ReportTaxType": "OUTPUT2", "TaxComponents": components}


def changed_rate(books: Books) -> dict[str, Any]:
    made = books.one("PUT", "TaxRates", rate(books))
    return {"Name": made["Name"], "Status": "DELETED"}


def papers(word: str, maker: Callable[[Books], str]) -> dict[str, Call]:
    """The calls of what belongs to one resource: history and, of some, attachments."""
    details = {"HistoryRecords": [{"Details": "Checked by Ann"}]}
    history: dict[str, Call] = (
        {}
        if word == "Account"
        else {
            _HISTORY_READS.get(word, f"get{word}History"): read(maker, "/History"),
            _HISTORY_WRITES.get(word, f"create{word}History"): lambda books: books.put(
                f"{maker(books)}/History", details
            ),
        }
    )
    if word not in _WITH_FILES:
        return history
    return history | {
        f"get{word}Attachments": attached(maker, by=None),
        f"get{word}AttachmentById": attached(maker, by="AttachmentID"),
        f"get{word}AttachmentByFileName": attached(maker, by="FileName"),
        f"create{word}AttachmentByFileName": attach(maker),
        f"update{word}AttachmentByFileName": attach(maker, "POST"),
    }


_WITH_FILES = (
    "Account",
    "BankTransaction",
    "BankTransfer",
    "Contact",
    "CreditNote",
    "Invoice",
    "ManualJournal",
    "PurchaseOrder",
    "Quote",
    "Receipt",
    "RepeatingInvoice",
)
_HISTORY_READS = {word: f"get{word}sHistory" for word in ("BankTransaction", "ManualJournal")}
_HISTORY_WRITES = {
    word: f"create{word}HistoryRecord"
    for word in ("BankTransaction", "BankTransfer", "BatchPayment", "ManualJournal")
}
_GONE = {"Status": "DELETED"}
_invoice = a(invoice, "Invoices")
CALLS: dict[str, Call] = {
    name: call for word, maker in OWNERS.items() for name, call in papers(word, maker).items()
} | {
    "getAccounts": get("Accounts"),
    "createAccount": lambda books: books.put(
        "Accounts", {"Code": fresh("X"), "Name": fresh("Account "), "Type": "EXPENSE"}
    ),
    "getAccount": read(account),
    "updateAccount": post(account, Description="Parties"),
    "deleteAccount": delete(account),
    "getBatchPayments": lambda books: batched(books) and books.get("BatchPayments"),
    "createBatchPayment": put("BatchPayments", batch),
    "deleteBatchPayment": lambda books: books.post(
        "BatchPayments", {"BatchPaymentID": batched(books).split("/")[1], "Status": "DELETED"}
    ),
    "getBatchPayment": read(batched),
    "deleteBatchPaymentByUrlParam": post(batched, Status="DELETED"),
    "getBankTransactions": lambda books: (
        banked(books)
        and bank_transaction(books)
        and bank_transfer(books)
        and books.get("BankTransactions?page=1")
    ),
    "createBankTransactions": put(
        "BankTransactions",
        lambda _: {"BankTransactions": [received("OVERPAYMENT"), received("PREPAYMENT"), spent()]},
    ),
    "updateOrCreateBankTransactions": lambda books: books.post(
        "BankTransactions",
        spent(BankTransactionID=bank_transaction(books).split("/")[1], LineItems=[line()]),
    ),
    "getBankTransaction": read(bank_transaction),
    "updateBankTransaction": post(bank_transaction, Status="DELETED"),
    "getBankTransfers": lambda books: bank_transfer(books) and books.get("BankTransfers"),
    "createBankTransfer": put("BankTransfers", transferred),
    "deleteBankTransfers": lambda books: books.post(
        "BankTransfers",
        {"BankTransfers": [{"BankTransferID": bank_transfer(books).split("/")[1], **_GONE}]},
    ),
    "getBankTransfer": read(bank_transfer),
    "deleteBankTransfer": post(bank_transfer, **_GONE),
    "getBrandingThemes": get("BrandingThemes"),
    "getBrandingTheme": read(first("BrandingThemes")),
    "getBrandingThemePaymentServices": lambda books: (
        offered_by_theme(books) and books.get(f"{first('BrandingThemes')(books)}/PaymentServices")
    ),
    "createBrandingThemePaymentServices": offered_by_theme,
    "getContactCISSettings": read(contact, "/CISSettings"),
    "getBudgets": lambda books: planned(books) and books.get("Budgets"),
    "getBudget": read(planned, "?DateFrom=2026-08-01"),
    "getContacts": lambda books: contact(books) and books.get("Contacts?page=1"),
    "createContacts": put(
        "Contacts",
        lambda _: {
            "Name": fresh("Firm "),
            "EmailAddress": "ann@firm.example",
            "ContactPersons": [
                {"FirstName": "Ann", "LastName": "A", "EmailAddress": "a@f.example"}
            ],
            "Addresses": [{"AddressType": "STREET", "AddressLine1": "1 Way", "City": "Bath"}],
            "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "123"}],
            "PaymentTerms": {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}},
        },
    ),
    "updateOrCreateContacts": lambda books: books.post("Contacts", {"Name": fresh("Firm ")}),
    "getContactByContactNumber": lambda books: books.get(
        f"Contacts/{books.get(contact(books)).json()['Contacts'][0]['ContactNumber']}"
    ),
    "getContact": read(contact),
    "updateContact": post(contact, ContactStatus="ARCHIVED"),
    "getContactGroups": lambda books: group(books) and books.get("ContactGroups"),
    "createContactGroup": put("ContactGroups", lambda _: {"Name": fresh("Group ")}),
    "getContactGroup": lambda books: books.get(grouped(books).removesuffix("/Contacts")),
    "updateContactGroup": post(group, Status="ACTIVE"),
    "createContactGroupContacts": lambda books: books.put(
        f"{group(books)}/Contacts", {"Contacts": [{"ContactID": contact(books).split("/")[1]}]}
    ),
    "deleteContactGroupContacts": delete(grouped),
    "deleteContactGroupContact": lambda books: books.call(
        "DELETE", f"{(path := grouped(books))}/{inside(books, path)}"
    ),
    "getCreditNotes": lambda books: credit_note(books) and books.get("CreditNotes?page=1"),
    "createCreditNotes": put("CreditNotes", lambda _: note()),
    "updateOrCreateCreditNotes": lambda books: books.post("CreditNotes", note()),
    "getCreditNote": read(credit_note),
    "updateCreditNote": post(credit_note, Status="VOIDED"),
    "getCreditNoteAsPdf": pdf(credit_note),
    "createCreditNoteAllocation": allocate(credit_note),
    "deleteCreditNoteAllocations": deallocate(credit_note),
    "getCurrencies": get("Currencies"),
    "createCurrency": put("Currencies", lambda _: {"Code": "CHF"}),
    "getInvoices": lambda books: invoice(books) and books.get("Invoices?page=1"),
    "createInvoices": put(
        "Invoices",
        lambda _: {
            "Invoices": [
                draft(fresh("I-"), Url="https://shop.example/1", Reference="order 1"),
                bill(fresh("B-"), CurrencyCode="USD", CurrencyRate=1.25),
                approved(fresh("I-"), LineItems=[line(DiscountRate=10, ItemCode="BOOK")]),
            ]
        },
    ),
    "updateOrCreateInvoices": lambda books: books.post("Invoices", draft(fresh("I-"))),
    "getInvoice": read(
        lambda books: path_of("Invoices", books.get(paid(books)).json()["Payments"][0]["Invoice"])
    ),
    "updateInvoice": post(_invoice, Status="VOIDED"),
    "getInvoiceAsPdf": pdf(_invoice),
    "getOnlineInvoice": read(_invoice, "/OnlineInvoice"),
    "emailInvoice": lambda books: books.call(
        "POST", f"{mailable(books)}/Email", headers={"Content-Type": "application/json"}
    ),
    "getExpenseClaims": lambda books: claim(books) and books.get("ExpenseClaims"),
    "getExpenseClaim": read(claim),
    "getInvoiceReminders": get("InvoiceReminders/Settings"),
    "getItems": lambda books: item(books) and books.get("Items"),
    "createItems": put(
        "Items",
        lambda _: {
            "Code": fresh("IT"),
            "Name": "Tea",
            "SalesDetails": {"UnitPrice": 9.5, "AccountCode": "200", "TaxType": "OUTPUT2"},
            "PurchaseDetails": {"UnitPrice": 5, "AccountCode": "300", "TaxType": "INPUT2"},
        },
    ),
    "updateOrCreateItems": lambda books: books.post("Items", {"Code": fresh("IT")}),
    "getItem": read(stocked),
    "updateItem": lambda books: books.post(item(books), {"Code": fresh("IT"), "Name": "Green tea"}),
    "deleteItem": delete(item),
    "getJournals": lambda books: journal(books) and stocked(books) and books.get("Journals"),
    "getJournal": lambda books: books.get(f"Journals/{journal(books)['JournalID']}"),
    "getJournalByNumber": lambda books: books.get(f"Journals/{journal(books)['JournalNumber']}"),
    "getLinkedTransactions": lambda books: linked(books) and books.get("LinkedTransactions"),
    "createLinkedTransaction": put("LinkedTransactions", expense),
    "getLinkedTransaction": read(linked),
    "updateLinkedTransaction": lambda books: books.post(linked(books), expense(books)),
    "deleteLinkedTransaction": delete(linked),
    "getManualJournals": lambda books: manual_journal(books) and books.get("ManualJournals?page=1"),
    "createManualJournals": put("ManualJournals", lambda _: recoded(Status="DRAFT")),
    "updateOrCreateManualJournals": lambda books: books.post("ManualJournals", recoded()),
    "getManualJournal": read(manual_journal),
    "updateManualJournal": post(manual_journal, Status="VOIDED"),
    "getOrganisations": get("Organisation"),
    "getOrganisationActions": get("Organisation/Actions"),
    "getOrganisationCISSettings": lambda books: books.get(
        f"Organisation/{books.organisation}/CISSettings"
    ),
    "getOverpayments": lambda books: overpayment(books) and books.get("Overpayments?page=1"),
    "getOverpayment": read(overpayment),
    "createOverpaymentAllocations": allocate(overpayment),
    "deleteOverpaymentAllocations": deallocate(overpayment),
    "getPayments": lambda books: paid(books) and books.get("Payments?page=1"),
    "createPayments": put(
        "Payments",
        lambda books: {"Payments": [payment(invoice(books)), payment(invoice(books, **bill()))]},
    ),
    "createPayment": lambda books: books.post("Payments", payment(invoice(books))),
    "getPayment": read(of_batch),
    "deletePayment": post(paid, Status="DELETED"),
    "getPaymentServices": lambda books: (
        books.put("PaymentServices", pay_link(books)) and books.get("PaymentServices")
    ),
    "createPaymentService": put("PaymentServices", pay_link),
    "getPrepayments": lambda books: prepayment(books) and books.get("Prepayments?page=1"),
    "getPrepayment": read(prepayment),
    "createPrepaymentAllocations": allocate(prepayment),
    "deletePrepaymentAllocations": deallocate(prepayment),
    "getPurchaseOrders": lambda books: purchase_order(books) and books.get("PurchaseOrders"),
    "createPurchaseOrders": put("PurchaseOrders", ordered),
    "updateOrCreatePurchaseOrders": lambda books: books.post(
        "PurchaseOrders", ordered(books, SentToContact=True)
    ),
    "getPurchaseOrder": read(purchase_order),
    "getPurchaseOrderByNumber": lambda books: books.get(
        "PurchaseOrders/"
        + books.one("PUT", "PurchaseOrders", ordered(books))["PurchaseOrderNumber"]
    ),
    "updatePurchaseOrder": post(purchase_order, Status="AUTHORISED"),
    "getPurchaseOrderAsPdf": pdf(purchase_order),
    "getQuotes": lambda books: quote(books) and books.get("Quotes?page=1"),
    "createQuotes": put("Quotes", lambda _: quoted()),
    "updateOrCreateQuotes": lambda books: books.post("Quotes", quoted()),
    "getQuote": read(quote),
    "updateQuote": post(quote, Status="SENT"),
    "getQuoteAsPdf": pdf(quote),
    "getReceipts": lambda books: receipt(books) and books.get("Receipts"),
    "getReceipt": read(receipt),
    "getRepeatingInvoices": lambda books: repeating(books) and books.get("RepeatingInvoices"),
    "createRepeatingInvoices": put("RepeatingInvoices", lambda _: repeated(Reference="Rent")),
    "updateOrCreateRepeatingInvoices": lambda books: books.post("RepeatingInvoices", repeated()),
    "getRepeatingInvoice": read(repeating),
    "updateRepeatingInvoice": post(repeating, Status="DELETED"),
    "getReportAgedPayablesByContact": aged("Payables"),
    "getReportAgedReceivablesByContact": aged("Receivables"),
    "getReportBankSummary": lambda books: (
        bank_transaction(books)
        and books.get("Reports/BankSummary?fromDate=2026-10-01&toDate=2026-10-31")
    ),
    "getReportBalanceSheet": get("Reports/BalanceSheet"),
    "getReportBudgetSummary": lambda books: (
        planned(books) and books.get("Reports/BudgetSummary?date=2026-08-01&periods=2&timeframe=3")
    ),
    "getReportExecutiveSummary": lambda books: (
        invoice(books) and books.get("Reports/ExecutiveSummary")
    ),
    "getReportFromId": read(published),
    "getReportsList": lambda books: published(books) and books.get("Reports"),
    "getReportTenNinetyNine": get("Reports/TenNinetyNine?reportYear=2026"),
    "getReportProfitAndLoss": lambda books: (
        invoice(books) and books.get("Reports/ProfitAndLoss?fromDate=2026-01-01&toDate=2026-12-31")
    ),
    "getReportTrialBalance": get("Reports/TrialBalance"),
    "getTaxRates": get("TaxRates"),
    "createTaxRates": put("TaxRates", rate),
    "updateTaxRate": lambda books: books.post("TaxRates", changed_rate(books)),
    "getTaxRateByTaxType": get("TaxRates/OUTPUT2"),
    "getTrackingCategories": get("TrackingCategories"),
    "createTrackingCategory": lambda books: (
        make_room(books) or books.put("TrackingCategories", {"Name": fresh("Team")})
    ),
    "getTrackingCategory": read(category),
    "updateTrackingCategory": post(category, Status="ARCHIVED"),
    "deleteTrackingCategory": delete(category),
    "createTrackingOptions": lambda books: books.put(
        f"{category(books)}/Options", {"Name": fresh("Up")}
    ),
    "updateTrackingOptions": post(option, Name="Down"),
    "deleteTrackingOptions": delete(option),
    "getUsers": get("Users"),
    "getUser": read(first("Users")),
}
