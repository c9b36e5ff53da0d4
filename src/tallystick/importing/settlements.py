"""Files whose rows are payments, or allocations of credit notes."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Names
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Generic, TypedDict, TypeVar

import msgspec
from django.db import transaction

from tallystick.books.allocations import record_new_allocations
from tallystick.books.inputs import AllocationInput, PaymentInput
from tallystick.books.models import Allocation, Document, Kind, Payment
from tallystick.books.payments import record_new_payments
from tallystick.books.settlements import JudgedSettlement
from tallystick.failpoints import failpoint
from tallystick.importing.documents import staging
from tallystick.importing.documents.appended import STANDS_TWICE, mark_appended_entries
from tallystick.importing.documents.cells import Cells, Columns, readable, unusable
from tallystick.importing.documents.heads import kind_named
from tallystick.importing.documents.staging import StagedEntry
from tallystick.importing.imports import note_entries
from tallystick.importing.intake import Intake, Order
from tallystick.importing.meaning.fields import CODE_FIELDS, ENTRY_FIELDS
from tallystick.importing.meaning.precision import rounded
from tallystick.importing.meaning.values import BadValue, day, number
from tallystick.importing.questions import Ask
from tallystick.importing.report import BadRow, Cause, NotMade
from tallystick.importing.survey import Surveyed
from tallystick.importing.tables.table import Row
from tallystick.importing.tally import Tally
from tallystick.workspaces.models import User, Workspace

Given = TypeVar("Given", PaymentInput, AllocationInput)
Entry = TypeVar("Entry", Payment, Allocation)
_DIRECTIONS = {"sales": Kind.SALES_CREDIT_NOTE, "purchases": Kind.SUPPLIER_CREDIT_NOTE}

#: Characters of a cell; what the books take of it they say themselves.
_LONGEST = 255


class Recording(TypedDict):
    """How entries are recorded, as the books' services take it."""

    workspace: Workspace
    actor: User | None
    dry_run: bool
    anew: bool


class EntryIntake(Intake, Generic[Given, Entry]):
    """Takes each row as one entry; the books judge it."""

    #: What one of them is called in the report.
    noun: str
    #: What a row becomes before the books judge it.
    given: type[Given]

    def __init__(
        self, order: Order, surveyed: Surveyed, tally: Tally, header: Sequence[str]
    ) -> None:
        super().__init__(order, surveyed.mapping, tally)
        self._home = surveyed.home
        self._plausible = surveyed.plausible
        self._columns = Columns(self.mapping, header)
        self._fields = ENTRY_FIELDS[self.mapping.holds]
        self._widths = dict.fromkeys(self._fields, _LONGEST)
        self._names = [field for field in self._fields if field in CODE_FIELDS]
        self._pick = self._columns.pick(self._fields)
        #: Those that cannot be read, told once the connection is free of the rows' copy.
        self._unreadable: list[tuple[NotMade, Decimal | None]] = []
        #: What was refused of the row that is read.
        self._said: list[str] = []
        #: Amounts of more decimals than money has.
        self._rounded = 0

    @abstractmethod
    def read(self, cells: Cells) -> Given | None:
        """Return what the row says; None where something in it was refused."""

    @abstractmethod
    def about(self, given: Given) -> tuple[Kind, str, date]:
        """Return kind and number of the document whose currency counts, and the day."""

    @abstractmethod
    def key(self, given: Given) -> str:
        """Return what is alike in all entries that must be judged together."""

    @abstractmethod
    def record(self, given: Sequence[Given]) -> list[JudgedSettlement[Entry]]:
        """Have the books judge them and, unless it is a dry run, record the good new ones."""

    @abstractmethod
    def count(self, entry: Entry) -> None:
        """Add what was recorded to the report."""

    def stage(self, rows: Iterable[Row]) -> None:
        staging.fill_entries(self._staged(rows))
        for named, amount in self._unreadable:
            self.tally.not_recorded(named, amount)
        self._unreadable.clear()

    def group(self, headers: Sequence[int]) -> tuple[int, int]:
        self.tally.too_many(staging.take_out_crowds_of_entries(), f"{self.noun}s")
        if self._rounded:
            self.tally.report.told.append(
                f"Amounts of more than two decimals were rounded half up to the cent: "
                f"{self._rounded:,}."
            )
        mark_appended_entries(headers)
        return staging.group_entries()

    def chunk(self, place: int) -> int:
        staged = self._staged_in(place)
        currencies = self._currencies([given for _, given, *_ in staged])
        good = [
            (line, given)
            for line, given, written, is_appended in staged
            if self._is_good(line, given, written, currencies, is_appended=is_appended)
        ]
        verdicts = self._recorded([given for _, given in good])
        for (line, given), verdict in zip(good, verdicts, strict=True):
            if verdict.settlement is not None:
                self.count(verdict.settlement)
            elif verdict.is_here:
                self.tally.report.already_here += 1
            elif verdict.deleted is not None:
                self.tally.was_deleted(line, self.noun, verdict.deleted)
            else:
                for problem in verdict.problems:
                    self._refuse(line, problem.field, problem.value, problem.message)
                reason = " ".join(each.message for each in verdict.problems)
                self._decline(line, given, Cause.UNREADABLE, reason, currencies)
        if not self.order.dry_run:
            failpoint("import.chunk_done")
        return len(staged)

    def _staged_in(self, place: int) -> list[tuple[int, Given, str, bool]]:
        """Return line, entry, amount as the file writes it, and whether it stands there twice."""
        found = []
        for line, entry, is_appended in staging.entries_of_chunk(place):
            given, written = msgspec.json.decode(entry, type=tuple[self.given, str])  # type: ignore[name-defined]
            found.append((line, given, written, is_appended))
        return found

    def _currencies(self, given: Sequence[Given]) -> dict[tuple[str, str], str]:
        """Return by kind and number the currency of the documents here."""
        numbers = {self.about(each)[1] for each in given}
        found = Document.objects.in_workspace(self.order.workspace).filter(number__in=numbers)
        return {
            (kind, number): currency
            for kind, number, currency in found.values_list("kind", "number", "currency")
        }

    def _is_good(
        self,
        line: int,
        given: Given,
        written: str,
        currencies: Names[tuple[str, str], str],
        *,
        is_appended: bool,
    ) -> bool:
        """Decline what is in another currency than its document, or on a day that looks wrong.

        And what an appended file says once more.
        """
        kind, number_, on = self.about(given)
        if is_appended:
            self._decline(line, given, Cause.CONTRADICTION, STANDS_TWICE, currencies)
            return False
        try:
            number(written, self.mapping.decimal_mark, currencies.get((kind, number_), ""))
        except BadValue as error:
            self._refuse(line, "amount", written, str(error))
            self._decline(line, given, Cause.UNREADABLE, str(error), currencies)
            return False
        doubt = self._plausible.doubt(on, on)
        if not doubt or self.order.answers.get(Ask.ODD) == "take":
            return True
        self._decline(line, given, Cause.ODD, doubt, currencies, answer=(Ask.ODD, "take"))
        return False

    def _decline(
        self,
        line: int,
        given: Given,
        cause: Cause,
        reason: str,
        currencies: Names[tuple[str, str], str],
        *,
        answer: tuple[Ask, str] | None = None,
    ) -> None:
        kind, number_, _ = self.about(given)
        currency = currencies.get((kind, number_), self._home.currency)
        amount = given.amount
        named = NotMade(readable(number_), line, cause, reason, f"{amount:.2f}", currency)
        self.tally.not_recorded(named, amount, answer=answer)

    def recording(self) -> Recording:
        """Return how entries are recorded; those deleted here anew where that was answered."""
        workspace, actor, dry_run = self.order[:3]
        anew = self.order.answers.get(Ask.CANCELLED) == "make"
        return {"workspace": workspace, "actor": actor, "dry_run": dry_run, "anew": anew}

    @transaction.atomic
    def _recorded(self, given: Sequence[Given]) -> list[JudgedSettlement[Entry]]:
        """Have them recorded, and remembered as made by this import."""
        verdicts = self.record(given)
        if self.order.kept:
            made = [verdict.settlement.pk for verdict in verdicts if verdict.settlement is not None]
            note_entries(self.order.kept, self.noun, made)
        return verdicts

    def day(self, text: str) -> date:
        return day(text, self.mapping.day_order, self.mapping.time_zone, self._home.zone)

    def amount(self, text: str) -> Decimal:
        """Return the amount to the cent; its currency is looked at once the document is known."""
        amount = number(text, self.mapping.decimal_mark)
        self._rounded += amount != rounded(amount, 2)
        return rounded(amount, 2)

    def _staged(self, rows: Iterable[Row]) -> Iterator[StagedEntry]:
        for row in rows:
            self._said.clear()
            texts = self._texts(row)
            given = self._given(row.line, texts) if texts else None
            if given is None:
                self._note_unreadable(row.line, texts)
            else:
                entry = msgspec.json.encode((given, texts["amount"])).decode()
                yield StagedEntry(row.line, self.key(given), entry)

    def _texts(self, row: Row) -> dict[str, str]:
        """Return by field what the row says; nothing where it cannot be used."""
        if reason := unusable(row):
            self._refuse(row.line, "", "", reason)
            return {}
        texts = (" ".join(text.split()) for text in self._pick([*row.cells, ""]))
        return dict(zip(self._fields, texts, strict=True))

    def _given(self, line: int, texts: dict[str, str]) -> Given | None:
        cells = Cells(line, texts, self._refuse)
        cells.fit(self._widths)
        cells.refuse_shortened(self._names)
        return self.read(cells)

    def _note_unreadable(self, line: int, texts: Names[str, str]) -> None:
        """Remember to tell of a row, with its number and amount as far as they can be read."""
        amount = None
        with suppress(BadValue):
            amount = rounded(number(texts.get("amount", ""), self.mapping.decimal_mark), 2)
        number_ = readable(texts.get("number") or texts.get("credit_note", ""))
        shown, currency = ("", "") if amount is None else (f"{amount:.2f}", self._home.currency)
        reason = " ".join(self._said)
        named = NotMade(number_, line, Cause.UNREADABLE, reason, shown, currency)
        self._unreadable.append((named, amount))

    def _refuse(self, line: int, field: str, value: str, reason: str) -> None:
        self._said.append(reason)
        self.tally.bad_row(BadRow(line, self._columns.name(field), readable(value), reason))


class PaymentIntake(EntryIntake[PaymentInput, Payment]):
    """Payments, each on a document named by kind, number and, where we buy, supplier."""

    noun = "payment"
    given = PaymentInput

    def read(self, cells: Cells) -> PaymentInput | None:
        kind = cells.read("kind", kind_named) or Kind.SALES_INVOICE
        document = cells.need("number", str, "Enter the number of the document that is paid.")
        paid_on = cells.need("paid_on", self.day, "Enter the day of the payment.")
        amount = cells.need("amount", self.amount, "Enter the amount that was paid.")
        if document is None or paid_on is None or amount is None or cells.refused:
            return None
        return PaymentInput(
            kind=kind,
            number=document,
            party_number=cells.texts["party_number"],
            amount=amount,
            paid_on=paid_on,
            method=cells.texts["method"],
            reference=cells.texts["reference"],
        )

    def about(self, given: PaymentInput) -> tuple[Kind, str, date]:
        return given.kind, given.number, given.paid_on

    def key(self, given: PaymentInput) -> str:
        # All on one document, so that payments alike are told apart by counting them.
        return f"{given.kind} {given.number}"

    def record(self, given: Sequence[PaymentInput]) -> list[JudgedSettlement[Payment]]:
        return record_new_payments(payments=given, **self.recording())

    def count(self, entry: Payment) -> None:
        self.tally.recorded(self.noun, entry.document.currency, entry.amount, entry.paid_on)


class AllocationIntake(EntryIntake[AllocationInput, Allocation]):
    """Parts of credit notes, each set against one invoice or bill."""

    noun = "allocation"
    given = AllocationInput

    def read(self, cells: Cells) -> AllocationInput | None:
        kind = cells.read("kind", _credit_note_of) or Kind.SALES_CREDIT_NOTE
        credit_note = cells.need("credit_note", str, "Enter the number of the credit note.")
        document = cells.need("document", str, "Enter the number of the invoice or bill.")
        allocated_on = cells.need("allocated_on", self.day, "Enter the day of the allocation.")
        amount = cells.need("amount", self.amount, "Enter the amount that is allocated.")
        if (
            credit_note is None
            or document is None
            or allocated_on is None
            or amount is None
            or cells.refused
        ):
            return None
        return AllocationInput(
            kind=kind,
            credit_note=credit_note,
            document=document,
            party_number=cells.texts["party_number"],
            amount=amount,
            allocated_on=allocated_on,
        )

    def about(self, given: AllocationInput) -> tuple[Kind, str, date]:
        return given.kind, given.credit_note, given.allocated_on

    def key(self, given: AllocationInput) -> str:
        return f"{given.kind} {given.credit_note}"

    def record(self, given: Sequence[AllocationInput]) -> list[JudgedSettlement[Allocation]]:
        return record_new_allocations(allocations=given, **self.recording())

    def count(self, entry: Allocation) -> None:
        self.tally.recorded(self.noun, entry.document.currency, entry.amount, entry.allocated_on)


def _credit_note_of(direction: str) -> Kind:
    if direction.casefold() not in _DIRECTIONS:
        raise BadValue(f"Write one of {', '.join(_DIRECTIONS)}.")
    return _DIRECTIONS[direction.casefold()]
