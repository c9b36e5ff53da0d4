"""Finding, adding and changing products and services."""

from collections.abc import Collection, Mapping, Sequence

from django.db import IntegrityError, transaction

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import NotFound
from tallystick.books.inputs import ItemInput
from tallystick.books.models import (
    LONGEST_ACCOUNT,
    LONGEST_CODE,
    LONGEST_DESCRIPTION,
    Item,
    ItemQuerySet,
)
from tallystick.books.ownership import refuse_owned, values_of
from tallystick.books.tax_codes import find_tax_code
from tallystick.english import listed
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

#: Where an item names the accounts of what is sold and bought.
_ACCOUNTS = ("account_code", "purchase_account_code")
_FIELDS = (
    *("code", "name", "description", "unit_price", "purchase_price", "tax_code_id"),
    *_ACCOUNTS,
)


def items_of(workspace: Workspace, *, text: str = "") -> ItemQuerySet:
    """Return the items with their tax codes, by code; `text` stands in code or name."""
    items = Item.objects.in_workspace(workspace).matching(text)
    return items.select_related("tax_code").order_by("code")


def items_called(workspace: Workspace, codes: Collection[str]) -> dict[str, Item]:
    """Return the items of the codes with their tax codes, by code; one that is not here is absent."""
    return {item.code: item for item in items_of(workspace).filter(code__in=codes)}


@transaction.atomic
def create_item(*, workspace: Workspace, actor: User | None, item: ItemInput) -> Item:
    """Keep a new item. Raises InvalidRecord with every problem at once."""
    record = Item(workspace=workspace)
    _fill(record, item)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="item.created",
        message=f"{record.code} was added.",
        subject=record,
    )
    signals.records_made.send(sender=Item, workspace=workspace, record_ids=[record.pk])
    return record


@transaction.atomic
def edit_item(*, workspace: Workspace, actor: User | None, item_id: int, item: ItemInput) -> Item:
    """Put the values in place of those it has. Raises NotFound and InvalidRecord.

    What is kept elsewhere (`ownership`) is refused like any value that cannot be kept.
    """
    record = Item.objects.in_workspace(workspace).filter(pk=item_id).select_for_update().first()
    if record is None:
        raise NotFound("The item is not in this workspace.", remedy="Look it up again in the list.")
    _fill(record, item)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="item.edited",
        message=f"{record.code} was changed.",
        subject=record,
    )
    signals.record_edited.send(sender=Item, record=record)
    return record


@transaction.atomic
def change_account(*, workspace: Workspace, actor: User | None, old: str, new: str) -> int:
    """Name another account on every item that names this one; return how many there were.

    Raises InvalidRecord.
    """
    checker = Checker("The account")
    code = checker.text("account_code", new, at_most=LONGEST_ACCOUNT, required=True)
    checker.finish()
    items = Item.objects.in_workspace(workspace).on_account(old).select_for_update()
    found = list(items.order_by("pk")) if old else []
    for item in found:
        for field in _ACCOUNTS:
            if getattr(item, field) == old:
                setattr(item, field, code)
    _save_accounts(found, actor, f"instead of {old}")
    return len(found)


@transaction.atomic
def give_accounts(
    *, workspace: Workspace, actor: User | None, accounts: Mapping[int, tuple[str, str]]
) -> int:
    """Give items accounts of what is sold and bought, by primary key; return how many got one.

    An account that an item names already stays, and an empty one is none.
    """
    items = Item.objects.in_workspace(workspace).filter(pk__in=accounts).select_for_update()
    changed = []
    for item in items.order_by("pk"):
        before = item.account_code, item.purchase_account_code
        for field, code in zip(_ACCOUNTS, accounts[item.pk], strict=True):
            setattr(item, field, getattr(item, field) or code)
        if before != (item.account_code, item.purchase_account_code):
            changed.append(item)
    _save_accounts(changed, actor, "as its item in Xero has it")
    return len(changed)


def _save_accounts(items: Sequence[Item], actor: User | None, why: str) -> None:
    Item.objects.bulk_update(items, _ACCOUNTS, batch_size=1_000)
    for item in items:
        codes = listed(list(dict.fromkeys(filter(None, (getattr(item, one) for one in _ACCOUNTS)))))
        audit.record(
            workspace=item.workspace,
            actor=actor,
            action="item.edited",
            message=f"{item.code} goes to account {codes} {why}.",
            subject=item,
        )
        signals.record_edited.send(sender=Item, record=item)


def _fill(record: Item, item: ItemInput) -> None:
    checker = Checker(item.code.strip() or "The item")
    before = values_of(record, _FIELDS)
    record.code = checker.text("code", item.code, at_most=LONGEST_CODE, required=True)
    record.name = checker.text("name", item.name, at_most=255)
    record.description = checker.text("description", item.description, at_most=LONGEST_DESCRIPTION)
    for field in ("unit_price", "purchase_price"):
        checker.number(field, getattr(item, field))
        setattr(record, field, getattr(item, field))
    record.tax_code = find_tax_code(record.workspace, item.tax_code, checker)
    for field in ("account_code", "purchase_account_code"):
        setattr(record, field, checker.text(field, getattr(item, field), at_most=LONGEST_ACCOUNT))
    refuse_owned(record, before, checker)
    checker.finish()
    record.revision += record.pk is not None and values_of(record, _FIELDS) != before
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if "item_unique" not in str(error):
            raise
        checker.refuse("code", record.code, "Another item has it; change it.")
        checker.finish()
