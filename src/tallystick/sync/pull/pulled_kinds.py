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
from tallystick.sync.reconcile.settlements_there import (
    documents_linked,
    documents_of_notes,
    follow_settlements,
    lock_documents,
)
from tallystick.sync.reconcile.unexplained import (
    OF_CREDIT_NOTES,
    OF_INVOICES,
    read_unexplained,
)

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
    organisation, ids = hands.organisation, _ids(copies)
    documents = documents_of_notes(organisation, ids)
    lock_documents(documents)
    check_documents(hands, copies, tally, merged)
    check_allocations(hands, copies, tally)
    follow_settlements(organisation, documents)
    read_unexplained(organisation, ids, OF_CREDIT_NOTES)


def _judge_invoices(
    hands: RoundHands, copies: Sequence[Any], tally: CheckTally, merged: Mapping[str, str]
) -> None:
    """What the payments page has brought before its invoice, or after, comes home either way."""
    check_documents(hands, copies, tally, merged)
    organisation, ids = hands.organisation, _ids(copies)
    documents = documents_linked(organisation, ids)
    follow_settlements(organisation, documents)
    if documents:
        read_unexplained(organisation, ids, OF_INVOICES)


def _judge_payments(
    hands: RoundHands, copies: Sequence[Any], tally: CheckTally, merged: Mapping[str, str]
) -> None:
    organisation = hands.organisation
    documents = documents_linked(organisation, filter(None, (one.document_id for one in copies)))
    lock_documents(documents)
    check_payments(hands, copies, tally)
    follow_settlements(organisation, documents)


def _ids(copies: Sequence[Any]) -> list[str]:
    return [copy.record_id for copy in copies]


PULLED: Mapping[PulledKind, PulledList] = MappingProxyType(
    {
        PulledKind.CONTACTS: PulledList(xero.CONTACTS, followed_by=follow_contacts),
        PulledKind.ITEMS: PulledList(xero.ITEMS, followed_by=follow_items),
        PulledKind.INVOICES: PulledList(xero.INVOICES, _judge_invoices),
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
