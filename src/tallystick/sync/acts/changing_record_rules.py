"""Changing how parties and items go to an organisation, and who owns them."""

from django.db import transaction

from tallystick.connections.models import Organisation
from tallystick.connections.scopes import also_asking
from tallystick.mirror.reading_back import contacts_of, items_of
from tallystick.sync.acts.changing_rules import PolicyRefused
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.record_kinds import ITEM, PARTY
from tallystick.sync.links.record_rules import RECORDS, comes_from_xero
from tallystick.sync.models import (
    AddressSlot,
    Owner,
    PhoneSlot,
    PulledKind,
    RecordPolicy,
    RecordTrigger,
)
from tallystick.sync.pull.followed_contacts import follow_contacts
from tallystick.sync.pull.followed_items import follow_items
from tallystick.sync.pull.schedule import make_due
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User


@transaction.atomic
def save_record_policy(
    *,
    organisation: Organisation,
    kind: str,
    actor: User,
    trigger: str,
    owner: str = Owner.TALLYSTICK,
    phone_as: str = PhoneSlot.DEFAULT,
    address_as: str = AddressSlot.BILLING,
) -> RecordPolicy:
    """Keep the policy of parties or items. What is in Xero already stays as it is.

    Where Xero comes to own them, what is known of its records comes in at once, and the rest is read.
    Raises PolicyRefused, and NotAllowed for people who may not.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _check(kind, trigger, owner, phone_as, address_as)
    policy, _ = RecordPolicy.objects.update_or_create(
        organisation=organisation,
        kind=kind,
        defaults={
            "trigger": trigger,
            "owner": owner,
            "phone_as": phone_as,
            "address_as": address_as,
        },
    )
    plural = "customers and suppliers" if kind == PARTY else "items"
    audit.record(
        workspace=organisation.workspace,
        actor=actor,
        action="sync.policy",
        subject=organisation,
        message=f"Changed how {plural} go to {organisation.name}.",
    )
    if comes_from_xero(policy):
        _bring_in(organisation, kind)
    return policy


@also_asking
def scopes_of_items(organisation: Organisation) -> tuple[str, ...]:
    """Return the scope for writing items, where somebody has chosen that they go from here."""
    goes = RecordPolicy.objects.filter(
        organisation=organisation, kind=ITEM, owner=Owner.TALLYSTICK
    ).exclude(trigger=RecordTrigger.NEVER)
    # Xero opens the writing of items with all settings (facts 6.7).
    return ("accounting.settings",) if goes.exists() else ()


def _bring_in(organisation: Organisation, kind: str) -> None:
    """Bring in what the mirror has, and have the rest read."""
    if kind == PARTY:
        for contacts in contacts_of(organisation):
            follow_contacts(organisation, contacts)
        make_due(organisation, [PulledKind.CONTACTS], why="Xero owns them now")
    else:
        for items in items_of(organisation):
            follow_items(organisation, items)
        make_due(organisation, [PulledKind.ITEMS], why="Xero owns them now")
    wake_lane(organisation.pk)


def _check(kind: str, trigger: str, owner: str, phone_as: str, address_as: str) -> None:
    chosen = [
        ("kind", kind, RECORDS),
        ("trigger", trigger, RecordTrigger.values),
        ("owner", owner, Owner.values),
        ("phone_as", phone_as, PhoneSlot.values),
        ("address_as", address_as, AddressSlot.values),
    ]
    for field, value, offered in chosen:
        if value not in offered:
            one_of = ", ".join(filter(None, offered))
            raise PolicyRefused(
                field, f"{value!r} is not offered.", remedy=f"Choose one of {one_of}."
            )
