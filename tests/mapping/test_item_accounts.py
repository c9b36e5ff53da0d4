"""Accounts of our items, proposed from Xero's items of the same code."""

from uuid import uuid4

import pytest
from django.db.models.functions import Now

from factories import make_item, make_member
from tallystick.books.models import Item
from tallystick.mapping.proposing_items import proposed_for_items, take_for_items
from tallystick.mirror.models import MirroredItem
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role


@pytest.fixture
def in_xero(mapped):
    """Keep an item of Xero's in the mirror."""

    def keep(code: str, sold: str = "", bought: str = "", **given: object) -> MirroredItem:
        values = {
            "name": code.title(),
            "description": "",
            "purchase_description": "",
            "is_sold": bool(sold),
            "is_purchased": bool(bought),
            "is_tracked": False,
            "sales_account_code": sold,
            "sales_tax_type": "",
            "purchase_account_code": bought,
            "purchase_tax_type": "",
            "updated_at": Now(),
            "read_at": Now(),
            "noticed_at": Now(),
            **given,
        }
        organisation = mapped.organisation
        return MirroredItem.objects.create(
            organisation=organisation, xero_id=uuid4(), code=code, **values
        )

    return keep


def proposed(mapped) -> list[tuple[str, str, str]]:
    found = proposed_for_items(mapped.organisation)
    assert found.count == len(found.shown)
    return [(one.item.code, one.sold, one.bought) for one in found.shown]


def test_what_our_item_lacks_is_proposed_as_xeros_has_it(mapped, in_xero):
    make_item(mapped.workspace, "BEANS")
    make_item(mapped.workspace, "MILK")
    in_xero("BEANS", "200", "300")
    in_xero("TEA", "200")

    assert proposed(mapped) == [("BEANS", "200 Sales", "300 Purchases")]


def test_what_our_item_names_stays(mapped, in_xero):
    make_item(mapped.workspace, "BEANS")
    Item.objects.update(account_code="260")
    in_xero("BEANS", "200", "300")

    assert proposed(mapped) == [("BEANS", "", "300 Purchases")]
    assert take_for_items(organisation=mapped.organisation, actor=mapped.owner) == 1

    item = Item.objects.get()
    assert (item.account_code, item.purchase_account_code) == ("260", "300")
    assert AuditEntry.objects.filter(action="item.edited").count() == 1
    assert proposed(mapped) == []
    assert take_for_items(organisation=mapped.organisation, actor=mapped.owner) == 0


@pytest.mark.parametrize("given", [{"gone_at": Now()}, {"is_tracked": True}], ids=["gone", "stock"])
def test_what_is_gone_and_what_is_bought_for_stock_is_not_proposed(mapped, in_xero, given):
    make_item(mapped.workspace, "BEANS")
    in_xero("BEANS", "", "300", **given)

    assert proposed(mapped) == []


def test_an_account_out_of_use_is_not_proposed(mapped, in_xero):
    mapped.account("210", "Old sales", status="ARCHIVED")
    make_item(mapped.workspace, "BEANS")
    in_xero("BEANS", "210")

    assert proposed(mapped) == []


def test_only_who_may_change_the_mapping_takes_them(mapped, in_xero):
    make_item(mapped.workspace, "BEANS")
    in_xero("BEANS", "200")
    bookkeeper = make_member(mapped.workspace, Role.BOOKKEEPER)

    with pytest.raises(NotAllowed):
        take_for_items(organisation=mapped.organisation, actor=bookkeeper)

    assert Item.objects.get().account_code == ""
