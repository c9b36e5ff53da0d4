"""How many records a list holds, and their totals: to a bound, and only where it is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value

from tallystick.books.amount_text import money_text
from tallystick.books.lookups import AnyOf
from tallystick.books.models import Kind
from tallystick.books.paging import PAGE_SIZE

#: Counting stops here, so that a long list is as quick as a short one.
COUNTED = 10_000
#: The same where each of the rows looked at has to be searched for a text.
COUNTED_IN_SEARCH = 1_000
#: The same where rows are gone through in their order, most of them perhaps in vain.
COUNTED_IN_ORDER = 100


def count_text(found: QuerySet[Any], *, at_most: int = COUNTED) -> str:
    """Return how many there are, such as `1,204`, or `10,000+` where counting stops; empty for none."""
    one_each = found.order_by().annotate(one=Value(1)).values("one")
    return capped(one_each[: at_most + 1].count(), at_most)


def count_upto(found: QuerySet[Any], at_most: int) -> int:
    """Return how many there are; one more than `at_most` where counting stops."""
    return found.order_by()[: at_most + 1].count()


def capped(count: int, at_most: int = COUNTED) -> str:
    """Return the same of a count that stops soon after."""
    return f"{at_most:,}+" if count > at_most else f"{count:,}" if count else ""


@dataclass(frozen=True, slots=True)
class Sums:
    """How many documents a list holds and their totals by currency; empty when beyond counting."""

    count: int
    totals: Sequence[tuple[str, Decimal]]
    is_capped: bool

    @property
    def count_text(self) -> str:
        """Such as `1,204`, or `10,000+` where counting stopped."""
        return f"{self.count - 1:,}+" if self.is_capped else f"{self.count:,}"

    @property
    def money(self) -> str:
        """Such as `1,234.50 NZD and 10.00 USD`."""
        return " and ".join(f"{money_text(total, code)} {code}" for code, total in self.totals)


class Counted:
    """Count and sum of a queryset, asked for only when a page shows them.

    Of documents, or of whatever else has a `kind`; `currency` and `total` name its fields of these.
    """

    def __init__(
        self,
        found: QuerySet[Any],
        *,
        exact: bool = False,
        at_most: int = COUNTED,
        currency: str = "currency",
        total: str = "total",
    ) -> None:
        self._found = found.order_by()
        self._exact = exact
        self._at_most = at_most
        self._fields = (currency, total)

    @cached_property
    def sums(self) -> Sums:
        """Nothing is added up where counting stops: it would be the sum of any ten thousand."""
        if not self._exact:
            one_each = self._found.annotate(one=Value(1)).values("one")
            count = one_each[: self._at_most + 1].count()
            if count > self._at_most:
                return Sums(count, [], is_capped=True)
            if not count:
                return Sums(0, [], is_capped=False)
        currency, total = self._fields
        rows = self._found.values(code=F(currency)).annotate(count=Count("*"), sum=Sum(total))
        found = sorted(rows.values_list("code", "count", "sum"))
        totals = [(code, amount) for code, _, amount in found]
        return Sums(sum(count for _, count, _ in found), totals, is_capped=False)

    @cached_property
    def by_kind(self) -> dict[Kind, int]:
        """How many documents of each kind, of the kinds that there are any of; capped like sums."""
        first = self._found.values("kind")[: self._at_most]
        wanted = {kind.value: Count("kind", filter=Q(kind=kind)) for kind in Kind}
        found = first.aggregate(**wanted)
        return {kind: found[kind.value] for kind in Kind if found[kind.value]}


class Gathered(Counted):
    """The same of a list that filters narrow: what is few is read once, then added up and ordered.

    PostgreSQL would rather go through the whole list in its order until it has met a page of them,
    which takes long where they stand at the end; many are met soon.

    `counts_first` where a count goes along an index, and does not look at the rows as reading does.
    `order` is given where they are indeed to be gone through in it, being many: until few are met.
    """

    def __init__(
        self,
        found: QuerySet[Any],
        *,
        counts_first: bool = False,
        order: Sequence[str] = (),
        **how: Any,
    ) -> None:
        super().__init__(found, **how)
        self._counts_first = counts_first
        self._is_ordered = bool(order)
        self._ordered = self._found.order_by(*order)

    @cached_property
    def _first(self) -> Sequence[tuple[int, str, Decimal]]:
        """Key, currency and amount of each, of one more than are counted at most."""
        return list(self._ordered.values_list("pk", *self._fields)[: self._at_most + 1])

    @cached_property
    def _few(self) -> Sequence[tuple[int, str, Decimal]] | None:
        """The same of all; None where there are more than are counted."""
        most = self._at_most
        if self._counts_first and self._found.values("pk")[: most + 1].count() > most:
            return None
        return self._first if len(self._first) <= most else None

    @property
    def is_few(self) -> bool:
        return self._few is not None

    @cached_property
    def sums(self) -> Sums:
        """The same without a further query, save where all are to be counted."""
        if self._few is None:
            return super().sums if self._exact else Sums(self._at_most + 1, [], is_capped=True)
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for _, currency, amount in self._few:
            totals[currency] += amount
        return Sums(len(self._few), sorted(totals.items()), is_capped=False)

    def in_order(
        self, many: QuerySet[Any] | None = None, *, from_the_first: bool = False
    ) -> QuerySet[Any]:
        """Return the same rows, for a page of them in some order.

        `many` are the same once more, in a form to be gone through in order, where another is; for
        the first page those do that were read for the count, if that was in the order.
        """
        keys = self._few
        if keys is None and from_the_first and self._is_ordered and len(self._first) > PAGE_SIZE:
            keys = self._first
        if keys is None:
            return self._found if many is None else many
        with_keys: QuerySet[Any] = self._found.model._default_manager.all()
        return with_keys.filter(AnyOf(F("pk"), [key for key, *_ in keys]))
