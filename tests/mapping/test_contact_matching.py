"""Which contact a party is: only what is sure decides, all else is asked about."""

from uuid import UUID

import pytest

from tallystick.mapping.contact_matching import (
    ids_by_hand,
    is_archived,
    match_by_chosen_id,
    match_by_name,
    match_by_number,
    name_in_xero,
)
from tallystick.xero import Contact

FIRST, SECOND = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "ab")


def contact(contact_id: str = FIRST, *, number: str = "", status: str = "ACTIVE") -> Contact:
    return Contact(
        contact_id=contact_id, name="Baker", contact_number=number or None, status=status
    )


def test_the_one_free_contact_of_the_name_is_the_party():
    found = match_by_name([contact()], linked=set())

    assert found.contact == contact()
    assert found.candidates == ()


@pytest.mark.parametrize(
    ("namesakes", "linked"),
    [
        ([contact(), contact(SECOND)], set()),
        ([contact(number="C-7")], set()),
        ([contact()], {UUID(FIRST)}),
    ],
    ids=["two of one name", "it bears another number", "it stands for somebody else"],
)
def test_what_is_not_sure_is_asked_about_with_its_contacts(namesakes, linked):
    found = match_by_name(namesakes, linked)

    assert found.contact is None
    assert found.candidates == tuple(namesakes)


def test_an_archived_namesake_is_nobody():
    archived = contact(SECOND, status="ARCHIVED")

    assert is_archived(archived)
    assert match_by_name([archived], set()).candidates == ()
    assert match_by_name([archived, contact()], {UUID(SECOND)}).contact == contact()


def test_a_number_matches_as_it_is_and_no_other():
    ours, other = contact(number="C-1"), contact(SECOND, number="c-1")

    assert match_by_number({"C-1", "C-2"}, [ours, other, contact(SECOND)]) == {"C-1": ours}


def test_an_id_chosen_by_hand_is_found_however_it_is_written():
    typed = FIRST.upper()

    assert match_by_chosen_id([typed, SECOND], [contact()]) == {typed: contact()}
    assert ids_by_hand([typed, "not an id", ""]) == [typed]


def test_a_name_is_asked_for_as_xero_keeps_it():
    assert name_in_xero("  Baker  <& Sons> ") == "Baker (& Sons)"
