"""What Needs attention shows: each kind of trouble, its causes as cards, the records of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.shortcuts import resolve_url

from tallystick.books.models import Party
from tallystick.connections.models import Organisation
from tallystick.mapping.wait_keys import WaitSort, sort_of
from tallystick.sync.links.problems import DecisionName, Trouble
from tallystick.sync.links.record_sums import RecordSum
from tallystick.sync.links.xero_pages import xero_url
from tallystick.sync.models import Link
from tallystick.sync.reports.attention import CauseGroup, TroubleCause
from tallystick.sync.reports.attention_pages import (
    TroubledRecord,
    troubled_records,
    urls_of_doubles,
)
from tallystick.sync.reports.attention_words import lead_of, title_of
from tallystick.sync.reports.offered_decisions import DECISIONS, OfferedDecision, label_on
from tallystick.web.addresses import record_address
from tallystick.web.remedies import MendingLink, remedy_for
from tallystick.workspaces.models import Workspace

#: Icon and colour of the kinds of trouble that are no question.
_LOOKS = {Trouble.FAILED: ("cross", "danger"), Trouble.STUCK: ("clock", "warning")}


@dataclass(frozen=True, slots=True)
class CauseButton:
    """One decision about the records of a cause: about ticked ones, the only one, or all."""

    name: DecisionName
    label: str
    label_of_one: str
    label_of_all: str
    is_rare: bool


@dataclass(frozen=True, slots=True)
class TroubledRow:
    """One record under its cause."""

    pk: int
    name: str
    party: Party | str
    address: str
    message: str
    amount: Decimal | None
    currency: str
    xero_url: str
    #: Pages in Xero of second copies.
    doubles: list[str]
    #: Name and label of the decision on the row itself.
    act: tuple[DecisionName, str] | None


@dataclass(frozen=True, slots=True)
class CauseCard:
    """One cause: what it is, what it holds up, what can be done."""

    cause: str
    address: str
    title: str
    lead: str
    tone: str
    icon: str
    is_one: bool
    part: RecordSum
    rows: list[TroubledRow]
    acts: list[CauseButton]
    #: It holds up more than the rows show.
    more: bool
    mend: MendingLink | None
    #: The one customer or supplier that all of it is for; and its contacts in Xero to choose from.
    party_id: int | None
    candidates: list[dict[str, Any]]

    @property
    def count(self) -> int:
        return self.part.count

    @property
    def has_rare(self) -> bool:
        return any(one.is_rare for one in self.acts)


@dataclass(frozen=True, slots=True)
class TroubleSection:
    """One kind of trouble with its causes."""

    title: str
    count: str
    groups: list[CauseCard]


def sections_of(
    groups: list[CauseGroup],
    rows: dict[TroubleCause, list[Link]],
    organisation: Organisation,
    workspace: Workspace,
) -> list[TroubleSection]:
    """Return the kinds of trouble that there are, each with its causes."""
    shown = [link.pk for links in rows.values() for link in links]
    records = troubled_records(organisation, shown)
    sections = []
    for trouble in Trouble:
        of_it = [group for group in groups if group.cause.trouble == trouble]
        if of_it:
            part = sum((group.part for group in of_it), RecordSum())
            cards = [_card(group, rows[group.cause], records, workspace) for group in of_it]
            sections.append(TroubleSection(trouble.label, part.count_text, cards))
    return sections


def _card(
    group: CauseGroup,
    links: list[Link],
    records: Mapping[int, TroubledRecord],
    workspace: Workspace,
) -> CauseCard:
    problem = group.newest.problem or {}
    symbol, tone = _LOOKS.get(Trouble(group.cause.trouble), ("hand", "warning"))
    party = _only_party(links)
    query = urlencode({"cause": str(group.cause)})
    return CauseCard(
        cause=str(group.cause),
        address=f"{resolve_url('needs-attention', workspace.slug)}?{query}",
        title=title_of(group.cause),
        lead=lead_of(group),
        tone=tone,
        icon=symbol,
        is_one=_is_one(group),
        part=group.part,
        rows=[_row(link, records.get(link.pk, TroubledRecord()), workspace) for link in links],
        acts=[
            _button(one, group)
            for one in DECISIONS.values()
            if one.name in group.fits and group.fits[one.name].count
        ],
        more=group.part.is_capped or group.part.count > len(links),
        mend=remedy_for(
            problem.get("screen", ""),
            workspace,
            party_id=party,
            document=group.newest.document if _is_one(group) else None,
        ),
        party_id=party,
        candidates=problem.get("details", {}).get("candidates", []) if _is_of_party(group) else [],
    )


def _button(act: OfferedDecision, group: CauseGroup) -> CauseButton:
    return CauseButton(
        name=act.name,
        label=act.label,
        label_of_one=label_on(act, group.newest),
        label_of_all=act.label_of_many.format(group.fits[act.name].counted),
        is_rare=act.is_rare,
    )


def _row(link: Link, record: TroubledRecord, workspace: Workspace) -> TroubledRow:
    main = record.decisions[0] if record.decisions else None
    return TroubledRow(
        pk=link.pk,
        name=str(link.record),
        party=link.document.party if link.document else "",
        address=record_address(link.record, workspace),
        message=(link.problem or {}).get("message", ""),
        amount=record.amount,
        currency=record.currency,
        xero_url=xero_url(link),
        doubles=urls_of_doubles(link),
        act=(main.name, label_on(main, link)) if main else None,
    )


def _is_one(group: CauseGroup) -> bool:
    return group.part.count == 1 and not group.part.is_capped


def _is_of_party(group: CauseGroup) -> bool:
    return sort_of(group.cause.key) == WaitSort.PARTY


def _only_party(links: list[Link]) -> int | None:
    parties = {
        link.party_id or (link.document.party_id if link.document else None) for link in links
    }
    return parties.pop() if len(parties) == 1 else None
