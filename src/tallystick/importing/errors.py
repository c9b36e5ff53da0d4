"""Errors that stop a whole import before anything is written; bad rows never do.

ImportRefused
    NotATable       the file is no CSV, or breaks off: mend the file
    UnknownFormat   its columns are not understood: choose or make a column mapping
"""

from collections.abc import Sequence


class ImportRefused(Exception):
    """Nothing was imported; the message says why and what to do."""


class NotATable(ImportRefused):
    """The file cannot be read as CSV."""


class UnknownFormat(ImportRefused):
    """The header is not that of the format, or of any format that is known."""

    def __init__(self, message: str, *, header: Sequence[str], missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.header = list(header)
        #: Columns that the format asked for, or the nearest one, needs and the file lacks.
        self.missing = list(missing)
