"""Parties go to Xero by themselves or when somebody asks, and only what changed of them."""

from typing import Any

import pytest
from bookkeeper import Bookkeeper

from factories import make_party
from tallystick import xero
from tallystick.act_refused import ActRefused
from tallystick.books.inputs import PartyInput
from tallystick.books.models import Party
from tallystick.books.parties import create_party, edit_party
from tallystick.connections.client import client_for
from tallystick.sync.acts.changing_record_rules import save_record_policy
from tallystick.sync.acts.sending_records import (
    NotSent,
    send_all_records,
    send_ours_over,
    send_record,
)
from tallystick.sync.models import AddressSlot, Batch, Link, LinkState, PhoneSlot, RecordTrigger
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

GIVEN: dict[str, Any] = {
    "number": "C-7",
    "name": "Harbour Cafe",
    "email": "cafe@example.com",
    "phone": "+44 20 7946 0001",
    "tax_number": "GB123456789",
    "address": "1 Quay Street",
    "city": "Dover",
    "postal_code": "CT16 1AA",
    "country": "United Kingdom",
}


def rule(books: Books, trigger: str = RecordTrigger.BY_ITSELF, **more: Any) -> None:
    save_record_policy(
        organisation=books.organisation, kind="party", actor=books.owner, trigger=trigger, **more
    )


def make(books: Books, **given: Any) -> Party:
    party = PartyInput(**{**GIVEN, **given})
    return create_party(workspace=books.workspace, actor=books.owner, party=party)


def edit(books: Books, party: Party, **given: Any) -> Party:
    values = {name: getattr(party, name) for name in GIVEN} | given
    return edit_party(
        workspace=books.workspace,
        actor=books.owner,
        party_id=party.pk,
        party=PartyInput(**values),
    )


def press(books: Books, party: Party) -> None:
    send_record(workspace=books.workspace, actor=books.owner, record=party)


def contact_of(books: Books, party: Party) -> xero.Contact:
    [found] = client_for(books.organisation).contacts_by_id([str(books.link(party).xero_id)])
    return found


def phones(contact: xero.Contact) -> dict[str, str]:
    return {one.type: one.number for one in contact.phones if one.number}


def addresses(contact: xero.Contact) -> dict[str, tuple[str | None, str | None]]:
    return {one.type: (one.line1, one.city) for one in contact.addresses if one.city}


def writes(books: Books) -> int:
    calls = books.sandbox.calls()
    return calls["PUT Contacts"] + calls["POST Contacts"]


def test_a_new_party_goes_by_itself_and_a_change_of_it_follows(books: Books):
    rule(books)
    party = make(books)
    books.work()

    made = contact_of(books, party)
    assert (made.name, made.contact_number) == ("Harbour Cafe", "C-7")
    assert books.link(party).state == LinkState.SYNCED

    edit(books, party, email="new@example.com", city="Folkestone")
    books.work()

    changed = contact_of(books, party)
    assert changed.email_address == "new@example.com"
    assert addresses(changed) == {"POBOX": ("1 Quay Street", "Folkestone")}
    assert changed.tax_number == "GB123456789"
    assert books.log(party)[-1] == ("update", "done")
    assert writes(books) == 2


def test_only_what_changed_is_sent_and_never_the_name(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    party = make(books)
    books.work()
    bookkeeper.write(
        "POST",
        "Contacts",
        {"ContactID": str(books.link(party).xero_id), "Name": "The Harbour Café Ltd"},
    )

    edit(books, party, name="Harbour Cafe and Bar", phone="07700 900123")
    books.work()

    changed = contact_of(books, party)
    assert changed.name == "The Harbour Café Ltd"
    assert phones(changed) == {"DEFAULT": "07700 900123"}


def test_a_change_of_the_name_alone_sends_nothing(books: Books):
    rule(books)
    party = make(books)
    books.work()
    before = writes(books)

    edit(books, party, name="Harbour Cafe and Bar")
    books.work()

    assert writes(books) == before
    assert not books.link(party).wants_update


def test_fifty_changes_are_one_question_and_one_write(books: Books):
    rule(books)
    parties = [make(books, number=f"N{each}", name=f"Party {each}") for each in range(50)]
    books.work()
    before = books.sandbox.calls()

    for party in parties:
        edit(books, party, email="all@example.com")
    books.work()

    made = books.sandbox.calls() - before
    assert made == {"GET Contacts": 1, "POST Contacts": 1}
    assert {contact_of(books, party).email_address for party in parties[:3]} == {"all@example.com"}


def test_without_a_rule_a_party_goes_only_when_somebody_asks(books: Books):
    party = make(books)
    books.work()
    assert not Link.objects.filter(party=party).exists()

    press(books, party)
    books.work()
    assert contact_of(books, party).email_address == "cafe@example.com"

    edit(books, party, email="new@example.com")
    books.work()
    assert contact_of(books, party).email_address == "cafe@example.com"

    press(books, party)
    press(books, party)
    books.work()
    assert contact_of(books, party).email_address == "new@example.com"
    assert writes(books) == 2


def test_parties_that_do_not_go_are_refused_in_words(books: Books):
    rule(books, RecordTrigger.NEVER)
    party = make(books)

    with pytest.raises(NotSent, match="do not go to"):
        press(books, party)

    rule(books, RecordTrigger.BY_HAND)
    Party.objects.update(do_not_sync=True)
    party.refresh_from_db()
    with pytest.raises(NotSent, match="kept out of Xero"):
        press(books, party)
    assert issubclass(NotSent, ActRefused)
    assert not Link.objects.filter(party=party).exists()


def test_one_that_xero_has_by_its_number_is_linked_and_never_doubled(books: Books):
    there = xero.ContactDraft(name="Harbour", contact_number="C-7", email_address="a@example.com")
    [made] = client_for(books.organisation).create_contacts([there], "before")
    rule(books)

    party = make(books)
    books.work()

    assert str(books.link(party).xero_id) == made.record.contact_id
    assert writes(books) == 1
    # What a person has put there stays; what Xero has none of is sent with the next change.
    edit(books, party, phone="07700 900123")
    books.work()
    contact = contact_of(books, party)
    assert contact.email_address == "a@example.com"
    assert phones(contact) == {"DEFAULT": "07700 900123"}
    assert contact.tax_number == "GB123456789"


@pytest.mark.parametrize("phone", [PhoneSlot.DDI, PhoneSlot.FAX, PhoneSlot.MOBILE])
def test_phone_and_address_go_where_the_rule_says(books: Books, phone: PhoneSlot):
    rule(books, phone_as=phone, address_as=AddressSlot.DELIVERY)
    party = make(books)
    books.work()

    contact = contact_of(books, party)
    assert phones(contact) == {phone.value: "+44 20 7946 0001"}
    assert addresses(contact) == {"STREET": ("1 Quay Street", "Dover")}


def test_what_is_not_synced_stays_here(books: Books):
    rule(books, phone_as="", address_as="")
    party = make(books)
    books.work()
    edit(books, party, phone="07700 900123", city="Folkestone", email="new@example.com")
    books.work()

    contact = contact_of(books, party)
    assert (phones(contact), addresses(contact)) == ({}, {})
    assert contact.email_address == "new@example.com"


def test_an_emptied_value_is_emptied_there(books: Books):
    rule(books)
    party = make(books)
    books.work()

    edit(books, party, email="", phone="", address="", city="", postal_code="", country="")
    books.work()

    contact = contact_of(books, party)
    assert not contact.email_address
    assert (phones(contact), addresses(contact)) == ({}, {})
    assert contact.tax_number == "GB123456789"


def test_what_somebody_changed_in_xero_is_told_and_not_written_over(
    books: Books, bookkeeper: Bookkeeper
):
    rule(books)
    party = make(books)
    books.work()
    theirs = {"ContactID": str(books.link(party).xero_id), "EmailAddress": "theirs@example.com"}
    bookkeeper.write("POST", "Contacts", theirs)

    party = edit(books, party, email="ours@example.com", tax_number="GB999")
    books.work()

    contact = contact_of(books, party)
    assert (contact.email_address, contact.tax_number) == ("theirs@example.com", "GB999")

    edit(books, party, email="again@example.com")
    books.work()
    link = books.link(party)
    assert contact_of(books, party).email_address == "theirs@example.com"
    assert link.state == LinkState.SYNCED
    assert books.problem(party)["code"] == "values_differ"
    assert "e-mail address" in books.problem(party)["message"]

    party.refresh_from_db()
    send_ours_over(workspace=books.workspace, actor=books.owner, record=party)
    books.work()
    assert contact_of(books, party).email_address == "again@example.com"
    assert books.link(party).problem is None


def test_a_refused_change_is_a_remark_and_keeps_no_document(books: Books):
    rule(books)
    party = make(books)
    books.work()
    document = books.submit("INV-1", party)

    edit(books, party, email="not an address")
    books.work()

    assert books.link(document).state == LinkState.SYNCED
    assert books.link(party).state == LinkState.SYNCED
    assert books.problem(party)["code"] == "email_invalid"

    edit(books, party, email="right@example.com")
    books.work()
    assert contact_of(books, party).email_address == "right@example.com"
    assert books.link(party).problem is None


def test_a_refused_change_is_sent_again_when_somebody_asks(books: Books):
    rule(books)
    party = make(books)
    books.work()
    fault = books.sandbox.fault("status", status=400, method="POST", path="*/Contacts")
    edit(books, party, email="new@example.com")
    books.work()
    assert books.problem(party)["code"] == "refused"
    books.sandbox.remove_fault(fault)

    press(books, party)
    books.work()

    assert contact_of(books, party).email_address == "new@example.com"
    assert books.link(party).problem is None


@pytest.mark.parametrize("has_landed", [True, False])
@pytest.mark.parametrize("dead_key", [True, False])
def test_an_unknown_outcome_of_a_change_is_settled(books: Books, has_landed: bool, dead_key: bool):
    rule(books)
    party = make(books)
    books.work()
    books.sandbox.fault(
        "cut_after" if has_landed else "cut_before", method="POST", path="*/Contacts", times=1
    )

    edit(books, party, email="new@example.com")
    books.drain()
    assert books.link(party).state == LinkState.SENDING
    books.come_through(dead_key=dead_key)

    link = books.link(party)
    assert contact_of(books, party).email_address == "new@example.com"
    assert (link.state, link.wants_update, link.problem) == (LinkState.SYNCED, False, None)
    assert not Batch.objects.filter(settled_at=None).exists()


def test_a_person_who_comes_before_the_repetition_wins(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    party = make(books)
    books.work()
    books.sandbox.fault("cut_before", method="POST", path="*/Contacts", times=1)
    edit(books, party, email="ours@example.com")
    books.drain()
    theirs = {"ContactID": str(books.link(party).xero_id), "EmailAddress": "theirs@example.com"}
    bookkeeper.write("POST", "Contacts", theirs)

    books.come_through()

    assert contact_of(books, party).email_address == "theirs@example.com"
    assert books.problem(party)["code"] == "values_differ"


def test_an_edit_while_a_change_is_on_its_way_goes_after_it(books: Books):
    rule(books)
    party = make(books)
    books.work()
    edit(books, party, email="first@example.com")
    hold = books.sandbox.fault("hold_after", method="POST", path="*/Contacts", times=1)

    with books.round_in_thread():
        books.sandbox.wait_until_holding(hold)
        edit(books, party, email="second@example.com")
        books.sandbox.release(hold)
    books.work()

    assert contact_of(books, party).email_address == "second@example.com"
    assert not books.link(party).wants_update


def test_an_archived_contact_is_told(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    party = make(books)
    books.work()
    gone = {"ContactID": str(books.link(party).xero_id), "ContactStatus": "ARCHIVED"}
    bookkeeper.write("POST", "Contacts", gone)

    edit(books, party, email="new@example.com")
    books.work()

    assert books.problem(party)["code"] == "contact_archived"
    assert not books.link(party).wants_update


def test_all_that_xero_does_not_have_is_sent_by_one_act(books: Books):
    parties = [make_party(books.workspace, f"Party {each}", number=f"P{each}") for each in range(3)]
    kept = make(books)
    Party.objects.filter(pk=kept.pk).update(do_not_sync=True)

    asked = {"workspace": books.workspace, "actor": books.owner, "kind": "party"}
    assert send_all_records(**asked) == 3
    books.work()
    assert {books.link(party).state for party in parties} == {LinkState.SYNCED}

    assert send_all_records(**asked) == 0
    edit(books, parties[0], email="new@example.com", name="Party 0", number="P0")
    assert send_all_records(**asked) == 1
    books.work()
    assert contact_of(books, parties[0]).email_address == "new@example.com"
