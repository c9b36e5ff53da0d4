import json
from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tallystick.xero import (
    App,
    AppRefused,
    BadRequest,
    ConsentNotCompleted,
    ConsentRevoked,
    Hosts,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    ServerFailed,
    UnexpectedAnswer,
    XeroUnavailable,
    authorize_url,
    exchange_code,
    make_pkce,
    refresh,
    revoke,
)

HOSTS = Hosts.all_at("https://xero.test")
APP = App("client-1", "app-secret")


def a_token(**claims: object) -> str:
    payload = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"header.{payload}.signature"


def a_grant(**changes: object) -> httpx2.Response:
    grant = {
        "access_token": a_token(authentication_event_id="event-1"),
        "expires_in": 1800,
        "token_type": "Bearer",
        "refresh_token": "refresh-2",
        "scope": "openid offline_access accounting.invoices",
    }
    kept = {name: value for name, value in (grant | changes).items() if value is not None}
    return httpx2.Response(200, json=kept)


def test_the_consent_page_is_addressed_with_pkce():
    url = authorize_url(
        Hosts(),
        client_id="client-1",
        redirect_uri="https://books.test/api/integrations/xero/callback",
        scopes=["openid", "offline_access"],
        state="st&te",
        code_challenge="challenge",
    )

    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://login.xero.com/identity/connect/authorize"
    )
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["client-1"],
        "redirect_uri": ["https://books.test/api/integrations/xero/callback"],
        "scope": ["openid offline_access"],
        "state": ["st&te"],
        "code_challenge": ["challenge"],
        "code_challenge_method": ["S256"],
    }


def test_each_pkce_pair_is_new_and_its_challenge_is_the_hash_of_its_verifier():
    first, second = make_pkce(), make_pkce()

    assert first.verifier != second.verifier
    assert 43 <= len(first.verifier) <= 128
    hashed = urlsafe_b64encode(sha256(first.verifier.encode()).digest()).decode()
    assert first.challenge == hashed.rstrip("=")


def test_a_code_becomes_tokens(pool_answering, calls):
    requests: list[httpx2.Request] = []

    def give(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return a_grant()

    before = datetime.now(UTC)
    tokens = exchange_code(
        pool_answering(give),
        HOSTS,
        APP,
        code="code-1",
        redirect_uri="https://books.test/callback",
        code_verifier="verifier",
        on_call=calls.append,
    )

    assert tokens.refresh_token == "refresh-2"
    assert tokens.scopes == {"openid", "offline_access", "accounting.invoices"}
    assert tokens.authentication_event_id == "event-1"
    assert before <= tokens.expires_at - timedelta(minutes=30) <= datetime.now(UTC)
    [request] = requests
    assert str(request.url) == "https://xero.test/connect/token"
    assert b64decode(request.headers["Authorization"].split()[1]) == b"client-1:app-secret"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["code-1"],
        "redirect_uri": ["https://books.test/callback"],
        "code_verifier": ["verifier"],
    }
    assert [call.endpoint for call in calls] == ["connect/token"]


def test_an_app_without_a_secret_names_itself_in_the_form(pool_answering):
    requests: list[httpx2.Request] = []

    def give(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return a_grant()

    refresh(pool_answering(give), HOSTS, App("client-1"), "refresh-1")

    assert "Authorization" not in requests[0].headers
    assert parse_qs(requests[0].content.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh-1"],
        "client_id": ["client-1"],
    }


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.é.c", a_token(), "..", "a.bnVsbA.c"])
def test_a_token_that_tells_nothing_is_still_a_token(pool_answering, token):
    tokens = refresh(pool_answering(a_grant(access_token=token)), HOSTS, APP, "refresh-1")

    assert tokens.access_token == token
    assert tokens.authentication_event_id is None


def test_scopes_are_read_from_the_token_where_the_answer_lists_none(pool_answering):
    token = a_token(scope=["openid", "accounting.contacts"])

    tokens = refresh(
        pool_answering(a_grant(access_token=token, scope=None)), HOSTS, APP, "refresh-1"
    )

    assert tokens.scopes == {"openid", "accounting.contacts"}


def test_nothing_secret_is_shown_by_what_holds_secrets(pool_answering):
    tokens = refresh(pool_answering(a_grant()), HOSTS, APP, "refresh-1")

    shown = f"{tokens!r} {APP!r} {make_pkce()!r}"
    assert "refresh-2" not in shown
    assert tokens.access_token not in shown
    assert "app-secret" not in shown
    assert "verifier" not in shown


def test_a_consent_that_ended_needs_a_person(pool_answering, calls):
    http = pool_answering(httpx2.Response(400, json={"error": "invalid_grant"}))

    with pytest.raises(ConsentRevoked, match="Connect it again"):
        refresh(http, HOSTS, APP, "refresh-1", on_call=calls.append)

    assert [call.error for call in calls] == ["ConsentRevoked"]


def test_a_code_that_is_not_taken_asks_to_connect_again(pool_answering):
    http = pool_answering(httpx2.Response(400, json={"error": "invalid_grant"}))

    with pytest.raises(ConsentNotCompleted, match="Press Connect Xero again"):
        exchange_code(http, HOSTS, APP, code="c", redirect_uri="r", code_verifier="v")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx2.Response(400, json={"error": "invalid_client"}), AppRefused),
        (httpx2.Response(401, json={"error": "invalid_client"}), AppRefused),
        (httpx2.Response(400, json={"error": "unauthorized_client"}), AppRefused),
        (httpx2.Response(400, json={"error": "invalid_request"}), BadRequest),
        (httpx2.Response(400, text="nonsense"), BadRequest),
        (httpx2.Response(429, headers={"Retry-After": "5"}), RateLimited),
        (httpx2.Response(503), XeroUnavailable),
        (httpx2.Response(500), ServerFailed),
        (httpx2.Response(200, text="nonsense"), OutcomeUnknown),
        (a_grant(refresh_token=None), UnexpectedAnswer),
    ],
)
def test_each_other_refusal_of_tokens_says_what_to_do(pool_answering, answer, expected):
    with pytest.raises(expected) as caught:
        refresh(pool_answering(answer), HOSTS, APP, "refresh-1")

    assert type(caught.value) is expected
    assert "refresh-1" not in f"{caught.value}{caught.value.__dict__}"


@pytest.mark.parametrize(
    ("failure", "expected"),
    [(httpx2.ConnectError, NotSent), (httpx2.ReadTimeout, OutcomeUnknown)],
)
def test_a_network_failure_keeps_the_connection(pool_answering, failure, expected):
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise failure("no", request=request)

    with pytest.raises(expected, match="tried again later"):
        refresh(pool_answering(fail), HOSTS, APP, "refresh-1")


def test_revoking_names_the_refresh_token_only(pool_answering):
    requests: list[httpx2.Request] = []

    def accept(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(200)

    revoke(pool_answering(accept), HOSTS, APP, "refresh-1")

    assert str(requests[0].url) == "https://xero.test/connect/revocation"
    assert parse_qs(requests[0].content.decode()) == {"token": ["refresh-1"]}
