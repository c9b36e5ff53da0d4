"""Customers and items."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import make_document, make_item, make_party, make_tax_code
from tallystick.books.models import Item, Party


def test_a_customer_is_added_found_and_changed(browser, workspace) -> None:
    form = {"name": "Harbour Cafe", "email": "hello@harbour.example", "is_customer": "on"}
    browser.post(reverse("party-new", args=[workspace.slug]), form)
    party = Party.objects.get(name="Harbour Cafe")

    listed = browser.get(reverse("party-list", args=[workspace.slug]), {"q": "harbour"})
    answer = browser.post(
        reverse("party-edit", args=[workspace.slug, party.pk]),
        {**form, "number": party.number, "name": "Harbour Café"},
        follow=True,
    )

    assert party.number in listed.text
    assert "Harbour Café was saved." in answer.text
    assert Party.objects.get(pk=party.pk).is_customer


def test_a_customers_number_that_is_taken_is_said_at_the_number(browser, workspace) -> None:
    make_party(workspace, "One", number="C1")

    answer = browser.post(
        reverse("party-new", args=[workspace.slug]), {"name": "Two", "number": "C1"}
    )

    assert answer.status_code == 422
    assert 'id="id_number_error"' in answer.text


def test_a_customers_page_shows_their_invoices(browser, workspace) -> None:
    party = make_party(workspace, "Harbour Cafe")
    make_document(workspace, party=party, number="INV-1")
    make_document(workspace, number="INV-2")

    answer = browser.get(reverse("party", args=[workspace.slug, party.pk]))

    assert "INV-1" in answer.text
    assert "INV-2" not in answer.text


def test_an_item_is_added_and_its_code_stays_unique(browser, workspace) -> None:
    make_tax_code(workspace, "GST")
    address = reverse("item-new", args=[workspace.slug])
    form = {"code": "ACME-WIDGET", "unit_price": "24.50", "tax_code": "GST"}

    browser.post(address, form)
    again = browser.post(address, form)

    assert Item.objects.get().tax_code.code == "GST"
    assert again.status_code == 422
    assert "Another item has it" in again.text


@pytest.mark.parametrize(
    ("name", "make"), [("party-list", make_party), ("item-list", None)], ids=["party", "item"]
)
def test_ten_more_rows_cost_no_more_queries(browser, workspace, name, make) -> None:
    make_tax_code(workspace, "GST")
    address = reverse(name, args=[workspace.slug])

    def add(count: int) -> None:
        if make:
            make(workspace, f"Party {count}")
        else:
            make_item(workspace, f"ITEM-{count}", tax_code="GST")

    add(0)
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for count in range(1, 11):
        add(count)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)

    assert len(many) == len(few)
