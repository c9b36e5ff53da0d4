"""Finds the party of each document, or adds it; what the books know of a party stays as it is.

A party is known by the source's own number, where a mapping says so by its e-mail address, else by
its name as Xero compares names: it takes no notice of case, accents and blanks, so that two
spellings are one contact there. Source: facts 6.6 and 5.3, "contacts_by_name_other_case".
"""

from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

from django.db.models.functions import Lower

from tallystick.books.models import Kind, Party
from tallystick.books.names import comparable_name
from tallystick.books.parties import walk_in_party
from tallystick.books.signals import records_made
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
        #: The first address that is not empty.
        self._emails: dict[PartyKey, str] = {}
        for each in documents:
            key = self.key_of(each.head)
            self._documents.setdefault(key, each)
            self._emails[key] = self._emails.get(key) or each.head.email
        self._found: dict[PartyKey, Party] = {}
        #: By number what the file itself says of them first.
        self._noted: dict[str, staging.NotedParty] = {}
        self._look_up()

    def key_of(self, head: Head) -> PartyKey:
        # The number decides where there is one: a name may be written in two ways. Somebody without
        # a name is no less a customer.
        number = head.party_number
        if not number and (self._mapping.party_by == "email" or not head.party_name):
            number = head.email.casefold()
        return PartyKey(number, "" if number else comparable_name(head.party_name))

    def missing(self) -> list[PartyKey]:
        """Return those that the books do not have, the walk-in party left aside."""
        return sorted(self._documents.keys() - self._found.keys() - {NOBODY})

    def new(self) -> list[staging.NotedParty]:
        """Return what the file says of those that are missing."""
        return [self._said_of(key) for key in self.missing()]

    def note_new(self) -> int:
        """Remember the parties for the rest of the file; return how many of them are new to both."""
        noted = staging.note_parties(self.new())
        staging.note_parties([self._said_of(key) for key in self._found])
        self._noted = staging.noted_parties([self._number_of(key) for key in self._documents])
        return noted

    def contradicted(self, head: Head) -> tuple[str, str, Ask] | None:
        """Return name and e-mail address by which the party of the document is known, if it may be
        somebody else: of the same name with another address, or of the same number with neither."""
        key = self.key_of(head)
        if key == NOBODY or not head.email:
            return None
        party, noted = self._found.get(key), self._noted.get(self._number_of(key))
        email = (party.email if party else "") or (noted.email if noted else "")
        if not email or email.casefold() == head.email.casefold():
            return None
        name = party.name if party else noted.name if noted else ""
        if key.name:
            return name, email, Ask.PARTY
        is_same = not head.party_name or comparable_name(name) == comparable_name(head.party_name)
        return None if is_same else (name, email, Ask.PARTY_NUMBER)

    def _said_of(self, key: PartyKey) -> staging.NotedParty:
        name = self._documents[key].head.party_name
        return staging.NotedParty(self._number_of(key), name, self._emails[key])

    def add_missing(self) -> None:
        """Add to the books those that are missing, the walk-in party if need be."""
        # Sorted, so that two imports at a time cannot lock each other out.
        missing = self.missing()
        parties = sorted((self._made(key) for key in missing), key=lambda each: each.number)
        Party.objects.bulk_create(parties, ignore_conflicts=True)
        self._look_up()
        if made := [self._found[key].pk for key in missing if key in self._found]:
            records_made.send(sender=Party, workspace=self._workspace, record_ids=made)
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
        by_email = self._by_email(keys)
        # The oldest of those with one name, unless one is spelt just as here.
        by_name: dict[str, Party] = {}
        for party in ours.filter(comparable_name__in=names).order_by("-pk"):
            by_name[party.comparable_name] = party
        for key in keys:
            found = by_name.get(key.name) or by_number.get(self._number_of(key))
            if found := found or by_email.get(key.number):
                self._found[key] = found

    def _by_email(self, keys: Collection[PartyKey]) -> dict[str, Party]:
        """Return by address the one party that has it, for those who are known by nothing else."""
        asked = {key.number for key in keys if "@" in key.number}
        if not asked:
            return {}
        ours = Party.objects.in_workspace(self._workspace).alias(mail=Lower("email"))
        found: dict[str, list[Party]] = {}
        for party in ours.filter(mail__in=asked):
            found.setdefault(party.email.casefold(), []).append(party)
        return {email: parties[0] for email, parties in found.items() if len(parties) == 1}

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
            email=self._emails[key],
            address=head.address,
            city=head.city,
            region=head.region,
            postal_code=head.postal_code,
            country=head.country,
            is_customer=not is_supplier,
            is_supplier=is_supplier,
        )


def contradicting(
    parties: Parties, decided: Collection[Ask], document: Accepted
) -> Declined | None:
    """Decline a document for a party that may be somebody else than the one known here.

    `decided` are the questions by which it was said that it is not.
    """
    head, found = document.head, parties.contradicted(document.head)
    if not found or found[2] in decided:
        return None
    name, email, ask = found
    if ask is Ask.PARTY:
        reason = (
            f"{head.party_name} has the e-mail address {head.email} in the file and {email} here. "
            "It may be somebody else of that name."
        )
    else:
        reason = (
            f"The customer number {head.party_number} is that of {name} ({email}) here, and of "
            f"{head.party_name} ({head.email}) in the file. It may be somebody else."
        )
    total, currency = document.totals.total, head.currency
    return Declined(document.staged, Cause.PARTY, reason, total, currency, (ask, ""))
