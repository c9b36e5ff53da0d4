"""Which payments a list shows, read from its address and kept there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import F, OuterRef, Q, Subquery
from django.http import QueryDict
from django.utils import timezone

from tallystick.books.lookups import AnyOf
from tallystick.books.models import Document, EntryStatus, Kind, Payment, PaymentQuerySet
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link
from tallystick.sync.queue import bound_organisation
from tallystick.sync.reading import alike
from tallystick.web.filters import (
    PERIODS,
    STATES,
    Days,
    Stretch,
    amount_in,
    day_in,
    narrowed,
    one_of,
    within,
)
from tallystick.web.lists import COUNTED_IN_SEARCH
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
        found = self._standing(workspace, organisation, today)
        if self.way:
            found = found.filter(document__kind__in=self._kinds)
        return _matching(found, workspace, self.q) if self.q else found

    def in_order(
        self, workspace: Workspace, organisation: Organisation | None, *, today: date
    ) -> PaymentQuerySet:
        """Return the same where they are many, to be gone through in the order of their days.

        Each payment's document is looked at in its turn: a subquery of one value is what PostgreSQL
        does not make a join of all with all of.
        """
        found = self._standing(workspace, organisation, today)
        if not self.way and not self.q:
            return found
        documents = Document.objects.in_workspace(workspace).filter(pk=OuterRef("document"))
        if self.way:
            documents = documents.filter(kind__in=self._kinds)
        amount = amount_in(self.q)
        if amount is not None:
            found = found.filter(amount=amount)
        elif self.q:
            documents = documents.matching(self.q, workspace)
        return found.filter(document=Subquery(documents.values("pk")[:1]))

    @property
    def _kinds(self) -> Collection[Kind]:
        return _IN if self.way == "in" else [kind for kind in Kind if kind not in _IN]

    def _standing(
        self, workspace: Workspace, organisation: Organisation | None, today: date
    ) -> PaymentQuerySet:
        """Keep those of the state, status, method and days, going by the fewest of these.

        A deleted one that still waits has a state, too.
        """
        ours = Payment.objects.in_workspace(workspace)
        since, until = Days(self.period, self.since, self.until).bounds(today)
        conditions = [within("paid_on", since, until)] if since or until else []
        if self.status == "deleted":
            conditions.append(Q(status=EntryStatus.DELETED))
        stretches = [
            Stretch(condition, ours.filter(condition).values_list("pk", flat=True))
            for condition in conditions
        ]
        if self.state:
            stretches.append(self._in_state(organisation))
        found = narrowed(ours, stretches, further=bool(self.q or self.way or self.state))
        if self.method:
            found = found.filter(method__iexact=self.method)
        return found if self.state or self.status else found.live()

    def _in_state(self, organisation: Organisation | None) -> Stretch:
        links = Link.objects.filter(
            organisation=organisation, state__in=alike(self.state), kind="payment"
        )
        keys = links.values_list("payment_id", flat=True)
        return Stretch(Q(pk__in=keys), keys)


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
    keys = list(documents.values_list("pk", flat=True)[: COUNTED_IN_SEARCH + 1])
    if len(keys) <= COUNTED_IN_SEARCH:
        return found.filter(AnyOf(F("document"), keys))
    return found.filter(document__in=documents)
