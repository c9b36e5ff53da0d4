"""What is chosen and can be used no more, since Xero archived, removed or changed it.

Told before a document meets it, each with the one screen that mends it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tallystick.books.items import items_of
from tallystick.books.models import Item
from tallystick.connections.models import Organisation
from tallystick.english import counted, listed, verb
from tallystick.mapping.chosen_records import (
    ACCOUNT,
    ChosenRecord,
    account_trouble,
    chosen_records,
    happened_to,
)
from tallystick.mapping.known import Known
from tallystick.mapping.problems import ITEMS

#: So many uses are named; the rest is counted.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class BrokenChoice:
    """One account or tax rate that is chosen and cannot be used, for all that one screen mends."""

    #: Such as `Xero archived account 200 Sales, which is chosen for the default on sales.`
    message: str
    remedy: str
    screen: str
    #: Code or tax type; items are found by it.
    value: str
    #: How many choices or items name it.
    uses: int


def broken_choices(organisation: Organisation) -> list[BrokenChoice]:
    """Return what is chosen and broken, in the order of the screens; none before lists are read."""
    if organisation.read_at is None:
        return []
    known = Known(organisation)
    broken: defaultdict[tuple[str, str, str], list[ChosenRecord]] = defaultdict(list)
    for one in chosen_records(organisation, known):
        if one.trouble:
            broken[one.screen, one.value, one.happened].append(one)
    return [*(_of_choices(records) for records in broken.values()), *_of_items(known)]


def _of_choices(records: list[ChosenRecord]) -> BrokenChoice:
    first = records[0]
    return BrokenChoice(
        message=f"{first.happened}, which is chosen for {_named([one.use for one in records], len(records))}.",
        remedy=f"Choose another {first.noun}, and what comes next goes out by it.",
        screen=first.screen,
        value=first.value,
        uses=len(records),
    )


def _of_items(known: Known) -> Iterator[BrokenChoice]:
    """Yield each account that items name and lines cannot go to."""
    for code in _codes_of_items(known.organisation):
        account = known.accounts.get(code)
        trouble = account_trouble(account)
        if trouble is None:
            continue
        found = items_of(known.organisation.workspace).on_account(code)
        count = found.count()
        named = list(found.values_list("code", flat=True)[:_NAMED])
        yield BrokenChoice(
            message=f"{happened_to(f'{ACCOUNT} {account or code}', trouble)}, which "
            f"{counted(count, 'item')} {verb(count, 'name')}: {_named(named, count)}.",
            remedy="Name another account on each.",
            screen=ITEMS,
            value=code,
            uses=count,
        )


def _codes_of_items(organisation: Organisation) -> list[str]:
    """Return the accounts that items name, for what is sold or bought."""
    items = Item.objects.filter(workspace=organisation.workspace_id).order_by()
    sold, bought = items.values_list("account_code"), items.values_list("purchase_account_code")
    return sorted(filter(None, (code for (code,) in sold.union(bought))))


def _named(names: list[str], count: int) -> str:
    more = [f"{count - _NAMED:,} more"] if count > _NAMED else []
    return listed([*names[:_NAMED], *more])
