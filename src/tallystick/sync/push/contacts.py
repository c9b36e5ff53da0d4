"""Each document's customer as a contact in Xero: found by our number, or made.

A customer's own link carries the state, so that every document of the customer shares it. Xero's
contact is known by our number in its ContactNumber, which Xero keeps unique.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Party
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import PARTY, XERO, Problem
from tallystick.sync.lane import Held
from tallystick.sync.models import PAUSED, Link, LinkState
from tallystick.sync.push.batches import BATCH, Purpose, Refused, send_all
from tallystick.sync.push.ready import Ready, parties_ahead
from tallystick.sync.steps import calling, committing
from tallystick.sync.verdicts import Copy, Verdict, apply_verdicts

#: Failed with it, a customer is still to be looked for by its name; held with it, a person is asked.
_NAME_TAKEN = "contact_name_taken"


def with_contacts(held: Held, client: xero.XeroClient, ready: Sequence[Ready]) -> list[Ready]:
    """Return the documents whose customer is in Xero; the others get the customer's problem.

    Where the customer is still on its way, its documents stay queued and wait with it.
    """
    links = _party_links(held, ready)
    paused = _paused(held, ready, links)
    wanted = [
        link for link in links.values() if link.state == LinkState.QUEUED and link.pk not in paused
    ]
    if wanted or any(_is_clashing(link) for link in links.values()):
        wanted = _find(held, client, wanted)
        send_all(held, client, CREATE_CONTACTS, wanted, sealed_contacts)
        _adopt_namesakes(held, client, links.values())
        links = _party_links(held, ready)
    _stop_without(held, ready, links)
    return [
        replace(one, contact_id=contact_id)
        for one in ready
        if (contact_id := _contact_id(links, one)) is not None
    ]


def _paused(held: Held, ready: Sequence[Ready], links: dict[int, Link]) -> set[int]:
    """Return the customers' links that are tried again later; their documents wait as long."""
    queued = [link.pk for link in links.values() if link.state == LinkState.QUEUED]
    paused = Link.objects.paused().filter(pk__in=queued) if queued else ()
    later = {link.party_id: link for link in paused}
    if later:
        with committing("contacts.pause"):
            held.guard()
            for party, customer in later.items():
                theirs = [one.link.pk for one in ready if one.document.party_id == party]
                Link.objects.filter(pk__in=theirs, state=LinkState.QUEUED).update(
                    not_before=customer.not_before
                )
    return {link.pk for link in later.values()}


def _contact_id(links: dict[int, Link], ready: Ready) -> UUID | None:
    link = links[ready.document.party_id]
    return link.xero_id if link.state == LinkState.SYNCED else None


def _party_links(held: Held, ready: Sequence[Ready]) -> dict[int, Link]:
    """Return the link of each document's customer, made where there is none, by the party's key.

    Customers whose Retry was pressed are among them even without a document; and when some have
    to be made, those of the documents that come next.
    """
    parties = {one.document.party_id for one in ready}
    of_organisation = Link.objects.filter(organisation=held.organisation)
    retried = of_organisation.filter(party__isnull=False, state=LinkState.QUEUED).exclude(PAUSED)
    parties |= set(retried.order_by("pk").values_list("party_id", flat=True)[:BATCH])
    found = links_of_parties(held.organisation, parties)
    if not parties - found.keys():
        return found
    parties |= parties_ahead(held, [one.link for one in ready])
    missing = parties - links_of_parties(held.organisation, parties).keys()
    with committing("contacts.link"):
        held.guard()
        Link.objects.bulk_create(
            [Link(organisation=held.organisation, party_id=party) for party in sorted(missing)],
            ignore_conflicts=True,
        )
    return links_of_parties(held.organisation, parties)


def links_of_parties(organisation: Organisation, parties: Collection[int]) -> dict[int, Link]:
    """Return the links that there are, by the party's key."""
    links = Link.objects.filter(organisation=organisation, party__in=parties).order_by("pk")
    return {link.party_id: link for link in links.select_related("party") if link.party_id}


def _find(held: Held, client: xero.XeroClient, links: Sequence[Link]) -> list[Link]:
    """Link the customers whose number Xero has already; return the others."""
    verdicts = calling("contacts.ask", lambda: look(client, links))
    if verdicts:
        with committing("contacts.find"):
            held.guard()
            apply_verdicts(verdicts, action="ask")
    found = {verdict.link_id for verdict in verdicts}
    return [link for link in links if link.pk not in found]


def look(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Ask Xero for the customers; returns a verdict on each that it has, or was said to have."""
    claimed = [link for link in links if link.claim]
    parties = {_party(link).number: link for link in links if _party(link).number}
    parties = {number: link for number, link in parties.items() if not link.claim}
    found = client.contacts_by_number(parties) if parties else []
    return _look_at_claims(client, claimed) + [
        _verdict_on(parties[contact.contact_number], contact)
        for contact in found
        if contact.contact_number in parties
    ]


def _look_at_claims(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Say of each contact that a person has chosen whether it is there."""
    ids = [link.claim for link in links if _is_id(link.claim)]
    found = {one.contact_id.lower(): one for one in client.contacts_by_id(ids)} if ids else {}
    return [
        _verdict_on(link, found[link.claim.lower()])
        if link.claim.lower() in found
        else _unknown_contact(link)
        for link in links
    ]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _unknown_contact(link: Link) -> Verdict:
    message = f"Xero has no contact {link.claim}, which {_party(link)} was said to be."
    remedy = "Choose the contact again, or press Retry to have one found or made."
    problem = Problem("contact_missing", message, remedy, PARTY)
    return Verdict(link.pk, message, problem=problem, is_question=True)


def _verdict_on(link: Link, contact: xero.Contact) -> Verdict:
    party = _party(link)
    if contact.status == "ARCHIVED":
        message = f"{party} is archived in Xero, so nothing can be sent for it."
        remedy = (
            "Restore the contact in Xero under Contacts, Archived, then press Retry. Where another contact "
            "bears its name now, give that one another name first."
        )
        return Verdict(link.pk, message, problem=Problem("contact_archived", message, remedy, XERO))
    return Verdict(link.pk, f"Found in Xero as {contact.name}.", copy=_copy(contact))


def sealed_contacts(links: Sequence[Link]) -> xero.Sealed:
    """Return what makes the customers' contacts."""
    return xero.seal_create_contacts([_draft(_party(link)) for link in links])


def _draft(party: Party) -> xero.ContactDraft:
    address = xero.Address(
        type="POBOX",
        line1=party.address or None,
        city=party.city or None,
        region=party.region or None,
        postal_code=party.postal_code or None,
        country=party.country or None,
    )
    phone = xero.Phone(type="DEFAULT", number=party.phone)
    has_address = party.address or party.city or party.postal_code
    return xero.ContactDraft(
        name=_name_in_xero(party),
        contact_number=party.number or None,
        email_address=party.email or None,
        tax_number=party.tax_number or None,
        addresses=(address,) if has_address else (),
        phones=(phone,) if party.phone else (),
    )


def _name_in_xero(party: Party) -> str:
    """Return the name as Xero takes it: no angle brackets, no two blanks in a row (facts 6.6)."""
    return " ".join(party.name.replace("<", "(").replace(">", ")").split())


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    by_number = {_party(link).number: link for link in links}
    verdicts = []
    for element in answer.contacts:
        link = by_number.get(element.record.contact_number or "")
        if link is None:
            continue
        if element.ok:
            verdicts.append(
                Verdict(link.pk, "Made as a contact in Xero.", copy=_copy(element.record))
            )
        else:
            verdicts.append(_refusal(link, element.errors))
    return verdicts


def _refuse(link: Link, refused: Refused) -> Verdict:
    said = [text for element in getattr(refused, "elements", ()) for text in element]
    if said:
        return _refusal(link, said)
    message = f"{_party(link)} could not be made in Xero. {refused}"
    remedy = "Look at name, address and e-mail, then press Retry; nothing is doubled."
    return Verdict(link.pk, message, problem=Problem("refused", message, remedy, PARTY))


def _refusal(link: Link, errors: Sequence[str]) -> Verdict:
    explanation = xero.explain(errors[0], noun="contact")
    party = _party(link)
    message = f"{party} could not be made in Xero. {explanation.words}"
    if explanation.code != "other":
        message += f" (Xero: {' '.join(errors)})"
    problem = Problem(explanation.code, message, explanation.remedy, PARTY)
    return Verdict(link.pk, message, problem=problem)


def _is_clashing(link: Link) -> bool:
    """Tell whether it was refused for its name, and the round broke off before anybody looked."""
    problem = link.problem or {}
    return link.state == LinkState.FAILED and problem.get("code") == _NAME_TAKEN


def _adopt_namesakes(held: Held, client: xero.XeroClient, customers: Iterable[Link]) -> None:
    """Link customers refused for their name to the one active contact that bears it, if it is free."""
    now = Link.objects.filter(pk__in=[link.pk for link in customers]).select_related("party")
    for link in filter(_is_clashing, now):
        party = _party(link)
        named = calling("contacts.namesakes", partial(_namesakes, client, party))
        active = [contact for contact in named if contact.status != "ARCHIVED"]
        taken = Link.objects.filter(
            organisation=held.organisation, xero_id__in=[contact.contact_id for contact in active]
        ).exists()
        if len(active) != 1 or taken or active[0].contact_number:
            verdict = _question(link, active)
        else:
            verdict = _verdict_on(link, active[0])
        with committing("contacts.adopt"):
            held.guard()
            apply_verdicts([verdict], action="ask")


def _namesakes(client: xero.XeroClient, party: Party) -> list[xero.Contact]:
    try:
        return client.contacts_by_name(_name_in_xero(party))
    except (xero.BadRequest, xero.NotFound):
        # Too long or too odd a name to ask by; the person is asked without knowing whose it is.
        return []


_USE = "Use this contact if it is."
_LOOK = "If it is, make that contact active in Xero and press Retry."


def _question(link: Link, active: Sequence[xero.Contact]) -> Verdict:
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
    return Verdict(link.pk, message, problem=problem, is_question=True)


def _stop_without(held: Held, ready: Sequence[Ready], links: dict[int, Link]) -> None:
    customers = [(one, links[one.document.party_id]) for one in ready]
    verdicts = [waiting_for(one, customer) for one, customer in customers if customer.problem]
    if verdicts:
        with committing("contacts.stop"):
            held.guard()
            apply_verdicts(verdicts, action="resolve")


def waiting_for(ready: Ready, customer: Link) -> Verdict:
    """The document's problem is its customer's, and goes when that one's goes."""
    party = ready.document.party
    why = customer.problem or {}
    message = f"{ready.document} was not sent: {why['message']}"
    problem = Problem(
        code=why["code"],
        message=message,
        remedy=why["remedy"],
        screen=why["screen"],
        waits_for=f"party:{party.pk}",
        details={**why.get("details", {}), "party": party.pk},
    )
    is_question = customer.state == LinkState.HELD
    return Verdict(ready.link.pk, message, problem=problem, is_question=is_question)


def _copy(contact: xero.Contact) -> Copy:
    return Copy(
        xero_id=UUID(contact.contact_id), number=contact.contact_number or "", status="ACTIVE"
    )


def _party(link: Link) -> Party:
    if link.party is None:
        raise ValueError(f"Link {link.pk} is not a customer's.")
    return link.party


CREATE_CONTACTS = Purpose("create_contacts", "create", read=_read, refuse=_refuse, look=look)
