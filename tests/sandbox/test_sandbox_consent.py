import base64
import hashlib
import html
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from books_client import UK, Books, connect

AUTH = ("sandbox-client", "sandbox-secret")
CALLBACK = "http://localhost:8000/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
DAY = 86_400


def authorize_url(**changes):
    query = {
        "response_type": "code",
        "client_id": "sandbox-client",
        "redirect_uri": CALLBACK,
        "scope": "openid offline_access accounting.invoices",
        "state": "st-1",
        "code_challenge": CHALLENGE.decode(),
        "code_challenge_method": "S256",
    } | changes
    kept = {name: value for name, value in query.items() if value is not None}
    return f"/identity/connect/authorize?{urlencode(kept)}"


def press(http, decision="allow", organisation=UK, **changes):
    """Press a button of the consent page; return the query the browser comes back with."""
    answer = http.post(
        authorize_url(**changes), data={"organisation": organisation, "decision": decision}
    )
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def exchange(http, code, auth=AUTH, **changes):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    form |= {"code_verifier": VERIFIER} | changes
    kept = {name: value for name, value in form.items() if value is not None}
    return http.post("/connect/token", data=kept, auth=auth)


def refresh(http, token):
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return http.post("/connect/token", data=form, auth=AUTH)


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def advance(http, seconds):
    assert http.post("/_sandbox/clock", json={"advance_seconds": seconds}).status_code == 200


def test_the_consent_page_names_the_app_the_scopes_in_words_and_every_organisation(http):
    page = html.unescape(http.get(authorize_url()).text)

    assert "Sandbox App wants access" in page
    assert "View and manage your invoices, bills, credit notes, quotes and items" in page
    for country in ("AU", "NZ", "UK", "US", "Global"):
        assert f"Demo Company ({country})" in page


def test_an_app_may_show_its_secret_in_the_form_as_the_python_client_does(http):
    secret = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}

    wrong = exchange(http, press(http)["code"], auth=None, **secret | {"client_secret": "x"})
    right = exchange(http, press(http)["code"], auth=None, **secret)

    assert (wrong.status_code, wrong.json()) == (400, {"error": "invalid_client"})
    assert right.status_code == 200


def test_allowing_gives_a_code_that_becomes_a_connected_token_set(http):
    back = press(http)

    tokens = exchange(http, back["code"]).json()

    assert back["state"] == "st-1"
    assert tokens["expires_in"] == 1800
    assert tokens["token_type"] == "Bearer"
    claims = claims_of(tokens["access_token"])
    assert claims["exp"] - claims["nbf"] == 1800
    assert claims["scope"] == ["openid", "offline_access", "accounting.invoices"]
    [connection] = http.get(
        "/connections",
        params={"authEventId": claims["authentication_event_id"]},
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    ).json()
    assert connection["tenantId"] == UK
    assert connection["tenantName"] == "Demo Company (UK)"
    assert connection["tenantType"] == "ORGANISATION"


def test_the_filter_by_event_shows_only_what_this_consent_connected(http):
    press(http, organisation=UK)
    nz = connect(http).organisation
    tokens = exchange(http, press(http)["code"]).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    other = http.get("/connections", params={"authEventId": "another"}, headers=bearer).json()

    assert nz == UK
    assert other == []
    assert len(http.get("/connections", headers=bearer).json()) == 1


def test_denying_sends_the_browser_back_with_access_denied(http):
    assert press(http, decision="deny") == {"error": "access_denied", "state": "st-1"}


def test_allow_without_an_organisation_asks_again(http):
    answer = http.post(authorize_url(), data={"decision": "allow"})

    assert answer.status_code == 400
    assert "Choose an organisation" in answer.text


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"redirect_uri": "https://elsewhere.example/cb"}, "unauthorized_client"),
        ({"redirect_uri": "http://localhost.evil.example/cb"}, "unauthorized_client"),
        ({"client_id": "nobody"}, "unauthorized_client"),
        ({"scope": "openid accounting.everything"}, "invalid_scope"),
        ({"scope": "accounting.transactions"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_bad_request_is_refused_on_the_page_and_never_redirected(http, changes, shown):
    answer = http.get(authorize_url(**changes))

    assert answer.status_code == 400
    assert shown in answer.text
    assert http.post(authorize_url(**changes), data={"organisation": UK}).status_code == 400


def test_registered_redirects_are_matched_exactly(http):
    app = {"client_id": "shop", "client_secret": "s", "redirect_uris": ["https://shop.example/cb"]}
    http.post("/_sandbox/apps", json=app)

    good = http.get(authorize_url(client_id="shop", redirect_uri="https://shop.example/cb"))
    bad = http.get(authorize_url(client_id="shop", redirect_uri="https://shop.example/cb/"))

    assert (good.status_code, bad.status_code) == (200, 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": None},
        {"redirect_uri": "http://localhost:8000/other"},
        {"code": "made-up"},
    ],
)
def test_a_code_is_refused_when_anything_about_it_differs(http, changes):
    code = press(http)["code"]

    answer = exchange(http, **({"code": code} | changes))

    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant"}


def test_a_code_works_once_and_for_five_minutes(http):
    used, late = press(http)["code"], press(http)["code"]
    exchange(http, used)

    again = exchange(http, used)
    advance(http, 301)

    assert again.json() == {"error": "invalid_grant"}
    assert exchange(http, late).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"auth": ("sandbox-client", "wrong")}, "invalid_client"),
        ({"auth": ("nobody", "wrong")}, "invalid_client"),
        ({"auth": ("", "")}, "invalid_request"),
        ({}, "invalid_request"),
        ({"headers": {"Authorization": "Basic !!!"}}, "invalid_request"),
        ({"auth": AUTH, "data": {"grant_type": "password"}}, "unsupported_grant_type"),
        ({"auth": AUTH, "data": {"grant_type": "client_credentials"}}, "unauthorized_client"),
        ({"auth": AUTH, "json": {"grant_type": "refresh_token"}, "data": None}, "invalid_request"),
    ],
)
def test_the_token_endpoint_refuses_in_xeros_words(http, options, error):
    form = {"data": {"grant_type": "refresh_token", "refresh_token": "x"}}

    answer = http.post("/connect/token", **(form | options))

    assert answer.status_code == 400
    assert answer.json() == {"error": error}


def test_a_pkce_app_needs_no_secret(http):
    http.post("/_sandbox/apps", json={"client_id": "desktop"})
    code = press(http, client_id="desktop")["code"]

    answer = exchange(http, code, auth=None, client_id="desktop")

    assert answer.status_code == 200


def test_refresh_tokens_rotate_and_the_replaced_one_lives_thirty_minutes(http):
    first = exchange(http, press(http)["code"]).json()["refresh_token"]

    second = refresh(http, first).json()["refresh_token"]
    advance(http, 1799)
    in_grace = refresh(http, first)
    advance(http, 2)
    too_late = refresh(http, first)

    assert second != first
    assert in_grace.status_code == 200
    assert too_late.json() == {"error": "invalid_grant"}
    assert refresh(http, second).status_code == 200


def test_a_refresh_token_dies_after_sixty_days_unused(http):
    token = exchange(http, press(http)["code"]).json()["refresh_token"]

    advance(http, 60 * DAY + 1)

    assert refresh(http, token).json() == {"error": "invalid_grant"}


def test_without_offline_access_there_is_no_refresh_token(http):
    tokens = exchange(http, press(http, scope="accounting.invoices")["code"]).json()

    assert "refresh_token" not in tokens
    assert "id_token" not in tokens


def test_scopes_add_up_until_they_are_revoked(http):
    press(http, scope="offline_access accounting.invoices")
    wider = exchange(http, press(http, scope="accounting.contacts")["code"]).json()
    revoked = http.post("/connect/revocation", data={"token": wider["refresh_token"]}, auth=AUTH)

    fresh = exchange(http, press(http, scope="accounting.contacts")["code"]).json()

    assert set(wider["scope"].split()) == {
        "offline_access",
        "accounting.invoices",
        "accounting.contacts",
    }
    assert (revoked.status_code, revoked.content) == (200, b"")
    assert fresh["scope"] == "accounting.contacts"


def test_revocation_kills_the_refresh_token_and_every_connection(http):
    books = connect(http)

    http.post("/connect/revocation", data={"token": books.tokens["refresh_token"]}, auth=AUTH)

    assert refresh(http, books.tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert books.get("Organisation").status_code == 403


def test_a_deleted_connection_answers_403_while_the_token_still_refreshes(http):
    books = connect(http)
    bearer = {"Authorization": f"Bearer {books.tokens['access_token']}"}
    [connection] = http.get("/connections", headers=bearer).json()

    gone = http.delete(f"/connections/{connection['id']}", headers=bearer)

    assert gone.status_code == 204
    refused = books.get("Invoices")
    assert refused.status_code == 403
    assert refused.json()["Detail"] == "AuthenticationUnsuccessful"
    assert refresh(http, books.tokens["refresh_token"]).status_code == 200
    assert http.delete(f"/connections/{connection['id']}", headers=bearer).status_code == 404


def test_an_expired_token_says_when_it_expired(http, books):
    advance(http, 1801)

    answer = books.get("Invoices")

    assert answer.status_code == 401
    assert answer.json()["Title"] == "Unauthorized"
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at ")


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "AuthenticationUnsuccessful"),
        ("Bearer not.a.token", "TokenInvalidSignature"),
        ("Bearer é", "TokenInvalidSignature"),
        ("Basic abc", "AuthenticationUnsuccessful"),
    ],
)
def test_a_missing_or_garbage_token_is_a_401(http, header, detail):
    headers = {"Authorization": header.encode("utf-8")} if header else {}

    answer = http.get("/api.xro/2.0/Invoices", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["Detail"] == detail


def test_an_id_token_opens_nothing(http, books):
    stranger = Books(http, UK, {"access_token": books.tokens["id_token"]})

    assert stranger.get("Invoices").json()["Detail"] == "AuthenticationUnsuccessful"


def test_each_route_wants_its_scope_and_read_scopes_only_read(http):
    reader = connect(http, scope="accounting.invoices.read")

    assert reader.get("Invoices").status_code == 200
    assert reader.put("Invoices", {}).json()["Detail"] == "AuthorizationUnsuccessful"
    assert reader.get("Contacts").status_code == 401


def test_broad_scopes_are_a_switch(http):
    http.post("/_sandbox/switches", json={"broad_scopes": True})

    old_app = connect(http, scope="accounting.transactions.read")

    assert old_app.get("Invoices").status_code == 200
    assert old_app.put("Invoices", {}).status_code == 401


def test_discovery_serves_the_key_that_signed_the_tokens(http, books):
    found = http.get("/.well-known/openid-configuration").json()

    [key] = http.get(found["jwks_uri"]).json()["keys"]

    head = books.tokens["access_token"].split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] == key["kid"]
    assert claims_of(books.tokens["id_token"])["iss"] == found["issuer"]
