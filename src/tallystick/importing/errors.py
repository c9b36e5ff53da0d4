"""Errors that stop a whole import before anything is written; bad rows never do.

ImportRefused
    NotATable       the file is no CSV, or breaks off: mend the file
    UnknownFormat   its columns are not understood: choose or make a column mapping
"""

from collections.abc import Sequence

from tallystick.act_refused import ActRefused


class ImportRefused(ActRefused):
    """Nothing was imported."""

    code = "import_refused"


class NotATable(ImportRefused):
    """The file cannot be read as a table."""

    code = "not_a_table"


class UnknownFormat(ImportRefused):
    """The header is not that of the format, or of any format that is known."""

    code = "unknown_format"

    def __init__(
        self, message: str, *, remedy: str, header: Sequence[str], missing: Sequence[str] = ()
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.header = list(header)
        #: Columns that the format asked for, or the nearest one, needs and the file lacks.
        self.missing = list(missing)
