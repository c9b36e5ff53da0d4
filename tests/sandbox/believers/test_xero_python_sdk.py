"""Xero's own Python client believes the stand-in: signing in, reading, and what it raises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from books_client import UK, client_of
from interface import needs_description
from python_bodies import UNKNOWN, many, sale
from python_client import offered_calls, signed_in
from xero_python.api_client.oauth2 import TokenApi
from xero_python.exceptions import (
    AccountingBadRequestException,
    HTTPStatusException,
    NotFoundException,
    RateLimitException,
)

from xero_sandbox.organisations.countries import COUNTRIES
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import start


@pytest.fixture
def fresh(monkeypatch, sandbox, http):
    """A sandbox where nobody has given consent yet; the client knows its hosts as constants."""
    monkeypatch.setattr(TokenApi, "refresh_token_url", f"{sandbox.url}/connect/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", f"{sandbox.url}/connect/revocation")
    return http


def test_an_app_signs_in_refreshes_and_revokes(fresh):
    with signed_in(fresh, organisation_id("NZ")) as app:
        first = app.token["refresh_token"]

        [connection] = app.identity.get_connections()
        refreshed = app.client.refresh_oauth2_token()
        [organisation] = app.accounting.get_organisations(connection.tenant_id).organisations
        app.client.revoke_oauth2_token()

        assert connection.tenant_type == "ORGANISATION"
        assert connection.tenant_name == organisation.name == "Demo Company (NZ)"
        assert organisation.organisation_id == connection.tenant_id
        assert refreshed["refresh_token"] != first
        assert app.token["access_token"] is None


def test_an_app_that_disconnects_is_refused_though_its_token_lives(fresh):
    with signed_in(fresh, organisation_id("NZ")) as app:
        [connection] = app.identity.get_connections()

        app.identity.delete_connection(connection.id)
        with pytest.raises(HTTPStatusException) as refused:
            app.accounting.get_organisations(connection.tenant_id)

        assert app.identity.get_connections() == []
        assert (refused.value.status, app.client.refresh_oauth2_token() is None) == (403, False)
        assert "AuthenticationUnsuccessful" in refused.value.http_resp.text


def test_a_token_that_is_revoked_or_unfit_is_refused_as_by_xero(fresh):
    here = organisation_id("AU")
    with signed_in(fresh, here, ["offline_access", "accounting.contacts.read"]) as app:
        kept = dict(app.token)

        with pytest.raises(HTTPStatusException) as unfit:
            app.accounting.get_invoices(here)
        app.client.revoke_oauth2_token()
        app.token = kept
        with pytest.raises(HTTPStatusException) as dead:
            app.client.refresh_oauth2_token()

    assert unfit.value.status == 401
    assert "AuthorizationUnsuccessful" in unfit.value.http_resp.text
    assert (dead.value.status, dead.value.http_resp.text) == (400, '{"error":"invalid_grant"}')


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_books_of_every_country_are_read(browser, country):
    here = organisation_id(country)
    with signed_in(browser, here) as app:
        api = app.accounting

        assert api.get_organisations(here).organisations[0].country_code.value
        assert api.get_organisation_actions(here).actions
        assert len(api.get_accounts(here).accounts) > 30
        assert api.get_tax_rates(here).tax_rates
        assert api.get_items(here).items
        assert api.get_currencies(here).currencies
        assert len(api.get_tracking_categories(here).tracking_categories) == 1
        assert api.get_branding_themes(here).branding_themes
        assert api.get_users(here).users


def test_what_is_not_there_is_not_found(api):
    with pytest.raises(NotFoundException) as caught:
        api.get_invoice(UNKNOWN)

    assert caught.value.status == 404


def test_a_question_that_cannot_be_read_says_so(api):
    with pytest.raises(AccountingBadRequestException) as caught:
        api.get_invoices(where="Colour==1")

    assert caught.value.error_data["Type"] == "QueryParseException"
    assert "No property or field 'Colour' exists" in caught.value.error_data["Message"]


def test_the_same_key_with_another_body_is_refused(api):
    once = api.create_invoices(many(sale(invoice_number="K-1")), idempotency_key="k")
    again = api.create_invoices(many(sale(invoice_number="K-1")), idempotency_key="k")

    assert again.invoices[0].invoice_id == once.invoices[0].invoice_id
    with pytest.raises(AccountingBadRequestException) as caught:
        api.create_invoices(many(sale()), idempotency_key="k")
    assert "different request" in caught.value.http_resp.text


def test_a_limit_is_raised_and_named():
    with start() as running, client_of(running) as http, signed_in(http, UK) as app:
        http.post("/_sandbox/limits", json={"on": True, "concurrent": 0})

        with pytest.raises(RateLimitException) as caught:
            app.accounting.get_users(UK)

    assert (caught.value.status, caught.value.rate_limit) == (429, "concurrent")
    assert caught.value.body == b""


def test_the_client_waits_out_the_minute_as_it_is_told():
    with start() as running, client_of(running) as http, signed_in(http, UK) as app:
        bearer = {"Authorization": f"Bearer {app.token['access_token']}", "xero-tenant-id": UK}
        http.post("/_sandbox/limits", json={"on": True, "minute": 1})
        app.accounting.get_users(UK)
        told = http.get("/api.xro/2.0/Users", headers=bearer | {"Accept": "application/json"})
        left = int(told.headers["Retry-After"])
        http.post("/_sandbox/clock", json={"advance_seconds": max(0, left - 1.5)})

        users = app.accounting.get_users(UK).users

        served = http.get("/_sandbox/requests?path=/api.xro/2.0/Users").json()["requests"]
    assert users
    assert [request["status"] for request in served] == [200, 429, 429, 200]


@needs_description
def test_every_operation_is_called_by_the_client():
    tests = Path(__file__).parent.glob("test_xero_python_*.py")
    called = {name for test in tests for name in re.findall(r"\bapi\.(\w+)\(", test.read_text())}

    wanted = {name for name in offered_calls() if not re.search("_attachment|_history", name)}

    assert wanted - called == set()
