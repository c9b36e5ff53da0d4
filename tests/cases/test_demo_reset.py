"""Case 26: a demo company that is reset is another organisation, of the same accounts and rates."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from consenting import connect
from factories import line, make_tax_code, make_workspace, owner_of
from tallystick.books.models import Document
from tallystick.connections.services import connection_of
from tallystick.mapping.services import choose_sales_account, choose_tax_type
from tallystick.sync.models import LinkState
from xero_books import Books, Sandbox
from xero_sandbox.organisations.demo import organisation_id


@pytest.fixture
def demo(transactional_db: None, sandbox: Sandbox) -> Books:
    """Demo Company (AU), connected; GST is mapped, account 200 chosen."""
    workspace = make_workspace(currency="AUD")
    owner = owner_of(workspace)
    organisation = connect(workspace, owner, tenant_id=organisation_id("AU")).organisation
    assert organisation is not None
    books = Books(sandbox, workspace, owner, organisation)
    books.drain()
    gst, chosen = make_tax_code(workspace, "GST", "10"), {"organisation": organisation}
    choose_tax_type(tax_code=gst, tax_type="OUTPUT", actor=owner, **chosen)
    choose_sales_account(code="200", actor=owner, **chosen)
    return books


def submit(books: Books, number: str) -> Document:
    lines = [line(tax_code="GST", quantity="3", unit_price="4.15")]
    return books.submit(number, lines=lines, currency="AUD")


def reset(books: Books) -> Books:
    """Reset the demo company as Xero does: another is there in its place, by the same name."""
    old = books.organisation
    made = books.sandbox.post("/_sandbox/organisations", {"country": "AU", "name": old.name})
    people = books.sandbox.get("/_sandbox/people")["people"]
    adviser = next(one["id"] for one in people if one["email"].startswith("adviser@"))
    taken_out = {"person": adviser, "role": None}
    books.sandbox.post(f"/_sandbox/organisations/{old.tenant_id}/people", taken_out)
    organisation = connect(books.workspace, books.owner, tenant_id=made["id"]).organisation
    assert organisation is not None
    return replace(books, organisation=organisation)


def test_case_26_after_a_reset_one_press_takes_the_choices_over_and_all_goes_to_the_new_books(
    demo: Books, outcome: Callable[[str], None]
) -> None:
    first = submit(demo, "INV-1")
    demo.sync_now()
    demo.work()
    (standing,) = demo.invoices()
    second = submit(demo, "INV-2")
    new = reset(demo)
    browser = Client()
    browser.force_login(demo.owner)

    def page(name: str) -> str:
        return reverse(name, args=[demo.workspace.slug])

    # The first stands in the books before; a person wants it in the new ones too.
    browser.post(page("let-in"))
    browser.post(page("sync-now"))
    new.work()
    assert {new.link(one).state for one in (first, second)} == {LinkState.FAILED}
    for name in ("integrations", "tax-mapping", "accounts", "needs-attention"):
        shown = browser.get(page(name)).text
        assert "2 of 2 choices made for the former books fit these" in shown
        assert "Default account on sales: 200 Sales" in shown

    press = {"act": "take", "next": page("needs-attention")}
    answer = browser.post(page("former-choices"), press, follow=True).text

    assert "2 choices were taken over. 2 documents for 27.40 AUD go out now." in answer
    assert "Nothing needs you" in answer
    new.work()
    assert {new.link(one).state for one in (first, second)} == {LinkState.SYNCED}
    assert sorted(one["number"] for one in new.live()) == ["INV-1", "INV-2"]
    assert demo.invoices() == [standing]
    assert connection_of(demo.workspace).organisation == new.organisation
    outcome("26 the former choices taken over by one press: 2 in Xero, 27.40 in all")
