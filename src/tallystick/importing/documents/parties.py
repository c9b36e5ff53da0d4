"""Finds the party of each document, or adds it; what the books know of a party stays as it is.

A party is known by the source's own number, where a mapping says so by its e-mail address, else by
its name as Xero compares names: it takes no notice of case, accents and blanks, so that two
spellings are one contact there. Source: facts 6.6 and 5.3, "contacts_by_name_other_case".
"""

from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

from tallystick.books.models import Kind, Party
from tallystick.books.names import comparable_name
from tallystick.books.parties import walk_in_party
from tallystick.importing.documents import staging
from tallystick.importing.documents.heads import Head
from tallystick.importing.documents.judging import Accepted, Declined
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.questions import Ask
from tallystick.importing.report import Cause
from tallystick.workspaces.models import Workspace

_LONGEST_NUMBER = 50


class PartyKey(NamedTuple):
    """What a file knows a party by; two spellings of one name are one key."""

    number: str
    name: str


#: Of a sale over the counter.
NOBODY = PartyKey("", "")


class Parties:
    """The parties of a few documents."""

    def __init__(
        self, workspace: Workspace, documents: Collection[Accepted], mapping: Mapping
    ) -> None:
        self._workspace = workspace
        self._mapping = mapping
        self._documents: dict[PartyKey, Accepted] = {}
        for each in documents:
            self._documents.setdefault(self.key_of(each.head), each)
        self._found: dict[PartyKey, Party] = {}
        #: By number the e-mail addresses of those that the file itself brings.
        self._noted: dict[str, str] = {}
        self._look_up()

    def key_of(self, head: Head) -> PartyKey:
        # The number decides where there is one: a name may be written in two ways.
        number = head.party_number
        if not number and self._mapping.party_by == "email":
            number = head.email.casefold()
        return PartyKey(number, "" if number else comparable_name(head.party_name))

    def missing(self) -> list[PartyKey]:
        """Return those that the books do not have, the walk-in party left aside."""
        return sorted(self._documents.keys() - self._found.keys() - {NOBODY})

    def new(self) -> list[tuple[str, str]]:
        """Return number and e-mail address of those that are missing."""
        return [(self._number_of(key), self._documents[key].head.email) for key in self.missing()]

    def note_new(self) -> int:
        """Remember those that are missing for the rest of the file; return how many are new to it."""
        new = self.new()
        noted = staging.note_parties(new)
        self._noted = staging.noted_emails([number for number, _ in new])
        return noted

    def of_other_email(self, document: Accepted) -> str:
        """Return the e-mail address by which the party of this name is known, if it is another."""
        key, email = self.key_of(document.head), document.head.email
        if not (email and key.name):
            return ""
        party = self._found.get(key)
        known = party.email if party else self._noted.get(self._number_of(key), "")
        return known if known and known.casefold() != email.casefold() else ""

    def add_missing(self) -> None:
        """Add to the books those that are missing, the walk-in party if need be."""
        # Sorted, so that two imports at a time cannot lock each other out.
        parties = sorted((self._made(key) for key in self.missing()), key=lambda each: each.number)
        Party.objects.bulk_create(parties, ignore_conflicts=True)
        self._look_up()
        if NOBODY in self._documents:
            self._found[NOBODY] = walk_in_party(self._workspace)

    def party_of(self, head: Head) -> Party:
        return self._found[self.key_of(head)]

    def _look_up(self) -> None:
        """Find by number, and by name what the file gives no number for."""
        ours = Party.objects.in_workspace(self._workspace)
        keys = self._documents.keys() - {NOBODY}
        numbers = {self._number_of(key) for key in keys}
        names = {key.name for key in keys if key.name}
        by_number = {each.number: each for each in ours.filter(number__in=numbers)}
        # The oldest of those with one name, unless one is spelt just as here.
        by_name: dict[str, Party] = {}
        for party in ours.filter(comparable_name__in=names).order_by("-pk"):
            by_name[party.comparable_name] = party
        for key in keys:
            if found := by_name.get(key.name) or by_number.get(self._number_of(key)):
                self._found[key] = found

    def _number_of(self, key: PartyKey) -> str:
        """Return the party's number; one that has none goes by its name, shortened if need be."""
        number = key.number or self._documents[key].head.party_name
        if len(number) <= _LONGEST_NUMBER:
            return number
        tail = blake2b(number.encode(), digest_size=4).hexdigest()
        return f"{number[: _LONGEST_NUMBER - 9]}-{tail}"

    def _made(self, key: PartyKey) -> Party:
        document = self._documents[key]
        head = document.head
        is_supplier = Kind(document.staged.kind).is_purchase
        named = self._mapping.party_name.format(number=key.number)
        return Party(
            workspace=self._workspace,
            number=self._number_of(key),
            name=(head.party_name or named)[:255],
            email=head.email,
            address=head.address,
            city=head.city,
            region=head.region,
            postal_code=head.postal_code,
            country=head.country,
            is_customer=not is_supplier,
            is_supplier=is_supplier,
        )


def of_other_email(parties: Parties, document: Accepted) -> Declined | None:
    """Decline a document for a party whose e-mail address is known to be another."""
    known, head = parties.of_other_email(document), document.head
    if not known:
        return None
    reason = (
        f"{head.party_name} has the e-mail address {head.email} in the file and {known} here. It "
        "may be somebody else of that name."
    )
    return Declined(
        document.staged,
        Cause.PARTY,
        reason,
        document.totals.total,
        head.currency,
        (Ask.PARTY, "name"),
    )
