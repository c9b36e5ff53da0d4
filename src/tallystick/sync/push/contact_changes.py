"""What changed of parties goes to their contacts: e-mail, tax number, phone and address.

Never the name: a linked contact is called what it is called in Xero.
"""

from collections.abc import Mapping, Sequence

from tallystick import xero
from tallystick.books.models import Party
from tallystick.mapping.contact_matching import is_archived
from tallystick.mapping.problems import XERO, Problem
from tallystick.sync.engine.due_work import CONTACT_CHANGES
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.pushed_records import id_in_xero
from tallystick.sync.links.record_kinds import PARTY
from tallystick.sync.links.record_rules import comes_from_xero, record_policies_of
from tallystick.sync.links.shared_values import Values, contact_values, party_values
from tallystick.sync.models import Link, RecordPolicy
from tallystick.sync.push.record_changes import ChangedKind, purpose_of, send_changes
from tallystick.xero.catalogue.codes import RefusalCode


def send_contact_changes(hands: RoundHands) -> None:
    """Write what changed of the next parties whose contact is known."""
    send_changes(hands, CONTACTS, UPDATE_CONTACTS)


def values_of_parties(links: Sequence[Link]) -> dict[int, Values]:
    """Return what the party of each link says of all that is synced, by the link's key."""
    policies = _policies(links)
    return {
        link.pk: {}
        if comes_from_xero(policies[link.organisation_id])
        else party_values(_party(link), policies[link.organisation_id])
        for link in links
    }


def phone_of(party: Party, policy: RecordPolicy) -> xero.Phone | None:
    """Return the party's number in the place that was chosen for it; None where none was."""
    if not policy.phone_as:
        return None
    # Whole in one field: what stood in the others would be read with it.
    return xero.Phone(type=policy.phone_as, number=party.phone, area_code="", country_code="")


def address_of(party: Party, policy: RecordPolicy) -> xero.Address | None:
    """Return the party's address in the place that was chosen for it; None where none was."""
    if not policy.address_as:
        return None
    return xero.Address(
        type=policy.address_as,
        line1=party.address,
        line2="",
        line3="",
        line4="",
        city=party.city,
        region=party.region,
        postal_code=party.postal_code,
        country=party.country,
    )


def _policies(links: Sequence[Link]) -> Mapping[int, RecordPolicy]:
    organisations = {link.organisation_id: link.organisation for link in links}
    return {pk: record_policies_of(one)[PARTY] for pk, one in organisations.items()}


def _seal(changes: Sequence[tuple[Link, frozenset[str]]]) -> xero.Sealed:
    policies = _policies([link for link, _ in changes])
    return xero.seal_update_contacts(
        [_change(link, fields, policies[link.organisation_id]) for link, fields in changes]
    )


def _change(link: Link, fields: frozenset[str], policy: RecordPolicy) -> xero.ContactChange:
    party = _party(link)
    phone = phone_of(party, policy) if any(one.startswith("phone_") for one in fields) else None
    has_address = any(one.startswith("address_") for one in fields)
    address = address_of(party, policy) if has_address else None
    return xero.ContactChange(
        contact_id=str(id_in_xero(link)),
        email_address=party.email if "email" in fields else None,
        tax_number=party.tax_number if "tax_number" in fields else None,
        phones=(phone,) if phone else (),
        addresses=(address,) if address else (),
    )


def _obstacle(link: Link, contact: xero.Contact) -> Problem | None:
    if not is_archived(contact):
        return None
    message = f"{link.record} was not changed in Xero, where its contact is archived."
    remedy = "Restore the contact in Xero under Contacts, Archived, then press Send to Xero."
    return Problem(RefusalCode.CONTACT_ARCHIVED, message, remedy, XERO)


def _fetch(client: xero.XeroClient, ids: list[str]) -> Sequence[xero.Contact]:
    return client.contacts_by_id(ids)


def _party(link: Link) -> Party:
    if link.party is None:
        raise ValueError(f"Link {link.pk} is not a party's.")
    return link.party


CONTACTS = ChangedKind(
    records="contacts",
    noun="contact",
    work=CONTACT_CHANGES,
    fetch=_fetch,
    elements=lambda answer: answer.contacts,
    ours=values_of_parties,
    theirs=contact_values,
    obstacle=_obstacle,
    seal=_seal,
)
UPDATE_CONTACTS = purpose_of(CONTACTS)
