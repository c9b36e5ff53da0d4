"""Whatever breaks, no page, log or command tells of it by the name of an exception."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from factories import make_payment
from tallystick.cli import app
from tallystick.sync.models import Attempt, Lane
from tallystick.sync.reports.attempt_log import attempt_log
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

#: Names of classes, modules and their places in the code.
_OF_THE_CODE = re.compile(
    r"\b[A-Za-z]*(?:Error|Exception|Timeout|Refused|Unavailable|Traceback)\b(?=[ ().:,;])"
    r"|\b[a-z_]+\.[a-z_]+\.[A-Z]\w+|Traceback|\.py\b|\bline \d+, in\b|object at 0x"
)
_PAGES = (
    "workspace-home",
    "integrations",
    "needs-attention",
    "sync-log",
    "invoice-list",
    "run-list",
)


def texts(books: Books) -> list[str]:
    """Everything that is told: the pages without their markup, the log, the command line."""
    client = Client()
    client.force_login(books.owner)
    pages = [reverse(name, args=[books.workspace.slug]) for name in _PAGES]
    pages += [
        reverse("invoice", args=[books.workspace.slug, document.pk])
        for document in books.workspace.documents.all()
    ]
    shown = [
        re.sub(r"<[^>]*?title=\"([^\"]*)\"[^>]*>", r" \1 ", client.get(page).text) for page in pages
    ]
    bare = [re.sub(r"<script.*?</script>|<[^>]*>", " ", text, flags=re.DOTALL) for text in shown]
    said = [CliRunner().invoke(app, [name]).output for name in ("status", "log")]
    return [*bare, *said, *(one.message for one in attempt_log(books.organisation))]


def names_in(books: Books) -> set[str]:
    return {found[0] for text in texts(books) for found in _OF_THE_CODE.finditer(text)}


@pytest.mark.parametrize("action", ["cut_before", "cut_after", "half", "garbage", "content_type"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_broken_network_is_told_in_words(books: Books, action: str, method: str):
    invoice = books.submit("INV-1")
    make_payment(invoice, "4.00")
    books.sandbox.fault(action, method=method, path="/api.xro/2.0/Invoices")

    books.drain()

    assert Lane.objects.exclude(blocked_reason="").exists() or Attempt.objects.exclude(message="")
    assert names_in(books) == set()


def test_an_error_of_ours_is_told_in_words(books: Books):
    books.submit("INV-1")
    # As nothing of ours would ever write it: what reads it stumbles.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE books_document SET tax_basis = 'nonsense'")

    books.drain()

    assert any("Tallystick" in text for text in texts(books))
    assert names_in(books) == set()


def test_xero_out_of_reach_is_told_in_words(books: Books, settings):
    books.submit("INV-1")
    settings.XERO_API_URL = "http://localhost:9"

    books.drain()

    assert "Xero could not be reached" in Lane.objects.get().blocked_reason
    assert names_in(books) == set()
