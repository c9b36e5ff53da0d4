"""How each kind of record goes to an organisation: as what, when, from which day on.

One row a kind; where there is none, the defaults of `KindPolicy` hold.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tallystick.books.models import Document, Kind, Party
from tallystick.connections.models import Organisation
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.links.record_kinds import PAYMENT_RULE, kinds_under
from tallystick.sync.models import Intent, KindPolicy, Link, LinkState

#: What there are rules of.
KINDS = (*Kind.values, PAYMENT_RULE)
#: What payments and allocations wait for that a person has kept out: no rule lets them in again.
MARKED_DONE = wait_key(WaitSort.MARKED_DONE)
#: What links wait for whose record stands in other books already: a person lets them in.
OTHER_BOOKS = wait_key(WaitSort.OTHER_BOOKS)


def policies_of(organisation: Organisation) -> dict[str, KindPolicy]:
    """Return the policy of every kind, by kind; unsaved defaults where nobody has chosen."""
    saved = {one.kind: one for one in KindPolicy.objects.filter(organisation=organisation)}
    return {
        kind: saved.get(kind) or KindPolicy(organisation=organisation, kind=kind) for kind in KINDS
    }


def policy_of(organisation: Organisation, kind: str) -> KindPolicy:
    """Return one kind's policy."""
    return policies_of(organisation)[kind]


def kept_out(policies: dict[str, KindPolicy]) -> Q:
    """Return the condition on links under which their record is not to be sent."""
    condition = Q(document__do_not_sync=True) | Q(document__party__do_not_sync=True)
    for rule, policy in policies.items():
        if policy.starts_on:
            condition |= Q(kind__in=kinds_under(rule), day__lt=policy.starts_on)
    return condition


def reassess_links(organisation: Organisation) -> None:
    """Keep out what is not to be sent now, and let wait what is not kept out any more.

    What is in Xero, or on its way there, stays as it is.
    """
    condition = kept_out(policies_of(organisation))
    links = Link.objects.filter(organisation=organisation, xero_id=None, intent=Intent.PUSH)
    stopped = links.exclude(state__in=[LinkState.SENDING, LinkState.EXCLUDED, LinkState.RETRACTED])
    in_order(stopped.filter(condition)).update(
        state=LinkState.EXCLUDED, problem=None, waits_for="", changed_at=Now()
    )
    freed = links.filter(state=LinkState.EXCLUDED, waits_for="").exclude(condition)
    in_order(freed).update(state=LinkState.WAITING, changed_at=Now())


def number_in_xero(document: Document, policy: KindPolicy) -> str:
    """Return the number that the document bears in Xero."""
    return f"{policy.number_prefix}{document.number}"


def number_here(number: str, policy: KindPolicy) -> str:
    """Return the number here of what bears this one in Xero."""
    return number.removeprefix(policy.number_prefix)


def in_order(links: QuerySet[Link]) -> QuerySet[Link]:
    """Return the same links, to be locked in the order of their keys when they are updated.

    Everybody locks them so, after the documents; no two acts then wait for each other.
    """
    # A limit, or Django would leave out the order of a sub-select.
    locked = links.order_by("pk").select_for_update(of=("self",)).values("pk")[: 2**62]
    return Link.objects.filter(pk__in=locked)


def why_kept_out(document: Document, policy: KindPolicy) -> str:
    """Return in a sentence why the document is not sent; empty where nothing keeps it."""
    party: Party = document.party
    if document.do_not_sync:
        return f"{document} is marked as not to be synced."
    if party.do_not_sync:
        return f"{party} is marked as not to be synced."
    if policy.starts_on and document.issued_on < policy.starts_on:
        return f"It is dated before {policy.starts_on:%d %b %Y}, when syncing begins."
    return ""


def next_time(organisation: Organisation, send_at: time | None) -> datetime | None:
    """Return the next time that the organisation's clock shows `send_at`."""
    if send_at is None:
        return None
    zone = ZoneInfo(organisation.timezone)
    # By the database's clock, which also says when it has come.
    of_database = Organisation.objects.filter(pk=organisation.pk).values_list(Now())
    now = of_database.get()[0].astimezone(zone)
    today = datetime.combine(now.date(), send_at, zone)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), send_at, zone)
