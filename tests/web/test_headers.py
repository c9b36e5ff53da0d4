"""What surrounds every answer: who may keep it, what a browser may do, and https."""

import re
from ipaddress import ip_network

import pytest
from django.conf import settings as real_settings
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django.fixtures import Settings

from factories import make_document


def every_address(slug: str) -> list[str]:
    """Return an address for each route, with a record that does not exist where one is named."""
    found: list[str] = []

    def walk(patterns: list, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found.append(route)
            else:
                walk(pattern.url_patterns, route)

    walk(get_resolver().url_patterns, "")
    named = [route.replace("<slug:slug>", slug) for route in found]
    numbered = [re.sub(r"<uuid:[^>]+>", "0" * 8 + "-0000" * 3 + "-" + "0" * 12, it) for it in named]
    return ["/" + re.sub(r"<[^>]+>", "1", route) for route in numbered]


def wrong_headers(answer) -> list[str]:
    """Return what is missing on an answer that may hold books."""
    wanted = {
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=()",
        "Content-Security-Policy": "form-action 'self'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
    }
    return [name for name, text in wanted.items() if text not in answer.get(name, "")]


def test_every_route_says_that_nothing_is_kept_and_what_a_browser_may_do(workspace, owner):
    client = Client(raise_request_exception=False)
    client.force_login(owner)

    wrong = {}
    # Signing out comes last, so that the rest is not left to the sign-in page.
    for path in sorted(every_address(workspace.slug), key=lambda path: path == "/sign-out/"):
        for verb in (client.get, client.post):
            if missing := wrong_headers(verb(path)):
                wrong[path] = missing

    assert wrong == {}


@pytest.mark.parametrize("kept", ["invoice-export", "payment-export", "document-pdf"])
def test_files_of_the_books_are_not_kept_either(kept: str, browser: Client, workspace):
    document = make_document(workspace, submitted=True)
    args = [workspace.slug, document.pk] if kept == "document-pdf" else [workspace.slug]

    answer = browser.get(reverse(kept, args=args))

    assert answer.status_code == 200
    assert wrong_headers(answer) == []


def test_what_holds_no_books_is_kept(client: Client, db: None):
    page = client.get("/sign-in/").text
    address = re.search(r'src="(/assets/[^"]+)"', page)

    assert "immutable" in client.get(address[1])["Cache-Control"]


@pytest.fixture
def https(settings: Settings) -> Settings:
    """The settings that a public address in https makes, behind a proxy at 10.0.0.1."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = "books.example.com"
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.TRUSTED_PROXIES = (ip_network("10.0.0.1/32"),)
    return settings


def test_plain_requests_are_sent_on_to_https(client: Client, https: Settings):
    answer = client.get("/sign-in/?next=/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="http")

    assert answer.status_code == 301
    assert answer["Location"] == "https://books.example.com/sign-in/?next=/"
    assert "Strict-Transport-Security" not in answer


def test_https_is_to_stay(client: Client, https: Settings, db: None):
    answer = client.get("/sign-in/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https")

    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"] == "max-age=31536000"


def test_a_proxy_that_is_not_listed_is_told_of_instead_of_a_redirect_without_end(
    client: Client, https: Settings
):
    answer = client.get("/sign-in/", REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_PROTO="https")

    assert answer.status_code == 403
    assert "adds 10.0.0.2 to TALLYSTICK_TRUSTED_PROXIES" in answer.text


def test_over_plain_http_nothing_is_said_of_https(client: Client, db: None):
    answer = client.get("/sign-in/", HTTP_X_FORWARDED_PROTO="https")

    assert answer.status_code == 200
    assert not answer.wsgi_request.is_secure()
    assert "Strict-Transport-Security" not in answer


def test_forms_lead_to_us_and_to_xero_only():
    policy = real_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert policy["form-action"] == ["'self'", "https://*.xero.com"]
