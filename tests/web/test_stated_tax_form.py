"""Editing a document whose source states tax: it stays while its line does, and leaves with words."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from factories import line, make_document, make_item, make_tax_code
from tallystick.books.models import Document, TaxBasis


@pytest.fixture
def document(workspace) -> Document:
    make_tax_code(workspace, "VAT20", "20")
    make_tax_code(workspace, "ZERO", "0")
    lines = [
        line("Frame", unit_price="58.95", discount="0", tax_code="VAT20", tax="9.82"),
        line("Tea", tax_code="VAT20"),
    ]
    return make_document(workspace, number="INV-7", tax_basis=TaxBasis.INCLUSIVE, lines=lines)


@pytest.fixture
def address(workspace, document) -> str:
    return reverse("invoice-edit", args=[workspace.slug, document.pk])


def shown(browser: Client, address: str) -> dict[str, str]:
    """Return all that the page's form holds."""
    form = browser.get(address).context["form"]
    held = {name: str(form.head[name].value()) for name in form.head.fields}
    held |= {field.html_name: field.value() or "" for each in form.lines for field in each}
    counts = {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
    return {**held, "do_not_sync": "", **counts}


def taxes(document: Document) -> list[tuple[Decimal, bool]]:
    return list(document.lines.order_by("position").values_list("tax", "tax_is_stated"))


STATED, COMPUTED = (Decimal("9.82"), True), (Decimal("1.67"), False)
DROPPED = "The tax of line 1 is computed now: it is not the 9.82 any more that its source states."


def test_a_document_saved_as_it_was_opened_keeps_stated_tax(browser: Client, address, document):
    page = browser.get(address).text
    answer = browser.post(address, shown(browser, address), follow=True)

    assert '<input type="checkbox" name="lines-0-stated" value="9.82|1|58.95||VAT20|inclu' in page
    assert page.count("of tax that its source states") == page.count("-stated") / 2 == 1
    assert "INV-7 was saved." in answer.text
    assert "is computed now" not in answer.text
    assert taxes(document) == [STATED, COMPUTED]
    assert answer.text.count('Tax as the source states it: <span class="amount">9.82<') == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"lines-0-description": "Picture frame", "lines-0-item_code": "FRAME"},
        {"lines-0-quantity": "1.00", "lines-0-discount": ""},
        {"lines-1-quantity": "2"},
        {"reference": "PO 9"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_does_not_touch_its_figures_leaves_stated_tax(
    browser: Client, address, document, changed
):
    browser.post(address, {**shown(browser, address), **changed})

    assert taxes(document)[0] == STATED


@pytest.mark.parametrize(
    ("changed", "tax"),
    [
        ({"lines-0-quantity": "2"}, "19.65"),
        ({"lines-0-unit_price": "58.96"}, "9.83"),
        ({"lines-0-discount": "10"}, "8.84"),
        ({"lines-0-tax_code": "ZERO"}, "0.00"),
        ({"tax_basis": "exclusive"}, "11.79"),
    ],
    ids=lambda changed: next(iter(changed)) if isinstance(changed, dict) else "",
)
def test_changed_figures_go_by_the_rate_and_the_page_says_so_before_and_after(
    browser: Client, address, document, changed, tax
):
    entered = {**shown(browser, address), **changed}

    before = browser.post(address, {**entered, "act": "total"})
    after = browser.post(address, entered, follow=True)

    assert DROPPED in before.text
    assert DROPPED in after.text
    assert taxes(document)[0] == (Decimal(tax), False)
    document.refresh_from_db()
    assert f"{document.total:,}" in before.text


def test_the_sums_before_saving_count_stated_tax(browser: Client, address):
    answer = browser.post(address, {**shown(browser, address), "act": "total"})

    assert answer.context["totals"] == (Decimal("57.46"), Decimal("11.49"), Decimal("68.95"))


@pytest.mark.parametrize("act", ["save", "add-line", "total"])
def test_unticked_it_is_computed(browser: Client, address, document, act):
    entered = shown(browser, address)
    del entered["lines-0-stated"]

    answer = browser.post(address, {**entered, "act": act}, follow=True)

    assert "69.00" not in answer.text
    assert "11.50" in answer.text
    if act == "save":
        assert taxes(document) == [(Decimal("9.83"), False), COMPUTED]


def test_a_line_that_is_emptied_goes_with_its_stated_tax(browser: Client, address, document):
    entered = shown(browser, address)
    typed = (name for name in entered if name.startswith("lines-0-") and "stated" not in name)

    answer = browser.post(address, entered | dict.fromkeys(typed, ""), follow=True)

    assert taxes(document) == [COMPUTED]
    assert DROPPED not in answer.text


def test_an_item_that_gives_the_code_does_not_drop_stated_tax(browser: Client, workspace):
    make_tax_code(workspace, "VAT20", "20")
    document = make_document(workspace, lines=[line(item_code="TEA", tax="1.99")])
    make_item(workspace, "TEA", tax_code="VAT20")
    address = reverse("invoice-edit", args=[workspace.slug, document.pk])

    browser.post(address, shown(browser, address))

    assert taxes(document) == [(Decimal("1.99"), True)]
    assert document.lines.get().tax_code.code == "VAT20"


@pytest.mark.parametrize(
    "carried", ["|", "x|1|58.95||VAT20|inclusive", "9.82", "1e9999|1|58.95||VAT20|inclusive"]
)
def test_what_is_carried_and_cannot_be_read_is_no_stated_tax(
    browser: Client, address, document, carried
):
    browser.post(address, {**shown(browser, address), "lines-0-stated": carried})

    assert taxes(document)[0] == (Decimal("9.83"), False)


def test_what_is_carried_and_cannot_be_tax_on_its_line_is_refused(browser: Client, address):
    carried = "-5|1|58.95||VAT20|inclusive"

    answer = browser.post(address, {**shown(browser, address), "lines-0-stated": carried})

    assert answer.status_code == 422
    assert "taxed the other way than 58.95" in answer.text
