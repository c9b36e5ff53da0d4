"""What waits for a person's choice: how many records, how much money, and what a choice released."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from tallystick.connections.models import Organisation
from tallystick.mapping.wait_keys import WaitSort, any_of, waiting_on_sort
from tallystick.sync.links.queueing import is_unapproved
from tallystick.sync.links.record_sums import AMOUNT, CURRENCY
from tallystick.sync.models import OF_DOCUMENTS, Lane, Link, LinkState

#: Stands for all that waits until a document is approved in Xero, whichever document it is.
APPROVAL = any_of(WaitSort.DOCUMENT)


@dataclass(frozen=True, slots=True)
class WaitingSum:
    """Documents and payments that wait for the same, and their amounts by currency."""

    documents: int = 0
    payments: int = 0
    totals: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.documents + self.payments

    def __add__(self, other: "WaitingSum") -> "WaitingSum":
        return self._with(other, 1)

    def __sub__(self, other: "WaitingSum") -> "WaitingSum":
        return self._with(other, -1)

    def _with(self, other: "WaitingSum", sign: int) -> "WaitingSum":
        codes = sorted({*self.totals, *other.totals})
        sums = {code: self.totals.get(code, 0) + sign * other.totals.get(code, 0) for code in codes}
        return WaitingSum(
            self.documents + sign * other.documents,
            self.payments + sign * other.payments,
            {code: Decimal(total) for code, total in sums.items() if total},
        )


def waiting_for(organisation: Organisation, *sorts: WaitSort) -> dict[str, WaitingSum]:
    """Return what waits, by the key of what it waits for; absent: nothing.

    Of what waits for a document, what waits for its approval: all of it by the key APPROVAL.
    Allocations count as payments.
    """
    wanted = Q()
    for sort in sorts:
        wanted |= is_unapproved() if sort == WaitSort.DOCUMENT else waiting_on_sort(sort)
    stopped = _stopped(organisation).exclude(waits_for="").filter(wanted)
    by_key = Case(When(is_unapproved(), then=Value(APPROVAL)), default=F("waits_for"))
    return _summed(stopped.annotate(key=by_key))


@transaction.atomic
def released_by(choose: Callable[[], object], organisation: Organisation | None) -> WaitingSum:
    """Carry out what mends in one transaction, and return what it released of all that stood still.

    What goes on to wait for something else was not released. The lane's lock keeps a round from
    failing more documents meanwhile, so that the difference is what was released and nothing else.
    """
    if organisation is None:
        choose()
        return WaitingSum()
    Lane.objects.select_for_update().filter(organisation=organisation).exists()
    before = _all_stopped(organisation)
    choose()
    return before - _all_stopped(organisation)


def _all_stopped(organisation: Organisation) -> WaitingSum:
    stopped = _stopped(organisation).exclude(state=LinkState.WAITING, waits_for="")
    return sum(_summed(stopped.annotate(key=Value(""))).values(), WaitingSum())


def _stopped(organisation: Organisation) -> QuerySet[Link]:
    return Link.objects.filter(
        OF_DOCUMENTS,
        organisation=organisation,
        state__in=[LinkState.FAILED, LinkState.HELD, LinkState.WAITING],
    )


def _summed(stopped: QuerySet[Any]) -> dict[str, WaitingSum]:
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
    found: dict[str, WaitingSum] = {}
    for row in rows:
        one = WaitingSum(row["documents"], row["others"], {row["the_currency"]: row["the_total"]})
        found[row["key"]] = found.get(row["key"], WaitingSum()) + one
    return found
