"""The rows of what was left out, to be corrected and imported by themselves."""

import csv
from typing import TextIO

from tallystick.importing.documents import staging
from tallystick.importing.tables.table import Table
from tallystick.spreadsheets import spreadsheet_safe

#: So many rows go to the list.
MOST = 100_000
#: The column behind those of the file.
REASON = "Why it was left out"


def write_failed(table: Table, to: TextIO) -> bool:
    """Write header and rows of all that was left out, whole documents, each with the reason.

    Return whether that was too much, so that some are missing.
    """
    failed = staging.failed_lines(at_most=MOST + 1)
    reasons = dict(failed[:MOST])
    writer = csv.writer(to)
    writer.writerow([*table.header, REASON])
    for row in table.rows() if reasons else ():
        if row.line in reasons:
            writer.writerow(
                [*map(spreadsheet_safe, row.cells), spreadsheet_safe(reasons[row.line])]
            )
    return len(failed) > MOST
