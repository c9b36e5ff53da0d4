"""What stands on a document as rows of its page, with the links that mend what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tallystick.books.models import Allocation, Document, Payment
from tallystick.connections.models import Organisation
from tallystick.sync.reports.document_settlements import (
    DocumentSettlement,
    open_counterparts,
    settlements_on,
)
from tallystick.sync.reports.link_states import DocumentState
from tallystick.sync.reports.record_decisions import DecisionButton
from tallystick.web.addresses import record_address
from tallystick.web.kinds import pages_of
from tallystick.web.remedies import ToldProblem, told
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """A payment or an allocation as it stands on one document's page."""

    settlement: Payment | Allocation
    #: `payment` or `allocation`.
    kind: str
    #: What it is, such as `Payment by card` or `From CN-0004`, and the other document's address.
    label: str
    address: str
    on: date
    reference: str
    is_live: bool
    state: DocumentState | None
    problems: list[ToldProblem]
    decisions: list[DecisionButton]

    @property
    def amount(self) -> Decimal:
        return self.settlement.amount


@dataclass(frozen=True, slots=True)
class CounterpartRow:
    """An open document that another may be set against."""

    document: Document
    address: str
    outstanding: Decimal
    #: What its field begins with: as much as both have left, or what was entered.
    amount: str


def rows_of_settlements(
    document: Document, workspace: Workspace, organisation: Organisation | None
) -> list[SettlementRow]:
    """Return what stands on the document, payments first, each the oldest first."""
    found = settlements_on(document, workspace, organisation)
    return [_row(one, document, workspace) for one in found]


def rows_of_counterparts(
    document: Document, left: Decimal, entered: Mapping[str, str]
) -> list[CounterpartRow]:
    """Return the open documents that it may be set against, of which so much is `left`."""
    return [
        CounterpartRow(
            one.document,
            record_address(one.document, document.workspace),
            one.outstanding,
            entered.get(f"amount-{one.document.pk}") or f"{min(left, one.outstanding):f}",
        )
        for one in open_counterparts(document)
    ]


def _row(found: DocumentSettlement, document: Document, workspace: Workspace) -> SettlementRow:
    one, state = found.settlement, found.state
    problems: list[ToldProblem] = []
    if state is not None:
        problems = list(told(state.problem, workspace, one.document, state.xero_url))
    rest = (found.is_live, state, problems, found.decisions)
    if isinstance(one, Payment):
        noun = pages_of(document.kind).payment.capitalize()
        label = f"{noun} by {one.method}" if one.method else noun
        return SettlementRow(one, "payment", label, "", one.paid_on, one.reference, *rest)
    is_given = one.credit_note_id == document.pk
    other = one.document if is_given else one.credit_note
    label, address = f"{'To' if is_given else 'From'} {other}", record_address(other, workspace)
    return SettlementRow(one, "allocation", label, address, one.allocated_on, "", *rest)
