"""The rows of what was left out, to be corrected and imported by themselves."""

import csv
from collections.abc import Sequence
from typing import TextIO

from tallystick.importing.documents import staging
from tallystick.importing.documents.headings import Report
from tallystick.importing.documents.unpacking import Rows
from tallystick.importing.meaning.control import control_rows
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.parts import is_reason, reason_column
from tallystick.importing.tables.table import Table
from tallystick.spreadsheets import spreadsheet_safe

#: So many rows go to the list.
MOST = 100_000


def write_failed(table: Table, content: Rows, mapping: Mapping, to: TextIO) -> bool:
    """Write header and rows of all that was left out, whole documents, each with the reason.

    The heading that a row stands under is written above it, and the rows with what the whole file
    comes to beside, for they name its currency. Return whether that was too much, so that some are
    missing.
    """
    failed = staging.failed_lines(at_most=MOST + 1)
    reasons = dict(failed[:MOST])
    places = [place for place, name in enumerate(table.header) if not is_reason(name)]
    former = [place for place, name in enumerate(table.header) if is_reason(name)]
    writer = csv.writer(to)

    def write(cells: Sequence[str], reason: str) -> None:
        kept = [cell for place, cell in enumerate(cells) if place not in former]
        writer.writerow(map(spreadsheet_safe, [*kept, reason]))

    writer.writerow([*(table.header[place] for place in places), reason_column(mapping)])
    report = content if isinstance(content, Report) else None
    is_control, heading = control_rows(mapping, table.header), ""
    for row in (report or table).rows() if reasons else ():
        cells = row.cells if row.problem or not report else row.cells[:-1]
        if row.line in reasons:
            if report and report.heading != heading:
                heading = report.heading
                write([heading, *[""] * (len(table.header) - 1)], "")
            write(cells, reasons[row.line])
        elif not row.problem and is_control(cells):
            write(cells, "")
    return len(failed) > MOST
