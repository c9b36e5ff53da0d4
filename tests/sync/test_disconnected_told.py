"""What is told while no organisation is connected: what stands in the books before stands there still."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from consenting import UK, connect
from factories import line, make_tax_code
from tallystick.cli import app
from tallystick.connections.services import disconnect
from tallystick.mapping.services import choose_tax_type
from tallystick.sync.models import LinkState
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
    assert told["in_xero"] == {"documents": 1, "entries": 0}


def test_what_needs_a_person_is_counted_while_disconnected_and_goes_on_after_connecting(
    books: Books,
):
    make_tax_code(books.workspace, "VAT5", "5")
    stopped = books.submit("INV-1", lines=[line(tax_code="VAT5")])
    books.work()
    disconnect(workspace=books.workspace, user=books.owner)
    browser = Client()
    browser.force_login(books.owner)

    def page(name: str, query: str = "") -> str:
        return browser.get(reverse(name, args=[books.workspace.slug]) + query).text

    for told in (page("needs-attention"), page("needs-attention", "?cause=failed~tax_not_mapped~")):
        assert "<h1>Needs attention</h1>" in told
        assert "1 record waits for you" in told
        assert f"once {books.organisation} is connected again" in told
        card = reverse("integrations", args=[books.workspace.slug])
        assert f'<a class="button primary" href="{card}"' in told
        assert "Nothing needs you" not in told
        assert "What waited is on its way or done" not in told
    home = page("workspace-home")
    assert "once Xero is connected again" in home
    assert "nothing waits for an answer" not in home
    assert re.search(r"Needs attention.{0,20}<span class=\"badge push\"[^>]*>1<", home, re.DOTALL)

    connect(books.workspace, books.owner, tenant_id=UK)
    assert "A tax code has no tax mapping" in page("needs-attention")
    vat = books.workspace.tax_codes.get(code="VAT5")
    choose_tax_type(
        organisation=books.organisation, tax_code=vat, tax_type="RROUTPUT", actor=books.owner
    )
    books.work()
    assert books.link(stopped).state == LinkState.SYNCED
    assert "Nothing needs you" in page("needs-attention")


def test_the_log_stays_to_be_read_while_disconnected_and_nothing_can_be_tried_again_there(
    books: Books,
):
    make_tax_code(books.workspace, "VAT5", "5")
    books.submit("INV-1", lines=[line(tax_code="VAT5")])
    books.work()
    browser = Client()
    browser.force_login(books.owner)
    address = reverse("sync-log", args=[books.workspace.slug])
    again = reverse("retry", args=[books.workspace.slug])
    assert again in browser.get(address).text

    disconnect(workspace=books.workspace, user=books.owner)
    log = browser.get(address)

    assert [row.record.number for row in log.context["rows"]] == ["INV-1"]
    assert again not in log.text


def test_home_tells_truly_what_goes_on_after_connecting_again(books: Books):
    books.submit("INV-1")
    books.work()
    queued = books.submit("INV-2")
    disconnect(workspace=books.workspace, user=books.owner)
    later = books.submit("INV-3")
    browser = Client()
    browser.force_login(books.owner)

    home = browser.get(reverse("workspace-home", args=[books.workspace.slug])).text

    assert "what was queued goes out then" in home
    assert "what you submit meanwhile waits for Sync now" in home
    connect(books.workspace, books.owner, tenant_id=UK)
    books.work()
    states = [books.link(one).state for one in (queued, later)]
    assert states == [LinkState.SYNCED, LinkState.WAITING]


def test_nothing_needs_a_person_where_nothing_waits_while_disconnected(books: Books):
    disconnect(workspace=books.workspace, user=books.owner)
    browser = Client()
    browser.force_login(books.owner)

    told = browser.get(reverse("needs-attention", args=[books.workspace.slug])).text

    assert "Nothing needs you" in told
