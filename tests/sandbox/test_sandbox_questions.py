"""What lists may be asked: `where` on more fields and by more methods, summaries, seconds."""

import time

import pytest
from books_client import NZ, approved, connect, draft, line, note, payment
from test_sandbox_switches import switch

FLAG = "is unavailable on this endpoint when using the summaryOnly flag"


def numbers(books, where, path="Invoices"):
    answer = books.get(path, params={"where": where})
    assert answer.status_code == 200, answer.text
    name = "InvoiceNumber" if path == "Invoices" else "CreditNoteNumber"
    return [element[name] for element in answer.json()[path]]


@pytest.fixture
def three(books):
    """A plain draft, a discounted one with a file and a reference, and one that is paid."""
    plain, rich, paid = books.create(
        draft("W-1", Contact={"Name": "Bob", "EmailAddress": "bob@bobs.example"}),
        draft("W-2", Reference="PO-77", LineItems=[line(DiscountRate=10)]),
        approved("W-3"),
    )
    books.one("PUT", "Payments", payment(paid, Date="2026-10-05"))
    path = f"Invoices/{rich['InvoiceID']}/Attachments/a.pdf"
    headers = {"Content-Type": "application/pdf"}
    assert books.call("PUT", path, content=b"x", headers=headers).status_code == 200
    return plain, rich, paid


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("HasAttachments==true", ["W-2"]),
        ("IsDiscounted==true", ["W-2"]),
        ("FullyPaidOnDate!=null", ["W-3"]),
        ("FullyPaidOnDate>=DateTime(2026,10,5)", ["W-3"]),
        ("FullyPaidOnDate>DateTime(2026,10,5)", []),
        ('Contact.EmailAddress=="BOB@bobs.example"', ["W-1"]),
        ('InvoiceNumber.Equals("w-3")', ["W-3"]),
        ('InvoiceID.Equals(Guid("{first}"))', ["W-1"]),
        ('string.IsNullOrEmpty(Reference) AND Status.Equals("DRAFT")', ["W-1"]),
        ("!String.IsNullOrEmpty(Reference)", ["W-2"]),
        ("Reference.Length==5", ["W-2"]),
        ("Reference.ToLower().Length>4", ["W-2"]),
    ],
)
def test_where_on_fields_and_by_methods(books, three, where, found):
    where = where.format(first=three[0]["InvoiceID"])

    assert sorted(numbers(books, where)) == found


def test_where_on_credit_notes_and_contacts(books, three):
    books.one("PUT", "CreditNotes", note(CreditNoteNumber="C-1"))
    bob = {"Name": "Bob", "EmailAddress": "bob@bobs.example"}
    books.one("PUT", "CreditNotes", note(CreditNoteNumber="C-2", Contact=bob))

    same_mail = 'Contact.EmailAddress.StartsWith("bob@")'
    assert numbers(books, same_mail, "CreditNotes") == ["C-2"]
    assert numbers(books, "FullyPaidOnDate!=null", "CreditNotes") == []
    assert numbers(books, "HasAttachments==true", "CreditNotes") == []
    nobody = books.get("Contacts", params={"where": "HasAttachments==true"}).json()
    assert nobody["Contacts"] == []


@pytest.mark.parametrize(
    "where", ["Total.Length==1", 'Date.Equals("x")', "string.IsNullOrEmpty(1)"]
)
def test_methods_that_do_not_fit_their_field_are_refused(books, where):
    answer = books.get("Invoices", params={"where": where})

    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"where": "Date>=DateTime(2026,1,1)"}, f"The supplied filter {FLAG}"),
        ({"where": "DueDate>=DateTime(2026,1,1)"}, f"The supplied filter {FLAG}"),
        ({"where": 'Status=="PAID"'}, f"The supplied filter {FLAG}"),
        ({"where": 'Status.Equals("PAID")'}, f"The supplied filter {FLAG}"),
        ({"IDs": "{id}", "ContactIDs": "{id}"}, f"The supplied filter {FLAG}"),
        ({"order": "DueDate DESC"}, f"Ordering by DueDate {FLAG}"),
    ],
)
def test_summaries_refuse_some_filters_and_an_order(books, asked, message):
    asked = {name: value.format(id=NZ) for name, value in asked.items()}

    refused = books.get("Invoices", params=asked | {"summaryOnly": "true"})

    assert refused.status_code == 400
    assert refused.json() == {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}
    assert books.get("Invoices", params=asked).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [{"IDs": NZ}, {"ContactIDs": NZ}, {"Statuses": "PAID"}, {"order": "Date"},
     {"where": 'Reference=="Status"'}],
)  # fmt: skip
def test_summaries_take_other_questions(books, asked):
    answer = books.get("Invoices", params=asked | {"summaryOnly": "true"})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["Invoices", "Items"])
def test_if_modified_since_counts_whole_seconds(http, path):
    """What changed later in the second that is named is not given again (facts 12.2)."""
    books = connect(
        http, scope="openid accounting.invoices accounting.contacts accounting.settings"
    )
    element = draft() if path == "Invoices" else {"Code": "S-1"}
    made = books.one("PUT", path, element)
    moment = made["UpdatedDateUTC"][6:19]  # the form of the rest differs by answer
    second = int(moment[:10])

    def found(seconds, fraction=""):
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + fraction
        listed = books.get(path, headers={"If-Modified-Since": text}).json()[path]
        return moment in [element["UpdatedDateUTC"][6:19] for element in listed]

    assert not found(second)
    assert found(second - 1)
    assert found(second - 1, ".999")


def test_an_unpaged_list_of_invoices_can_stop_at_100(http, books):
    for start in (0, 60):
        books.create(*(draft(f"U-{start + n}") for n in range(60)))
    every = len(books.get("Invoices").json()["Invoices"])

    switch(http, unpaged_invoices="100")

    assert (every, len(books.get("Invoices").json()["Invoices"])) == (120, 100)
    assert len(books.get("Invoices?page=1&pageSize=110").json()["Invoices"]) == 110


def test_the_actions_of_an_organisation_have_two_addresses(books):
    one, other = books.get("Organisation/Actions"), books.get("Organisations/Actions")

    assert one.status_code == other.status_code == 200
    assert one.json()["Actions"] == other.json()["Actions"] != []
