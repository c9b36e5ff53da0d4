"""Adds up an import's report while it runs, and lists every bad row beside it."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TextIO

from tallystick.books.models import Kind
from tallystick.importing.cells import readable
from tallystick.importing.judging import Accepted, Cause, Declined
from tallystick.importing.report import KEPT, BadRow, ImportReport
from tallystick.importing.staging import MOST_LINES, Crowd
from tallystick.spreadsheets import spreadsheet_safe

#: So many bad rows go to the list beside the report.
LISTED = 100_000


class Tally:
    """The report so far; bad rows also go to the CSV at `bad_rows_to`."""

    def __init__(self, report: ImportReport, bad_rows_to: TextIO | None) -> None:
        self.report = report
        self._last_bad_line = self._listed = 0
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
            _count(report.created, each.staged.kind)
            totals = report.credit_total if Kind(each.staged.kind).is_credit else report.total
            _add(totals, each.head.currency, each.totals.total + each.rounding)
            report.rounded += each.rounding != 0
            self._date(each.head.issued_on)

    def recorded(self, noun: str, currency: str, amount: Decimal, day: date) -> None:
        """Count one payment or allocation that was, or in a dry run would be, recorded."""
        _count(self.report.created, noun)
        _add(self.report.total, currency, amount)
        self._date(day)

    def not_made(self, documents: Iterable[Declined]) -> None:
        for each in documents:
            if each.cause is Cause.ALREADY_HERE:
                self.report.already_here += 1
            elif each.cause is Cause.LEFT_OUT:
                _count(self.report.left_out, each.reason)
            elif each.cause is Cause.CONFLICT:
                self.report.conflicts += 1
                self._keep(BadRow(each.staged.first_line, "", each.staged.number, each.reason))
            else:
                self._unreadable(each)

    def too_many(self, crowds: Iterable[Crowd], what: str) -> None:
        """Count and list what was taken out since so many rows bear one number."""
        for crowd in crowds:
            self.report.unreadable += 1
            reason = (
                f"{crowd.lines:,} {what} bear this number; at most {MOST_LINES:,} are taken for "
                "one document. Look whether the right column is read as the number, or part it."
            )
            self.bad_row(BadRow(crowd.first_line, "", readable(crowd.number), reason))

    def _unreadable(self, document: Declined) -> None:
        self.report.unreadable += 1
        if document.reason:
            staged = document.staged
            self.bad_row(BadRow(staged.first_line, "", staged.number, document.reason))

    def _date(self, day: date) -> None:
        text = day.isoformat()
        self.report.first_day = min(self.report.first_day or text, text)
        self.report.last_day = max(self.report.last_day, text)

    def _keep(self, bad: BadRow) -> None:
        if len(self.report.bad_rows) < KEPT:
            self.report.bad_rows.append(bad)
        self._listed += 1
        if self._list and self._listed == LISTED:
            self._list.writerow([bad.line, "", "", "More follow. Correct these first."])
        elif self._list and self._listed < LISTED:
            self._list.writerow([bad.line, *map(spreadsheet_safe, bad[1:])])


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, Decimal(0)) + amount
