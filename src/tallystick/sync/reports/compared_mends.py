"""What can be done at once about a difference between both sides, and doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tallystick.books.models import Document, Kind
from tallystick.connections.models import Organisation
from tallystick.sync.acts import decisions
from tallystick.sync.acts.sending import send_records
from tallystick.sync.links.record_kinds import RECORD_KINDS, shape_of_kind
from tallystick.sync.links.sync_rules import number_here, policy_of
from tallystick.sync.links.xero_pages import xero_address
from tallystick.sync.models import GONE, Link, LinkState
from tallystick.sync.reconcile.period.comparison import ComparedRow
from tallystick.sync.reconcile.period.words import COMPARED, Reason, Verdict
from tallystick.sync.reports.attention_pages import troubled_among
from tallystick.sync.reports.offered_decisions import decisions_on_each, label_on
from tallystick.sync.reports.outlook import why_not_now
from tallystick.workspaces.models import User, Workspace

#: So many decisions stand on a row; the record's own page has them all.
_ON_A_ROW = 4
NOTHING = "Nothing was changed: it does not wait for this any more."


class MendName(StrEnum):
    """What the comparison itself mends; what waits for a person has its decisions."""

    SEND = "send"
    SEND_AGAIN = "send_again"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Mend:
    """One button: what the form sends, and what it says."""

    value: str
    label: str
    #: It answers the question that the record waits with, as under Needs attention.
    is_decision: bool = False


@dataclass(slots=True)
class RowMends:
    """What is said and offered beside one row."""

    mends: list[Mend] = field(default_factory=list)
    #: What is wrong, where the record waits for a person.
    message: str = ""
    #: Of Xero's record: the document of ours that bears its number and is not linked to it.
    alike: Document | None = None
    xero_url: str = ""


def mends_on(
    organisation: Organisation, kind: str, rows: Sequence[ComparedRow]
) -> dict[int, RowMends]:
    """Return what is offered beside each row, by the row's key; in a few queries for all."""
    found = {row.key: RowMends() for row in rows}
    _offer_decisions(organisation, rows, found)
    for row in rows:
        if row.reason == Reason.NOT_SENT and row.state in (None, LinkState.WAITING):
            found[row.key].mends.append(Mend(f"{MendName.SEND}:{row.here_id}", "Send"))
        elif row.reason == Reason.TAKEN_OUT:
            found[row.key].mends.append(Mend(f"{MendName.SEND_AGAIN}:{row.link_id}", "Send again"))
    if COMPARED[kind].is_document:
        _show_in_xero(organisation, kind, rows, found)
        _offer_matches(organisation, kind, rows, found)
    return found


def mend_now(
    organisation: Organisation, *, workspace: Workspace, actor: User, kind: str, value: str
) -> str:
    """Do what a row's button says, and return what to say of it; safe to repeat.

    Raises ValueError for a button that there is none of.
    """
    name, *given = value.split(":", 2)
    who: dict[str, Any] = {"workspace": workspace, "actor": actor}
    match MendName(name), given:
        case MendName.SEND, [record]:
            queued = send_records(**who, kind=kind, record_ids=[int(record)])
            return f"{queued} queued for Xero.{why_not_now(workspace)}" if queued.count else NOTHING
        case MendName.SEND_AGAIN, [link]:
            count = decisions.clear_xero_id(**who, link_ids=[int(link)])
            said = f"It is queued for Xero as a new one.{why_not_now(workspace)}"
        case MendName.MATCH, [record, number]:
            count = decisions.mark_as_in_xero(**who, document_id=int(record), number=number)
            said = f"Xero is asked whether they are the same; then they are linked.{why_not_now(workspace)}"
        case _:
            raise ValueError(f"{value} names no act.")
    return said if count else NOTHING


def _offer_decisions(
    organisation: Organisation, rows: Sequence[ComparedRow], found: Mapping[int, RowMends]
) -> None:
    """Offer what Needs attention offers of the records that wait for a person."""
    stopped = {
        row.link_id: row.key
        for row in rows
        if row.link_id and row.state in (LinkState.FAILED, LinkState.HELD)
    }
    if not stopped:
        return
    offered = decisions_on_each(troubled_among(organisation, list(stopped)))
    links = Link.objects.filter(pk__in=stopped).in_bulk()
    for pk, key in stopped.items():
        link = links[pk]
        found[key].message = (link.problem or {}).get("message", "")
        found[key].mends += [
            Mend(f"{one.name}:{pk}", label_on(one, link), is_decision=True)
            for one in [each for each in offered.get(pk, ()) if not each.is_rare][:_ON_A_ROW]
        ]


def _show_in_xero(
    organisation: Organisation,
    kind: str,
    rows: Sequence[ComparedRow],
    found: Mapping[int, RowMends],
) -> None:
    page = shape_of_kind(kind).page
    for row in rows:
        if row.there_id:
            found[row.key].xero_url = xero_address(organisation, page, str(row.there_id))


def _offer_matches(
    organisation: Organisation,
    kind: str,
    rows: Sequence[ComparedRow],
    found: Mapping[int, RowMends],
) -> None:
    """Tell where a document here bears the number of one that is only there; a person pairs them."""
    policy = policy_of(organisation, kind)
    alone: dict[str, list[ComparedRow]] = {}
    for row in rows:
        if row.verdict == Verdict.ONLY_THERE and row.number_there:
            alone.setdefault(number_here(row.number_there, policy), []).append(row)
    if not alone:
        return
    ours = Document.objects.filter(
        workspace=organisation.workspace_id, kind=Kind(kind), number__in=list(alone)
    ).order_by("pk")
    links = Link.objects.filter(organisation=organisation, document__in=ours)
    linked = set(
        links.exclude(xero_id=None).exclude(xero_status__in=GONE).values_list("document", flat=True)
    )
    for document in ours:
        is_free = document.pk not in linked and document.status == RECORD_KINDS[kind].live_status
        for row in alone[document.number]:
            found[row.key].alike = document
            if is_free:
                value = f"{MendName.MATCH}:{document.pk}:{row.number_there}"
                found[row.key].mends = [Mend(value, "It is this one")]
