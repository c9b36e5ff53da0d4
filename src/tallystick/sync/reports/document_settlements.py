"""What stands on a document: its payments and allocations, and what could be set against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from tallystick.books.balances import outstanding_of
from tallystick.books.models import Allocation, Document, Kind, Payment, SettlementStatus, Status
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reports.link_states import (
    DocumentState,
    states_of_allocations,
    states_of_payments,
)
from tallystick.sync.reports.record_decisions import DecisionButton, buttons_on
from tallystick.workspaces.models import Workspace

#: So many of a party's newest documents are looked through for open ones, and so many shown.
_LOOKED_AT = 200
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class DocumentSettlement:
    """A payment or an allocation on one document, and how it stands with Xero."""

    settlement: Payment | Allocation
    state: DocumentState | None
    decisions: list[DecisionButton]

    @property
    def is_live(self) -> bool:
        return self.settlement.status == SettlementStatus.RECORDED

    @property
    def says_something(self) -> bool:
        """Tell whether it stands here, or is deleted and not gone from Xero yet."""
        is_left = self.state is not None and self.state.state != LinkState.RETRACTED
        return self.is_live or is_left


@dataclass(frozen=True, slots=True)
class OpenCounterpart:
    """An open document that another may be set against."""

    document: Document
    outstanding: Decimal


def settlements_on(
    document: Document, workspace: Workspace, organisation: Organisation | None
) -> list[DocumentSettlement]:
    """Return what stands on the document, payments first, each the oldest first.

    Deleted ones only while they say something.
    """
    payments = list(document.payments.select_related("document__party").order_by("paid_on", "pk"))
    found = Allocation.objects.in_workspace(workspace).filter(_on_either_side(document))
    loaded = found.select_related("document__party", "credit_note__party")
    allocations = list(loaded.order_by("allocated_on", "pk"))
    paid = states_of_payments(payments, organisation)
    given = states_of_allocations(allocations, organisation)
    links = _links([*paid.values(), *given.values()])
    rows = [
        *_stated(payments, paid, links),
        *_stated(allocations, given, links),
    ]
    return [row for row in rows if row.says_something]


def open_counterparts(document: Document) -> list[OpenCounterpart]:
    """Return the party's newest open documents that it may be set against, oldest first.

    Looks at so many of the party's newest only: a walk-in customer may have a hundred thousand.
    """
    same = Document.objects.filter(
        workspace=document.workspace_id,
        party=document.party_id,
        kind=Kind(document.kind).counterpart,
        currency=document.currency,
        status=Status.SUBMITTED,
    )
    taken = _paired_with(document)
    newest = [one for one in same.newest_first()[:_LOOKED_AT] if one.pk not in taken]
    open_now = outstanding_of(newest)
    found = [
        OpenCounterpart(one, open_now[one.pk]) for one in reversed(newest) if open_now[one.pk] > 0
    ]
    return found[-_SHOWN:]


def _paired_with(document: Document) -> set[int]:
    """Return the documents that have an allocation with this one: there is one for each two."""
    live = Allocation.objects.live().filter(_on_either_side(document))
    return {pk for pair in live.values_list("document_id", "credit_note_id") for pk in pair}


def _on_either_side(document: Document) -> Q:
    return Q(document=document) | Q(credit_note=document)


def _links(states: list[DocumentState]) -> dict[int, Link]:
    return Link.objects.in_bulk([state.link_id for state in states if state.link_id])


def _stated(
    settlements: Sequence[Payment | Allocation],
    states: Mapping[int, DocumentState],
    links: Mapping[int, Link],
) -> Iterator[DocumentSettlement]:
    for one in settlements:
        state = states.get(one.pk)
        link = links.get(state.link_id or 0) if state else None
        yield DocumentSettlement(one, state, buttons_on(link, name=one.document.number))
