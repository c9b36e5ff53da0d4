"""Accounts and tax rates written; currencies, users, themes, actions of the organisation."""

import pytest
from books_client import UK, connect, draft, line

from xero_sandbox.organisations.demo import organisation_id

US = organisation_id("US")
ZERO_ID = "00000000-0000-0000-0000-000000000000"


def account(books, **fields):
    body = {"Code": "777", "Name": "Fun", "Type": "EXPENSE"} | fields
    answer = books.put("Accounts", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["Accounts"][0]


def rate(books, **fields):
    body = {
        "Name": "City",
        "ReportTaxType": "OUTPUT2",
        "TaxComponents": [{"Name": "State", "Rate": 2.25}, {"Name": "City", "Rate": 1}],
    }
    answer = books.put("TaxRates", body | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["TaxRates"][0]


def test_an_account_is_made_with_the_usual_tax_of_its_type_and_used_on_a_line(books):
    made = account(books, Description="Parties")

    [invoice] = books.create(
        draft(Type="ACCPAY", LineItems=[line(AccountCode="777", TaxType=None)])
    )

    assert (made["Class"], made["TaxType"], made["Status"]) == ("EXPENSE", "INPUT2", "ACTIVE")
    assert books.get(f"Accounts/{made['AccountID']}").json()["Accounts"] == [made]
    assert invoice["LineItems"][0]["AccountID"] == made["AccountID"]


def test_an_account_is_renamed_archived_and_brought_back(books):
    path = f"Accounts/{account(books)['AccountID']}"

    renamed = books.post(path, {"Accounts": [{"Name": "Games"}]}).json()["Accounts"][0]
    archived = books.post(path, {"Status": "ARCHIVED"}).json()["Accounts"][0]
    refused = books.errors("PUT", "Invoices", draft(LineItems=[line(AccountCode="777")]))
    back = books.post(path, {"Status": "ACTIVE"}).json()["Accounts"][0]

    assert (renamed["Name"], renamed["Code"]) == ("Games", "777")
    assert archived["Status"] == "ARCHIVED"
    assert "has been archived" in refused[0]
    assert back["Status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Name": "SALES"}, "Please enter a unique Name."),
        ({"Code": "200"}, "Please enter a unique Code."),
        ({"Code": ""}, "Please enter a Code."),
        ({"Code": "x" * 11}, "The Code must not be longer than 10 characters."),
        ({"Type": "PARTY"}, "The account Type PARTY is not valid."),
        ({"TaxType": "OUTPUT2"}, "The TaxType code 'OUTPUT2' cannot be used with account code"),
        ({"Type": "BANK"}, "A bank account must have a BankAccountNumber."),
        (
            {"Type": "BANK", "BankAccountNumber": "1", "CurrencyCode": "JPY"},
            "Organisation is not subscribed to currency JPY",
        ),
    ],
)
def test_an_account_that_breaks_a_rule_is_refused(books, fields, message):
    answer = books.put("Accounts", {"Code": "777", "Name": "Fun", "Type": "EXPENSE"} | fields)

    [element] = answer.json()["Elements"]
    assert element["AccountID"] == ZERO_ID
    assert message in element["ValidationErrors"][0]["Message"]


def test_a_bank_account_needs_no_code(books):
    made = account(
        books, Code="", Type="BANK", Name="Till", BankAccountNumber="12-34", TaxType="NONE"
    )

    assert "Code" not in made
    assert (made["BankAccountType"], made["CurrencyCode"]) == ("BANK", "GBP")


def test_accounts_are_written_one_at_a_time(books):
    both = [{"Code": code, "Name": code, "Type": "EXPENSE"} for code in ("771", "772")]

    assert books.put("Accounts", {"Accounts": both}).json()["Type"] == "PostDataInvalidException"


def test_only_unused_accounts_that_are_no_system_ones_are_deleted(books):
    unused, used = account(books), account(books, Code="778", Name="More")
    debtors = books.get('Accounts?where=SystemAccount=="DEBTORS"').json()["Accounts"][0]
    books.create(draft(Type="ACCPAY", LineItems=[line(AccountCode="778", TaxType="INPUT2")]))

    gone = books.call("DELETE", f"Accounts/{unused['AccountID']}")
    kept = books.call("DELETE", f"Accounts/{used['AccountID']}")
    system = books.call("DELETE", f"Accounts/{debtors['AccountID']}")

    assert gone.json()["Accounts"][0]["Status"] == "DELETED"
    assert books.get(f"Accounts/{unused['AccountID']}").status_code == 404
    assert "used on a document" in kept.text
    assert "System accounts cannot be deleted." in system.text


def test_a_tax_rate_gets_the_next_type_and_the_sum_of_its_parts(books):
    made, second = rate(books), rate(books, Name="Town")

    [invoice] = books.create(draft(LineItems=[line(UnitAmount=100, TaxType="TAX001")]))

    assert (made["TaxType"], second["TaxType"]) == ("TAX001", "TAX002")
    assert made["EffectiveRate"] == 3.25
    assert (made["CanApplyToRevenue"], made["CanApplyToExpenses"]) == (True, False)
    assert invoice["TotalTax"] == 3.25


def test_a_compound_part_is_charged_on_the_others_too(books):
    parts = [{"Name": "A", "Rate": 10}, {"Name": "B", "Rate": 5, "IsCompound": True}]

    assert rate(books, TaxComponents=parts)["EffectiveRate"] == 15.5


def test_a_tax_rate_is_changed_and_deleted_by_type_or_name(books):
    rate(books)

    renamed = books.post("TaxRates", {"TaxType": "TAX001", "Name": "Town"}).json()["TaxRates"][0]
    deleted = books.post("TaxRates", {"Name": "Town", "Status": "DELETED"}).json()["TaxRates"][0]
    refused = books.errors("PUT", "Invoices", draft(LineItems=[line(TaxType="TAX001")]))

    assert renamed["Name"] == "Town"
    assert deleted["Status"] == "DELETED"
    assert "does not exist or cannot be used" in refused[0]
    assert books.get("TaxRates/TAX001").json()["TaxRates"][0]["Status"] == "DELETED"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"TaxType": "OUTPUT2", "Name": "Mine"}, "System tax rates cannot be edited."),
        ({"TaxType": "TAX009"}, "The tax rate 'TAX009' does not exist."),
    ],
)
def test_tax_rates_that_cannot_be_changed_say_so(books, body, message):
    assert books.errors("POST", "TaxRates", body) == [message]


def test_a_report_tax_type_is_needed_where_returns_are_filed_and_refused_elsewhere(http):
    uk, us = connect(http, UK), connect(http, US)
    parts = [{"Name": "A", "Rate": 1}]

    [needed] = uk.errors("PUT", "TaxRates", {"Name": "A", "TaxComponents": parts})
    [refused] = us.errors(
        "PUT", "TaxRates", {"Name": "A", "TaxComponents": parts, "ReportTaxType": "OUTPUT"}
    )
    made = us.put("TaxRates", {"Name": "A", "TaxComponents": parts}).json()["TaxRates"][0]

    assert "ReportTaxType must be specified" in needed
    assert "ReportTaxType is not supported" in refused
    assert made["TaxType"] == "TAX002"  # the demo company has TAX001


def test_a_currency_is_added_and_then_documents_may_use_it(books):
    before = books.errors("PUT", "Invoices", draft(CurrencyCode="JPY"))
    added = books.put("Currencies", {"Code": "JPY"}).json()["Currencies"]
    after = books.put("Invoices", draft(CurrencyCode="JPY"))
    listed = books.get('Currencies?where=Code=="JPY"').json()["Currencies"]

    assert before == ["Organisation is not subscribed to currency JPY"]
    assert added == listed == [{"Code": "JPY", "Description": "Japanese Yen"}]
    assert after.status_code == 200
    assert "'XYZ' is not a currency code." in books.errors("PUT", "Currencies", {"Code": "XYZ"})


def test_users_are_listed_with_their_roles(books):
    users = books.get("Users").json()["Users"]
    [subscriber] = books.get("Users?where=IsSubscriber==true").json()["Users"]

    assert {user["OrganisationRole"] for user in users} >= {"FINANCIALADVISER", "READONLY"}
    assert subscriber["OrganisationRole"] == "FINANCIALADVISER"
    assert books.get(f"Users/{subscriber['UserID']}").json()["Users"] == [subscriber]


def test_branding_themes_are_read_and_the_first_is_the_default(books):
    themes = books.get("BrandingThemes").json()["BrandingThemes"]

    one = books.get(f"BrandingThemes/{themes[0]['BrandingThemeID']}").json()["BrandingThemes"]

    assert (themes[0]["Name"], themes[0]["SortOrder"]) == ("Standard", 0)
    assert one == [themes[0]]


def test_actions_say_what_the_person_behind_the_app_may_do(books):
    actions = books.get("Organisation/Actions").json()["Actions"]

    assert {action["Status"] for action in actions} == {"ALLOWED"}
    assert "CreateApprovedInvoice" in [action["Name"] for action in actions]
    assert books.post("Organisation", {"Name": "x"}).status_code == 501


def test_settings_are_read_only_with_the_reading_scope(http):
    books = connect(http, scope="accounting.settings.read")

    answers = [
        books.put("Accounts", {"Code": "777"}),
        books.put("TaxRates", {"Name": "x"}),
        books.put("Currencies", {"Code": "JPY"}),
        books.put("TrackingCategories", {"Name": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert books.get("Accounts").status_code == 200


def test_lists_without_pages_answer_what_has_changed_since(books):
    later = {"If-Modified-Since": "2099-01-01T00:00:00"}
    earlier = {"If-Modified-Since": "2001-01-01T00:00:00"}

    for plural in ("Accounts", "Items", "Users", "Quotes"):
        assert books.get(plural, headers=later).json()[plural] == []
    assert len(books.get("Items", headers=earlier).json()["Items"]) == 16


def test_whole_books_may_hold_what_is_written_one_at_a_time(http, books):
    lines = [
        '{"Accounts": {"Code": "771", "Name": "A", "Type": "EXPENSE"}}',
        '{"Accounts": {"Code": "772", "Name": "B", "Type": "EXPENSE"}}',
        '{"Currencies": {"Code": "JPY"}}',
    ]

    loaded = http.post(f"/_sandbox/organisations/{UK}/load", content="\n".join(lines))

    assert loaded.json() == {"loaded": {"Accounts": 2, "Currencies": 1}}
    assert len(books.get('Accounts?where=Code.StartsWith("77")').json()["Accounts"]) == 2
