"""Parties and items as other books have them: what they say there takes the place of what is here.

Nobody of ours has entered it, so nothing is refused: a text that is too long is cut.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tallystick.books.models import Item, Party
from tallystick.books.names import comparable_name
from tallystick.books.parties import WIDTHS
from tallystick.workspaces import audit
from tallystick.workspaces.models import Workspace

_PARTY = (
    "name",
    "email",
    "phone",
    "tax_number",
    "address",
    "city",
    "region",
    "postal_code",
    "country",
)
_ITEM = (
    *("name", "description", "unit_price", "purchase_price"),
    *("account_code", "purchase_account_code"),
)
_LONGEST_NAME = 255
_PRICE = Decimal("0.0001")


def take_over_parties(
    workspace: Workspace, values: Mapping[int, Mapping[str, str]], *, told: str
) -> list[int]:
    """Give the parties, by primary key, these values; returns the keys of those that changed.

    Inside a transaction. `told` ends the sentence "… was changed: " of the history.
    """
    parties = Party.objects.filter(pk__in=values, workspace=workspace).order_by("pk")
    changed = []
    for party in parties.select_for_update():
        said = {name: _cut(text, WIDTHS[name]) for name, text in values[party.pk].items()}
        if _fill(party, said):
            party.comparable_name = comparable_name(party.name)
            changed.append(party)
    Party.objects.bulk_update(changed, [*_PARTY, "comparable_name", "revision"])
    _tell(workspace, "party.taken_over", Party, changed, f"{{}} was changed: {told}")
    return [party.pk for party in changed]


def add_parties(workspace: Workspace, parties: Sequence[Party], *, told: str) -> None:
    """Keep new parties, whose numbers are free; inside a transaction."""
    for party in parties:
        for name, width in WIDTHS.items():
            setattr(party, name, _cut(getattr(party, name), width))
        party.comparable_name = comparable_name(party.name)
    Party.objects.bulk_create(parties)
    _tell(workspace, "party.created", Party, parties, f"{{}} was added: {told}")


def take_over_items(
    workspace: Workspace, values: Mapping[int, Mapping[str, Any]], *, told: str
) -> list[int]:
    """The same for items; see `take_over_parties`."""
    items = Item.objects.filter(pk__in=values, workspace=workspace).order_by("pk")
    changed = [one for one in items.select_for_update() if _fill(one, _fitting(values[one.pk]))]
    Item.objects.bulk_update(changed, [*_ITEM, "revision"])
    _tell(workspace, "item.taken_over", Item, changed, f"{{}} was changed: {told}")
    return [item.pk for item in changed]


def add_items(
    workspace: Workspace, values: Mapping[str, Mapping[str, Any]], *, told: str
) -> list[Item]:
    """Keep new items, by their codes, which are free; inside a transaction."""
    items = [
        Item(workspace=workspace, code=code, **_fitting(said)) for code, said in values.items()
    ]
    Item.objects.bulk_create(items)
    _tell(workspace, "item.created", Item, items, f"{{}} was added: {told}")
    return items


def _fill(record: Party | Item, values: Mapping[str, Any]) -> bool:
    """Put the values there; tells whether any was another one."""
    different = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in different.items():
        setattr(record, name, value)
    record.revision += bool(different)
    return bool(different)


def _cut(text: str, width: int) -> str:
    """Return the text as the books keep texts: no longer than this, without blanks around it."""
    return text.strip()[:width].strip()


def _fitting(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item's values as they fit: prices have four decimals."""
    fitting: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    if "name" in fitting:
        fitting["name"] = _cut(fitting["name"], _LONGEST_NAME)
    for name in ("unit_price", "purchase_price"):
        if fitting.get(name) is not None:
            fitting[name] = fitting[name].quantize(_PRICE)
    return fitting


def _tell(
    workspace: Workspace,
    action: str,
    model: type[Party | Item],
    records: Sequence[Party | Item],
    words: str,
) -> None:
    if records:
        audit.record_each(
            workspace=workspace,
            actor=None,
            action=action,
            subject=model,
            messages={one.pk: words.format(one) for one in records},
        )
