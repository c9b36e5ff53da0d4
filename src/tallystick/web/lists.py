"""Lists of any length: keyset paging and capped counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, Q, QuerySet, Sum
from django.http import QueryDict

from tallystick.web.given import key_in
from tallystick.web.kinds import PAGES, KindPages

PAGE_SIZE = 50
#: Counting stops here, so that a long list is as quick as a short one.
COUNTED = 10_000

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
    descending: bool = True,
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """Return the page that `after` or `before` in the address names, ordered by field and key.

    Costs the same on the first page and on the last. A cursor that cannot be read begins anew.
    """
    backward = "before" in query
    text = query.get("before") or query.get("after") or ""
    cursor = _read_cursor(queryset.model, field, text)
    forward = descending != backward
    found = queryset.order_by(*_order(field, descending=forward))
    if cursor:
        found = found.filter(_beyond(field, cursor, descending=forward))
    rows = list(found[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    if not rows:
        return Page(rows, "", "")
    has_before = more if backward else cursor is not None
    has_after = cursor is not None if backward else more
    return Page(
        rows,
        _cursor(rows[0], field) if has_before else "",
        _cursor(rows[-1], field) if has_after else "",
    )


def _order(field: str, *, descending: bool) -> list[str]:
    names = [field] if field == "pk" else [field, "pk"]
    return [f"-{name}" if descending else name for name in names]


def _beyond(field: str, cursor: tuple[Any, int], *, descending: bool) -> Q:
    value, pk = cursor
    beyond = "lt" if descending else "gt"
    if field == "pk":
        return Q((f"pk__{beyond}", pk))
    # The first condition follows from the second; it is what lets the index be used.
    return Q((f"{field}__{beyond}e", value)) & (
        Q((f"{field}__{beyond}", value)) | Q((field, value), (f"pk__{beyond}", pk))
    )


def _cursor(row: Model, field: str) -> str:
    return str(row.pk) if field == "pk" else f"{getattr(row, field)}{_BETWEEN}{row.pk}"


def _read_cursor(model: type[Model], field: str, text: str) -> tuple[Any, int] | None:
    value, _, key = text.rpartition(_BETWEEN)
    pk = key_in(key)
    if pk is None or field == "pk":
        return None if pk is None else (pk, pk)
    try:
        return model._meta.get_field(field).to_python(value), pk  # type: ignore[union-attr] # a column
    except ValidationError:
        return None


@dataclass(frozen=True, slots=True)
class Sums:
    """How many documents a list holds and their totals by currency; empty when beyond counting."""

    count: int
    totals: Sequence[tuple[str, Decimal]]
    is_capped: bool

    @property
    def count_text(self) -> str:
        return f"{COUNTED:,}+" if self.is_capped else f"{self.count:,}"


class Counted:
    """Count and sum of a queryset of documents, asked for only when a page shows them."""

    def __init__(self, documents: QuerySet[Any], *, exact: bool = False) -> None:
        self._documents = documents
        self._exact = exact

    @cached_property
    def sums(self) -> Sums:
        return self._all() if self._exact else self._first()

    @cached_property
    def by_kind(self) -> list[tuple[KindPages, int]]:
        """How many documents of each kind, of the kinds that there are any of; capped like sums."""
        first = self._documents.order_by().values("pk", "kind")[:COUNTED]
        wanted = {kind: Count("pk", filter=Q(kind=kind)) for kind in PAGES}
        found = first.aggregate(**wanted)
        return [(pages, found[kind]) for kind, pages in PAGES.items() if found[kind]]

    def _all(self) -> Sums:
        rows = self._documents.order_by().values("currency")
        found = list(rows.annotate(count=Count("pk"), sum=Sum("total")).order_by("currency"))
        totals = [(row["currency"], row["sum"]) for row in found]
        return Sums(sum(row["count"] for row in found), totals, is_capped=False)

    def _first(self) -> Sums:
        """Look at so many at most: sums over the first rows can stop early, a group by cannot."""
        first = self._documents.order_by().values("pk", "currency", "total")[: COUNTED + 1]
        found = first.aggregate(
            count=Count("pk"), sum=Sum("total"), codes=ArrayAgg("currency", distinct=True)
        )
        count, codes = found["count"], found["codes"] or []
        if count > COUNTED:
            return Sums(count, [], is_capped=True)
        if len(codes) < 2:
            return Sums(count, [(code, found["sum"]) for code in codes], is_capped=False)
        sums = first.aggregate(**{code: Sum("total", filter=Q(currency=code)) for code in codes})
        return Sums(count, sorted(sums.items()), is_capped=False)
