"""What Xero says of contacts, followed here: merged ones, and all of them where Xero owns them.

Part of the transaction that keeps a page. Who a contact is here is judged as by a push: by its
link, then by our number, then by the name that only one bears.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models.functions import Now

from tallystick import xero
from tallystick.books.models import Party
from tallystick.books.names import comparable_name
from tallystick.books.parties import free_number
from tallystick.books.taking_over import add_parties, take_over_parties
from tallystick.connections.models import Organisation
from tallystick.mapping.contact_matching import is_archived
from tallystick.sync.links.record_kinds import PARTY
from tallystick.sync.links.record_rules import comes_from_xero, record_policy_of
from tallystick.sync.links.shared_values import address_parts, phone_text
from tallystick.sync.links.sync_rules import in_order
from tallystick.sync.models import Link, LinkState, RecordPolicy

_TOLD = "so it stands in Xero."
_CAME_IN = "it came in from Xero."
_ADDRESS = ("address", "city", "region", "postal_code", "country")


def follow_contacts(organisation: Organisation, contacts: Sequence[xero.Contact]) -> None:
    """Bring here what these contacts say, as far as it is theirs to say.

    1. A link to a contact that was merged goes on to the one that it became.
    2. Where Xero owns them, linked parties say what their contacts say.
    3. There, contacts that are nobody yet are linked to their party, or become one.
    """
    _follow_merged(organisation, contacts)
    policy = record_policy_of(organisation, PARTY)
    if not comes_from_xero(policy):
        return
    live = {UUID(one.contact_id): one for one in contacts if not is_archived(one)}
    linked = _linked(organisation, live)
    new = [one for key, one in live.items() if key not in linked and one.name.strip()]
    found, unknown = _matched(organisation, new)
    _link_to(organisation, found)
    fill_parties(organisation, linked | found, policy)
    _add(organisation, unknown, policy)


def fill_parties(
    organisation: Organisation,
    theirs: Mapping[UUID, tuple[int, xero.Contact]],
    policy: RecordPolicy,
) -> None:
    """Let the parties, by the id of their contact, say what it says; their links count as sent."""
    values = {pk: said_of(contact, policy) for pk, contact in theirs.values()}
    changed = take_over_parties(organisation.workspace, values, told=_TOLD)
    revisions = dict(Party.objects.filter(pk__in=changed).values_list("pk", "revision"))
    for pk, revision in sorted(revisions.items()):
        Link.objects.filter(organisation=organisation, party=pk).update(
            sent_revision=revision, wants_update=False
        )


def said_of(contact: xero.Contact, policy: RecordPolicy) -> dict[str, str]:
    """Return what the contact says, by the names of a party's fields."""
    values = {
        "name": contact.name,
        "email": contact.email_address or "",
        "tax_number": contact.tax_number or "",
    }
    if policy.phone_as:
        phones = {one.type: phone_text(one) for one in contact.phones}
        values["phone"] = phones.get(policy.phone_as, "")
    if policy.address_as:
        addresses = {one.type: address_parts(one) for one in contact.addresses}
        values |= zip(_ADDRESS, addresses.get(policy.address_as, ("",) * 5), strict=True)
    return values


def _follow_merged(organisation: Organisation, contacts: Sequence[xero.Contact]) -> None:
    """Let links go on to what their contact was merged into, unless that is somebody else's here."""
    merged = {
        UUID(one.contact_id): UUID(one.merged_to_contact_id)
        for one in contacts
        if one.merged_to_contact_id
    }
    if not merged:
        return
    of_it = Link.objects.filter(organisation=organisation)
    taken = set(of_it.filter(xero_id__in=merged.values()).values_list("xero_id", flat=True))
    losers = in_order(of_it.filter(xero_id__in=merged, party__isnull=False))
    for link in losers.exclude(state=LinkState.SENDING):
        into = merged[UUID(str(link.xero_id))]
        if into not in taken:
            taken.add(into)
            Link.objects.filter(pk=link.pk).update(xero_id=into, changed_at=Now())


def _linked(
    organisation: Organisation, contacts: Mapping[UUID, xero.Contact]
) -> dict[UUID, tuple[int, xero.Contact]]:
    links = Link.objects.filter(organisation=organisation, xero_id__in=contacts)
    found = links.values_list("xero_id", "party_id")
    return {UUID(str(key)): (pk, contacts[UUID(str(key))]) for key, pk in found if pk}


def _matched(
    organisation: Organisation, contacts: Iterable[xero.Contact]
) -> tuple[dict[UUID, tuple[int, xero.Contact]], list[xero.Contact]]:
    """Part the contacts into those that are a party here without a link, and those that are none.

    Whoever is on the way to Xero just now is left to the push, which finds the contact.
    """
    contacts = list(contacts)
    here = Party.objects.in_workspace(organisation.workspace)
    numbers = {one.contact_number for one in contacts if one.contact_number}
    names = {comparable_name(one.name) for one in contacts}
    by_number = {one.number: one for one in here.filter(number__in=numbers)}
    by_name: dict[str, list[Party]] = {}
    for party in here.filter(comparable_name__in=names):
        by_name.setdefault(party.comparable_name, []).append(party)
    candidates = [*by_number.values(), *(one for several in by_name.values() for one in several)]
    links = Link.objects.filter(organisation=organisation, party__in=candidates)
    xero_ids = dict(links.values_list("party_id", "xero_id"))
    found: dict[UUID, tuple[int, xero.Contact]] = {}
    unknown = []
    taken: set[int] = set()
    for contact in contacts:
        theirs = by_number.get(contact.contact_number or "")
        named = by_name.get(comparable_name(contact.name), [])
        free = [one for one in named if one.pk not in xero_ids and one.pk not in taken]
        if theirs is None and not contact.contact_number and len(free) == 1:
            theirs = free[0]
        if theirs and theirs.pk not in xero_ids and theirs.pk not in taken:
            found[UUID(contact.contact_id)] = (theirs.pk, contact)
            taken.add(theirs.pk)
        elif not _is_on_its_way([theirs, *named], xero_ids) and not free:
            unknown.append(contact)
    return found, unknown


def _is_on_its_way(parties: Iterable[Party | None], xero_ids: Mapping[int, UUID | None]) -> bool:
    return any(one and one.pk in xero_ids and xero_ids[one.pk] is None for one in parties)


def _add(
    organisation: Organisation, contacts: Iterable[xero.Contact], policy: RecordPolicy
) -> None:
    """Keep contacts that are nobody here as new parties."""
    made: dict[UUID, Party] = {}
    numbers: set[str] = set()
    here = Party.objects.in_workspace(organisation.workspace)
    contacts = list(contacts)
    asked = [one.contact_number for one in contacts if one.contact_number]
    used = set(here.filter(number__in=asked).values_list("number", flat=True))
    for contact in contacts:
        number = (contact.contact_number or "").strip()
        if not number or number in used or number in numbers:
            number = free_number(organisation.workspace, contact.name, besides=numbers)
        numbers.add(number)
        made[UUID(contact.contact_id)] = Party(
            workspace=organisation.workspace,
            number=number,
            is_customer=contact.is_customer or not contact.is_supplier,
            is_supplier=bool(contact.is_supplier),
            **said_of(contact, policy),
        )
    add_parties(organisation.workspace, list(made.values()), told=_CAME_IN)
    by_id = {UUID(one.contact_id): one for one in contacts}
    _link_to(organisation, {key: (party.pk, by_id[key]) for key, party in made.items()})


def _link_to(organisation: Organisation, found: Mapping[UUID, tuple[int, xero.Contact]]) -> None:
    Link.objects.bulk_create(
        [
            Link(
                organisation=organisation,
                party_id=pk,
                state=LinkState.SYNCED,
                xero_id=key,
                xero_number=contact.contact_number or "",
                xero_status="ACTIVE",
                sent_revision=1,
                synced_at=Now(),
            )
            for key, (pk, contact) in found.items()
        ],
        ignore_conflicts=True,
    )
