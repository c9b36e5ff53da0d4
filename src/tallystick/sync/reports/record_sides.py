"""How a party or item stands with Xero: what its page shows of the other side, and what can be done."""

from dataclasses import dataclass, field

from tallystick.books.models import Item, Party
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.english import counted
from tallystick.mirror.models import Mirrored, MirroredContact, MirroredItem
from tallystick.mirror.reading_back import contact_of, item_of
from tallystick.sync.links.record_kinds import ITEM, PARTY
from tallystick.sync.links.record_rules import (
    comes_from_xero,
    is_on,
    kind_of_record,
    record_policy_of,
)
from tallystick.sync.links.shared_values import (
    Difference,
    Newer,
    Values,
    contact_values,
    item_values,
)
from tallystick.sync.links.xero_pages import xero_url
from tallystick.sync.models import STOPPED_STATES, Link, LinkState, RecordPolicy
from tallystick.sync.push.contact_changes import values_of_parties
from tallystick.sync.push.items import values_of_items
from tallystick.sync.push.record_changes import differences_by_link
from tallystick.sync.reports.link_states import DocumentState, state_of


@dataclass(frozen=True, slots=True)
class RecordSide:
    """The Xero side of a party or item."""

    organisation: Organisation
    policy: RecordPolicy
    link: Link | None = None
    state: DocumentState | None = None
    #: What Xero calls it, and its page there.
    name_there: str = ""
    address: str = ""
    #: It is archived there, or listed no more.
    is_gone: bool = False
    #: What is not the same on both sides, as Xero was last read.
    differences: list[Difference] = field(default_factory=list)
    #: Why it is not sent; empty where it can be.
    why_not: str = ""

    @property
    def is_owned_there(self) -> bool:
        return comes_from_xero(self.policy) and bool(self.link and self.link.xero_id)

    @property
    def can_send(self) -> bool:
        """Tell whether Send to Xero would have anything to do."""
        if self.why_not or self.is_owned_there:
            return False
        if self.link is None or self.link.state in STOPPED_STATES:
            return True
        has_changes = any(one.newer == Newer.OURS for one in self.differences)
        return self.link.state == LinkState.SYNCED and (has_changes or bool(self.link.problem))

    @property
    def is_disputed(self) -> bool:
        """Tell whether Xero has something that ours is not sent over without a choice."""
        return any(one.newer != Newer.OURS for one in self.differences)

    @property
    def is_under_way(self) -> bool:
        link = self.link
        return bool(
            link and (link.wants_update or link.state in (LinkState.QUEUED, LinkState.SENDING))
        )


def side_of(record: Party | Item) -> RecordSide | None:
    """Return the Xero side of the record; None where no organisation is bound."""
    organisation = bound_organisation(record.workspace)
    if organisation is None:
        return None
    kind = kind_of_record(record)
    policy = record_policy_of(organisation, kind)
    why_not = _why_not(policy, record)
    links = Link.objects.filter(**{kind: record}, organisation=organisation)
    link = links.with_records().first()
    if link is None:
        return RecordSide(organisation, policy, why_not=why_not)
    there = _mirrored(organisation, link)
    theirs, name, is_gone = _said(there)
    different: list[Difference] = []
    if there and link.state == LinkState.SYNCED and not comes_from_xero(policy):
        ours = values_of_parties([link]) if kind == PARTY else values_of_items([link])
        different = differences_by_link([link], ours, {link.pk: theirs})[link.pk]
    return RecordSide(
        organisation,
        policy,
        link,
        state_of(link),
        name,
        xero_url(link),
        is_gone,
        different,
        why_not,
    )


def remarked_records(organisation: Organisation, kind: str, *, at_most: int = 20) -> list[Link]:
    """Return the newest links of parties or items that are in Xero, but not as they are here."""
    links = Link.objects.filter(organisation=organisation, kind=kind, state=LinkState.SYNCED)
    found = links.exclude(problem=None).order_by("-changed_at", "-pk")
    return list(found.with_records()[:at_most])


def unsent_words(organisation: Organisation, kind: str) -> str:
    """Return how many of the kind are not in Xero, in words; empty where all are."""
    here = Party.objects.filter(do_not_sync=False) if kind == PARTY else Item.objects.all()
    without = here.filter(workspace=organisation.workspace_id).exclude(
        links__in=Link.objects.filter(organisation=organisation, xero_id__isnull=False)
    )
    count = without.count()
    noun = "customer or supplier" if kind == PARTY else "item"
    if not count:
        return ""
    plural = "customers and suppliers" if kind == PARTY else "items"
    return counted(count, noun) if count == 1 else f"{count:,} {plural}"


def _why_not(policy: RecordPolicy, record: Party | Item) -> str:
    if isinstance(record, Party) and record.do_not_sync:
        return "Kept out of Xero."
    if is_on(policy):
        return ""
    if policy.kind == ITEM:
        return "Items do not go to Xero, by the sync rules."
    return "It goes to Xero with its first document, and is not sent or changed otherwise, by the sync rules."


def _mirrored(organisation: Organisation, link: Link) -> Mirrored | None:
    if link.xero_id is None:
        return None
    model: type[Mirrored] = MirroredContact if link.party_id else MirroredItem
    return model._default_manager.filter(organisation=organisation, xero_id=link.xero_id).first()


def _said(there: Mirrored | None) -> tuple[Values, str, bool]:
    """Return what Xero's record says, what it is called, and whether it is gone."""
    if isinstance(there, MirroredContact):
        return contact_values(contact_of(there)), there.name, there.status == "ARCHIVED"
    if isinstance(there, MirroredItem):
        return item_values(item_of(there)), there.code, there.gone_at is not None
    return {}, "", False
