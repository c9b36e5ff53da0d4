"""Pages of lists of any length, by keyset: each costs the same, the first and the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

from tallystick.books.given_values import key_in
from tallystick.books.lookups import AnyOf

PAGE_SIZE = 50

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
    query: Mapping[str, str],
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
