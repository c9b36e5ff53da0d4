"""Which of Xero's contacts a party of ours is, judged by what both say: no table, no call, no writing.

A wrong answer puts an invoice on another customer. So only these decide, in this order:

1. The contact that a person has chosen, by its ID.
2. The contact that bears our number in its ContactNumber, which Xero keeps unique (facts 6.6).
3. The one active contact of the same name, where it bears no number and stands for nobody else here.

All else is a question to a person, with the contacts that it is about.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from tallystick import xero

_ARCHIVED = "ARCHIVED"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What Xero's contacts of a party's name come to."""

    #: The one that the party surely is.
    contact: xero.Contact | None
    #: Else those that a person is asked about: the active ones, which may be none.
    candidates: tuple[xero.Contact, ...] = ()


def name_in_xero(name: str) -> str:
    """Return the name as Xero takes it: no angle brackets, no two blanks in a row (facts 6.6)."""
    return " ".join(name.replace("<", "(").replace(">", ")").split())


def is_archived(contact: xero.Contact) -> bool:
    """Tell whether nothing can be sent for the contact until somebody restores it in Xero."""
    return contact.status == _ARCHIVED


def match_by_chosen_id(
    chosen: Iterable[str], contacts: Iterable[xero.Contact]
) -> dict[str, xero.Contact]:
    """Return the contacts by the IDs as they were written by hand; a wrong one is absent."""
    found = {one.contact_id.lower(): one for one in contacts}
    return {text: found[text.lower()] for text in chosen if text.lower() in found}


def match_by_number(
    numbers: Collection[str], contacts: Iterable[xero.Contact]
) -> dict[str, xero.Contact]:
    """Return the contacts that bear one of our numbers, by the number."""
    return {
        one.contact_number: one
        for one in contacts
        if one.contact_number and one.contact_number in numbers
    }


def match_by_name(namesakes: Iterable[xero.Contact], linked: Collection[UUID]) -> NameMatch:
    """Judge the contacts that Xero has under a party's name; `linked` stand for somebody already.

    An archived one is nobody's: Xero lets an active contact bear its name.
    """
    active = tuple(one for one in namesakes if not is_archived(one))
    is_free = not any(UUID(one.contact_id) in linked for one in active)
    if len(active) == 1 and is_free and not active[0].contact_number:
        return NameMatch(active[0])
    return NameMatch(None, active)


def ids_by_hand(texts: Iterable[str]) -> list[str]:
    """Return those of the texts that can be an ID at all; Xero is not asked for the others."""
    return [text for text in texts if _is_id(text)]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
