import pytest
from books_client import draft

ZERO_ID = "00000000-0000-0000-0000-000000000000"


def make(books, **fields):
    answer = books.put("Contacts", {"Name": "Ann Archer"} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["Contacts"][0]


def test_a_contact_is_created_and_read_by_id_and_by_number(books):
    made = make(
        books,
        ContactNumber="C-1",
        EmailAddress="ann@example.com",
        IsCustomer=True,
        Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "555"}],
        Addresses=[{"AddressType": "STREET", "AddressLine1": "1 Lane", "City": "York"}],
    )

    by_id = books.get(f"Contacts/{made['ContactID']}").json()["Contacts"][0]
    by_number = books.get("Contacts/c-1").json()["Contacts"][0]

    assert by_id == by_number == made
    assert made["IsCustomer"] is False  # true once a sale exists
    assert made["ContactStatus"] == "ACTIVE"
    assert [slot["PhoneNumber"] for slot in made["Phones"]] == ["", "", "", "555"]
    assert made["Addresses"][0]["City"] == "York"


def test_put_refuses_a_name_that_an_active_contact_bears(books):
    make(books)

    answer = books.put("Contacts", {"Name": "ANN ARCHER"})

    assert answer.status_code == 400
    [element] = answer.json()["Elements"]
    assert element["ContactID"] == ZERO_ID
    assert element["HasValidationErrors"] is True
    assert element["ValidationErrors"][0]["Message"] == (
        "The contact name ANN ARCHER is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def test_put_refuses_taken_contact_and_account_numbers(books):
    make(books, ContactNumber="C-1", AccountNumber="A-1")

    messages = books.errors(
        "PUT", "Contacts", {"Name": "Bo", "ContactNumber": "C-1", "AccountNumber": "A-1"}
    )

    assert messages == [
        "Another contact has this contact number. Please enter a different contact number.",
        "The Account Number already exists. Please enter a different Account Number.",
    ]


def test_post_updates_by_id_by_number_and_by_name(books):
    ident = make(books, ContactNumber="C-1")["ContactID"]

    found = [
        books.post("Contacts", sent).json()["Contacts"][0]
        for sent in (
            {"ContactID": ident, "FirstName": "A"},
            {"ContactNumber": "C-1", "LastName": "B"},
            {"Name": "ann archer", "EmailAddress": "ann@example.com"},
        )
    ]

    assert {one["ContactID"] for one in found} == {ident}
    assert (found[2]["FirstName"], found[2]["LastName"]) == ("A", "B")


def test_a_namesake_with_another_number_is_not_overwritten(books):
    make(books, ContactNumber="C-1")

    [message] = books.errors("POST", "Contacts", {"Name": "Ann Archer", "ContactNumber": "C-2"})

    assert "already assigned to another contact" in message


def test_an_archived_contact_is_hidden_cannot_be_edited_and_frees_its_name(books):
    ident = make(books)["ContactID"]
    archived = books.post("Contacts", {"ContactID": ident, "ContactStatus": "ARCHIVED"})

    again = books.errors("POST", "Contacts", {"ContactID": ident, "ContactStatus": "ACTIVE"})

    assert archived.json()["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    assert again == [
        (
            "The specified contact details matched an archived contact. "
            "Archived contacts cannot currently be edited via the API."
        )
    ]
    assert books.get("Contacts").json()["Contacts"] == []
    assert len(books.get("Contacts?includeArchived=true").json()["Contacts"]) == 1
    assert make(books)["ContactID"] != ident


def test_an_archived_contact_still_holds_its_account_number(books):
    ident = make(books, AccountNumber="A-1")["ContactID"]
    books.post("Contacts", {"ContactID": ident, "ContactStatus": "ARCHIVED"})

    messages = books.errors("PUT", "Contacts", {"Name": "Bo", "AccountNumber": "A-1"})

    assert messages == [
        "The Account Number already exists. Please enter a different Account Number."
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"Name": ""},
        {"Name": " Ann"},
        {"Name": "Ann  Archer"},
        {"Name": "<b>Ann</b>"},
        {"Name": "x" * 256},
        {"EmailAddress": "nobody"},
        {"ContactNumber": "9" * 51},
        {"ContactStatus": "GONE"},
        {"ContactPersons": [{"FirstName": "x"}] * 6},
        {"Phones": [{"PhoneType": "TELEX"}]},
    ],
)
def test_a_contact_that_breaks_a_rule_is_refused(books, fields):
    assert books.errors("PUT", "Contacts", {"Name": "Ann"} | fields)


def test_good_contacts_of_a_batch_land_beside_bad_ones(books):
    sent = {"Contacts": [{"Name": "A"}, {"Name": "a"}, {"Name": "B"}]}

    found = books.put("Contacts?summarizeErrors=false", sent).json()["Contacts"]

    assert [one["StatusAttributeString"] for one in found] == ["OK", "ERROR", "OK"]
    assert len(books.get("Contacts").json()["Contacts"]) == 2


def test_without_a_page_contacts_are_lean(books):
    make(books, TaxNumber="GB 1")

    assert "TaxNumber" not in books.get("Contacts").json()["Contacts"][0]
    assert books.get("Contacts?page=1").json()["Contacts"][0]["TaxNumber"] == "GB 1"


def test_a_sale_makes_a_customer_without_counting_as_a_change(books):
    made = make(books)
    books.create(draft(Contact={"ContactID": made["ContactID"]}))

    after = books.get(f"Contacts/{made['ContactID']}").json()["Contacts"][0]

    assert after["IsCustomer"] is True
    assert after["UpdatedDateUTC"] == made["UpdatedDateUTC"]


def test_search_looks_into_names_numbers_and_mail(books):
    make(books, Name="Zoë Quill", ContactNumber="C-77", EmailAddress="z@example.com")
    make(books, Name="Bo")

    for term in ("zoe", "c-77", "Z@EXAMPLE"):
        found = books.get("Contacts", params={"searchTerm": term}).json()["Contacts"]
        assert [one["Name"] for one in found] == ["Zoë Quill"]
