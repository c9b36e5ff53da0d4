"""What Xero has of a party or item takes the place of what is here, by a person's choice."""

from django.db import transaction

from tallystick.books.models import Item, Party
from tallystick.books.taking_over import take_over_items, take_over_parties
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.mirror.models import MirroredContact, MirroredItem
from tallystick.mirror.reading_back import contact_of, item_of
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.contents import note_came_back, note_sent
from tallystick.sync.links.pushed_records import id_in_xero
from tallystick.sync.links.queueing import locked_links
from tallystick.sync.links.record_kinds import PARTY
from tallystick.sync.links.record_rules import kind_of_record, record_policy_of
from tallystick.sync.links.shared_values import contact_values, item_values
from tallystick.sync.models import Link, LinkState
from tallystick.sync.pull import followed_contacts, followed_items
from tallystick.sync.push.contact_changes import values_of_parties
from tallystick.sync.push.items import values_of_items
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@transaction.atomic
def take_theirs(*, workspace: Workspace, actor: User, record: Party | Item) -> bool:
    """Let the record say what Xero's says, as it was last read; its name stays. Safe to repeat.

    Returns whether there was anything to take it from. Raises NotConnected, and NotAllowed for
    people who may not.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    require(actor, workspace, Permission.EDIT_BOOKS)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    kind = kind_of_record(record)
    links = Link.objects.filter(**{kind: record}, organisation=organisation, state=LinkState.SYNCED)
    link = locked_links(links).first()
    if link is None:
        return False
    key = id_in_xero(link)
    told = f"{actor} took what Xero has."
    if isinstance(record, Party):
        contact = MirroredContact.objects.filter(organisation=organisation, xero_id=key)
        there = contact.first()
        if there is None:
            return False
        said = followed_contacts.said_of(contact_of(there), record_policy_of(organisation, PARTY))
        said.pop("name")
        take_over_parties(workspace, {record.pk: said}, told=told)
        theirs = contact_values(contact_of(there))
    else:
        item = MirroredItem.objects.filter(organisation=organisation, xero_id=key).first()
        if item is None:
            return False
        take_over_items(workspace, {record.pk: followed_items.said_of(item_of(item))}, told=told)
        theirs = item_values(item_of(item))
    note_decision(
        links, action=AttemptAction.DECIDE, message=f"{actor} took what Xero has.", actor=actor
    )
    now = Link.objects.loaded_in_order([link.pk])
    ours = values_of_parties(now) if kind == PARTY else values_of_items(now)
    record.refresh_from_db()
    note_sent(now, ours)
    note_came_back({link.pk: (record.revision, theirs)})
    links.update(
        sent_revision=record.revision, wants_update=False, forced_revision=None, problem=None
    )
    return True
