"""What Xero archives, removes or changes is told where it is chosen, before a document meets it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from factories import make_item, owner_of
from tallystick.books.items import change_account
from tallystick.books.models import Charge, Item
from tallystick.mapping.broken_choices import broken_choices
from tallystick.mapping.chosen_records import Trouble, chosen_records, take_note
from tallystick.mapping.models import AccountChoice, Direction, MethodAccount, TaxMapping
from tallystick.mapping.recent import recent_choices
from tallystick.mirror.models import Account, TaxRate

SALES, PURCHASES = Direction.SALES, Direction.PURCHASES


@pytest.fixture
def read(mapped):
    """The same books, whose lists were read."""
    mapped.organisation.read_at = timezone.now()
    mapped.organisation.save()
    return mapped


def told(mapped) -> list[str]:
    return [one.message for one in broken_choices(mapped.organisation)]


def test_what_is_in_use_is_no_trouble(read):
    assert told(read) == []
    assert {one.trouble for one in chosen_records(read.organisation)} == {None}


def test_before_the_lists_are_read_nothing_is_said(mapped):
    Account.objects.all().delete()

    assert told(mapped) == []


def test_an_archived_account_is_told_with_all_that_one_screen_mends(read):
    read.choose(SALES, Charge.FREIGHT, "200")
    Account.objects.filter(code="200").update(status="ARCHIVED")

    (broken,) = broken_choices(read.organisation)

    assert broken.message == (
        "Xero archived account 200 Sales, which is chosen for the default on sales and freight on "
        "sales."
    )
    assert (broken.screen, broken.uses) == ("accounts", 2)
    read.account("210", "New sales")
    read.choose(SALES, Charge.FREIGHT, "210")
    read.choose(SALES, "", "210")
    assert told(read) == []


def test_an_account_that_is_gone_altogether_is_told_by_the_name_it_had(read):
    Account.objects.filter(code="200").delete()

    assert told(read) == [
        "Xero has no account 200 Sales any more, which is chosen for the default on sales."
    ]


def test_an_account_of_another_kind_now_takes_no_lines(read):
    Account.objects.filter(code="200").update(type="BANK")

    assert told(read)[0].startswith("Xero does not take account 200 Sales there any more")


@pytest.mark.parametrize(("status", "what"), [("DELETED", "deleted"), ("ARCHIVED", "archived")])
def test_a_rate_out_of_use_is_told(read, status, what):
    TaxRate.objects.filter(tax_type="OUTPUT2").update(status=status)

    assert told(read) == [f"Xero {what} tax rate OUTPUT2 20%, which is chosen for VAT20 on sales."]


def test_a_rate_that_makes_other_tax_now_is_told_with_both(read):
    TaxRate.objects.filter(tax_type="OUTPUT2").update(effective_rate=Decimal("17.5"))

    assert told(read) == [
        "Xero changed tax rate OUTPUT2 20% from 20% to 17.5%, which is chosen for VAT20 on sales."
    ]


def test_a_rate_that_came_to_be_what_the_code_is_makes_no_trouble(read):
    read.rate("OLD", "17.5")
    code = read.tax_code("VAT10", "10", sales="OLD")
    TaxRate.objects.filter(tax_type="OLD").update(effective_rate=Decimal(10))

    assert told(read) == []
    assert TaxMapping.objects.get(tax_code=code).chosen_rate == Decimal("17.5")


def test_a_rate_that_is_for_the_other_side_now_is_told(read):
    TaxRate.objects.filter(tax_type="OUTPUT2").update(can_apply_to=["EXPENSE"])

    assert [one.trouble for one in chosen_records(read.organisation) if one.trouble] == [
        Trouble.UNFIT
    ]


def test_the_account_of_payments_is_told(read):
    bank = read.account("090", "Bank", "ASSET", type="BANK")
    read.pay_by("Card", bank.xero_id)
    read.pay_by("", bank.xero_id)
    Account.objects.filter(pk=bank.pk).update(status="ARCHIVED")

    assert told(read) == [
        "Xero archived account 090 Bank, which is chosen for all other payments and payments by Card."
    ]


def test_an_account_that_items_name_is_told_once_and_changed_on_all_at_once(read):
    for code in "ABCDE":
        make_item(read.workspace, code)
    Item.objects.update(account_code="260")
    Item.objects.filter(code="E").update(account_code="", purchase_account_code="260")
    assert told(read) == [
        "Xero has no account 260 any more, which 5 items name: A, B, C and 2 more."
    ]

    count = change_account(
        workspace=read.workspace, actor=owner_of(read.workspace), old="260", new="200"
    )

    assert count == 5
    assert told(read) == []
    assert Item.objects.get(code="E").purchase_account_code == "200"
    assert Item.objects.get(code="A").purchase_account_code == ""


def test_a_name_that_changed_is_told_until_it_was_taken_note_of(read):
    Account.objects.filter(code="200").update(name="Trade income")
    (renamed,) = [one for one in chosen_records(read.organisation) if one.was_called]
    assert (renamed.was_called, renamed.name) == ("200 Sales", "200 Trade income")
    assert told(read) == []

    take_note(chosen_records(read.organisation))

    assert not any(one.was_called for one in chosen_records(read.organisation))
    assert AccountChoice.objects.get(code="200").chosen_name == "200 Trade income"


def test_a_code_that_another_account_has_taken_over_is_that_account(read):
    read.account("200", "Old sales", status="ARCHIVED")

    assert told(read) == []


def test_what_was_chosen_last_is_known(read):
    read.account("210", "New sales")
    read.choose(SALES, Charge.FREIGHT, "210")
    AccountChoice.objects.filter(code="300").update(chosen_at=timezone.now() - timedelta(days=1))
    AccountChoice.objects.filter(code="200").update(chosen_at=timezone.now() - timedelta(days=2))

    assert recent_choices(read.organisation).account_codes == ["210", "300", "200"]
    assert not MethodAccount.objects.exists()
