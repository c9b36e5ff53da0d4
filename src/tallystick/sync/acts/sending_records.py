"""Parties and items go to Xero: by themselves when they are saved, or when somebody asks.

All of it is rows of ours in the transaction of the act that causes it; the engine does the rest.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.dispatch import receiver

from tallystick.act_refused import ActRefused
from tallystick.books.models import Item, Party
from tallystick.books.signals import record_edited, records_made
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.queueing import locked_links, requeue_links
from tallystick.sync.links.record_kinds import ITEM, PARTY
from tallystick.sync.links.record_rules import (
    goes_by_itself,
    is_on,
    kind_of_record,
    record_policy_of,
)
from tallystick.sync.links.sync_rules import in_order
from tallystick.sync.models import STOPPED_STATES, Link, LinkState
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

_NOUNS = {PARTY: "Customers and suppliers", ITEM: "Items"}


class NotSent(ActRefused):
    """The record does not go to Xero; the remedy says what would let it."""

    code = "record_not_sent"


@receiver(records_made, sender=Party)
@receiver(records_made, sender=Item)
def queue_made(
    sender: type[Party | Item], workspace: Workspace, record_ids: Sequence[int], **_: Any
) -> None:
    """Queue new records where they go by themselves, in the transaction that makes them."""
    organisation = bound_organisation(workspace)
    kind = PARTY if sender is Party else ITEM
    if organisation and goes_by_itself(record_policy_of(organisation, kind)):
        _link(organisation, kind, Q(pk__in=record_ids))
        wake_lane(organisation.pk)


@receiver(record_edited, sender=Party)
@receiver(record_edited, sender=Item)
def queue_changed(sender: type[Party | Item], record: Party | Item, **_: Any) -> None:
    """Let changes follow where they go by themselves, in the transaction that makes them."""
    organisation = bound_organisation(record.workspace)
    if organisation is None:
        return
    kind = kind_of_record(record)
    stopped = Link.objects.filter(organisation=organisation, state__in=STOPPED_STATES)
    if isinstance(record, Item) and requeue_links(stopped.filter(item=record)):
        wake_lane(organisation.pk)
    if goes_by_itself(record_policy_of(organisation, kind)):
        _link(organisation, kind, Q(pk=record.pk))
        _want(_outdated(Link.objects.filter(**{kind: record}, organisation=organisation)))
        wake_lane(organisation.pk)


@transaction.atomic
def send_record(*, workspace: Workspace, actor: User, record: Party | Item) -> None:
    """Send the record to Xero, or what changed of it; safe to repeat.

    Raises NotConnected, NotAllowed for people who may not, and NotSent where it does not go there.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = _organisation(workspace)
    kind = kind_of_record(record)
    _check(organisation, kind, record)
    _link(organisation, kind, Q(pk=record.pk))
    links = Link.objects.filter(**{kind: record}, organisation=organisation)
    locked = locked_links(links)
    note_decision(
        locked, action=AttemptAction.DECIDE, message=f"{actor} pressed Send to Xero.", actor=actor
    )
    requeue_links(links.filter(state__in=[*STOPPED_STATES, LinkState.WAITING]))
    requeue_links(links.paused())
    _want(links)
    wake_lane(organisation.pk)


@transaction.atomic
def send_all_records(*, workspace: Workspace, actor: User, kind: str) -> int:
    """Send all parties, or items, that Xero does not have as they are here; returns how many.

    Raises as `send_record` does.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = _organisation(workspace)
    _check(organisation, kind)
    count = _link(organisation, kind, Q(workspace=workspace))
    links = Link.objects.filter(organisation=organisation, **{f"{kind}__isnull": False})
    count += requeue_links(links.filter(state__in=STOPPED_STATES), asked_by=actor)
    count += _want(_outdated(links))
    wake_lane(organisation.pk)
    return count


@transaction.atomic
def send_ours_over(*, workspace: Workspace, actor: User, record: Party | Item) -> None:
    """Let ours take the place of what Xero has otherwise, as it is now; a later edit asks again.

    Raises as `send_record` does.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = _organisation(workspace)
    kind = kind_of_record(record)
    _check(organisation, kind, record)
    links = Link.objects.filter(**{kind: record}, organisation=organisation)
    note_decision(
        locked_links(links),
        action=AttemptAction.DECIDE,
        message=f"{actor} chose to send ours.",
        actor=actor,
    )
    record.refresh_from_db(fields=["revision"])
    in_order(links.filter(state=LinkState.SYNCED)).update(forced_revision=record.revision)
    _want(links)
    wake_lane(organisation.pk)


def _organisation(workspace: Workspace) -> Organisation:
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    return organisation


def _check(organisation: Organisation, kind: str, record: Party | Item | None = None) -> None:
    if not is_on(record_policy_of(organisation, kind)):
        raise NotSent(
            f"{_NOUNS[kind]} do not go to {organisation}, by the sync rules.",
            remedy="Choose when they go under Settings, Sync rules. Nothing was sent.",
        )
    if isinstance(record, Party) and record.do_not_sync:
        raise NotSent(
            f"{record} is kept out of Xero.",
            remedy="Edit it and take the tick away. Nothing was sent.",
        )


def _link(organisation: Organisation, kind: str, which: Q) -> int:
    """Give these records that have no link one that is queued; returns how many were new.

    Parties that are kept out of Xero get none.
    """
    without = which & ~Q(links__organisation=organisation)
    if kind == PARTY:
        new = Party.objects.filter(without, do_not_sync=False)
        keys = list(new.order_by("pk").values_list("pk", flat=True))
    else:
        keys = list(Item.objects.filter(without).order_by("pk").values_list("pk", flat=True))
    links = [Link(organisation=organisation, queued_at=Now(), **{f"{kind}_id": pk}) for pk in keys]
    Link.objects.bulk_create(links, ignore_conflicts=True)
    return len(links)


def _outdated(links: QuerySet[Link]) -> QuerySet[Link]:
    """Return those that Xero does not have, or not surely, as they are here."""
    revision = Coalesce("party__revision", "item__revision")
    changed = links.alias(now=revision).filter(
        Q(now__gt=Coalesce(F("sent_revision"), 0)) | Q(problem__isnull=False)
    )
    return Link.objects.filter(pk__in=changed.values("pk")).exclude(party__do_not_sync=True)


def _want(links: QuerySet[Link]) -> int:
    """Let the changes be written, of those that are in Xero or on their way there."""
    there = links.filter(state__in=[LinkState.SYNCED, LinkState.SENDING])
    return in_order(there).update(
        wants_update=True, tries=0, not_before=Now(), changed_at=Now(), problem=None
    )
