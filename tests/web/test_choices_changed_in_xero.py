"""What Xero archived or renamed after it was chosen: told on the pages, and ended by its remedy."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from factories import line, make_document, make_item, make_member, make_tax_code, owner_of
from tallystick.books.models import Item
from tallystick.mapping.models import Direction
from tallystick.mapping.services import choose_account, choose_tax_type
from tallystick.mirror.models import Account, MirroredItem, TaxRate
from tallystick.sync.models import LinkState
from tallystick.workspaces.models import Role


@pytest.fixture
def chosen(workspace, organisation, lists, account):
    """The mapping of a workspace that sells: GST is OUTPUT2, sales and freight go to 200."""
    account("210", "New sales")
    organisation.read_at = timezone.now()
    organisation.save()
    actor = owner_of(workspace)
    for charge in ("", "freight"):
        choose_account(
            organisation=organisation,
            direction=Direction.SALES,
            charge=charge,
            code="200",
            actor=actor,
        )
    code = make_tax_code(workspace, "GST")
    choose_tax_type(organisation=organisation, tax_code=code, tax_type="OUTPUT2", actor=actor)
    return code


def in_rail(answer) -> str:
    found = re.search(r'href="[^"]*/needs-attention/"[^>]*>.*?</a>', answer.text, re.DOTALL)
    return found[0] if found else ""


def test_an_archived_account_needs_attention_until_another_is_chosen(
    browser, chosen, address
) -> None:
    Account.objects.filter(code="200").update(status="ARCHIVED")
    seen = browser.get(address("needs-attention"))
    assert (
        "Xero archived account 200 Sales, which is chosen for the default on sales and freight on "
        "sales." in seen.text
    )
    (told,) = seen.context["broken"]
    assert told.mend.address == address("accounts")
    assert "Nothing needs you" not in seen.text
    page = browser.get(told.mend.address)
    assert page.text.count("Xero archived account 200 Sales. Choose another.") == 2
    assert ">1<" in in_rail(page)

    form = {"default-sales": "210", "freight-sales": ""}
    answer = browser.post(told.mend.address, form, follow=True)

    assert "Xero archived" not in answer.text
    assert ">1<" not in in_rail(answer)
    assert "Nothing needs you" in browser.get(address("needs-attention")).text


def test_it_is_told_before_any_document_meets_it_and_beside_those_that_did(
    browser, chosen, address, stuck
) -> None:
    Account.objects.filter(code="200").update(status="ARCHIVED")
    link = stuck("account:sales:", lines=[line(unit_price="100")])
    assert ">2<" in in_rail(browser.get(address("workspace-home")))

    browser.post(address("accounts"), {"default-sales": "210", "freight-sales": "210"})

    link.refresh_from_db()
    assert link.state == LinkState.QUEUED


def test_a_renamed_rate_is_told_once(browser, chosen, address) -> None:
    TaxRate.objects.filter(tax_type="OUTPUT2").update(name="GST on Income")
    page = browser.get(address("tax-mapping"))
    told = "Called GST of revenue when it was chosen; Xero calls it GST on Income now."
    assert told in page.text
    assert "Nothing needs you" in browser.get(address("needs-attention")).text

    answer = browser.post(
        address("tax-mapping"), {f"tax-{chosen.pk}-sales": "OUTPUT2"}, follow=True
    )

    assert told not in answer.text


def test_a_rate_that_xero_changed_is_told_with_both_percentages(browser, chosen, address) -> None:
    TaxRate.objects.filter(tax_type="OUTPUT2").update(effective_rate="12.5")

    assert (
        "Xero changed tax rate GST of revenue from 15% to 12.5%, which is chosen for GST on sales."
        in browser.get(address("needs-attention")).text
    )


def test_the_mapping_says_what_uses_a_code_and_when_it_is_complete(
    browser, workspace, chosen, address
) -> None:
    make_document(workspace, lines=[line(tax_code="GST")])
    page = browser.get(address("tax-mapping"))
    assert "Used by 1 document on sales." in page.text
    assert "Every tax code in use has a rate that is in use in Xero." in page.text

    TaxRate.objects.filter(tax_type="OUTPUT2").update(status="ARCHIVED")
    page = browser.get(address("tax-mapping"))

    assert "Not complete yet" in page.text
    assert "Xero archived tax rate GST of revenue, which is chosen for GST on sales." in page.text


def test_items_on_an_archived_account_are_moved_by_one_press(
    browser, workspace, chosen, address
) -> None:
    for code in ("BEANS", "MILK"):
        make_item(workspace, code)
    Item.objects.update(account_code="200")
    make_item(workspace, "TEA")
    Account.objects.filter(code="200").update(status="ARCHIVED")
    told = browser.get(address("needs-attention")).context["broken"][-1]
    page = browser.get(told.mend.address)
    assert "Use it on 2 items" in page.text
    assert "TEA" not in page.text

    refused = browser.post(address("items-account"), {"old": "200", "new": ""}, follow=True)
    assert "Name the account that these items go to instead." in refused.text
    answer = browser.post(address("items-account"), {"old": "200", "new": "210"}, follow=True)

    assert "2 items go to account 210 now." in answer.text
    assert set(Item.objects.values_list("code", "account_code")) == {
        ("BEANS", "210"),
        ("MILK", "210"),
        ("TEA", ""),
    }
    assert len(browser.get(address("needs-attention")).context["broken"]) == 1


def test_who_only_looks_moves_no_items(workspace, chosen, signed_in, address) -> None:
    make_item(workspace, "BEANS")
    Item.objects.update(account_code="200")
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    assert viewer.post(address("items-account"), {"old": "200", "new": "210"}).status_code == 403
    assert Item.objects.get().account_code == "200"


def test_choices_stay_where_the_same_books_are_connected_again(
    browser, workspace, organisation, chosen, address
) -> None:
    connection = workspace.connection
    connection.organisation = None
    connection.save()
    assert "Not connected to Xero" in browser.get(address("accounts")).text
    connection.organisation = organisation
    connection.save()

    page = browser.get(address("accounts"))

    assert page.context["form"]["default-sales"].value() == "200"
    assert "default-sales" not in page.context["form"].proposals


def test_items_get_their_accounts_from_xero_by_one_press(
    browser, workspace, organisation, chosen, address
) -> None:
    make_item(workspace, "BEANS")
    assert "Accounts of items" not in browser.get(address("accounts")).text
    MirroredItem.objects.create(
        organisation=organisation,
        xero_id=uuid4(),
        code="BEANS",
        is_sold=True,
        is_purchased=False,
        is_tracked=False,
        sales_account_code="210",
        read_at=timezone.now(),
        noticed_at=timezone.now(),
    )
    assert "210 New sales" in browser.get(address("accounts")).text

    answer = browser.post(address("item-accounts"), follow=True)

    assert "1 item got its account from Xero." in answer.text
    assert Item.objects.get().account_code == "210"
    assert "Accounts of items" not in answer.text
