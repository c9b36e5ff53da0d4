"""Who gets in, what everybody else sees, and what surrounds every page."""

import re
from contextlib import suppress

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from factories import PASSWORD, make_document, make_member, make_user, make_workspace
from tallystick.workspaces.models import Role


def test_signing_in_leads_to_the_workspace(client: Client, owner, workspace) -> None:
    answer = client.post(
        "/sign-in/", {"email": owner.email.upper(), "password": PASSWORD}, follow=True
    )

    assert answer.redirect_chain[-1][0] == f"/w/{workspace.slug}/"
    assert "Harbour Goods" in answer.text


def test_a_wrong_password_is_told_in_words(client: Client, owner) -> None:
    answer = client.post("/sign-in/", {"email": owner.email, "password": "no"})

    assert "do not belong together" in answer.text


def test_sign_in_never_leads_to_another_site(client: Client, owner) -> None:
    form = {"email": owner.email, "password": PASSWORD, "next": "https://evil.example/"}

    assert client.post("/sign-in/", form)["Location"] == "/"


def test_signing_out_needs_a_press_and_ends_the_session(browser: Client) -> None:
    assert browser.get("/sign-out/").status_code == 405

    browser.post("/sign-out/")

    assert browser.get("/").status_code == 302
    assert browser.get("/")["Location"].startswith("/sign-in/")


def _workspace_addresses() -> list[str]:
    """Every address below /w/<slug>/, with a record that does not exist where one is named."""
    found: list[str] = []

    def walk(patterns: list, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found.append(route)
            else:
                walk(pattern.url_patterns, route)

    walk(get_resolver().url_patterns, "")
    return [
        "/" + re.sub(r"<(?!slug:slug)[^>]+>", "1", route)
        for route in found
        if route.startswith("w/")
    ]


@pytest.mark.parametrize("address", _workspace_addresses())
def test_who_is_not_in_a_workspace_finds_nothing_there(address: str, workspace, signed_in) -> None:
    stranger = signed_in(make_user("Eve"))
    path = address.replace("<slug:slug>", workspace.slug)

    answers = {stranger.get(path).status_code, stranger.post(path).status_code}

    assert answers <= {404, 405}
    assert 404 in answers


def test_who_is_not_signed_in_is_asked_to(client: Client, workspace) -> None:
    answer = client.get(f"/w/{workspace.slug}/sales/invoices/")

    assert answer["Location"].startswith("/sign-in/?next=/w/")


def test_a_viewer_sees_the_books_and_changes_nothing(workspace, signed_in) -> None:
    document = make_document(workspace)
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    seen = viewer.get(reverse("invoice", args=[workspace.slug, document.pk]))
    refused = viewer.post(
        reverse("invoice-act", args=[workspace.slug]), {"act": "submit", "id": document.pk}
    )

    assert seen.status_code == 200
    assert "Submit" not in seen.text
    assert refused.status_code == 403
    assert "Your role" in refused.text
    document.refresh_from_db()
    assert document.status == "draft"


def test_a_page_that_is_not_there_says_so_with_the_number_of_the_request(browser: Client) -> None:
    answer = browser.get("/nothing/")

    assert answer.status_code == 404
    assert "does not exist" in answer.text
    assert answer["X-Request-Id"] in answer.text


def test_our_own_failure_says_what_is_safe(workspace, owner, monkeypatch) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    # A record of the wrong shape, as a bug of ours might leave: the page cannot be drawn.
    type(workspace).objects.filter(pk=workspace.pk).update(timezone="Nowhere/Land")

    answer = client.get(f"/w/{workspace.slug}/")

    assert answer.status_code == 500
    assert "safe" in answer.text
    assert answer["X-Request-Id"] in answer.text


@pytest.mark.django_db(transaction=True)
def test_a_page_whose_database_is_away_says_so_and_comes_back(workspace, owner) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    with suppress(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    away = client.get(f"/w/{workspace.slug}/")
    connection.close()
    back = client.get(f"/w/{workspace.slug}/")

    assert away.status_code == 503
    assert "The database does not answer" in away.text
    assert away["X-Request-Id"] in away.text
    assert back.status_code == 200


def test_the_chosen_theme_stays(browser: Client, workspace) -> None:
    browser.post("/theme/", {"theme": "dark", "next": "/gallery/"})

    assert 'data-theme="dark"' in browser.get("/gallery/").text


def test_pages_bring_nothing_inline_and_nothing_from_elsewhere(browser: Client, workspace) -> None:
    answer = browser.get(f"/w/{workspace.slug}/")

    assert "style-src 'self'" in answer["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*src=)|\son\w+=", answer.text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)


def test_stylesheet_and_script_are_kept_by_the_browser_until_they_change(client: Client) -> None:
    page = client.get("/sign-in/").text
    addresses = re.findall(r"/assets/[0-9a-f]+/app\.(?:css|js)", page)

    answers = [client.get(address) for address in addresses]

    assert len(answers) == 2
    assert all("immutable" in answer["Cache-Control"] for answer in answers)
    assert answers[0].text.startswith("@layer reset, base, components, utilities;")


def test_the_gallery_shows_every_component(browser: Client) -> None:
    answer = browser.get("/gallery/")

    for word in ("Not sent", "Queued", "Sending", "In Xero", "Needs you", "Failed", "Not synced"):
        assert word in answer.text


def test_a_person_in_two_workspaces_comes_back_to_the_last_one(owner, workspace, browser) -> None:
    second = make_workspace("Bayside", owner=owner)
    browser.get(f"/w/{second.slug}/")

    assert browser.get("/")["Location"] == f"/w/{second.slug}/"


def test_times_are_shown_in_the_zone_of_the_workspace(workspace, browser, organisation) -> None:
    document = make_document(workspace)

    answer = browser.get(reverse("invoice", args=[workspace.slug, document.pk]))

    assert re.search(r"title=\"[^\"]+ NZ[DS]T\"", answer.text)
