"""What waits for a person's choice: how many records, how much money, and what a choice released."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from tallystick.connections.models import Organisation
from tallystick.sync.models import Lane, Link, LinkState
from tallystick.sync.queue import NOT_APPROVED, release
from tallystick.sync.sums import AMOUNT, CURRENCY
from tallystick.sync.waking import wake

#: Stands for all that waits until a document is approved in Xero, whichever document it is.
APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Documents and payments that wait for the same, and their amounts by currency."""

    documents: int = 0
    payments: int = 0
    totals: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.documents + self.payments

    def __add__(self, other: "Waiting") -> "Waiting":
        return self._with(other, 1)

    def __sub__(self, other: "Waiting") -> "Waiting":
        return self._with(other, -1)

    def _with(self, other: "Waiting", sign: int) -> "Waiting":
        codes = sorted({*self.totals, *other.totals})
        sums = {code: self.totals.get(code, 0) + sign * other.totals.get(code, 0) for code in codes}
        return Waiting(
            self.documents + sign * other.documents,
            self.payments + sign * other.payments,
            {code: Decimal(total) for code, total in sums.items() if total},
        )


def waiting_for(organisation: Organisation, *keys: str) -> dict[str, Waiting]:
    """Return what waits, by the key of what it waits for; absent: nothing.

    `keys` are beginnings of keys, such as `tax:`, or APPROVAL. Allocations count as payments.
    """
    wanted = Q()
    for key in keys:
        wanted |= _unapproved() if key == APPROVAL else Q(waits_for__startswith=key)
    stopped = _stopped(organisation).exclude(waits_for="").filter(wanted)
    by_key = Case(When(_unapproved(), then=Value(APPROVAL)), default=F("waits_for"))
    return _summed(stopped.annotate(key=by_key))


@transaction.atomic
def released_by(choose: Callable[[], object], organisation: Organisation | None) -> Waiting:
    """Carry out what mends in one transaction, and return what it released of all that stood still.

    What goes on to wait for something else was not released. The lane's lock keeps a round from
    failing more documents meanwhile, so that the difference is what was released and nothing else.
    """
    if organisation is None:
        choose()
        return Waiting()
    Lane.objects.select_for_update().filter(organisation=organisation).exists()
    before = _all_stopped(organisation)
    choose()
    return before - _all_stopped(organisation)


def _all_stopped(organisation: Organisation) -> Waiting:
    stopped = _stopped(organisation).exclude(state=LinkState.WAITING, waits_for="")
    return sum(_summed(stopped.annotate(key=Value(""))).values(), Waiting())


def _stopped(organisation: Organisation) -> QuerySet[Link]:
    return Link.objects.filter(
        organisation=organisation,
        state__in=[LinkState.FAILED, LinkState.HELD, LinkState.WAITING],
        party=None,
    )


def _summed(stopped: QuerySet[Any]) -> dict[str, Waiting]:
    """Return count and money of the links, which have a `key`, by that."""
    rows = (
        stopped.values("key", the_currency=CURRENCY)
        .annotate(
            documents=Count("document"),
            others=Count("state", filter=Q(document=None)),
            the_total=Sum(AMOUNT),
        )
        .order_by()
    )
    found: dict[str, Waiting] = {}
    for row in rows:
        one = Waiting(row["documents"], row["others"], {row["the_currency"]: row["the_total"]})
        found[row["key"]] = found.get(row["key"], Waiting()) + one
    return found


def release_unapproved(organisation: Organisation) -> None:
    """Queue what waits until its document is approved in Xero, to be judged by the policy anew."""
    waiting = Link.objects.filter(_unapproved(), organisation=organisation, state=LinkState.HELD)
    release(organisation.pk, waiting.values_list("waits_for", flat=True))
    wake(organisation.pk)


def _unapproved() -> Q:
    return Q(problem_code=NOT_APPROVED, waits_for__startswith="document:")
