"""Lists as CSV files: sent row by row, and with cells that a spreadsheet does not run."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from tallystick.spreadsheets import spreadsheet_safe


def csv_answer(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, name: str
) -> StreamingHttpResponse:
    """Return the rows as a file to be kept, however many there are; `name` is without ending."""
    response = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Echo:
    """A file for the csv module that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Give the file line by line."""
    # The mark that makes a spreadsheet read the file as UTF-8.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"
    writer = csv.writer(_Echo())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow(map(_cell, row))


def _cell(value: object) -> object:
    return spreadsheet_safe(value) if isinstance(value, str) else value
