"""What recordings of demo companies show of answers, key by key (facts 12.1)."""

from __future__ import annotations

import pytest
from books_client import allocation, approved, bill, connect, draft, line, note, payment

from xero_sandbox.organisations.demo import organisation_id

ZERO_ID = "00000000-0000-0000-0000-000000000000"
BY_HAND = {"contact": "Hand Made", "description-0": "Tea", "quantity-0": "1", "price-0": "1"}
TRACKING_LISTS = {"SalesTrackingCategories", "PurchasesTrackingCategories"}


def listed(books, plural, query=""):
    return books.get(f"{plural}?{query}").json()[plural]


def test_a_list_of_contacts_has_no_persons_and_no_tracking_until_pages_are_asked_for(books):
    persons = [{"FirstName": "Cal"}]
    books.one("PUT", "Contacts", {"Name": "Ann", "ContactPersons": persons})

    [bare], [paged] = listed(books, "Contacts"), listed(books, "Contacts", "page=1")

    assert bare["ContactPersons"] == []
    assert not TRACKING_LISTS & set(bare)
    assert paged["ContactPersons"][0]["FirstName"] == "Cal"
    assert set(paged) >= TRACKING_LISTS


def test_names_and_address_of_a_contact_are_absent_until_they_are_sent(books):
    names = {"FirstName", "LastName", "EmailAddress"}

    made = books.one("PUT", "Contacts", {"Name": "Ann", "LastName": ""})
    after = books.one("POST", f"Contacts/{made['ContactID']}", {"EmailAddress": "a@example.com"})

    assert names & set(made) == {"LastName"}
    assert names & set(after) == {"LastName", "EmailAddress"}


def test_places_are_bare_for_a_contact_made_by_hand_and_empty_for_one_made_by_an_app(http, books):
    screen = f"/org/{books.organisation}/new/accrec"
    assert http.post(screen, data=BY_HAND).status_code == 303
    books.create(draft(Contact={"Name": "App Made"}))

    places = {
        one["Name"]: (one["Addresses"], one["Phones"][0]) for one in listed(books, "Contacts")
    }

    assert places["Hand Made"] == (
        [{"AddressType": "STREET"}, {"AddressType": "POBOX"}],
        {"PhoneType": "DDI"},
    )
    empty = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
    assert places["App Made"] == (
        [{"AddressType": "STREET", **empty}, {"AddressType": "POBOX", **empty}],
        {"PhoneType": "DDI", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""},
    )


def test_a_person_who_names_a_known_contact_leaves_its_places_as_they_are(http, books):
    made = books.one("PUT", "Contacts", {"Name": "Hand Made"})

    http.post(f"/org/{books.organisation}/new/accrec", data=BY_HAND)

    found = books.one("GET", f"Contacts/{made['ContactID']}")
    assert found["Addresses"] == made["Addresses"]


def test_a_written_invoice_does_not_say_what_is_applied_to_it(books):
    applied = {"AmountCredited", "CreditNotes", "Payments"}
    [made] = books.create(approved())
    books.one("PUT", "Payments", payment(made, 5))
    credit = books.one("PUT", "CreditNotes", note())
    books.one("PUT", f"CreditNotes/{credit['CreditNoteID']}/Allocations", allocation(made, 4))

    path = f"Invoices/{made['InvoiceID']}"
    changed = books.one("POST", path, {"Reference": "x"})

    assert not applied & set(made)
    assert not applied & set(changed)
    assert (made["Prepayments"], made["Overpayments"]) == ([], [])
    assert (changed["AmountPaid"], changed["AmountDue"]) == (5, 3)
    found = books.one("GET", path)
    assert (found["AmountCredited"], len(found["CreditNotes"]), len(found["Payments"])) == (4, 1, 1)


def test_sales_and_credit_notes_bear_the_default_theme_and_bills_none(books):
    themes = listed(books, "BrandingThemes")
    ids = [theme["BrandingThemeID"] for theme in themes]

    [sale, other, owed] = books.create(draft(), draft(BrandingThemeID=ids[1]), bill())
    credit = books.one("PUT", "CreditNotes", note())

    assert themes[0]["SortOrder"] == 0
    assert [one.get("BrandingThemeID") for one in (sale, other, owed, credit)] == [
        *ids,
        None,
        ids[0],
    ]


def test_lists_of_invoices_have_payment_services_and_addresses_that_are_empty(books):
    [made] = books.create(draft())
    extra = {"InvoicePaymentServices": [], "InvoiceAddresses": []}

    [row], [page] = listed(books, "Invoices"), listed(books, "Invoices", "page=1")
    alone = books.one("GET", f"Invoices/{made['InvoiceID']}")

    assert row.items() >= extra.items()
    assert page.items() >= extra.items()
    assert not extra.keys() & (alone.keys() | made.keys())


def test_the_reference_of_a_bill_is_told_back_once_and_dropped(books):
    [made] = books.create(bill(Reference="theirs"))

    [row] = listed(books, "Invoices")

    assert (made["Reference"], row["Reference"]) == ("theirs", "")


def test_lines_speak_of_errors_in_answers_to_writes_only(books):
    [made] = books.create(draft())
    changed = books.one("POST", f"Invoices/{made['InvoiceID']}", {"Status": "DRAFT"})
    [page] = listed(books, "Invoices", "page=1")
    alone = books.one("GET", f"Invoices/{made['InvoiceID']}")

    shown = ["ValidationErrors" in one["LineItems"][0] for one in (made, changed, page, alone)]

    assert shown == [True, True, False, False]


@pytest.mark.parametrize("country", ["UK", "Global"])
def test_accounts_have_a_description_a_reporting_code_and_a_kind_of_bank(http, country):
    books = connect(http, organisation_id(country))

    accounts = listed(books, "Accounts")

    banks = [one for one in accounts if one["Type"] == "BANK"]
    others = [one for one in accounts if one["Type"] != "BANK"]
    assert (len(accounts), len(banks)) == (58, 2)
    assert not any("Description" in one for one in banks)
    assert all("Description" in one for one in others)
    assert {one["BankAccountType"] for one in banks} == {"BANK"}
    assert {one["BankAccountType"] for one in others} == {""}
    told = {(one["Class"], one["ReportingCode"], one["ReportingCodeName"]) for one in accounts}
    assert told == {
        ("ASSET", "ASS", "Asset"),
        ("EQUITY", "EQU", "Equity"),
        ("EXPENSE", "EXP", "Expense"),
        ("LIABILITY", "LIA", "Liability"),
        ("REVENUE", "REV", "Revenue"),
    }
    sales = next(one for one in accounts if one["Code"] == "200")
    assert sales["Description"] == "Income from any normal business activity"


@pytest.mark.parametrize(
    ("country", "told"),
    [
        (
            "Global",
            {"GSTONIMPORTS": "GSTONIMPORTS", "INPUT": "INPUT", "NONE": "NONE", "OUTPUT": "OUTPUT"},
        ),
        ("US", {}),
    ],
)
def test_system_tax_rates_of_global_feed_a_return_and_those_of_the_us_do_not(http, country, told):
    books = connect(http, organisation_id(country))

    rates = listed(books, "TaxRates")

    found = {one["TaxType"]: one.get("ReportTaxType") for one in rates}
    assert {kind: report for kind, report in found.items() if report} == told
    assert found["TAX001"] is None


def test_a_demo_company_says_where_it_is_and_what_it_is(http, books):
    made = http.post("/_sandbox/organisations", json={"country": "UK", "name": "New"}).json()

    demo = books.one("GET", "Organisations")
    own = connect(http, made["id"]).one("GET", "Organisations")

    assert {one["OrganisationEntityType"] for one in (demo, own)} == {"COMPANY"}
    assert demo["Addresses"][0]["AddressType"] == "POBOX"
    assert demo["Phones"][0]["PhoneType"] == "OFFICE"
    assert (own["Addresses"], own["Phones"]) == ([], [])


def test_the_time_of_an_item_bears_an_offset_in_reads_only(books):
    made = books.one("PUT", "Items", {"Code": "TEA"})
    [row] = [one for one in listed(books, "Items") if one["Code"] == "TEA"]

    assert "+" not in made["UpdatedDateUTC"]
    assert row["UpdatedDateUTC"] == made["UpdatedDateUTC"].replace(")", "+0000)")


def test_an_element_refused_for_its_status_is_what_was_sent_with_lines_and_totals(books):
    [made] = books.create(approved("A-1", Reference="kept"))
    sent = {
        "InvoiceID": made["InvoiceID"],
        "Contact": {"ContactID": made["Contact"]["ContactID"]},
        "Date": "2026-10-01",
        "Status": "DELETED",
    }

    answer = books.post("Invoices?summarizeErrors=false", sent)

    [element] = answer.json()["Invoices"]
    lines = [one | {"ValidationErrors": []} for one in made["LineItems"]]
    assert element == {
        **sent,
        "DateString": "2026-10-01T00:00:00",
        "Date": "/Date(1790812800000+0000)/",
        "LineItems": lines,
        "SubTotal": 10,
        "TotalTax": 2,
        "Total": 12,
        "HasErrors": True,
        "ValidationErrors": [{"Message": "Invoice not of valid status for modification"}],
        "StatusAttributeString": "ERROR",
    }


def test_a_new_document_that_is_refused_is_what_was_sent_under_the_id_of_zeros(books):
    kinds = [("Invoices", "InvoiceID", draft), ("CreditNotes", "CreditNoteID", note)]
    for plural, ident, body in kinds:
        sent = body(LineItems=[line(AccountCode="none")], Status="AUTHORISED", reference="mine")

        [element] = books.put(plural, sent).json()["Elements"]

        assert (element[ident], element["Reference"]) == (ZERO_ID, "mine")
        assert (element["Contact"], element["Total"]) == (sent["Contact"], 12)
        assert not {"AmountDue", "RemainingCredit", "BrandingThemeID", "UpdatedDateUTC"} & set(
            element
        )


def test_what_was_sent_cannot_fill_the_holes_of_a_stored_head(books):
    nasty = '"Contact":0,"LineItems":0'
    [made] = books.create(draft(nasty, Reference=nasty, Contact={"Name": "Ann"}))

    [page] = listed(books, "Invoices", "page=1")

    assert (page["InvoiceNumber"], page["Reference"]) == (nasty, nasty)
    assert (page["Contact"]["Name"], len(page["LineItems"])) == ("Ann", 1)
    assert made["InvoiceNumber"] == nasty


def test_the_keys_of_a_listed_invoice_are_in_xeros_order(books):
    """As in the interface's example of getInvoices, with the keys of 2026."""
    [made] = books.create(approved())
    books.one("PUT", "Payments", payment(made))

    [page] = listed(books, "Invoices", "page=1")

    assert " ".join(page) == (
        "Type InvoiceID InvoiceNumber Reference Payments CreditNotes Prepayments Overpayments "
        "AmountDue AmountPaid AmountCredited SentToContact CurrencyRate IsDiscounted "
        "HasAttachments InvoiceAddresses HasErrors InvoicePaymentServices Contact DateString Date "
        "DueDateString DueDate BrandingThemeID Status LineAmountTypes LineItems SubTotal TotalTax "
        "Total UpdatedDateUTC UpdatedDateUTCString CurrencyCode FullyPaidOnDate"
    )
