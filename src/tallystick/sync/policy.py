"""How each kind of record goes to an organisation: as what, when, from which day on.

One row a kind; where there is none, the defaults of `KindPolicy` hold.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tallystick.books.models import Document, Kind, Party
from tallystick.connections.models import Organisation
from tallystick.sync.models import Intent, KindPolicy, Link, LinkState, SentAs, Trigger, WhenDraft
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User

#: The policy of payments and allocations alike.
PAYMENT = "payment"
KINDS = (*Kind.values, PAYMENT)
#: What payments and allocations wait for that a person has kept out: no rule lets them in again.
MARKED_DONE = "marked-done"
#: What links wait for whose record stands in other books already: a person lets them in.
ELSEWHERE = "elsewhere"
#: Schedules that are let go in one transaction.
_AT_ONCE = 50


class PolicyRefused(Exception):
    """The choice of `field` cannot be kept; the message says why and what can."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def policies_of(organisation: Organisation) -> dict[str, KindPolicy]:
    """Return the policy of every kind, by kind; unsaved defaults where nobody has chosen."""
    saved = {one.kind: one for one in KindPolicy.objects.filter(organisation=organisation)}
    return {
        kind: saved.get(kind) or KindPolicy(organisation=organisation, kind=kind) for kind in KINDS
    }


def policy_of(organisation: Organisation, kind: str) -> KindPolicy:
    """Return one kind's policy."""
    return policies_of(organisation)[kind]


@transaction.atomic
def save_policy(
    *,
    organisation: Organisation,
    kind: str,
    actor: User,
    sent_as: str = SentAs.DRAFT,
    trigger: str = Trigger.ON_SUBMIT,
    send_at: time | None = None,
    starts_on: date | None = None,
    number_prefix: str = "",
    attach_pdf: bool = False,
    when_draft: str = WhenDraft.ASK,
) -> KindPolicy:
    """Keep a kind's policy. What waits is judged by it at once; what is in Xero stays as it is.

    Raises PolicyRefused, and NotAllowed for people who may not.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _check(kind, sent_as, trigger, send_at, number_prefix, when_draft)
    policy, _ = KindPolicy.objects.update_or_create(
        organisation=organisation,
        kind=kind,
        defaults={
            "sent_as": sent_as,
            "trigger": trigger,
            "send_at": send_at,
            "next_send_at": _next(organisation, send_at) if trigger == Trigger.SCHEDULE else None,
            "starts_on": starts_on,
            "number_prefix": number_prefix.strip(),
            "attach_pdf": attach_pdf,
            "when_draft": when_draft,
        },
    )
    audit.record(
        workspace=organisation.workspace,
        actor=actor,
        action="sync.policy",
        subject=organisation,
        message=f"Changed how {policy.get_kind_display().lower()}s go to {organisation.name}.",
    )
    reassess(organisation)
    return policy


def kept_out(policies: dict[str, KindPolicy]) -> Q:
    """Return the condition on links under which their document is not to be sent."""
    condition = Q(document__do_not_sync=True) | Q(document__party__do_not_sync=True)
    for kind, policy in policies.items():
        if policy.starts_on and kind == PAYMENT:
            condition |= Q(payment__paid_on__lt=policy.starts_on)
            condition |= Q(allocation__allocated_on__lt=policy.starts_on)
        elif policy.starts_on:
            condition |= Q(document__kind=kind, document__issued_on__lt=policy.starts_on)
    return condition


def reassess(organisation: Organisation) -> None:
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


def due_schedules() -> list[KindPolicy]:
    """Return some policies whose time of day has come, and set their next time.

    Locked for the caller's transaction, and passed over by others: each is one worker's.
    """
    due = list(
        KindPolicy.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(next_send_at__lte=Now(), trigger=Trigger.SCHEDULE)
        .select_related("organisation")
        .order_by("next_send_at")[:_AT_ONCE]
    )
    for policy in due:
        policy.next_send_at = _next(policy.organisation, policy.send_at)
        policy.save(update_fields=["next_send_at"])
    return due


def _check(
    kind: str, sent_as: str, trigger: str, send_at: time | None, prefix: str, when_draft: str
) -> None:
    chosen: list[tuple[str, Any, Any]] = [
        ("kind", kind, KINDS),
        ("sent_as", sent_as, SentAs.values),
        ("trigger", trigger, Trigger.values),
        ("when_draft", when_draft, WhenDraft.values),
    ]
    for field, value, offered in chosen:
        if value not in offered:
            one_of = ", ".join(offered)
            raise PolicyRefused(field, f"{value!r} is not offered. Choose one of {one_of}.")
    if trigger == Trigger.SCHEDULE and send_at is None:
        raise PolicyRefused("send_at", "Enter the time of day at which to send.")
    prefix = prefix.strip()
    if len(prefix) > 20 or prefix != " ".join(prefix.split()) or not prefix.isprintable():
        message = "Enter a plain prefix of at most 20 characters, such as WEB-."
        raise PolicyRefused("number_prefix", message)


def _next(organisation: Organisation, send_at: time | None) -> datetime | None:
    """Return the next time that the organisation's clock shows `send_at`."""
    if send_at is None:
        return None
    zone = ZoneInfo(organisation.timezone)
    # By the database's clock, which also says when it has come.
    of_database = Organisation.objects.filter(pk=organisation.pk).values_list(Now())
    now = of_database.get()[0].astimezone(zone)
    today = datetime.combine(now.date(), send_at, zone)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), send_at, zone)
