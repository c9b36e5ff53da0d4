"""Each document's customer as a contact in Xero: found by our number, or made.

A customer's own link carries the state, so that every document of the customer shares it. Xero's
contact is known by our number in its ContactNumber, which Xero keeps unique.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Party
from tallystick.mapping.contact_matching import (
    ids_by_hand,
    is_archived,
    match_by_chosen_id,
    match_by_name,
    match_by_number,
    name_in_xero,
)
from tallystick.mapping.problems import PARTY, XERO, Problem
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.engine.batches import BATCH, BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import CUSTOMERS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.record_kinds import PARTY as PARTY_KIND
from tallystick.sync.links.record_rules import record_policy_of
from tallystick.sync.links.shared_values import Values, at_first, contact_values
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.lookup.ready_documents import ReadyDocument, parties_ahead
from tallystick.sync.models import Link, LinkState, RecordPolicy
from tallystick.sync.push.contact_changes import values_of_parties
from tallystick.sync.push.record_changes import note_found
from tallystick.sync.push.refusal_words import (
    RefusalWords,
    words_of_refusal,
    words_of_whole_refusal,
)
from tallystick.xero.catalogue.codes import RefusalCode

#: Failed with it, a customer is still to be looked for by its name; held with it, a person is asked.
_NAME_TAKEN = RefusalCode.CONTACT_NAME_TAKEN


def with_contacts(hands: RoundHands, ready: Sequence[ReadyDocument]) -> list[ReadyDocument]:
    """Return the documents whose customer is in Xero; the others get the customer's problem.

    Where the customer is still on its way, its documents stay queued and wait with it.
    """
    links = _customer_links(hands, ready)
    paused = _put_off(hands, ready, links)
    wanted = [
        link for link in links.values() if link.state == LinkState.QUEUED and link.pk not in paused
    ]
    if wanted or any(_is_clashing(link) for link in links.values()):
        wanted = _find(hands, wanted)
        hands.send(PlannedWriting(CREATE_CONTACTS, wanted, sealed_contacts, _values(wanted)))
        _adopt_namesakes(hands, links)
        links = _customer_links(hands, ready)
    _stop_without(hands, ready, links)
    return [
        replace(one, contact_id=contact_id)
        for one in ready
        if (contact_id := _contact_id(links, one)) is not None
    ]


def _put_off(
    hands: RoundHands, ready: Sequence[ReadyDocument], links: Mapping[int, Link]
) -> set[int]:
    """Return the customers' links that are tried again later; their documents wait as long."""
    queued = [link for link in links.values() if link.state == LinkState.QUEUED]
    later = hands.paused(queued)
    if later:
        hands.commit("contacts.pause", partial(_wait_with, later, ready))
    return {link.pk for link in later}


def _wait_with(customers: Sequence[Link], ready: Sequence[ReadyDocument]) -> None:
    for customer in customers:
        theirs = [one.link.pk for one in ready if one.document.party_id == customer.party_id]
        Link.objects.filter(pk__in=theirs, state=LinkState.QUEUED).update(
            not_before=customer.not_before
        )


def _contact_id(links: Mapping[int, Link], ready: ReadyDocument) -> UUID | None:
    """Return the customer's contact; while a change of it is on its way, it is there all the same."""
    link = links[ready.document.party_id]
    return link.xero_id if link.state in (LinkState.SYNCED, LinkState.SENDING) else None


def _customer_links(hands: RoundHands, ready: Sequence[ReadyDocument]) -> dict[int, Link]:
    """Return the link of each document's customer, made where there is none, by the party's key.

    Customers whose Retry was pressed are among them even without a document; and when some have
    to be made, those of the documents that come next.
    """
    parties = {one.document.party_id for one in ready}
    if retried := hands.due(CUSTOMERS, BATCH):
        of_retried = Link.objects.filter(pk__in=retried, party__isnull=False)
        parties |= set(of_retried.values_list("party_id", flat=True))
    found = hands.customer_links(parties)
    if not parties - found.keys():
        return found
    parties |= parties_ahead(hands, [one.link for one in ready])
    if missing := parties - hands.customer_links(parties).keys():
        hands.add_customer_links(missing)
    return hands.customer_links(parties)


def _find(hands: RoundHands, links: Sequence[Link]) -> list[Link]:
    """Link the customers whose number Xero has already; return the others."""
    verdicts = hands.ask("contacts.ask", partial(look_for_contacts, hands.client, links))
    found = hands.settle(
        "contacts.find", verdicts, action=AttemptAction.ASK, first=_noting(links, verdicts)
    )
    return [link for link in links if link.pk not in found]


def look_for_contacts(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Ask Xero for the customers; returns a verdict on each that it has, or was said to have."""
    claimed = [link for link in links if link.claim]
    by_number = {_party(link).number: link for link in links if not link.claim}
    by_number.pop("", None)
    bearing = client.contacts_by_number(by_number) if by_number else []
    found = match_by_number(by_number, bearing)
    return _look_at_claims(client, claimed) + [
        _verdict_on(by_number[number], contact) for number, contact in found.items()
    ]


def _values(links: Sequence[Link]) -> dict[int, Values]:
    return {pk: values for pk, values in values_of_parties(links).items() if values}


def _noting(links: Sequence[Link], verdicts: Sequence[LinkVerdict]) -> Callable[[], object] | None:
    """Return what keeps with those that were found how they stood to ours then."""
    ours = _values(links)
    found = {
        one.link_id: at_first(ours[one.link_id], one.copy.content)
        for one in verdicts
        if one.copy and one.copy.content and one.link_id in ours
    }
    return partial(note_found, links, found) if found else None


def _look_at_claims(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Say of each contact that a person has chosen whether it is there."""
    ids = ids_by_hand(link.claim for link in links)
    found = match_by_chosen_id(ids, client.contacts_by_id(ids) if ids else [])
    return [
        _verdict_on(link, found[link.claim]) if link.claim in found else _unknown_contact(link)
        for link in links
    ]


def _unknown_contact(link: Link) -> LinkVerdict:
    message = f"Xero has no contact {link.claim}, which {_party(link)} was said to be."
    remedy = "Choose the contact again, or press Retry to have one found or made."
    problem = Problem(RefusalCode.CONTACT_MISSING, message, remedy, PARTY)
    return LinkVerdict(link.pk, message, problem=problem, is_question=True)


def _verdict_on(link: Link, contact: xero.Contact) -> LinkVerdict:
    party = _party(link)
    if is_archived(contact):
        message = f"{party} is archived in Xero, so nothing can be sent for it."
        remedy = (
            "Restore the contact in Xero under Contacts, Archived, then press Retry. Where another contact "
            "bears its name now, give that one another name first."
        )
        return LinkVerdict(
            link.pk, message, problem=Problem(RefusalCode.CONTACT_ARCHIVED, message, remedy, XERO)
        )
    return LinkVerdict(link.pk, f"Found in Xero as {contact.name}.", copy=_copy(link, contact))


def sealed_contacts(links: Sequence[Link]) -> xero.Sealed:
    """Return what makes the customers' contacts."""
    policies = {
        one: record_policy_of(one, PARTY_KIND) for one in {link.organisation for link in links}
    }
    return xero.seal_create_contacts(
        [_draft(_party(link), policies[link.organisation]) for link in links]
    )


def _draft(party: Party, policy: RecordPolicy) -> xero.ContactDraft:
    address = _address(party, policy)
    phone = xero.Phone(type=policy.phone_as, number=party.phone)
    return xero.ContactDraft(
        name=name_in_xero(party.name),
        contact_number=party.number or None,
        email_address=party.email or None,
        tax_number=party.tax_number or None,
        addresses=(address,) if address else (),
        phones=(phone,) if party.phone and policy.phone_as else (),
    )


def _address(party: Party, policy: RecordPolicy) -> xero.Address | None:
    if not policy.address_as or not (party.address or party.city or party.postal_code):
        return None
    return xero.Address(
        type=policy.address_as,
        line1=party.address or None,
        city=party.city or None,
        region=party.region or None,
        postal_code=party.postal_code or None,
        country=party.country or None,
    )


def _read(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    by_number = {_party(link).number: link for link in links}
    verdicts = []
    for element in answer.contacts:
        link = by_number.get(element.record.contact_number or "")
        if link is None:
            continue
        if element.ok:
            verdicts.append(
                LinkVerdict(link.pk, "Made as a contact in Xero.", copy=_copy(link, element.record))
            )
        else:
            verdicts.append(_refusal(link, element.errors))
    return verdicts


def _refuse(link: Link, refused: Refused) -> LinkVerdict:
    head = f"{_party(link)} could not be made in Xero."
    remedy = "Look at name, address and e-mail, then press Retry; nothing is doubled."
    words = words_of_whole_refusal(head, refused, noun="contact", remedy=remedy)
    return _refused(link, words)


def _refusal(link: Link, errors: Sequence[str]) -> LinkVerdict:
    head = f"{_party(link)} could not be made in Xero."
    return _refused(link, words_of_refusal(head, errors, noun="contact"))


def _refused(link: Link, words: RefusalWords) -> LinkVerdict:
    problem = Problem(words.code, words.message, words.remedy, PARTY)
    return LinkVerdict(link.pk, words.message, problem=problem)


def _is_clashing(link: Link) -> bool:
    """Tell whether it was refused for its name, and the round broke off before anybody looked."""
    problem = link.problem or {}
    return link.state == LinkState.FAILED and problem.get("code") == _NAME_TAKEN


def _adopt_namesakes(hands: RoundHands, customers: Collection[int]) -> None:
    """Link customers refused for their name to the one active contact that bears it, if it is free."""
    now = hands.customer_links(customers)
    for link in filter(_is_clashing, now.values()):
        named = hands.ask("contacts.namesakes", partial(_namesakes, hands.client, _party(link)))
        match = match_by_name(named, _linked(hands, named))
        verdict = (
            _verdict_on(link, match.contact) if match.contact else _question(link, match.candidates)
        )
        hands.settle(
            "contacts.adopt",
            [verdict],
            action=AttemptAction.ASK,
            first=_noting([link], [verdict]),
        )


def _linked(hands: RoundHands, contacts: Sequence[xero.Contact]) -> set[UUID]:
    """Return the ids of those contacts that stand for somebody here already."""
    ids = [contact.contact_id for contact in contacts]
    links = Link.objects.filter(organisation=hands.organisation, xero_id__in=ids)
    return {UUID(str(found)) for found in links.values_list("xero_id", flat=True)}


def _namesakes(client: xero.XeroClient, party: Party) -> list[xero.Contact]:
    try:
        return client.contacts_by_name(name_in_xero(party.name))
    except (xero.BadRequest, xero.NotFound):
        # Too long or too odd a name to ask by; the person is asked without knowing whose it is.
        return []


_USE = "Use this contact if it is."
_LOOK = "If it is, make that contact active in Xero and press Retry."


def _question(link: Link, active: Sequence[xero.Contact]) -> LinkVerdict:
    party = _party(link)
    known = ", ".join(f"{one.name} ({one.contact_number or 'no number'})" for one in active)
    message = (
        f"Is {party} (number {party.number}) the same customer as {known or 'the one'} that Xero "
        "has under this name?"
    )
    remedy = (
        f"{_USE if active else _LOOK} Else give one of the two another name, here or in Xero, and "
        "press Retry: this customer then gets a contact of its own."
    )
    candidates = [
        {"id": one.contact_id, "name": one.name, "number": one.contact_number or ""}
        for one in active
    ]
    details = {"candidates": candidates}
    problem = Problem(_NAME_TAKEN, message, remedy, PARTY, details=details)
    return LinkVerdict(link.pk, message, problem=problem, is_question=True)


def _stop_without(
    hands: RoundHands, ready: Sequence[ReadyDocument], links: Mapping[int, Link]
) -> None:
    customers = [(one, links[one.document.party_id]) for one in ready]
    verdicts = [_waiting_for(one, customer) for one, customer in customers if customer.problem]
    hands.settle("contacts.stop", verdicts, action=AttemptAction.RESOLVE)


def _waiting_for(ready: ReadyDocument, customer: Link) -> LinkVerdict:
    """The document's problem is its customer's, and goes when that one's goes."""
    party = ready.document.party
    why = customer.problem or {}
    message = f"{ready.document} was not sent: {why['message']}"
    problem = Problem(
        code=why["code"],
        message=message,
        remedy=why["remedy"],
        screen=why["screen"],
        waits_for=wait_key(WaitSort.PARTY, party.pk),
        details={**why.get("details", {}), "party": party.pk},
    )
    is_question = customer.state == LinkState.HELD
    return LinkVerdict(ready.link.pk, message, problem=problem, is_question=is_question)


def _copy(link: Link, contact: xero.Contact) -> XeroCopy:
    is_sending = link.state == LinkState.SENDING
    return XeroCopy(
        xero_id=UUID(contact.contact_id),
        number=contact.contact_number or "",
        status="ACTIVE",
        content=contact_values(contact),
        revision=link.sealed_revision if is_sending else _party(link).revision,
    )


def _party(link: Link) -> Party:
    if link.party is None:
        raise ValueError(f"Link {link.pk} is not a customer's.")
    return link.party


CREATE_CONTACTS = BatchPurpose(
    "create_contacts", AttemptAction.CREATE, read=_read, refuse=_refuse, look=look_for_contacts
)
