"""What is pulled, one row a kind: the list of Xero's, and who else wants to know of its pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.xero_lists import ListName
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.models import PulledKind
from tallystick.sync.pull.followed_contacts import follow_contacts
from tallystick.sync.pull.followed_items import follow_items
from tallystick.sync.reconcile.check_tally import CheckTally
from tallystick.sync.reconcile.checked_documents import check_documents
from tallystick.sync.reconcile.checked_settlements import check_allocations, check_payments

#: Holds the records of a page against our links, in the transaction that keeps the page. The last
#: are contacts that were merged, and into which ones.
Judge: TypeAlias = Callable[[RoundHands, Sequence[Any], CheckTally, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class PulledList:
    """A kind that is read page by page."""

    which: xero.ChangedList[Any]
    checked_by: Judge | None = None
    #: Brings here what the records of a page say, in the same transaction.
    followed_by: Callable[[Organisation, Sequence[Any]], None] | None = None


def _judge_credit_notes(
    hands: RoundHands, copies: Sequence[Any], tally: CheckTally, merged: Mapping[str, str]
) -> None:
    """Credit notes show their allocations, too."""
    check_documents(hands, copies, tally, merged)
    check_allocations(hands, copies, tally)


def _judge_payments(
    hands: RoundHands, copies: Sequence[Any], tally: CheckTally, merged: Mapping[str, str]
) -> None:
    check_payments(hands, copies, tally)


PULLED: Mapping[PulledKind, PulledList] = MappingProxyType(
    {
        PulledKind.CONTACTS: PulledList(xero.CONTACTS, followed_by=follow_contacts),
        PulledKind.ITEMS: PulledList(xero.ITEMS, followed_by=follow_items),
        PulledKind.INVOICES: PulledList(xero.INVOICES, check_documents),
        PulledKind.CREDIT_NOTES: PulledList(xero.CREDIT_NOTES, _judge_credit_notes),
        PulledKind.PAYMENTS: PulledList(xero.PAYMENTS, _judge_payments),
        PulledKind.OVERPAYMENTS: PulledList(xero.OVERPAYMENTS),
        PulledKind.PREPAYMENTS: PulledList(xero.PREPAYMENTS),
        PulledKind.BANK_TRANSACTIONS: PulledList(xero.BANK_TRANSACTIONS),
    }
)
#: Read whole, each in one call.
WHOLE_LISTS: Mapping[PulledKind, ListName] = MappingProxyType(
    {PulledKind(name.value): name for name in ListName}
)
#: What a check looks through: all that we write and could be there twice.
JUDGED = tuple(kind for kind, pulled in PULLED.items() if pulled.checked_by)
