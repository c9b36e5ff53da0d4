"""What stands on a document: its payments and allocations, and what could be set against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from tallystick.books.balances import outstanding_of
from tallystick.books.models import Allocation, Document, EntryStatus, Payment, Status
from tallystick.connections.models import Organisation
from tallystick.sync import reading
from tallystick.sync.models import Link, LinkState
from tallystick.web.addresses import record_address
from tallystick.web.decisions import Decision, decisions_on
from tallystick.web.kinds import pages_of
from tallystick.web.remedies import Told, told
from tallystick.workspaces.models import Workspace

#: So many of a party's newest documents are looked through for open ones, and so many shown.
_LOOKED_AT = 200
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A payment or an allocation as it stands on one document's page."""

    entry: Payment | Allocation
    #: `payment` or `allocation`.
    sort: str
    #: What it is, such as `Payment by card` or `From CN-0004`, and the other document's address.
    label: str
    address: str
    on: date
    amount: Decimal
    reference: str
    state: reading.DocumentState | None
    problems: list[Told]
    decisions: list[Decision]

    @property
    def is_live(self) -> bool:
        return self.entry.status == EntryStatus.RECORDED


@dataclass(frozen=True, slots=True)
class Counterpart:
    """An open document that another may be set against."""

    document: Document
    address: str
    outstanding: Decimal
    #: What its field begins with: as much as both have left, or what was entered.
    amount: str


def rows_of_entries(
    document: Document, workspace: Workspace, organisation: Organisation | None
) -> list[EntryRow]:
    """Return what stands on the document, oldest first; deleted ones only while they say something."""
    payments = list(document.payments.select_related("document__party").order_by("paid_on", "pk"))
    either = Q(document=document) | Q(credit_note=document)
    found = Allocation.objects.in_workspace(workspace).filter(either)
    loaded = found.select_related("document__party", "credit_note__party")
    allocations = list(loaded.order_by("allocated_on", "pk"))
    paid = reading.states_of_payments(payments, organisation)
    given = reading.states_of_allocations(allocations, organisation)
    links = _links([*paid.values(), *given.values()])
    noun = pages_of(document.kind).payment.capitalize()
    rows = []
    for payment in payments:
        label = f"{noun} by {payment.method}" if payment.method else noun
        state = paid.get(payment.pk)
        rows.append(
            EntryRow(
                payment, "payment", label, "", payment.paid_on, payment.amount, payment.reference,
                state, *_asked(payment.document, state, links, workspace),
            )
        )  # fmt: skip
    for allocation in allocations:
        is_given = allocation.credit_note_id == document.pk
        other = allocation.document if is_given else allocation.credit_note
        state = given.get(allocation.pk)
        rows.append(
            EntryRow(
                allocation, "allocation", f"{'To' if is_given else 'From'} {other}",
                record_address(other, workspace), allocation.allocated_on, allocation.amount, "",
                state, *_asked(allocation.document, state, links, workspace),
            )
        )  # fmt: skip
    return [row for row in rows if row.is_live or _says_something(row)]


def open_counterparts(
    document: Document, left: Decimal, entered: Mapping[str, str]
) -> list[Counterpart]:
    """Return the party's newest open documents that it may be set against, oldest first.

    Looks at so many of the party's newest only: a walk-in customer may have a hundred thousand.
    """
    same = Document.objects.filter(
        workspace=document.workspace_id,
        party=document.party_id,
        kind=pages_of(document.kind).counterpart,
        currency=document.currency,
        status=Status.SUBMITTED,
    )
    taken = _paired_with(document)
    newest = [one for one in same.newest_first()[:_LOOKED_AT] if one.pk not in taken]
    open_now = outstanding_of(newest)
    found = [
        Counterpart(
            one,
            record_address(one, document.workspace),
            open_now[one.pk],
            entered.get(f"amount-{one.pk}") or f"{min(left, open_now[one.pk]):f}",
        )
        for one in reversed(newest)
        if open_now[one.pk] > 0
    ]
    return found[-_SHOWN:]


def _paired_with(document: Document) -> set[int]:
    """Return the documents that have an allocation with this one: there is one for each two."""
    either = Q(document=document) | Q(credit_note=document)
    pairs = Allocation.objects.live().filter(either).values_list("document_id", "credit_note_id")
    return {pk for pair in pairs for pk in pair}


def _links(states: list[reading.DocumentState]) -> dict[int, Link]:
    return Link.objects.in_bulk([state.link_id for state in states if state.link_id])


def _asked(
    document: Document,
    state: reading.DocumentState | None,
    links: dict[int, Link],
    workspace: Workspace,
) -> tuple[list[Told], list[Decision]]:
    if state is None:
        return [], []
    link = links.get(state.link_id or 0)
    problems = list(told(state.problem, workspace, document, state.xero_url))
    return problems, decisions_on(link, name=document.number)


def _says_something(row: EntryRow) -> bool:
    """Tell whether a deleted one is not gone from Xero yet."""
    return row.state is not None and row.state.state != LinkState.RETRACTED
