"""What an import did, or in a dry run would do."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from tallystick.english import counted, listed, was_or_were
from tallystick.importing.questions import Question, in_words

#: So many bad rows and documents are kept in the report; all are counted and go to the lists beside.
KEPT = 100


class Cause(StrEnum):
    """Why a document, payment or allocation is not made."""

    UNREADABLE = "unreadable"
    CONTRADICTION = "contradiction"
    SUMS = "sums"
    NEGATIVE = "negative"
    ODD = "odd"
    CREDIT_SIGN = "credit_sign"
    PARTY = "party"
    NOBODY = "nobody"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    NOT_HERE = "not_here"
    ON_PURPOSE = "on_purpose"
    ZERO = "zero"


#: Every cause, as it is counted: "3 left out: …".
CAUSES: dict[Cause, str] = {
    Cause.UNREADABLE: "rows that cannot be read or placed",
    Cause.CONTRADICTION: "rows that contradict each other",
    Cause.SUMS: "the sums in the file are not what its lines make",
    Cause.NEGATIVE: "they come to less than nothing",
    Cause.ODD: "their days look wrong",
    Cause.CREDIT_SIGN: "credit notes below zero among others above",
    Cause.PARTY: "the customer has another e-mail address here",
    Cause.NOBODY: "they name no customer",
    Cause.CANCELLED: "cancelled or deleted here",
    Cause.CHANGED: "here with other content",
    Cause.NOT_HERE: "cancelled in the file, which could not be done here",
    Cause.ON_PURPOSE: "the file or its format says so",
    Cause.ZERO: "they come to nothing",
}


class BadRow(NamedTuple):
    """One value of the file that kept its document, payment or allocation out."""

    line: int
    column: str
    value: str
    reason: str
    #: The number of the document it is of, where that is known.
    document: str = ""


class NotMade(NamedTuple):
    """A document that is not made."""

    #: Its number.
    document: str
    #: The line of the file that it begins on.
    line: int
    cause: Cause
    reason: str
    #: What it comes to as far as it could be read, as text.
    amount: str
    currency: str

    @property
    def figure(self) -> Decimal | None:
        return Decimal(self.amount) if self.amount else None


class Correction(NamedTuple):
    """A document here that was, or would be, brought to what the file says, or cancelled by it."""

    document: str
    line: int
    #: `edit`, `amend`, `credit`, or `cancel`.
    mode: str
    #: What is otherwise, in words.
    changes: str
    #: The numbers of what was made for it.
    made: list[str]


class LeftOut(msgspec.Struct):
    """How many were left out for one cause, and how much money as far as it can be read.

    Money in and money out both count upwards, so that they do not hide one another.
    """

    count: int = 0
    total: dict[str, Decimal] = msgspec.field(default_factory=dict)


class Progress(NamedTuple):
    """How far an import is."""

    #: `looking` through the file, `reading` it, then `checking` or `writing` what it holds.
    stage: str
    done: int
    #: Bytes of the file at first, documents, payments or allocations afterwards.
    total: int


class ImportReport(msgspec.Struct, kw_only=True):
    """Counts are of what the file holds unless they say otherwise; money is by currency."""

    format: str
    dry_run: bool
    #: What tells how the file was read from any other way; empty in reports of before.
    reading: str = ""
    #: What one of them is called: `document`, `payment` or `allocation`.
    noun: str = "document"
    #: The names of the file's columns.
    header: list[str] = msgspec.field(default_factory=list)
    #: How the file was read, in sentences: what was assumed, decided or passed over.
    told: list[str] = msgspec.field(default_factory=list)
    #: What was said of it, or of its format before, by the keys of questions.
    said: dict[str, str] = msgspec.field(default_factory=dict)
    #: What it leaves open.
    questions: list[Question] = msgspec.field(default_factory=list)
    #: Lines of the file that belong to documents or should.
    lines: int = 0
    #: Made (in a dry run: to be made), by kind of document; payments and allocations by `noun`.
    created: dict[str, int] = msgspec.field(default_factory=dict)
    submitted: int = 0
    #: Cancelled here since the file says so.
    cancelled: int = 0
    cancelled_total: dict[str, Decimal] = msgspec.field(default_factory=dict)
    #: Imported before with the same content.
    already_here: int = 0
    #: Made in place of documents that are cancelled here.
    anew: int = 0
    #: Documents here that were brought to what the file says, by `edit`, `amend`, `credit`.
    corrected: dict[str, int] = msgspec.field(default_factory=dict)
    #: The first of them.
    corrections: list[Correction] = msgspec.field(default_factory=list)
    #: What those edited come to more than before.
    change: dict[str, Decimal] = msgspec.field(default_factory=dict)
    #: What those made anew or credited come to more than those before them.
    exchange: dict[str, Decimal] = msgspec.field(default_factory=dict)
    #: Not made, by Cause.
    left_out: dict[Cause, LeftOut] = msgspec.field(default_factory=dict)
    #: The first of them.
    not_made: list[NotMade] = msgspec.field(default_factory=list)
    #: Documents whose total in the file is up to 0.10 off; that became their rounding.
    rounded: int = 0
    #: Lines with figures of more decimals than are kept: rounded, or made one piece.
    rounded_lines: int = 0
    one_piece_lines: int = 0
    #: Documents that are made and come to nothing.
    of_nothing: int = 0
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

    @property
    def answered(self) -> list[tuple[str, str]]:
        """Return each key that was answered with the answer in words."""
        return [(key, in_words(key, value)) for key, value in self.said.items()]

    @property
    def edited(self) -> int:
        return self.corrected.get("edit", 0)

    @property
    def acts(self) -> int:
        """Return how many records were (or would be) made, edited or cancelled."""
        return self.documents + self.edited + self.cancelled

    @property
    def doing(self) -> str:
        """What a person says yes to, such as `Import 5 documents, change 3 and cancel 2`."""
        counts = (("import", self.documents), ("change", self.edited), ("cancel", self.cancelled))
        (verb, count), *others = [each for each in counts if each[1]] or [counts[0]]
        said = [f"{verb} {self._counted(count)}", *(f"{verb} {count:,}" for verb, count in others)]
        text = listed(said)
        return text[:1].upper() + text[1:]

    @property
    def done(self) -> str:
        """What was done, or in a dry run would be, such as `5 documents were imported, 3 changed`."""
        made = "made" if self.dry_run else "imported"
        counts = ((self.documents, made), (self.edited, "changed"), (self.cancelled, "cancelled"))
        (count, verb), *others = [each for each in counts if each[0]] or [counts[0]]
        be = "would be" if self.dry_run else was_or_were(count)
        return ", ".join(
            [
                f"{self._counted(count)} {be} {verb}",
                *(f"{count:,} {verb}" for count, verb in others),
            ]
        )

    def _counted(self, count: int) -> str:
        return counted(count, self.noun)

    def count(self, cause: Cause) -> int:
        """Return how many were left out for the cause."""
        return self.left_out[cause].count if cause in self.left_out else 0

    @property
    def not_made_count(self) -> int:
        return sum(each.count for each in self.left_out.values())

    @property
    def is_blocked(self) -> bool:
        """Return whether nothing can be made before a question is answered."""
        return any(each.blocks for each in self.questions)

    @property
    def needs_person(self) -> bool:
        """Return whether something waits for a person, or money was or may have been left out.

        A row that cannot be read may belong to no document that can be named.
        """
        return (
            self.is_blocked
            or self.bad_row_count > 0
            or any(cause is not Cause.ZERO and each.count for cause, each in self.left_out.items())
        )

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's types; amounts as text."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain | {"documents": self.documents}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "ImportReport":
        """Return what `as_json` made, as a report again."""
        return msgspec.convert(plain, cls)
