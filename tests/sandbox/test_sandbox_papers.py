"""What belongs to a document: attachments, history, PDF, online page, e-mail."""

import re

import pytest
from books_client import approved, connect, draft, line, note

from xero_sandbox.identity.scopes import GRANULAR

BYTES = b"\x89PNG\r\n\x1a\n\x00\xff"
UNKNOWN = "11111111-1111-1111-1111-111111111111"


def attach(books, path, name="logo.png", content=BYTES, method="PUT", query=""):
    headers = {"Content-Type": "image/png"}
    return books.call(method, f"{path}/Attachments/{name}{query}", content=content, headers=headers)


def invoice_path(books, **fields):
    [made] = books.create(draft(**fields))
    return f"Invoices/{made['InvoiceID']}"


def history(books, path):
    records = books.get(f"{path}/History").json()["HistoryRecords"]
    return [(record["Changes"], record["Details"]) for record in records]


def test_a_file_is_attached_listed_and_read_back_byte_by_byte(books):
    path = invoice_path(books)

    [made] = attach(books, path).json()["Attachments"]
    listed = books.get(f"{path}/Attachments").json()["Attachments"]
    by_name = books.get(f"{path}/Attachments/LOGO.png", headers={"Accept": "image/png"})
    by_id = books.get(f"{path}/Attachments/{made['AttachmentID']}", headers={"Accept": "*/*"})

    assert listed == [made]
    assert (made["MimeType"], made["ContentLength"]) == ("image/png", len(BYTES))
    assert made["Url"].endswith(f"/{path}/Attachments/logo.png")
    assert by_name.content == by_id.content == BYTES
    assert by_name.headers["Content-Type"] == "image/png"


def spent():
    body = {"Type": "SPEND", "Contact": {"Name": "Ann"}, "BankAccount": {"Code": "090"}}
    return body | {"LineItems": [line(AccountCode="420", TaxType="INPUT2")]}


def journal():
    lines = [{"LineAmount": amount, "AccountCode": "412"} for amount in (1, -1)]
    return {"Narration": "n", "JournalLines": lines}


def order():
    return {"Contact": {"Name": "Ann Archer"}, "LineItems": [line()]}


def transfer():
    banks = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}}
    return banks | {"Amount": 1}


@pytest.mark.parametrize(
    ("plural", "body"),
    [
        ("Invoices", draft()),
        ("CreditNotes", note()),
        ("PurchaseOrders", order()),
        ("ManualJournals", journal()),
        ("BankTransactions", spent()),
        ("BankTransfers", transfer()),
    ],
)
def test_the_url_of_a_file_leads_to_the_stand_in_itself(sandbox, http, plural, body):
    """A client that follows it with its token stays here."""
    books = connect(http, scope=" ".join(GRANULAR))
    books.create(draft())  # makes the contact, which an order does not
    path = f"{plural}/{books.one('PUT', plural, body)[plural[:-1] + 'ID']}"
    attach(books, path)

    answer = books.get(path)

    [told] = answer.json()[plural][0]["Attachments"]
    assert told["Url"] == f"{sandbox.url}/api.xro/2.0/{path}/Attachments/logo.png"
    assert books.get(f"{path}/Attachments").json()["Attachments"] == [told]
    assert http.get(told["Url"], headers=answer.request.headers).content == BYTES


def test_a_document_tells_that_it_has_attachments_also_after_an_edit(books):
    path = invoice_path(books, Reference="R")
    attach(books, path)

    books.post(path, {"Reference": "S"})
    single = books.get(path).json()["Invoices"][0]
    listed = books.get("Invoices?page=1").json()["Invoices"][0]

    assert single["HasAttachments"] is listed["HasAttachments"] is True
    assert [file["FileName"] for file in single["Attachments"]] == ["logo.png"]


def test_a_file_of_the_same_name_is_replaced_and_keeps_its_id(books):
    path = invoice_path(books)
    [first] = attach(books, path).json()["Attachments"]

    [second] = attach(books, path, "Logo.png", b"other", "POST").json()["Attachments"]

    assert second["AttachmentID"] == first["AttachmentID"]
    assert second["ContentLength"] == 5
    assert len(books.get(f"{path}/Attachments").json()["Attachments"]) == 1


def test_the_eleventh_file_is_refused_but_a_replacement_is_not(books):
    path = invoice_path(books)
    for number in range(10):
        attach(books, path, f"{number}.png")

    eleventh = attach(books, path, "10.png")

    assert eleventh.status_code == 400
    assert "at most 10 attachments" in eleventh.text
    assert attach(books, path, "9.png").status_code == 200


@pytest.mark.parametrize("name", ["a%3Ab.png", "a%2Fb.png", "a%2Ab.png", "a%3Fb.png", "a%7Cb.png"])
def test_a_name_with_forbidden_characters_is_refused(books, name):
    answer = attach(books, invoice_path(books), name)

    assert answer.status_code == 400
    assert "file name must not contain" in answer.text


def test_only_sales_documents_show_files_online(books):
    sale, bill = invoice_path(books), invoice_path(books, Type="ACCPAY")

    shown = attach(books, sale, query="?IncludeOnline=true").json()["Attachments"][0]
    refused = attach(books, bill, query="?IncludeOnline=true")

    assert shown["IncludeOnline"] is True
    assert refused.status_code == 400


def test_contacts_and_accounts_have_attachments_too(books):
    contact = books.put("Contacts", {"Name": "Bo"}).json()["Contacts"][0]
    account = books.get("Accounts").json()["Accounts"][0]

    for plural, ident in (("Contacts", contact["ContactID"]), ("Accounts", account["AccountID"])):
        path = f"{plural}/{ident}"
        assert attach(books, path).status_code == 200
        assert books.get(path).json()[plural][0]["HasAttachments"] is True


def test_attachments_need_their_own_scope(http):
    books = connect(http, scope="accounting.invoices accounting.attachments.read")
    path = invoice_path(books)

    assert attach(books, path).status_code == 401
    assert books.get(f"{path}/Attachments").json()["Attachments"] == []


def test_unknown_documents_and_files_are_404(books):
    path = invoice_path(books)

    answers = [
        attach(books, f"Invoices/{UNKNOWN}"),
        books.get(f"Invoices/{UNKNOWN}/Attachments"),
        books.get(f"{path}/Attachments/none.png"),
        books.get(f"Invoices/{UNKNOWN}/History"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_history_tells_what_happened_newest_first(books):
    path = invoice_path(books, InvoiceNumber="A-1", LineItems=[line(TaxType="ZERORATEDOUTPUT")])
    books.post(path, {"Reference": "R"})
    books.post(path, {"Status": "AUTHORISED", "DueDate": "2026-12-31"})
    attach(books, path)
    books.post(path, {"Status": "VOIDED"})

    told = history(books, path)

    assert told == [
        ("Voided", "A-1 to Ann Archer for 10.00."),
        ("Attached a file", "Attached the file logo.png through the Xero API using Sandbox App"),
        ("Approved", "A-1 to Ann Archer for 10.00."),
        ("Edited", "A-1 to Ann Archer for 10.00."),
        ("Created", "A-1 to Ann Archer for 10.00."),
    ]


def test_a_note_is_added_and_shown_as_system_generated(books):
    path = invoice_path(books)

    added = books.put(f"{path}/History", {"HistoryRecords": [{"Details": "Called them"}]})
    newest = books.get(f"{path}/History").json()["HistoryRecords"][0]

    assert added.json()["HistoryRecords"][0]["Details"] == "Called them"
    assert (newest["Changes"], newest["User"]) == ("Note", "System Generated")
    assert newest["Details"] == "Called them"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", newest["DateUTCString"])


def test_notes_have_limits_and_need_a_document(books):
    path = invoice_path(books)

    [long] = books.errors("PUT", f"{path}/History", {"Details": "x" * 2501})
    [lost] = books.errors("PUT", f"Invoices/{UNKNOWN}/History", {"Details": "x"})

    assert "2500" in long
    assert lost == "The document with the supplied id was not found for this endpoint."


def test_contacts_and_items_have_a_history(books):
    contact = books.put("Contacts", {"Name": "Bo"}).json()["Contacts"][0]
    books.put("Items", {"Code": "TEA"})

    books.put(f"Contacts/{contact['ContactID']}/History", {"Details": "Nice"})
    books.post("Contacts", {"ContactID": contact["ContactID"], "ContactStatus": "ARCHIVED"})

    assert history(books, f"Contacts/{contact['ContactID']}") == [
        ("Archived", "Bo"),
        ("Note", "Nice"),
        ("Created", "Bo"),
    ]
    assert history(books, "Items/TEA") == [("Created", "Item TEA created.")]


def test_the_pdf_is_a_real_one_with_number_names_and_totals(books):
    path = invoice_path(books, InvoiceNumber="A-(1)", LineItems=[line() for _ in range(60)])

    answer = books.get(f"{path}/pdf", headers={"Accept": "application/pdf"})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    assert b"/Count 2" in answer.content
    assert rb"INVOICE A-\(1\)" in answer.content
    assert b"(720.00)" in answer.content
    start = int(answer.content.rsplit(b"startxref\n", 1)[1].split()[0])
    assert answer.content[start:].startswith(b"xref")
    for entry in re.findall(rb"(\d{10}) 00000 n", answer.content):
        assert re.match(rb"\d+ 0 obj", answer.content[int(entry) :])
    assert books.get(f"{path}/pdf").status_code == 406


def test_a_document_asked_for_as_a_pdf_at_its_own_address_comes_as_one(books):
    path = invoice_path(books)
    wanted = {"Accept": "application/pdf"}

    own, below = books.get(path, headers=wanted), books.get(f"{path}/pdf", headers=wanted)

    assert own.headers["Content-Type"] == "application/pdf"
    assert own.content == below.content
    assert books.get("Invoices", headers=wanted).headers["Content-Type"].startswith("text/xml")


def test_an_online_invoice_exists_for_approved_sales_only(books):
    [sale] = books.create(approved())
    path = f"Invoices/{sale['InvoiceID']}/OnlineInvoice"

    online = books.get(path).json()["OnlineInvoices"]
    refused = books.get(f"{invoice_path(books)}/OnlineInvoice")

    assert re.fullmatch(r"https://in\.xero\.com/\w{40}", online[0]["OnlineInvoiceUrl"])
    assert online == books.get(path).json()["OnlineInvoices"]
    assert refused.status_code == 400


def test_an_approved_invoice_is_sent_by_email(books):
    contact = {"Name": "Bo", "EmailAddress": "bo@example.com"}
    [sale] = books.create(approved(Contact=contact))
    path = f"Invoices/{sale['InvoiceID']}"

    answer = books.post(f"{path}/Email", {})

    assert (answer.status_code, answer.content) == (204, b"")
    assert books.get(path).json()["Invoices"][0]["SentToContact"] is True
    assert history(books, path)[0] == (
        "Invoice sent",
        "This invoice has been sent to bo@example.com.",
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (draft(Contact={"Name": "Bo", "EmailAddress": "bo@example.com"}), "Only submitted"),
        (approved(), "no e-mail address"),
    ],
)
def test_an_invoice_that_cannot_be_sent_says_why(books, body, message):
    [made] = books.create(body)

    [found] = books.errors("POST", f"Invoices/{made['InvoiceID']}/Email", {})

    assert message in found


def credit_note(books, **fields):
    body = draft(Type="ACCRECCREDIT", CreditNoteNumber="CN-9") | fields
    return books.put("CreditNotes", body).json()["CreditNotes"][0]


def test_payments_and_allocations_are_told_on_what_they_settle(books):
    [sale] = books.create(approved("A-1"))
    note = credit_note(books, Status="AUTHORISED")
    path, invoice = f"Invoices/{sale['InvoiceID']}", {"InvoiceID": sale["InvoiceID"]}

    part = {"Invoice": invoice, "Amount": 2, "Date": "2026-11-10"}
    books.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", part)
    payment = {**part, "Account": {"Code": "090"}, "Amount": 10}
    [paid] = books.put("Payments", payment).json()["Payments"]
    books.post(f"Payments/{paid['PaymentID']}", {"Status": "DELETED"})

    assert [changes for changes, _ in history(books, path)] == [
        "Payment Deleted",
        "Payment",
        "Credit Applied",
        "Approved",
        "Created",
    ]
    assert history(books, path)[1][1] == (
        "Payment received from Ann Archer on 10 November 2026 for 10.00. "
        "This document has been fully paid."
    )
    assert history(books, f"CreditNotes/{note['CreditNoteID']}")[0] == (
        "Credit Applied",
        "2.00 of CN-9 has been applied to A-1.",
    )
    assert [changes for changes, _ in history(books, f"Payments/{paid['PaymentID']}")] == [
        "Deleted",
        "Created",
    ]


def test_a_credit_note_has_attachments_and_a_pdf(books):
    path = f"CreditNotes/{credit_note(books)['CreditNoteID']}"

    attached = attach(books, path)
    pdf = books.get(f"{path}/pdf", headers={"Accept": "application/pdf"})

    assert attached.status_code == 200
    assert books.get(path).json()["CreditNotes"][0]["HasAttachments"] is True
    assert b"CREDIT NOTE CN-9" in pdf.content


@pytest.mark.parametrize(
    ("name", "status"), [("a.PDF", 200), ("a.b.docx", 200), ("a.exe", 400), ("readme", 400)]
)
def test_attachments_are_of_supported_types(books, name, status):
    [made] = books.create(draft())
    path = f"Invoices/{made['InvoiceID']}/Attachments/{name}"

    answer = books.call("PUT", path, content=b"x", headers={"Content-Type": "application/pdf"})

    assert answer.status_code == status
    if status == 400:
        [element] = answer.json()["Elements"]
        assert element["ValidationErrors"] == [
            {"Message": "The file type of the attachment is not supported."}
        ]
