"""Payment services, invoice reminders, the Construction Industry Scheme, what a plan allows."""

import pytest
from books_client import NZ, connect

UNKNOWN = "11111111-1111-1111-1111-111111111111"
LINK = {"PaymentServiceName": "PayUpNow", "PaymentServiceUrl": "https://pay.example/"}


@pytest.fixture
def paying(http):
    return connect(http, scope="paymentservices accounting.settings")


def themes(books):
    return [one["BrandingThemeID"] for one in books.get("BrandingThemes").json()["BrandingThemes"]]


def test_a_payment_service_is_made_and_offered_by_a_theme(paying):
    made = paying.one("PUT", "PaymentServices", LINK)
    own = paying.one("PUT", "PaymentServices", LINK | {"PayNowText": "Time To Pay"})
    mine, other = (f"BrandingThemes/{theme}/PaymentServices" for theme in themes(paying))
    body = {"PaymentServices": [{"PaymentServiceID": made["PaymentServiceID"]}]}

    for _ in range(2):
        added = paying.post(mine, body)

    assert made == {"PaymentServiceID": made["PaymentServiceID"], **LINK} | {
        "PaymentServiceType": "Custom",
        "PayNowText": "Pay by credit card",
    }
    assert added.json()["PaymentServices"] == [made]
    assert paying.get("PaymentServices").json()["PaymentServices"] == [made, own]
    assert paying.get(mine).json()["PaymentServices"] == [made]
    assert paying.get(other).json()["PaymentServices"] == []


def test_a_payment_service_needs_a_name_and_a_secure_address(paying):
    [name] = paying.errors("PUT", "PaymentServices", LINK | {"PaymentServiceName": ""})
    [url] = paying.errors(
        "PUT", "PaymentServices", LINK | {"PaymentServiceUrl": "http://a.example"}
    )

    assert "PaymentServiceName" in name
    assert "https://" in url


def test_a_theme_takes_only_services_that_are_there(paying):
    path = f"BrandingThemes/{themes(paying)[0]}/PaymentServices"

    assert paying.errors("POST", path, {"PaymentServiceID": UNKNOWN}) == [
        "Payment service could not be found"
    ]
    assert paying.errors("POST", path, LINK) == ["Payment service could not be found"]
    assert paying.get(f"BrandingThemes/{UNKNOWN}/PaymentServices").status_code == 404


def test_payment_services_follow_scope_and_role(http, books):
    invoicer = connect(http, person="invoice_only", scope="paymentservices")

    assert books.get("PaymentServices").status_code == 401
    assert invoicer.get("PaymentServices").status_code == 200
    assert invoicer.put("PaymentServices", LINK).status_code == 403


def test_reminders_are_off(books):
    found = books.get("InvoiceReminders/Settings").json()["InvoiceReminders"]

    assert found == [{"Enabled": False}]


def test_the_construction_industry_scheme_is_of_the_uk(http, books):
    contact = f"Contacts/{books.one('PUT', 'Contacts', {'Name': 'Ann'})['ContactID']}/CISSettings"
    there = connect(http, NZ)

    scheme = books.get(f"Organisation/{books.organisation}/CISSettings").json()["CISSettings"]

    assert scheme == [{"CISContractorEnabled": False, "CISSubContractorEnabled": False}]
    assert books.get(contact).json()["CISSettings"] == [{"CISEnabled": False}]
    for path in (f"Contacts/{UNKNOWN}/CISSettings", f"Organisation/{NZ}/CISSettings"):
        assert books.get(path).status_code == 404
    assert there.get(f"Organisation/{NZ}/CISSettings").status_code == 404


@pytest.mark.parametrize(
    ("plan", "multicurrency", "invoices"),
    [
        ("PREMIUM", "ALLOWED", "ALLOWED"),
        ("ULTIMATE_50", "ALLOWED", "ALLOWED"),
        ("STARTER", "NOT-ALLOWED", "ALLOWED"),
        ("GST_CASHBOOK", "NOT-ALLOWED", "NOT-ALLOWED"),
    ],
)
def test_what_is_allowed_follows_the_plan(http, plan, multicurrency, invoices):
    made = http.post("/_sandbox/organisations", json={"country": "NZ", "plan": plan}).json()
    books = connect(http, made["id"])

    actions = books.get("Organisation/Actions").json()["Actions"]

    allowed = {one["Name"]: one["Status"] for one in actions}
    assert allowed["UseMulticurrency"] == multicurrency
    assert allowed["CreateApprovedInvoice"] == allowed["CreateDraftPurchaseOrder"] == invoices
    assert books.get("Organisations/Actions").json()["Actions"] == actions
