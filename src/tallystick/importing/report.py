"""What an import did, or in a dry run would do."""

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

#: So many bad rows are kept in the report; all are counted and go to the list beside it.
KEPT = 100


class BadRow(NamedTuple):
    """One value of the file that kept its document, payment or allocation out."""

    line: int
    column: str
    value: str
    reason: str


class Progress(NamedTuple):
    """How far an import is."""

    #: `reading` the file, then `checking` or `writing` what it holds.
    stage: str
    done: int
    #: Bytes of the file while reading, documents, payments or allocations afterwards.
    total: int


class ImportReport(msgspec.Struct, kw_only=True):
    """Counts are of what the file holds unless they say otherwise; money is by currency."""

    format: str
    dry_run: bool
    #: What one of them is called: `document`, `payment` or `allocation`.
    noun: str = "document"
    #: Lines of the file that belong to documents or should.
    lines: int = 0
    #: Made (in a dry run: to be made), by kind of document; payments and allocations by `noun`.
    created: dict[str, int] = msgspec.field(default_factory=dict)
    submitted: int = 0
    #: Imported before with the same content.
    already_here: int = 0
    #: Left alone because one with the same number and other content is here.
    conflicts: int = 0
    #: Left out on purpose, by reason.
    left_out: dict[str, int] = msgspec.field(default_factory=dict)
    #: Documents whose total in the file is up to 0.10 off; that became their rounding.
    rounded: int = 0
    #: Left out because of a bad row.
    unreadable: int = 0
    bad_row_count: int = 0
    #: The first of them.
    bad_rows: list[BadRow] = msgspec.field(default_factory=list)
    #: Totals of what was created, credit notes counted apart.
    total: dict[str, Decimal] = msgspec.field(default_factory=dict)
    credit_total: dict[str, Decimal] = msgspec.field(default_factory=dict)
    new_parties: int = 0
    #: Tax codes that the file names and nobody knows the rate of, with the lines that bear them.
    unknown_tax_codes: dict[str, int] = msgspec.field(default_factory=dict)
    #: How often it was interrupted and begun again; what had been made before is already here.
    interruptions: int = 0
    #: ISO days of the first and the last created document; empty where there is none.
    first_day: str = ""
    last_day: str = ""
    seconds: float = 0.0

    @property
    def documents(self) -> int:
        """Return how many documents, payments or allocations were (or would be) made."""
        return sum(self.created.values())

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's types; amounts as text."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain | {"documents": self.documents}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "ImportReport":
        """Return what `as_json` made, as a report again."""
        return msgspec.convert(plain, cls)
