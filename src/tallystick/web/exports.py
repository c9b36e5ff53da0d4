"""Lists as files: what a list shows, row by row, whoever makes the file of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Protocol

from django.db.models import QuerySet
from django.http import QueryDict

from tallystick.background.files import File
from tallystick.background.kinds import TellProgress
from tallystick.background.models import Task
from tallystick.books.counting import count_upto
from tallystick.books.models import Document, Kind, Payment
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.reconcile.period.comparison import ComparedRow, compare_period, rows_of
from tallystick.sync.reconcile.period.words import Verdict
from tallystick.sync.reports.compare_filter import CompareFilter
from tallystick.sync.reports.document_filter import DocumentFilter
from tallystick.sync.reports.listed_records import documents_in_order, payments_in_order
from tallystick.sync.reports.payment_filter import PaymentFilter, is_in
from tallystick.sync.reports.state_filters import word_of
from tallystick.web.kinds import pages_of
from tallystick.web.spreadsheets import csv_lines
from tallystick.workspaces.models import Workspace

EXPORT = "export"
#: What a file is of, beside the kinds of documents and `payments`.
COMPARE = "compare"
#: A list of so many rows is sent at once; a longer one is made in the background.
AT_ONCE = 5_000
_DOCUMENT_COLUMNS = (
    "Number", "{Party} number", "{Party}", "Issued", "Due", "Reference", "Status", "Xero",
    "Currency", "Subtotal", "Tax", "Total",
)  # fmt: skip
_PAYMENT_COLUMNS = (
    "Day", "Direction", "Document", "Party number", "Party", "Method", "Reference", "Status",
    "Currency", "Amount",
)  # fmt: skip
_COMPARED_COLUMNS = (
    "Verdict", "Differs in", "Why", "Number here", "Number in Xero", "Name here", "Name in Xero",
    "Date here", "Date in Xero", "Currency here", "Currency in Xero", "Total here",
    "Total in Xero", "Outstanding here", "Outstanding in Xero", "Status here", "Status in Xero",
    "Id in Xero",
)  # fmt: skip


class Export(Protocol):
    """What a file is made of, row by row."""

    @property
    def name(self) -> str:
        """Of the file, without ending."""

    @property
    def head(self) -> Sequence[str]: ...

    def rows(self) -> Iterator[list[object]]: ...

    def is_short(self) -> bool: ...

    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ListExport:
    """One list as a file."""

    #: Of the file, without ending.
    name: str
    head: Sequence[str]
    found: QuerySet[Any]
    row: Callable[[Any], list[object]]

    def rows(self) -> Iterator[list[object]]:
        return map(self.row, self.found.iterator(chunk_size=2_000))

    def is_short(self) -> bool:
        return count_upto(self.found, AT_ONCE) <= AT_ONCE

    def count(self) -> int:
        return self.found.count()


@dataclass(frozen=True, slots=True)
class ComparisonExport:
    """Both sides of a period as a file: one row a record."""

    name: str
    organisation: Organisation | None
    shown: CompareFilter
    today: date
    head: Sequence[str] = _COMPARED_COLUMNS

    def rows(self) -> Iterator[list[object]]:
        if self.organisation is None:
            return
        first, last = self.shown.bounds(self.today)
        found = rows_of(
            self.organisation, self.shown.kind, first, last, verdicts=self.shown.verdicts
        )
        yield from map(_compared_row, found)

    def is_short(self) -> bool:
        return self.count() <= AT_ONCE

    def count(self) -> int:
        if self.organisation is None:
            return 0
        first, last = self.shown.bounds(self.today)
        [part] = compare_period(self.organisation, first, last, [self.shown.kind]).parts
        wanted = self.shown.verdicts or list(Verdict)
        return sum(one.count for one in part.sums if one.verdict in wanted)


def question_of(shown: type, query: QueryDict, *, of: str, today: date) -> dict[str, str]:
    """Return what is asked for, the same for two addresses that show the same."""
    asked = QueryDict(mutable=True)
    for field in sorted(fields(shown), key=lambda field: field.name):
        if query.get(field.name):
            asked[field.name] = query.get(field.name, "").replace("\0", "")
    return {"of": of, "query": asked.urlencode(), "today": today.isoformat()}


def export_of(workspace: Workspace, question: Mapping[str, str]) -> Export:
    """Return the list that a question asks for."""
    query = QueryDict(question["query"])
    today = date.fromisoformat(question["today"])
    if question["of"] == "payments":
        return _payments(workspace, query, today)
    if question["of"] == COMPARE:
        shown = CompareFilter.of(query)
        name = f"compare-{shown.kind.replace('_', '-')}s-{workspace.slug}"
        return ComparisonExport(name, bound_organisation(workspace), shown, today)
    return _documents(workspace, Kind(question["of"]), query, today)


def make_file(task: Task, tell: TellProgress) -> File:
    """Return the file; the task's whole work."""
    export = export_of(task.workspace, task.question)
    total = export.count()

    def rows() -> Iterator[list[object]]:
        for done, row in enumerate(export.rows(), start=1):
            tell("writing", done, total)
            yield row

    lines = csv_lines(export.head, rows())
    return File(f"{export.name}.csv", (line.encode() for line in lines))


def _documents(workspace: Workspace, kind: Kind, query: QueryDict, today: date) -> ListExport:
    organisation = bound_organisation(workspace)
    shown = DocumentFilter.of(query, workspace)
    documents = documents_in_order(shown, workspace, kind, organisation, today=today)
    pages = pages_of(kind)
    head = [column.format(Party=pages.party.capitalize()) for column in _DOCUMENT_COLUMNS]
    return ListExport(f"{pages.name}s-{workspace.slug}", head, documents, _document_row)


def _document_row(document: Document) -> list[object]:
    texts = (document.number, document.party.number, document.party.name)
    state = getattr(document, "sync_state", "")
    return [
        *texts, document.issued_on, document.due_on,
        document.reference, document.get_status_display(),
        word_of(state) if state else "", document.currency, document.subtotal,
        document.tax, document.total,
    ]  # fmt: skip


def _payments(workspace: Workspace, query: QueryDict, today: date) -> ListExport:
    shown = PaymentFilter.of(query)
    organisation = bound_organisation(workspace)
    payments = payments_in_order(shown, workspace, organisation, today=today)
    return ListExport(f"payments-{workspace.slug}", _PAYMENT_COLUMNS, payments, _payment_row)


def _payment_row(payment: Payment) -> list[object]:
    document = payment.document
    texts = (document.number, document.party.number, document.party.name)
    said = (payment.method, payment.reference)
    return [
        payment.paid_on, "In" if is_in(payment) else "Out", *texts, *said,
        payment.get_status_display(), document.currency, payment.amount,
    ]  # fmt: skip


def _compared_row(row: ComparedRow) -> list[object]:
    id_there = str(row.there_id) if row.there_id else ""
    return [
        row.verdict.label, row.what, row.why, row.number_here, row.number_there, row.name_here,
        row.name_there, row.day_here, row.day_there, row.currency_here, row.currency_there,
        row.total_here, row.total_there, row.outstanding_here, row.outstanding_there,
        row.status_here, row.status_there, id_there,
    ]  # fmt: skip
