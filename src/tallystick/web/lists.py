"""Lists of any length: keyset paging and capped counts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Model, Q, QuerySet, Sum, Value
from django.http import QueryDict

from tallystick.books.lookups import AnyOf
from tallystick.web.given import key_in
from tallystick.web.kinds import PAGES, KindPages

PAGE_SIZE = 50
#: Counting stops here, so that a long list is as quick as a short one.
COUNTED = 10_000
#: The same where each of the rows looked at has to be searched for a text.
COUNTED_IN_SEARCH = 1_000
#: The same where rows are gone through in their order, most of them perhaps in vain.
COUNTED_IN_ORDER = 100

Row = TypeVar("Row", bound=Model)
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page; `before` and `after` are cursors for the address, empty where nothing is there."""

    rows: Sequence[Row]
    before: str
    after: str


def keyset_page(
    queryset: QuerySet[Row],
    query: QueryDict,
    *,
    field: str,
    key: str = "pk",
    descending: bool = True,
    size: int = PAGE_SIZE,
    parts: Sequence[QuerySet[Row]] = (),
) -> Page[Row]:
    """Return the page that `after` or `before` in the address names, ordered by field and key.

    Costs the same on the first page and on the last. A cursor that cannot be read begins anew.
    `parts` are the same rows in parts, where only each part stands in order in an index.
    """
    backward = "before" in query
    text = query.get("before") or query.get("after") or ""
    cursor = _read_cursor(queryset.model, field, text)
    forward = descending != backward
    beyond = _beyond(field, key, cursor, descending=forward) if cursor else Q()
    order = order_by(field, key, descending=forward)
    if len(parts) > 1:
        first = (
            part.filter(beyond).order_by(*order).values_list("pk", flat=True) for part in parts
        )
        keys = list(chain.from_iterable(each[: size + 1] for each in first))
        queryset, beyond = queryset.filter(AnyOf(F("pk"), keys)), Q()
    rows = list(queryset.filter(beyond).order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    if not rows:
        return Page(rows, "", "")
    has_before = more if backward else cursor is not None
    has_after = cursor is not None if backward else more
    return Page(
        rows,
        _cursor(rows[0], field, key) if has_before else "",
        _cursor(rows[-1], field, key) if has_after else "",
    )


def read_in(page: Page[Any], records: QuerySet[Row], *, key: str = "pk") -> Page[Row]:
    """Return the page with the records whose keys its rows bear, read for these rows alone."""
    keys = [getattr(row, key) for row in page.rows]
    found = records.in_bulk(keys)
    return Page([found[each] for each in keys], page.before, page.after)


def order_by(field: str, key: str = "pk", *, descending: bool = True) -> list[str]:
    """Return the order of the pages, for `QuerySet.order_by`."""
    names = [field] if field == "pk" else [field, key]
    return [f"-{name}" if descending else name for name in names]


def _beyond(field: str, key: str, cursor: tuple[Any, int], *, descending: bool) -> Q:
    value, pk = cursor
    beyond = "lt" if descending else "gt"
    if field == "pk":
        return Q((f"pk__{beyond}", pk))
    # The first condition follows from the second; it is what lets the index be used.
    return Q((f"{field}__{beyond}e", value)) & (
        Q((f"{field}__{beyond}", value)) | Q((field, value), (f"{key}__{beyond}", pk))
    )


def _cursor(row: Model, field: str, key: str) -> str:
    if field == "pk":
        return str(row.pk)
    return f"{getattr(row, field)}{_BETWEEN}{getattr(row, key)}"


def _read_cursor(model: type[Model], field: str, text: str) -> tuple[Any, int] | None:
    value, _, key = text.rpartition(_BETWEEN)
    pk = key_in(key)
    if pk is None or field == "pk":
        return None if pk is None else (pk, pk)
    try:
        return model._meta.get_field(field).to_python(value), pk  # type: ignore[union-attr] # a column
    except ValidationError:
        return None


def count_text(found: QuerySet[Any], *, at_most: int = COUNTED) -> str:
    """Return how many there are, such as `1,204`, or `10,000+` where counting stops; empty for none."""
    one_each = found.order_by().annotate(one=Value(1)).values("one")
    return capped(one_each[: at_most + 1].count(), at_most)


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
    def by_kind(self) -> list[tuple[KindPages, int]]:
        """How many documents of each kind, of the kinds that there are any of; capped like sums."""
        first = self._found.values("kind")[: self._at_most]
        wanted = {kind: Count("kind", filter=Q(kind=kind)) for kind in PAGES}
        found = first.aggregate(**wanted)
        return [(pages, found[kind]) for kind, pages in PAGES.items() if found[kind]]


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
