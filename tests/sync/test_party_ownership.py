"""Who owns parties: what Xero owns comes in and is only read here; else its changes are told."""

from typing import Any

import pytest
from bookkeeper import Bookkeeper
from test_party_push import GIVEN, contact_of, edit, make, rule

from factories import make_party
from tallystick import xero
from tallystick.books.errors import InvalidRecord
from tallystick.books.models import Party
from tallystick.books.ownership import owned_of
from tallystick.connections.client import client_for
from tallystick.sync.acts.taking_theirs import take_theirs
from tallystick.sync.links.shared_values import Newer
from tallystick.sync.models import Link, LinkState, Owner, PulledKind, RecordTrigger
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.reports.record_sides import side_of
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def pull(books: Books) -> None:
    make_due(books.organisation, [PulledKind.CONTACTS], why="test")
    books.work()


def in_xero(books: Books, *drafts: xero.ContactDraft) -> list[str]:
    made = client_for(books.organisation).create_contacts(drafts, f"in xero {drafts}"[:100])
    assert all(one.ok for one in made)
    return [one.record.contact_id for one in made]


def change(books: Books, bookkeeper: Bookkeeper, party: Party, **fields: Any) -> None:
    bookkeeper.write("POST", "Contacts", {"ContactID": str(books.link(party).xero_id), **fields})


def values(party: Party) -> dict[str, str]:
    party.refresh_from_db()
    return {name: getattr(party, name) for name in GIVEN}


def test_what_xero_owns_is_refused_here_with_the_reason(books: Books):
    rule(books, RecordTrigger.BY_ITSELF, owner=Owner.XERO)
    party = make(books)
    assert owned_of(party) is None
    books.work()

    owned = owned_of(party)
    assert owned is not None
    assert "/Contacts/View/" in owned.address
    for name, value in {"name": "Other", "email": "x@example.com", "city": "Deal"}.items():
        with pytest.raises(InvalidRecord, match=r"change it in Xero") as refused:
            edit(books, party, **{name: value})
        assert [one.field for one in refused.value.problems] == [name]
    assert values(party) == GIVEN


def test_what_is_local_stays_to_be_changed_where_xero_owns(books: Books):
    rule(books, RecordTrigger.BY_ITSELF, owner=Owner.XERO, phone_as="", address_as="")
    party = make(books)
    books.work()

    edit(books, party, number="C-8", phone="07700 900123", city="Deal")

    assert values(party)["phone"] == "07700 900123"


def test_a_new_one_is_made_in_xero_and_then_follows_it(books: Books, bookkeeper: Bookkeeper):
    rule(books, RecordTrigger.BY_HAND, owner=Owner.XERO)
    party = make(books)
    books.work()
    assert contact_of(books, party).email_address == GIVEN["email"]

    change(
        books,
        bookkeeper,
        party,
        Name="Harbour Café Ltd",
        EmailAddress="theirs@example.com",
        Phones=[
            {"PhoneType": "DEFAULT", "PhoneCountryCode": "44", "PhoneAreaCode": "20"}
            | {"PhoneNumber": "7946 0002"}
        ],
        Addresses=[
            {"AddressType": "POBOX", "AddressLine1": "2 Quay", "AddressLine2": "Floor 1"}
            | {"City": "Deal", "PostalCode": "CT14", "Country": "United Kingdom", "Region": "Kent"}
        ],
    )
    before = books.sandbox.calls()
    pull(books)

    now = values(party)
    assert (now["name"], now["email"]) == ("Harbour Café Ltd", "theirs@example.com")
    assert (now["phone"], now["address"]) == ("44 20 7946 0002", "2 Quay\nFloor 1")
    assert (now["city"], now["postal_code"]) == ("Deal", "CT14")
    made = books.sandbox.calls() - before
    assert not [call for call in made if not call.startswith("GET")]


def test_contacts_of_xero_come_in_once_and_none_is_doubled(books: Books):
    by_number = make_party(books.workspace, "Numbered", number="N-1")
    by_name = make_party(books.workspace, "Named Ltd", number="X-1")
    ids = in_xero(
        books,
        xero.ContactDraft(name="Other name", contact_number="N-1"),
        xero.ContactDraft(name="NAMED ltd", email_address="n@example.com"),
        xero.ContactDraft(name="Brand new", email_address="new@example.com"),
    )
    rule(books, RecordTrigger.BY_HAND, owner=Owner.XERO)
    pull(books)
    pull(books)

    new = Party.objects.get(workspace=books.workspace, name="Brand new")
    assert [str(books.link(one).xero_id) for one in (by_number, by_name, new)] == ids
    assert values(by_number)["name"] == "Other name"
    assert values(by_name)["email"] == "n@example.com"
    assert books.link(new).state == LinkState.SYNCED
    # Each contact of the books is one party, and no party has two.
    linked = Link.objects.filter(party__isnull=False)
    assert linked.count() == Party.objects.filter(workspace=books.workspace).count()


def test_contacts_do_not_come_in_where_we_own_them(books: Books):
    in_xero(books, xero.ContactDraft(name="Brand new"))
    rule(books, RecordTrigger.BY_ITSELF)
    pull(books)

    assert not Party.objects.filter(workspace=books.workspace).exists()


def test_a_change_in_xero_is_shown_and_not_taken_where_we_own(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    party = make(books)
    books.work()
    change(books, bookkeeper, party, EmailAddress="theirs@example.com")
    pull(books)

    assert values(party) == GIVEN
    side = side_of(party)
    assert side is not None
    [one] = side.differences
    assert (one.label, one.ours, one.theirs) == (
        "E-mail address",
        GIVEN["email"],
        "theirs@example.com",
    )
    assert one.newer == Newer.THEIRS
    assert side.is_disputed
    assert not side.can_send

    assert take_theirs(workspace=books.workspace, actor=books.owner, record=party)
    assert values(party)["email"] == "theirs@example.com"
    side = side_of(party)
    assert side is not None
    assert side.differences == []


def test_a_merged_contact_is_followed(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    party = make(books)
    books.work()
    loser = str(books.link(party).xero_id)
    [winner] = in_xero(books, xero.ContactDraft(name="Winner"))
    bookkeeper.merge(loser, into="Winner")
    pull(books)

    assert str(books.link(party).xero_id) == winner
