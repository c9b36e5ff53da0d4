"""What payments and allocations share: the documents they stand on, and how they are judged."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.dispatch import Signal

from tallystick.books.balances import outstanding_of
from tallystick.books.checking import Checker
from tallystick.books.errors import InvalidRecord, NotFound, RejectedValue
from tallystick.books.models import (
    Allocation,
    Document,
    Kind,
    Payment,
    SettlementOwner,
    SettlementStatus,
    Status,
)
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace

Settlement = TypeVar("Settlement", Payment, Allocation)
SMALLEST = Decimal("0.01")
#: The database gives these their values.
_FILLED_IN = ("id", "created_at")


@dataclass(frozen=True, slots=True)
class JudgedSettlement(Generic[Settlement]):
    """What becomes of one record that was handed in."""

    #: None where it is not written.
    settlement: Settlement | None
    problems: Sequence[RejectedValue] = ()
    #: It was recorded before, with the same content.
    is_here: bool = False
    #: It as it would be written, had it not been recorded before and deleted here since.
    deleted: Settlement | None = None


@dataclass(frozen=True, slots=True)
class SettlementKind(Generic[Settlement]):
    """What payments and allocations differ in where they are written and withdrawn."""

    model: type[Settlement]
    #: Names it in the audit log; with `_ids` the keys that its signals carry.
    noun: str
    #: What is said once it is written, and once it is withdrawn.
    written: str
    withdrawn: str
    on_written: Signal
    on_withdrawn: Signal
    #: Its fields for the documents that it stands on.
    stands_on: tuple[str, ...]


class KnownSettlements:
    """What was recorded before and is passed over: as many alike as stand here or were deleted."""

    def __init__(self, recorded: Iterable[tuple[Hashable, str]], *, anew: bool = False) -> None:
        """Take keys with their status; `anew` lets what was deleted be recorded once more."""
        self._live: Counter[Hashable] = Counter()
        self._deleted: Counter[Hashable] = Counter()
        for key, status in recorded:
            if status == SettlementStatus.RECORDED:
                self._live[key] += 1
            elif not anew:
                self._deleted[key] += 1

    def pass_over(
        self, key: Hashable, settlement: Settlement
    ) -> "JudgedSettlement[Settlement] | None":
        """Return what becomes of the settlement where it is known; None for a new one."""
        if self._live[key]:
            self._live[key] -= 1
            return JudgedSettlement(None, is_here=True)
        if self._deleted[key]:
            self._deleted[key] -= 1
            return JudgedSettlement(None, deleted=settlement)
        return None


def find_documents(workspace: Workspace, *keys: int) -> list[Document]:
    """Return the documents with their parties, in the order of the keys. Raises NotFound."""
    found = Document.objects.in_workspace(workspace).select_related("party").in_bulk(keys)
    if set(keys) - found.keys():
        raise NotFound(
            "The document is not in this workspace.", remedy="Look it up again in the list."
        )
    return [found[key] for key in keys]


def write_settlements(
    kind: SettlementKind[Settlement],
    workspace: Workspace,
    actor: User | None,
    verdicts: Sequence[JudgedSettlement[Settlement]],
) -> list[Settlement]:
    """Write what was judged good, and tell the rooms above; returns it with its primary keys."""
    settlements = [one.settlement for one in verdicts if one.settlement is not None]
    if settlements:
        insert_settlements(settlements)
        _tell(kind, workspace, actor, kind.written, kind.on_written, settlements)
    return settlements


def withdraw_settlements(
    kind: SettlementKind[Settlement],
    workspace: Workspace,
    actor: User | None,
    keys: Sequence[int],
) -> list[int]:
    """Withdraw them; return the primary keys of those that stood until now.

    What is Xero's stays: it goes here when it goes there. Their documents are locked first, as by all that changes what is outstanding on them.
    """
    rows = kind.model._default_manager
    asked = rows.filter(workspace=workspace, pk__in=keys)
    either = Q(pk__in=[])
    for name in kind.stands_on:
        either |= Q(pk__in=asked.values(name))
    list(Document.objects.filter(either).locked())
    live = asked.filter(status=SettlementStatus.RECORDED, owner=SettlementOwner.HERE)
    settlements = list(live.select_related(*kind.stands_on).order_by("pk"))
    ids = [one.pk for one in settlements]
    if ids:
        gone = {"status": SettlementStatus.DELETED, "deleted_at": Now()}
        rows.filter(pk__in=ids).update(**gone)
        _tell(kind, workspace, actor, kind.withdrawn, kind.on_withdrawn, settlements)
    return ids


def _tell(
    kind: SettlementKind[Settlement],
    workspace: Workspace,
    actor: User | None,
    act: str,
    signal: Signal,
    settlements: Sequence[Settlement],
) -> None:
    audit.record_each(
        workspace=workspace,
        actor=actor,
        action=f"{kind.noun}.{act}",
        subject=kind.model,
        messages={one.pk: f"{one} was {act}." for one in settlements},
    )
    keys = {f"{kind.noun}_ids": [one.pk for one in settlements]}
    signal.send(sender=kind.model, workspace=workspace, **keys)


def refuse_bad(what: str, verdicts: Sequence[JudgedSettlement[Settlement]]) -> None:
    """Raise InvalidRecord with the problems of all, if there is any."""
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    if problems:
        subject = f"The {what}" if len(verdicts) == 1 else f"The list of {what}s"
        raise InvalidRecord(subject, problems)


def insert_settlements(settlements: Sequence[Payment] | Sequence[Allocation]) -> None:
    """Write the new records in one statement and give them their primary keys.

    Each column goes as one array: thousands take a fifth of the time of `bulk_create`.
    """
    meta = settlements[0]._meta
    fields = [field for field in meta.concrete_fields if field.name not in _FILLED_IN]
    columns = ", ".join(field.column for field in fields)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({columns}) SELECT * FROM unnest({arrays}) "  # noqa: S608 # only names of ours
            "RETURNING uid, id",
            [
                [getattr(settlement, field.attname) for settlement in settlements]
                for field in fields
            ],
        )
        ids = dict(cursor.fetchall())
    for settlement in settlements:
        settlement.pk = ids[settlement.uid]
        settlement._state.adding = False


class OpenDocuments:
    """The documents that settlements are to stand on, with what may still be taken from each.

    They are locked until the transaction ends, so that two payments at a time cannot overpay and
    a cancellation comes before or after.
    """

    def __init__(self, workspace: Workspace, names: Iterable[tuple[Kind, str]]) -> None:
        """`names` are kinds and numbers; all of them are locked at once, in one order."""
        numbers: defaultdict[Kind, set[str]] = defaultdict(set)
        for kind, number in names:
            numbers[kind].add(number.strip())
        asked = Q(pk__in=[])
        for kind, wanted in numbers.items():
            asked |= Q(kind=kind, number__in=wanted)
        found = Document.objects.in_workspace(workspace).filter(asked).prefetch_related("party")
        self.documents = list(found.locked())
        self._named: defaultdict[tuple[str, str], list[Document]] = defaultdict(list)
        for document in self.documents:
            self._named[document.kind, document.number].append(document)
        self._left = outstanding_of(self.documents)

    def find(
        self, field: str, kind: Kind, number: str, party_number: str, checker: Checker
    ) -> Document | None:
        """Return the submitted document; what is wrong with the name in `field` is refused."""
        number, party_number = number.strip(), party_number.strip()
        found = self._named[kind, number]
        if kind.is_purchase:
            if not party_number:
                checker.refuse("party_number", None, "Enter the number of the supplier.")
                return None
            found = [each for each in found if each.party.number == party_number]
        if not found:
            whose = f" of supplier {party_number}" if kind.is_purchase else ""
            checker.refuse(
                field,
                number,
                f"There is no {kind.label.lower()}{whose} with this number. Correct it, or add "
                "the document first.",
            )
            return None
        return self._usable(found[0], field, party_number, checker)

    def take(self, amount: Decimal, documents: Sequence[Document], checker: Checker) -> None:
        """Count the amount as taken from each, if it is there; else refuse it."""
        for document in documents:
            left = self._left[document.pk]
            if amount > left:
                most = f"{left:,} {document.currency}" if left > 0 else "nothing"
                remedy = "Enter at most that." if left > 0 else "Leave this out."
                checker.refuse("amount", amount, f"{document} has {most} outstanding. {remedy}")
        if not checker.problems:
            for document in documents:
                self._left[document.pk] -= amount

    def _usable(
        self, document: Document, field: str, party_number: str, checker: Checker
    ) -> Document | None:
        if party_number and document.party.number != party_number:
            whose = f"{document} is of {document.party.number} ({document.party})."
            checker.refuse("party_number", party_number, f"{whose} Correct one of the two.")
        elif document.status == Status.DRAFT:
            checker.refuse(field, document.number, "It is a draft. Submit it first.")
        elif document.status == Status.CANCELLED:
            checker.refuse(field, document.number, "It is cancelled. Leave this out.")
        else:
            return document
        return None
