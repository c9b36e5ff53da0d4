"""What is told while no organisation is connected: what stands in the books before stands there still."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tallystick.cli import app
from tallystick.connections.services import disconnect
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_stands_in_xero_is_not_called_unsent_while_disconnected(books: Books):
    sent, lost = books.submit("INV-1"), books.submit("INV-2")
    books.work()
    books.cancel(lost)
    books.work()
    disconnect(workspace=books.workspace, user=books.owner)
    later = books.submit("INV-3")
    browser = Client()
    browser.force_login(books.owner)

    def listed(state: str) -> str:
        address = reverse("invoice-list", args=[books.workspace.slug])
        return browser.get(f"{address}?state={state}").text

    def page(document) -> str:
        return browser.get(reverse("invoice", args=[books.workspace.slug, document.pk])).text

    assert ("INV-1" in listed("synced"), "INV-3" in listed("synced")) == (True, False)
    assert ("INV-1" in listed("waiting"), "INV-3" in listed("waiting")) == (False, True)
    assert "INV-2" not in listed("synced") + listed("waiting")
    assert f"It stands in {books.organisation}, which is not connected now" in page(sent)
    assert "after connecting it waits for Sync now" in page(later)
    assert "1 invoice" in browser.get(reverse("workspace-home", args=[books.workspace.slug])).text
    told = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert told["in_xero"]["documents"] == 1
