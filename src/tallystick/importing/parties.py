"""Finds the party of each document, or adds it; what the books know of a party stays as it is."""

from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

from tallystick.books.models import Kind, Party
from tallystick.books.parties import walk_in_party
from tallystick.importing.heads import Head
from tallystick.importing.judging import Accepted
from tallystick.workspaces.models import Workspace

_LONGEST_NUMBER = 50


class PartyKey(NamedTuple):
    """What a file knows a party by."""

    number: str
    name: str


#: Of a sale over the counter.
NOBODY = PartyKey("", "")


def key_of(head: Head) -> PartyKey:
    # The number decides where there is one: a name may be written in two ways.
    return PartyKey(head.party_number, "" if head.party_number else head.party_name)


class Parties:
    """The parties of a few documents."""

    def __init__(
        self, workspace: Workspace, documents: Collection[Accepted], *, party_name: str
    ) -> None:
        """`party_name` makes the name of a party that has only a number, by `{number}`."""
        self._workspace = workspace
        self._party_name = party_name
        self._documents: dict[PartyKey, Accepted] = {}
        for each in documents:
            self._documents.setdefault(key_of(each.head), each)
        self._found: dict[PartyKey, int] = {}
        self._look_up()

    def missing(self) -> list[PartyKey]:
        """Return those that the books do not have, the walk-in party left aside."""
        return sorted(self._documents.keys() - self._found.keys() - {NOBODY})

    def add_missing(self) -> None:
        """Add to the books those that are missing, the walk-in party if need be."""
        # Sorted, so that two imports at a time cannot lock each other out.
        parties = sorted((self._made(key) for key in self.missing()), key=lambda each: each.number)
        Party.objects.bulk_create(parties, ignore_conflicts=True)
        self._look_up()
        if NOBODY in self._documents:
            self._found[NOBODY] = walk_in_party(self._workspace).pk

    def id_of(self, head: Head) -> int:
        return self._found[key_of(head)]

    def _look_up(self) -> None:
        """Find by number, and by name what the file gives no number for."""
        ours = Party.objects.in_workspace(self._workspace)
        numbers = {number_of(key) for key in self._documents}
        names = {key.name for key in self._documents if key.name}
        by_number = dict(ours.filter(number__in=numbers).values_list("number", "pk"))
        by_name = dict(ours.filter(name__in=names).order_by("-pk").values_list("name", "pk"))
        for key in self._documents.keys() - {NOBODY}:
            pk = by_name.get(key.name) or by_number.get(number_of(key))
            if pk is not None:
                self._found[key] = pk

    def _made(self, key: PartyKey) -> Party:
        document = self._documents[key]
        head = document.head
        is_supplier = Kind(document.staged.kind).is_purchase
        return Party(
            workspace=self._workspace,
            number=number_of(key),
            name=(head.party_name or self._party_name.format(number=key.number))[:255],
            email=head.email,
            address=head.address,
            city=head.city,
            region=head.region,
            postal_code=head.postal_code,
            country=head.country,
            is_customer=not is_supplier,
            is_supplier=is_supplier,
        )


def number_of(key: PartyKey) -> str:
    """Return the party's number; one that has none goes by its name, shortened if need be."""
    number = key.number or key.name
    if len(number) <= _LONGEST_NUMBER:
        return number
    tail = blake2b(number.encode(), digest_size=4).hexdigest()
    return f"{number[: _LONGEST_NUMBER - 9]}-{tail}"
