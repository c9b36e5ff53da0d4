"""What a contact gives to documents and payments made for it is kept and shown (facts 6.6)."""

import pytest

REGION = {"TrackingCategoryName": "Region"}
NORTH = REGION | {"TrackingOptionName": "North"}
BANK = {"BankAccountNumber": "12-3456", "BankAccountName": "ACME", "Details": "Hello"}


def test_default_tracking_and_bank_details_are_kept_and_shown(books):
    lists = {"SalesTrackingCategories": [NORTH], "PurchasesTrackingCategories": [NORTH]}
    sent = {"Name": "Ann Archer", "BatchPayments": BANK} | lists

    made = books.one("PUT", "Contacts", sent)

    read = books.one("GET", f"Contacts/{made['ContactID']}")
    paged = books.one("GET", "Contacts?page=1")
    for shown in (made, read, paged):
        assert {name: shown[name] for name in sent} == sent
    assert "BatchPayments" not in books.one("GET", "Contacts")


def test_they_are_changed_one_by_one_and_tracking_goes_with_an_empty_list(books):
    sent = {"Name": "Ann Archer", "BatchPayments": BANK, "SalesTrackingCategories": [NORTH]}
    made = books.one("PUT", "Contacts", sent)
    path = f"Contacts/{made['ContactID']}"

    changed = books.one("POST", path, {"BatchPayments": {"Details": "Bye"}})
    assert changed["BatchPayments"] == BANK | {"Details": "Bye"}
    assert changed["SalesTrackingCategories"] == [NORTH]

    assert books.one("POST", path, {"SalesTrackingCategories": []})["SalesTrackingCategories"] == []


def test_tracking_that_was_archived_since_may_come_back_as_it_was(http, books):
    made = books.one("PUT", "Contacts", {"Name": "Ann", "SalesTrackingCategories": [NORTH]})
    [region] = [
        one
        for one in books.get("TrackingCategories").json()["TrackingCategories"]
        if one["Name"] == "Region"
    ]
    path = f"TrackingCategories/{region['TrackingCategoryID']}"
    assert books.post(path, {"Status": "ARCHIVED"}).status_code == 200

    changed = books.one("POST", f"Contacts/{made['ContactID']}", made | {"LastName": "Green"})

    assert changed["SalesTrackingCategories"] == [NORTH]


def test_names_are_found_whatever_their_case(books):
    sent = [{"TrackingCategoryName": "REGION", "TrackingOptionName": "north"}]

    made = books.one("PUT", "Contacts", {"Name": "Ann", "PurchasesTrackingCategories": sent})

    assert made["PurchasesTrackingCategories"] == [NORTH]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (
            {"SalesTrackingCategories": [REGION | {"TrackingOptionName": "Moon"}]},
            "The tracking option 'Moon' of the category 'Region' does not exist or is not active.",
        ),
        (
            {"BatchPayments": {"Details": "x" * 19}},
            "The Details must not be longer than 18 characters.",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused(books, sent, message):
    assert books.errors("PUT", "Contacts", {"Name": "Ann"} | sent) == [message]
