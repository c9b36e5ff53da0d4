"""Which payments a list shows, read from its address and kept there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.http import QueryDict
from django.utils import timezone

from tallystick.books.models import Document, EntryStatus, Kind, Payment, PaymentQuerySet
from tallystick.connections.models import Organisation
from tallystick.sync.queue import bound_organisation
from tallystick.sync.reading import alike
from tallystick.web.filters import PERIODS, STATES, Days, amount_in, day_in, one_of
from tallystick.workspaces.models import Workspace

#: Which way the money went: what customers paid and suppliers gave back came in.
WAYS = {"in": "Money in", "out": "Money out"}
_IN = (Kind.SALES_INVOICE, Kind.SUPPLIER_CREDIT_NOTE)
STATUSES = {"": "Recorded", "deleted": "Deleted", "all": "All"}


def is_in(payment: Payment) -> bool:
    return payment.document.kind in _IN


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """One list's filter; whatever cannot be read counts as not given."""

    q: str = ""
    way: str = ""
    method: str = ""
    state: str = ""
    status: str = ""
    period: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        return cls(
            q=query.get("q", "").strip()[:100],
            way=one_of(query.get("way", ""), WAYS),
            method=query.get("method", "").strip()[:40],
            state=one_of(query.get("state", ""), STATES),
            status=one_of(query.get("status", ""), STATUSES),
            period=one_of(query.get("period", ""), PERIODS),
            since=day_in(query.get("since", "")),
            until=day_in(query.get("until", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        given = (self.q, self.way, self.method, self.state, self.status, self.period)
        return any((*given, self.since, self.until))

    @property
    def period_words(self) -> str:
        """What the chip of the period says."""
        return Days(self.period, self.since, self.until).words

    def payments(
        self, workspace: Workspace, organisation: Organisation | None, *, today: date
    ) -> PaymentQuerySet:
        """Return what the list holds, in no order."""
        found = Payment.objects.in_workspace(workspace)
        if self.q:
            found = _matching(found, workspace, self.q)
        if self.way:
            kinds = _IN if self.way == "in" else set(Kind) - set(_IN)
            found = found.filter(document__kind__in=kinds)
        if self.method:
            found = found.filter(method__iexact=self.method)
        since, until = Days(self.period, self.since, self.until).bounds(today)
        if since:
            found = found.filter(paid_on__gte=since)
        if until:
            found = found.filter(paid_on__lte=until)
        return self._standing(found, organisation)

    def _standing(
        self, found: PaymentQuerySet, organisation: Organisation | None
    ) -> PaymentQuerySet:
        """Keep those of the state and status; a deleted one that still waits has a state, too."""
        if self.state:
            found = found.filter(
                links__organisation=organisation,
                links__state__in=alike(self.state),
                links__kind="payment",
            )
        if self.status == "deleted":
            return found.filter(status=EntryStatus.DELETED)
        return found if self.state or self.status == "all" else found.live()


def chosen_payments(form: QueryDict, workspace: Workspace, keys: Sequence[int]) -> PaymentQuerySet:
    """Return the payments that a form of the list names: the ticked ones, or all that it shows."""
    if "everything" not in form:
        return Payment.objects.in_workspace(workspace).filter(pk__in=keys)
    shown = PaymentFilter.of(QueryDict(form.get("filter", "")))
    return shown.payments(workspace, bound_organisation(workspace), today=timezone.localdate())


def _matching(found: PaymentQuerySet, workspace: Workspace, text: str) -> PaymentQuerySet:
    """Keep those of the amount, or whose document or its party bears the text."""
    amount = amount_in(text)
    if amount is not None:
        return found.filter(amount=amount)
    documents = Document.objects.in_workspace(workspace).matching(text, workspace)
    return found.filter(document__in=documents)
