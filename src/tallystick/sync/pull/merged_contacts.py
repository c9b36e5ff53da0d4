"""Contacts that a page names where we know others: those that were merged into them."""

from collections.abc import Sequence
from typing import Any

from tallystick import xero
from tallystick.mirror.models import MirroredContact
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.models import Link


def merged_among(hands: RoundHands, records: Sequence[Any]) -> dict[str, str]:
    """Return by the id of each contact that we know and a record does not name, into which it was merged.

    Xero is asked only for those of which the mirror does not know it.
    """
    missed = _contacts_missed(hands, records)
    if not missed:
        return {}
    known = dict(
        MirroredContact.objects.filter(
            organisation=hands.organisation, xero_id__in=missed, merged_to_id__isnull=False
        ).values_list("xero_id", "merged_to_id")
    )
    merged = {str(one): str(into) for one, into in known.items()}
    asked = sorted(missed - set(merged))
    for contact in hands.client.contacts_by_id(asked) if asked else ():
        if contact.merged_to_contact_id:
            merged[contact.contact_id.lower()] = contact.merged_to_contact_id.lower()
    return merged


def _contacts_missed(hands: RoundHands, records: Sequence[Any]) -> set[str]:
    """Return the contacts of our documents that stand there for another one."""
    there = {
        one.record_id.lower(): one.contact.contact_id.lower()
        for one in records
        if isinstance(one, xero.Invoice | xero.CreditNote) and one.contact
    }
    ours = Link.objects.filter(
        organisation=hands.organisation,
        xero_id__in=there,
        document__party__links__organisation=hands.organisation,
        document__party__links__xero_id__isnull=False,
    ).values_list("xero_id", "document__party__links__xero_id")
    return {str(contact) for pk, contact in ours if there[str(pk)] != str(contact)}
