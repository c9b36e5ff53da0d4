"""Conditions that records are found by, and the indexes that serve them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Index, Lookup, Model, Q, QuerySet
from django.db.models.functions import Upper
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)
#: An index finds parts of a field from so many letters on.
_PART = 3


def any_holds(text: str, *fields: str) -> Q:
    """Return the condition that one of the fields holds the text, whatever its case.

    One or two letters must stand at the beginning: no index finds them within.
    """
    how = "istartswith" if is_short(text) else "icontains"
    return Q(*((f"{field}__{how}", text) for field in fields), _connector=Q.OR)


def is_short(text: str) -> bool:
    """Return whether the text is looked for at the beginnings alone."""
    return len(text) < _PART


def parts_index(*fields: str, name: str, condition: Q | None = None) -> GinIndex:
    """Return an index for `any_holds` on the fields: three letters of the text find the rows."""
    parts = (OpClass(Upper(field), name="gin_trgm_ops") for field in fields)
    return GinIndex(*parts, name=name, condition=condition)


def beginnings_index(group: str, field: str, *, name: str, condition: Q) -> Index:
    """Return an index for `any_holds` with texts too short for the other, within the group.

    Both are for some of the rows alone where a text's being frequent in all tells nothing about
    these: of an index with a condition PostgreSQL keeps no such figures, and takes every text to
    be rare, which leads it to the index.
    """
    begins = OpClass(Upper(field), name="varchar_pattern_ops")
    return Index(group, begins, name=name, condition=condition)


class AnyOf(Lookup):
    """A key is one of these, handed over as one array: `filter(AnyOf(F("pk"), keys))`.

    `pk__in` writes each into the statement, which takes longer than to find ten thousand by them.
    """

    def __init__(self, lhs: Any, keys: Sequence[int]) -> None:
        super().__init__(lhs, list(keys))

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*params, self.rhs]


def find_record(records: QuerySet[Row], key: int | None) -> Row | None:
    """Return the record of the primary key among these; None where there is none."""
    return records.filter(pk=key).first() if key is not None else None
