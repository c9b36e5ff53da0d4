"""Who gives consent, and what their role lets the app do."""

import html

import pytest
from books_client import NZ, UK, connect, draft, line
from test_sandbox_consent import authorize_url, claims_of, exchange, press

from xero_sandbox.identity.rights import right_needed
from xero_sandbox.identity.roles import ROLES
from xero_sandbox.routes import ROUTES


def person_of(http, role):
    people = http.get("/_sandbox/people").json()["people"]
    return next(p for p in people if p["email"].startswith(role.replace("_", ".") + "@"))


def post_consent(http, **form):
    return http.post(authorize_url(), data={"organisation": UK, "decision": "allow"} | form)


def test_the_consent_page_offers_everybody_to_continue_as(http):
    page = html.unescape(http.get(authorize_url()).text)

    for name in ("Sam Adviser", "Stella Standard", "Rhea Reader", "Ivo Invoicer"):
        assert name in page


def test_the_person_chosen_is_the_one_the_tokens_name(http):
    reader = person_of(http, "read_only")
    answer = http.post(
        authorize_url(scope="openid profile email accounting.invoices"),
        data={"organisation": UK, "decision": "allow", "person": reader["id"]},
    )
    code = answer.headers["Location"].split("code=")[1].split("&")[0]

    tokens = exchange(http, code).json()

    about = claims_of(tokens["id_token"])
    assert claims_of(tokens["access_token"])["xero_userid"] == reader["id"]
    assert (about["name"], about["email"]) == ("Rhea Reader", "read.only@sandbox.example")
    assert about["at_hash"]


# What each role may do, call by call: the method, the path, the body.
READ = ("GET", "Invoices", None)
WRITE_INVOICE = ("PUT", "Invoices", draft(LineItems=[line()]))
WRITE_CONTACT = ("PUT", "Contacts", {"Name": "Somebody"})
SETTINGS = ("PUT", "TrackingCategories", {"Name": "Area"})
PAY = ("PUT", "Payments", {"Invoice": {"InvoiceNumber": "none"}})
REPORT = ("GET", "Reports/ProfitAndLoss", None)
FORBIDDEN = {
    "adviser": [],
    "standard": [],
    "standard_no_reports": [REPORT],
    "invoice_only": [SETTINGS, REPORT],
    "invoice_only_draft": [SETTINGS, PAY, REPORT],
    "read_only": [WRITE_INVOICE, WRITE_CONTACT, SETTINGS, PAY],
}


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_does_not_allow_is_403_and_all_else_is_not(http, role):
    books = connect(
        http,
        person=role,
        scope="accounting.invoices accounting.contacts accounting.settings accounting.payments "
        "accounting.reports.profitandloss.read",
    )

    for asked in (READ, WRITE_INVOICE, WRITE_CONTACT, SETTINGS, PAY, REPORT):
        method, path, body = asked
        answer = books.call(method, path, json=body)
        if answer.status_code == 404 and answer.content == b"":
            continue  # a route that this sandbox does not serve
        assert (answer.status_code == 403) == (asked in FORBIDDEN[role]), (asked, answer.text)
        if answer.status_code == 403:
            assert answer.json()["Title"] == "Forbidden"
            assert answer.json()["Detail"] == "AuthorizationUnsuccessful"


def test_a_changed_role_counts_at_once_and_being_removed_ends_the_access(http, books):
    change = f"/_sandbox/organisations/{UK}/people"

    http.post(change, json={"person": "adviser", "role": "read_only"})
    lowered = books.put("Contacts", {"Name": "No"})
    http.post(change, json={"person": "adviser", "role": None})
    removed = books.get("Contacts")

    assert (lowered.status_code, lowered.json()["Detail"]) == (403, "AuthorizationUnsuccessful")
    assert (removed.status_code, removed.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    again = post_consent(http)
    assert again.status_code == 400
    assert "is not in this organisation" in again.text


def test_two_uncertified_apps_and_any_number_of_certified_ones_connect(http):
    for name in ("one", "two", "three", "four"):
        http.post(
            "/_sandbox/apps",
            json={"client_id": name, "client_secret": "s", "certified": name == "four"},
        )
    for name in ("one", "two", "four"):
        assert "code" in press(http, client_id=name)

    refused = http.post(
        authorize_url(client_id="three"), data={"organisation": UK, "decision": "allow"}
    )
    elsewhere = press(http, client_id="three", organisation=NZ)
    http.post("/_sandbox/switches", json={"uncertified_apps": 0})
    allowed = press(http, client_id="three")

    assert refused.status_code == 400
    assert "as many uncertified apps as it may be" in refused.text
    assert "code" in elsewhere
    assert "code" in allowed


def test_every_route_of_the_api_asks_for_a_scope_and_a_right():
    routes = [route for route in ROUTES if route.kind == "api"]

    unguarded = [route.pattern for route in routes if not route.scopes]

    assert unguarded == []
    assert {right_needed(route) for route in routes} <= ROLES["adviser"].rights
