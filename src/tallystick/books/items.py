"""Finding, adding and changing products and services."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import NotFound
from tallystick.books.inputs import ItemInput
from tallystick.books.models import LONGEST_ACCOUNT, LONGEST_CODE, Item, ItemQuerySet
from tallystick.books.tax_codes import find_tax_code
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace


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
    return record


@transaction.atomic
def edit_item(*, workspace: Workspace, actor: User | None, item_id: int, item: ItemInput) -> Item:
    """Put the values in place of those it has. Raises NotFound and InvalidRecord."""
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

    An empty `new` lets the account ladder go on. Raises InvalidRecord.
    """
    checker = Checker("The account")
    code = checker.text("account_code", new, at_most=LONGEST_ACCOUNT)
    checker.finish()
    items = Item.objects.in_workspace(workspace).on_account(old).select_for_update(of=("self",))
    found = list(items.order_by("pk")) if old else []
    for item in found:
        for field in ("account_code", "purchase_account_code"):
            if getattr(item, field) == old:
                setattr(item, field, code)
    Item.objects.bulk_update(found, ["account_code", "purchase_account_code"], batch_size=1_000)
    for item in found:
        audit.record(
            workspace=workspace,
            actor=actor,
            action="item.edited",
            message=f"{item.code} has account {code or 'of all others'} instead of {old}.",
            subject=item,
        )
        signals.record_edited.send(sender=Item, record=item)
    return len(found)


def _fill(record: Item, item: ItemInput) -> None:
    checker = Checker(item.code.strip() or "The item")
    record.code = checker.text("code", item.code, at_most=LONGEST_CODE, required=True)
    record.name = checker.text("name", item.name, at_most=255)
    checker.number("unit_price", item.unit_price)
    record.unit_price = item.unit_price
    record.tax_code = find_tax_code(record.workspace, item.tax_code, checker)
    for field in ("account_code", "purchase_account_code"):
        setattr(record, field, checker.text(field, getattr(item, field), at_most=LONGEST_ACCOUNT))
    checker.finish()
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if "item_unique" not in str(error):
            raise
        checker.refuse("code", record.code, "Another item has it; change it.")
        checker.finish()
