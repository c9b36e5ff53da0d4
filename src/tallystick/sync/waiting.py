"""What waits for a person's choice: how many records, how much money, and what a choice released."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from tallystick.connections.models import Organisation
from tallystick.sync.models import Lane, Link, LinkState
from tallystick.sync.queue import NOT_APPROVED, release
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
    stopped = Link.objects.filter(
        organisation=organisation,
        state__in=[LinkState.FAILED, LinkState.HELD, LinkState.WAITING],
    ).exclude(waits_for="")
    currency = Coalesce(
        "document__currency", "payment__document__currency", "allocation__document__currency"
    )
    amount = Coalesce("document__total", "payment__amount", "allocation__amount")
    rows = (
        stopped.filter(wanted, party=None)
        .annotate(
            key=Case(When(_unapproved(), then=Value(APPROVAL)), default=F("waits_for")),
            currency=currency,
        )
        .values("key", "currency")
        .annotate(
            documents=Count("document"),
            others=Count("pk", filter=Q(document=None)),
            total=Sum(amount),
        )
        .order_by()
    )
    found: dict[str, Waiting] = {}
    for row in rows:
        one = Waiting(row["documents"], row["others"], {row["currency"]: row["total"]})
        found[row["key"]] = found.get(row["key"], Waiting()) + one
    return found


@transaction.atomic
def released_by(choose: Callable[[], None], organisation: Organisation, *keys: str) -> Waiting:
    """Carry out the choices in one transaction, and return what they released of what waited.

    The lane's lock keeps a round from failing more documents for the same cause meanwhile, so
    that the difference is what was released and nothing else.
    """
    Lane.objects.select_for_update().filter(organisation=organisation).exists()
    before = waiting_for(organisation, *keys)
    choose()
    after = waiting_for(organisation, *keys)
    return sum(before.values(), Waiting()) - sum(after.values(), Waiting())


def release_unapproved(organisation: Organisation) -> None:
    """Queue what waits until its document is approved in Xero, to be judged by the policy anew."""
    waiting = Link.objects.filter(_unapproved(), organisation=organisation, state=LinkState.HELD)
    release(organisation.pk, waiting.values_list("waits_for", flat=True))
    wake(organisation.pk)


def _unapproved() -> Q:
    return Q(problem__code=NOT_APPROVED, waits_for__startswith="document:")
