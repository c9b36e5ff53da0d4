"""Adds up an import's report while it runs, and lists every bad row beside it."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TextIO

from tallystick.books.models import Allocation, Document, Kind, Payment
from tallystick.english import counted, is_or_are, verb, was_or_were
from tallystick.importing.documents import staging
from tallystick.importing.documents.cells import readable
from tallystick.importing.documents.corrected import Corrected
from tallystick.importing.documents.judging import BASES, Accepted, Declined
from tallystick.importing.documents.staging import MOST_LINES, Crowd, StagedDocument
from tallystick.importing.questions import ASKED, TEXTS, Ask, Question, Sample
from tallystick.importing.report import (
    KEPT,
    BadRow,
    Cause,
    Correction,
    ImportReport,
    LeftOut,
    NotMade,
)
from tallystick.spreadsheets import spreadsheet_safe

#: So many bad rows go to the list beside the report.
LISTED = 100_000
_SHOWN = 3

#: What is said of what is cancelled or deleted here and shall be made anew.
_ANEW = (Ask.CANCELLED, "make")


class Tally:
    """The report so far; bad rows also go to the CSV at `bad_rows_to`."""

    def __init__(self, report: ImportReport, bad_rows_to: TextIO | None) -> None:
        self.report = report
        self._last_bad_line = self._listed = 0
        self._asked: dict[tuple[Ask, str], int] = {}
        #: Documents read the other way than the format has it, by the way.
        self._turned: dict[str, int] = {}
        self._list = csv.writer(bad_rows_to) if bad_rows_to else None
        if self._list:
            self._list.writerow(BadRow._fields)

    def bad_row(self, bad: BadRow) -> None:
        """Count and list a bad value; several of one row count once."""
        self.report.bad_row_count += bad.line != self._last_bad_line
        self._last_bad_line = bad.line
        self._keep(bad)

    def made(self, documents: Iterable[Accepted]) -> None:
        """Count documents that were, or in a dry run would be, made."""
        report = self.report
        for each in documents:
            self._created(each.staged.kind, each.head.currency, each.total)
            report.anew += each.replaces is not None
            report.rounded += each.rounding != 0
            report.rounded_lines += each.staged.rounded
            report.one_piece_lines += each.staged.one_piece
            report.of_nothing += not each.total
            if each.is_turned:
                _count(self._turned, each.head.tax_basis)
            self._date(each.head.issued_on)

    def corrected(self, done: Corrected) -> None:
        """Count and name a document here that was, or would be, brought to what the file says."""
        report, new = self.report, done.new
        _count(report.corrected, done.mode)
        report.submitted += done.submitted
        changes = report.change if done.mode == "edit" else report.exchange
        _add(changes, new.head.currency, done.change)
        for made in done.made:
            self._created(made.kind, made.currency, made.total)
            self._date(made.issued_on)
        self._correction(new.staged, done.mode, done.changes, [made.number for made in done.made])

    def cancelled(self, staged: StagedDocument, document: Document) -> None:
        """Count, sum up and name a document here that the file cancelled, or would cancel."""
        self.report.cancelled += 1
        _add(self.report.cancelled_total, document.currency, document.total)
        said = f"{document.number} is cancelled, as the file says: {document.currency} {document.total:,.2f}."
        self._correction(staged, "cancel", said, [])

    def recorded(self, noun: str, currency: str, amount: Decimal, day: date) -> None:
        """Count one payment or allocation that was, or in a dry run would be, recorded."""
        _count(self.report.created, noun)
        _add(self.report.total, currency, amount)
        self._date(day)

    def not_made(self, documents: Iterable[Declined]) -> None:
        """Count, sum up and name documents that are not made, and remember their rows."""
        declined = list(documents)
        for each in declined:
            if each.cause is None:
                self.report.already_here += 1
                continue
            self._left_out(each.cause, each.amount, each.currency)
            if each.answer:
                self._asked[each.answer] = self._asked.get(each.answer, 0) + 1
            staged = each.staged
            amount = "" if each.amount is None else f"{each.amount:.2f}"
            self._name(
                NotMade(
                    readable(staged.number),
                    staged.first_line,
                    each.cause,
                    each.reason,
                    amount,
                    each.currency,
                )
            )
        staging.note_failed([(each.staged, each.reason) for each in declined if each.cause])

    def not_recorded(
        self, named: NotMade, amount: Decimal | None, *, answer: tuple[Ask, str] | None = None
    ) -> None:
        """Count, sum up and name a payment or allocation that is not recorded.

        `answer` would have it recorded, if there is one.
        """
        self._left_out(named.cause, amount, named.currency)
        self._name(named)
        if answer:
            self._asked[answer] = self._asked.get(answer, 0) + 1
        staging.note_failed_lines([(named.line, named.reason)])

    def was_deleted(self, line: int, noun: str, entry: Payment | Allocation) -> None:
        """Count, sum up and name one that was recorded before and was deleted here."""
        reason = f"This {noun} was deleted here and is not recorded anew."
        number, currency = entry.document.number, entry.document.currency
        named = NotMade(number, line, Cause.CANCELLED, reason, f"{entry.amount:.2f}", currency)
        self.not_recorded(named, entry.amount, answer=_ANEW)

    def too_many(self, crowds: Iterable[Crowd], what: str) -> None:
        """Count and list what was taken out since so many rows bear one number."""
        for crowd in crowds:
            reason = (
                f"{crowd.lines:,} {what} bear this number; at most {MOST_LINES:,} are taken for "
                "one document. Look whether the right column is read as the number, or part it."
            )
            number = readable(crowd.number)
            self._left_out(Cause.UNREADABLE, None, "")
            self._name(NotMade(number, crowd.first_line, Cause.UNREADABLE, reason, "", ""))
            self.bad_row(BadRow(crowd.first_line, "", number, reason, number))

    def ask(self, ask: Ask, *, count: int) -> None:
        """Offer the answers of a question about so many rows or documents; of none, nothing."""
        if count:
            self._asked[ask, ""] = count

    def close(self) -> None:
        """Put what was counted for questions and for what is told into the report."""
        for basis, count in self._turned.items():
            self.report.told.append(
                f"{counted(count, 'document')} of the file {verb(count, 'come')} to what it says "
                f"only with prices {BASES[basis]}, and {was_or_were(count)} read so."
            )
        for (ask, value), count in self._asked.items():
            choices = [
                choice for choice in ASKED[ask].choices if not value or choice.value == value
            ]
            text = TEXTS[ask].format(
                count=f"{count:,}",
                s="" if count == 1 else "s",
                are=is_or_are(count),
                were=was_or_were(count),
                they="it" if count == 1 else "they",
                them="it" if count == 1 else "them",
                noun=self.report.noun,
                gone="cancelled" if self.report.noun == "document" else "deleted",
            )
            key = f"{ask}:" if ask is Ask.STATUS else str(ask)
            self.report.questions.append(
                Question(
                    key=key,
                    text=text,
                    choices=choices,
                    samples=self._both_ways() if ask is Ask.CREDIT_SIGN else [],
                    blocks=False,
                    count=count,
                )
            )

    def _both_ways(self) -> list[Sample]:
        """Return credit notes below zero as they would be by either answer."""
        below = [each for each in self.report.not_made if each.cause is Cause.CREDIT_SIGN]
        return [
            Sample(
                each.line,
                f"{each.document} {each.amount} {each.currency}",
                [f"credit note of {each.amount.lstrip('-')} {each.currency}", "left out"],
            )
            for each in below[:_SHOWN]
        ]

    def _correction(self, staged: StagedDocument, mode: str, said: str, made: list[str]) -> None:
        if len(self.report.corrections) < KEPT:
            self.report.corrections.append(
                Correction(readable(staged.number), staged.first_line, mode, said, made)
            )

    def _created(self, kind: str, currency: str, total: Decimal) -> None:
        _count(self.report.created, kind)
        totals = self.report.credit_total if Kind(kind).is_credit else self.report.total
        _add(totals, currency, total)

    def _left_out(self, cause: Cause, amount: Decimal | None, currency: str) -> None:
        counted = self.report.left_out.setdefault(cause, LeftOut())
        counted.count += 1
        if amount:
            _add(counted.total, currency, abs(amount))

    def _name(self, named: NotMade) -> None:
        if len(self.report.not_made) < KEPT:
            self.report.not_made.append(named)

    def _date(self, day: date) -> None:
        text = day.isoformat()
        self.report.first_day = min(self.report.first_day or text, text)
        self.report.last_day = max(self.report.last_day, text)

    def _keep(self, bad: BadRow) -> None:
        if len(self.report.bad_rows) < KEPT:
            self.report.bad_rows.append(bad)
        self._listed += 1
        if self._list and self._listed == LISTED:
            self._list.writerow([bad.line, "", "", "More follow. Correct these first.", ""])
        elif self._list and self._listed < LISTED:
            self._list.writerow([bad.line, *map(spreadsheet_safe, bad[1:])])


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, Decimal(0)) + amount
