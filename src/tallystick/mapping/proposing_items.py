"""Accounts of our items as Xero's items of the same code have them; proposing chooses nothing.

Where an item of ours names an account already, that stays. Of what Xero keeps a stock of, only the
account of its sales is proposed: what is bought goes to stock there.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from tallystick.books.items import give_accounts
from tallystick.books.models import Item
from tallystick.connections.models import Organisation
from tallystick.mapping.known import Known, is_in_use, takes_lines
from tallystick.mirror.models import MirroredItem
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User

#: So many are shown; all are taken.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class ItemProposal:
    """The accounts that an item of ours would get: such as `200 Sales`; empty: none is proposed."""

    item: Item
    sold: str
    bought: str


@dataclass(frozen=True, slots=True)
class ItemProposals:
    """The first of the proposals, by the codes of the items, and how many there are."""

    shown: list[ItemProposal]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.shown)


def proposed_for_items(organisation: Organisation) -> ItemProposals:
    """Return what Xero's items would give ours."""
    known = Known(organisation)
    found = _lacking(known)
    shown: list[ItemProposal] = []
    item: Item
    for item in found[:SHOWN]:
        sold, bought = _accounts(item)
        shown.append(ItemProposal(item, _named(known, sold), _named(known, bought)))
    return ItemProposals(shown, found.count())


@transaction.atomic
def take_for_items(*, organisation: Organisation, actor: User) -> int:
    """Give our items the accounts of Xero's; return how many got one. Raises NotAllowed."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    accounts = {item.pk: _accounts(item) for item in _lacking(Known(organisation))}
    return give_accounts(workspace=organisation.workspace, actor=actor, accounts=accounts)


def _lacking(known: Known) -> QuerySet[Item]:
    """Return our items that lack an account which Xero's has, with those as `sells_on`, `buys_on`."""
    live = [one.code for one in known.accounts.values() if is_in_use(one) and takes_lines(one)]
    theirs = MirroredItem.objects.filter(
        organisation=known.organisation, gone_at=None, code=OuterRef("code")
    ).order_by("pk")
    sells = theirs.filter(sales_account_code__in=live).values("sales_account_code")
    buys = theirs.filter(is_tracked=False, purchase_account_code__in=live)
    items = Item.objects.filter(workspace=known.organisation.workspace_id).annotate(
        sells_on=Subquery(sells[:1]), buys_on=Subquery(buys.values("purchase_account_code")[:1])
    )
    lacks_sold = Q(account_code="", sells_on__isnull=False)
    lacks_bought = Q(purchase_account_code="", buys_on__isnull=False)
    return items.filter(lacks_sold | lacks_bought).order_by("code")


def _accounts(item: Any) -> tuple[str, str]:
    """Return what an item of `_lacking` would get: nothing where it names an account already."""
    sold = "" if item.account_code else item.sells_on or ""
    bought = "" if item.purchase_account_code else item.buys_on or ""
    return sold, bought


def _named(known: Known, code: str) -> str:
    return str(known.accounts[code]) if code else ""
