"""Conditions that Django has no words for."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


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
