"""Writing and changing an invoice."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from factories import line, make_document, make_item, make_party, make_tax_code
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Document, Status
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link


@pytest.fixture
def address(workspace) -> str:
    make_party(workspace, "Harbour Cafe", number="C7")
    make_tax_code(workspace, "GST", "15")
    return reverse("invoice-new", args=[workspace.slug])


def entered(*lines: dict[str, str], **head: str) -> dict[str, str]:
    form = {
        "party_number": "Harbour Cafe (C7)",
        "issued_on": "2026-11-02",
        "due_on": "2026-12-02",
        "currency": "nzd",
        "tax_basis": "exclusive",
        "lines-TOTAL_FORMS": str(len(lines) + 1),
        "lines-INITIAL_FORMS": "0",
        **head,
    }
    for index, values in enumerate(lines):
        form |= {f"lines-{index}-{name}": value for name, value in values.items()}
    return form


BEANS = {"description": "Beans", "quantity": "2", "unit_price": "38.00", "tax_code": "GST"}


def test_an_invoice_is_saved_with_its_sums(browser: Client, address: str) -> None:
    answer = browser.post(address, entered(BEANS), follow=True)

    document = Document.objects.get()
    assert (document.number, document.currency, document.status) == ("INV-0001", "NZD", "draft")
    assert (document.tax, document.total) == (Decimal("11.40"), Decimal("87.40"))
    assert "INV-0001 was saved." in answer.text
    assert "87.40" in answer.text


@pytest.mark.parametrize("typed", ["C7", "harbour cafe", "Harbour Cafe (C7)"])
def test_the_customer_is_known_by_number_or_name(browser: Client, address: str, typed) -> None:
    browser.post(address, entered(BEANS, party_number=typed))

    assert Document.objects.get().party.number == "C7"


def test_two_customers_of_one_name_are_told_apart_by_the_number(
    browser: Client, address: str, workspace
) -> None:
    make_party(workspace, "Harbour Cafe", number="C8")

    refused = browser.post(address, entered(BEANS, party_number="Harbour Cafe"))
    browser.post(address, entered(BEANS, party_number="Harbour Cafe (C8)"))

    assert "Several customers bear this name" in refused.text
    assert Document.objects.get().party.number == "C8"


def test_what_cannot_be_read_is_said_at_its_field_and_kept(browser: Client, address: str) -> None:
    answer = browser.post(address, entered({**BEANS, "quantity": "two"}, party_number=""))

    assert answer.status_code == 422
    assert "Enter the customer." in answer.text
    assert "Enter a number, such as 12 or 2.5." in answer.text
    assert 'value="two"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not Document.objects.exists()


def test_what_the_books_refuse_is_said_at_its_line(browser: Client, address: str) -> None:
    empty = dict.fromkeys(BEANS, "")
    answer = browser.post(address, entered(BEANS, empty, {**BEANS, "discount": "120"}))

    assert answer.status_code == 422
    assert 'id="id_lines-2-discount_error"' in answer.text


def test_a_taken_number_is_said_at_the_number(browser: Client, address: str, workspace) -> None:
    make_document(workspace, number="INV-7")

    answer = browser.post(address, entered(BEANS, number="INV-7"))

    assert 'id="id_number_error"' in answer.text


def test_an_invoice_without_lines_is_not_saved(browser: Client, address: str) -> None:
    answer = browser.post(address, entered())

    assert answer.status_code == 422
    assert "Add at least one line" in answer.text


def test_adding_a_line_keeps_what_was_entered_and_judges_nothing(
    browser: Client, address: str
) -> None:
    answer = browser.post(address, entered({**BEANS, "quantity": "two"}, act="add-line"))

    assert answer.status_code == 200
    assert 'name="lines-TOTAL_FORMS" value="3"' in answer.text
    assert 'value="two"' in answer.text
    assert "errors" not in answer.text


def test_the_sums_are_shown_before_saving(browser: Client, address: str) -> None:
    answer = browser.post(address, entered(BEANS, {"quantity": "x"}, act="total"))

    assert "87.40" in answer.text
    assert not Document.objects.exists()


def test_an_item_fills_what_its_line_leaves_open(browser: Client, address: str, workspace) -> None:
    make_item(workspace, "WIDGET", tax_code="GST")

    browser.post(address, entered({"item_code": "WIDGET", "quantity": "3"}))

    saved = Document.objects.get()
    assert saved.total == Decimal("34.50")
    assert saved.lines.get().description == "Widget"


def test_saving_and_submitting_is_one_press(
    browser: Client, address: str, organisation: Organisation
) -> None:
    browser.post(address, entered(BEANS, act="submit"))

    assert Document.objects.get().status == Status.SUBMITTED
    assert Link.objects.get().state == "queued"


def test_editing_begins_with_what_is_there_and_loses_nothing(browser: Client, workspace) -> None:
    lines = [line("Beans", unit_price="38", discount="12.5", account_code="260"), line("Tea")]
    document = make_document(workspace, number="INV-7", lines=lines)
    address = reverse("invoice-edit", args=[workspace.slug, document.pk])

    form = browser.get(address).context["form"]
    shown = {name: str(form.head[name].value()) for name in form.head.fields}
    shown |= {field.html_name: field.value() or "" for each in form.lines for field in each}
    counts = {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
    answer = browser.post(address, {**shown, **counts}, follow=True)

    assert "INV-7 was saved." in answer.text
    document.refresh_from_db()
    assert document.revision == 2
    kept = document.lines.order_by("position").values_list(
        "description", "discount", "account_code"
    )
    assert list(kept) == [("Beans", Decimal("12.5"), "260"), ("Tea", None, "")]


def test_a_cancelled_invoice_cannot_be_edited_and_says_what_to_do(
    browser: Client, workspace
) -> None:
    document = make_document(workspace, submitted=True)
    cancel_documents(workspace=workspace, document_ids=[document.pk], actor=None)

    answer = browser.get(reverse("invoice-edit", args=[workspace.slug, document.pk]), follow=True)

    assert "is cancelled and stays as it is. Amend it" in answer.text
    assert "Amend with a new number" in answer.text


def test_customers_are_offered_by_what_is_typed(browser: Client, address: str, workspace) -> None:
    make_party(workspace, "Bayside Ltd", number="C8")

    answer = browser.get(reverse("party-options", args=[workspace.slug]), {"q": "bay"})

    assert answer.text.count("<option") == 1
    assert 'value="Bayside Ltd (C8)"' in answer.text
