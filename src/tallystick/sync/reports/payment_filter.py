"""Which payments a list shows, read from its address and kept there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from tallystick.books.given_values import amount_in
from tallystick.books.lookups import AnyOf
from tallystick.books.models import (
    Document,
    DocumentQuerySet,
    Kind,
    Payment,
    PaymentQuerySet,
    SettlementStatus,
)
from tallystick.books.search import found_by
from tallystick.connections.models import Organisation
from tallystick.sync.links.record_kinds import PAYMENTS
from tallystick.sync.models import Link
from tallystick.sync.reports.narrowing import (
    PERIODS,
    STATES,
    DaySpan,
    IndexStretch,
    NarrowedRows,
    day_in,
    days_within,
    kept_by_all,
    one_of,
    shortest_of,
    stretch_of,
    text_in,
)
from tallystick.sync.reports.state_filters import links_in_state
from tallystick.workspaces.models import Workspace

#: Which way the money went: what customers paid and suppliers gave back came in.
WAYS = {"in": "Money in", "out": "Money out"}
_IN = (Kind.SALES_INVOICE, Kind.SUPPLIER_CREDIT_NOTE)
STATUSES = {"": "Recorded", "deleted": "Deleted", "all": "All"}
#: Where the currency of a payment stands.
CURRENCY = "document__currency"
_MONEY = {"currency": CURRENCY, "total": "amount"}


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
    def of(cls, query: Mapping[str, str]) -> Self:
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
    def sort_field(self) -> str:
        return "paid_on"

    @property
    def is_descending(self) -> bool:
        return True

    @property
    def period_words(self) -> str:
        """What the chip of the period says."""
        return DaySpan(self.period, self.since, self.until).words

    @property
    def text(self) -> str:
        return text_in(self.q)

    @property
    def asks_records(self) -> bool:
        """Whether more is asked for than the payments' links tell."""
        return bool(self.q or self.way or self.method or self.status)

    @property
    def _asks_documents(self) -> bool:
        return bool(self.text or self.way)

    def payments(
        self, workspace: Workspace, organisation: Organisation | None, *, today: date
    ) -> PaymentQuerySet:
        """Return what the list holds, in no order."""
        return self.narrowed(workspace, organisation, today=today).rows

    def narrowed(
        self, workspace: Workspace, organisation: Organisation | None, *, today: date
    ) -> NarrowedRows[PaymentQuerySet]:
        """Return the same, and how it is best gone through."""
        ours = self._plain(Payment.objects.in_workspace(workspace))
        stretches = list(self._stretches(workspace, organisation, today))
        found = found_by(self.text, workspace, self._kinds) if self.text else None
        if found is not None:
            ours = ours.filter(AnyOf(F("document"), found))
            return NarrowedRows(kept_by_all(ours, stretches, None), money=_MONEY)
        is_joint = self._asks_documents or len(stretches) > 1
        short = shortest_of(stretches) if is_joint else None
        rows = kept_by_all(ours, stretches, short)
        if not self._asks_documents:
            return NarrowedRows(rows, money=_MONEY)
        walked = self._of_documents(rows, workspace)
        if short is not None:
            return NarrowedRows(walked, money=_MONEY)
        documents = self._documents(Document.objects.in_workspace(workspace), workspace)
        all_of_them = rows.filter(document__in=documents)
        return NarrowedRows(all_of_them, is_long=True, walked=walked, money=_MONEY)

    def links(
        self,
        workspace: Workspace,
        organisation: Organisation | None,
        *,
        today: date,
        state: str = "",
    ) -> QuerySet[Link] | None:
        """Return the links of the same payments; None where no state is asked for.

        As those of documents are: see `DocumentFilter.links`.
        """
        if organisation is None or not self.state:
            return None
        found = links_in_state(organisation, self.state, [PAYMENTS], exactly=state)
        since, until = DaySpan(self.period, self.since, self.until).bounds(today)
        found = found.filter(days_within("day", since, until))
        if not self.asks_records:
            return found
        payments = self._plain(Payment.objects.filter(pk=OuterRef("payment")))
        payments = payments.filter(*(each.condition for each in self._own(payments, today)))
        if self._asks_documents:
            payments = self._of_documents(payments, workspace)
        return found.filter(payment=Subquery(payments.values("pk")[:1]))

    @property
    def _kinds(self) -> Collection[Kind]:
        """Those whose payments go the way asked for."""
        if not self.way:
            return tuple(Kind)
        return _IN if self.way == "in" else [kind for kind in Kind if kind not in _IN]

    def _plain(self, payments: PaymentQuerySet) -> PaymentQuerySet:
        """Keep those of the method, and the live ones; a deleted one that still waits has a state."""
        if self.method:
            payments = payments.filter(method__iexact=self.method)
        return payments if self.state or self.status else payments.live()

    def _documents(self, documents: DocumentQuerySet, workspace: Workspace) -> DocumentQuerySet:
        if self.way:
            documents = documents.filter(kind__in=self._kinds)
        return documents.matching(self.text, workspace)

    def _of_documents(self, payments: PaymentQuerySet, workspace: Workspace) -> PaymentQuerySet:
        """Keep those of the documents asked for, each document looked at in its turn.

        A subquery of one value is what PostgreSQL does not make a join of all with all of.
        """
        documents = self._documents(Document.objects.filter(pk=OuterRef("document")), workspace)
        return payments.filter(document=Subquery(documents.values("pk")[:1]))

    def _stretches(
        self, workspace: Workspace, organisation: Organisation | None, today: date
    ) -> Iterator[IndexStretch]:
        """Yield each condition that an index knows alone."""
        yield from self._own(Payment.objects.in_workspace(workspace), today)
        if self.state:
            links: QuerySet[Link] = Link.objects.none()
            if organisation is not None:
                links = links_in_state(organisation, self.state, [PAYMENTS])
            keys = links.values_list("payment_id", flat=True)
            yield IndexStretch(Q(pk__in=keys), keys)

    def _own(self, ours: PaymentQuerySet, today: date) -> Iterator[IndexStretch]:
        """Yield those that payments know of themselves."""
        since, until = DaySpan(self.period, self.since, self.until).bounds(today)
        amount = amount_in(self.q)
        if since or until:
            yield stretch_of(ours, days_within("paid_on", since, until))
        if self.status == "deleted":
            yield stretch_of(ours, Q(status=SettlementStatus.DELETED))
        if amount is not None:
            yield stretch_of(ours, Q(amount=amount))
